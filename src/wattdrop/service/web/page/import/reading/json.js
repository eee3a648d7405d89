// JSON: an object a line, or objects one after another in a list, however they are laid out.
import { flat } from "./flat.js";
import { texts } from "./text.js";

const MOST_RECORD = 8_000_000; // letters

const parsed = (text, line, lists) => {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ line, cells: {}, broken: "json" }];
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [{ line, cells: {}, broken: "object" }];
  return unpacked(value, lists).map((one) => ({ line, cells: flat(one) }));
};

// Records of a list inside a record, with what stands beside the list. `lists` are paths such as "data.results".
const unpacked = (value, lists) => {
  const path = lists.find((one) => Array.isArray(value[one.split(".")[0]]));
  return path ? inner(value, path.split(".")) : [value];
};
const inner = (value, [name, ...names]) => {
  if (!Array.isArray(value[name])) return [value];
  const beside = Object.fromEntries(Object.entries(value).filter(([, one]) => one === null || typeof one !== "object"));
  const below = value[name].filter((one) => one && typeof one === "object");
  return (names.length ? below.flatMap((one) => inner(one, names)) : below).map((one) => ({ ...beside, ...one }));
};

export async function* lineRecords(file, form, onRead) {
  let rest = "";
  let line = 0;
  for await (const text of texts(file, form, onRead)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    const records = lines.flatMap((one) => {
      line += 1;
      return one.trim() ? parsed(one, line, form.lists) : [];
    });
    if (records.length) yield records;
    if (rest.length > MOST_RECORD) break;
  }
  if (rest.trim()) yield parsed(rest.slice(0, MOST_RECORD), line + 1, form.lists);
}

// Objects wherever they begin and end: a scanner that knows texts and depths, and nothing else of JSON.
export async function* objectRecords(file, form, onRead) {
  let [held, line, began, depth, quoted, escaped] = ["", 1, 1, 0, false, false];
  for await (const text of texts(file, form, onRead)) {
    const records = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const letter = text[at];
      if (letter === "\n") line += 1;
      if (escaped) escaped = false;
      else if (quoted) {
        if (letter === "\\") escaped = true;
        else if (letter === '"') quoted = false;
      } else if (letter === '"') quoted = depth > 0;
      else if (letter === "{") {
        if (depth === 0) [from, began] = [at, line];
        depth += 1;
      } else if (letter === "}" && depth > 0) {
        depth -= 1;
        if (depth === 0) {
          records.push(...parsed(held + text.slice(from, at + 1), began, form.lists));
          held = "";
        }
      }
    }
    if (depth > 0) held += text.slice(held ? 0 : from);
    if (records.length) yield records;
    if (held.length > MOST_RECORD) break;
  }
  if (depth > 0) yield [{ line: began, cells: {}, broken: "json" }];
}
