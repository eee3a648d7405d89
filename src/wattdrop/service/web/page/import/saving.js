// Results and errors as files. Results lie in blobs of JSON lines, and are read again one blob at a time.
import { save } from "../parts/save.js";
import { script } from "../parts/script.js";
import { RESULTS } from "./results.js";

const stem = (name) => name.replace(/(\.(csv|tsv|txt|jsonl|ndjson|json|parquet|gz|zst))+$/i, "");
const csvOf = (fields, rows, header) => Papa.unparse({ fields, data: rows }, { header, newline: "\n", escapeFormulae: true });
const asText = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : value);

const recordsIn = async (blob) => (await blob.text()).trimEnd().split("\n").map((line) => JSON.parse(line));

export const saveResults = async (job, { file, form }, kind) => {
  const name = `${stem(file.name)}-results.${kind}`;
  if (kind === "jsonl") return save(new Blob(job.kept, { type: "application/x-ndjson" }), name);
  await script("papaparse");
  const columns = form.columns.map((one) => one.name).filter((one) => job.plan.keeps(one));
  const head = ["line", ...columns, ...RESULTS];
  const parts = [];
  for (const blob of job.kept) {
    const rows = (await recordsIn(blob)).map((record) => head.map((column) => asText(record[column])));
    parts.push(new Blob([`${csvOf(head, rows, parts.length === 0)}\n`]));
  }
  return save(new Blob(parts, { type: "text/csv" }), name);
};

export const saveErrors = async (errors, name) => {
  await script("papaparse");
  const head = ["line", "error_code", "error_field", "error_message"];
  const rows = errors.all.map((one) => [one.line, one.code, one.field, one.message]);
  save(new Blob([`${csvOf(head, rows, true)}\n`], { type: "text/csv" }), `${stem(name)}-errors.csv`);
};
