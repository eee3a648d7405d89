// A record as cells by column: what is inside of objects, or of JSON in a text, becomes columns `outer.inner`.
const DEEPEST = 5;

const objectIn = (value) => {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (!(text.startsWith("{") && text.endsWith("}"))) return value;
  try {
    return JSON.parse(text);
  } catch {
    return value;
  }
};

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const put = (cells, name, given, depth) => {
  const value = objectIn(given);
  if (isObject(value) && depth < DEEPEST) {
    for (const [inner, one] of Object.entries(value)) put(cells, `${name}.${inner}`, one, depth + 1);
  } else if (value !== null && value !== undefined && value !== "") cells[name] = value;
};

export const flat = (record) => {
  const cells = {};
  for (const [name, value] of Object.entries(record)) put(cells, name, value, 1);
  return cells;
};
