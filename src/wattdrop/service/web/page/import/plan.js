// What of a record is sent, what is kept beside its results, and under which name it is stored.
import { fingerprint } from "./reading/fingerprint.js";

const COMMA = /^-?[\d\s.\u00a0\u202f]*\d,\d+$/; // 1.234,5 as Excel writes it where a comma parts decimals
const BLANKS = /^-?\d{1,3}([\s\u00a0\u202f]\d{3})+$/;

const POINTS = /^-?\d{1,3}(\.\d{3})+$/; // 1.000: a thousand where a comma parts decimals, else one

const pointed = (text) => {
  if (COMMA.test(text)) return text.replace(/[\s.\u00a0\u202f]/g, "").replace(",", ".");
  return BLANKS.test(text) ? text.replace(/\s/g, "") : text;
};

// What could be two counts is sent as a question: its row is refused, and the reason quotes it.
const asked = (text) => (POINTS.test(text) ? `${text} (${text.replaceAll(".", "")} or ${Number.parseFloat(text)}?)` : pointed(text));

export const planOf = async ({ file, form }, mapping, fields, store) => {
  const numbers = new Set(fields.filter((one) => one.kind === "number").map((one) => one.field));
  const whole = new Set(fields.filter((one) => one.whole).map((one) => one.field));
  const used = new Set([...mapping.takes.flatMap((one) => one.columns), ...mapping.skips.map((one) => one.column)]);
  const columnsOf = (names) => new Set(form.delimiter === ";" ? mapping.takes.filter((one) => names.has(one.field)).flatMap((one) => one.columns) : []);
  const [counted, counts] = [columnsOf(numbers), columnsOf(whole)];
  const isPrivate = (column) => mapping.private.some((one) => column === one || column.startsWith(`${one}.`));
  const some = (cells, wanted) => Object.fromEntries(Object.entries(cells).filter(([name]) => wanted(name)));
  return {
    preset: mapping.preset,
    map: mapping.map,
    store,
    name: store ? `import-${await fingerprint(file)}` : "",
    wanted: (column) => !isPrivate(column) || [...used].some((one) => one === column || one.startsWith(`${column}.`)),
    sent: (cells) => {
      const record = some(cells, (name) => used.has(name));
      for (const name of counted) if (name in record) record[name] = counts.has(name) ? asked(record[name]) : pointed(record[name]);
      return record;
    },
    keeps: (column) => !isPrivate(column),
    kept: (cells) => some(cells, (name) => !isPrivate(name)),
  };
};
