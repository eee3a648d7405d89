// What of a record is sent, what is kept beside its results, and under which name it is stored.
import { fingerprint } from "./reading/fingerprint.js";

const COMMA = /^-?[\d\s.\u00a0\u202f]*\d,\d+$/; // 1.234,5 as Excel writes it where a comma parts decimals
const BLANKS = /^-?\d{1,3}([\s\u00a0\u202f]\d{3})+$/;

const pointed = (text) => {
  if (COMMA.test(text)) return text.replace(/[\s.\u00a0\u202f]/g, "").replace(",", ".");
  return BLANKS.test(text) ? text.replace(/\s/g, "") : text;
};

export const planOf = async ({ file, form }, mapping, fields, store) => {
  const numbers = new Set(fields.filter((one) => one.kind === "number").map((one) => one.field));
  const used = new Set([...mapping.takes.flatMap((one) => one.columns), ...mapping.skips.map((one) => one.column)]);
  const counted = new Set(form.delimiter === ";" ? mapping.takes.filter((one) => numbers.has(one.field)).flatMap((one) => one.columns) : []);
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
      for (const name of counted) if (name in record) record[name] = pointed(record[name]);
      return record;
    },
    keeps: (column) => !isPrivate(column),
    kept: (cells) => some(cells, (name) => !isPrivate(name)),
  };
};
