// What a dropped file is, by its first bytes: names of files lie. Gives its columns with some values, and its records.
import { csvColumns, csvRecords, delimiterOf } from "./csv.js";
import { lineRecords, objectRecords } from "./json.js";
import { bytes, encodingOf } from "./text.js";
import { Unreadable } from "./unreadable.js";

const SAMPLE_BYTES = 262_144;
const SAMPLE_ROWS = 100;
const VALUES = 3;
const MAGIC = [
  { begins: "PAR1", kind: "parquet" },
  { begins: "\x1f\x8b", packed: "gzip" },
  { begins: "\x28\xb5\x2f\xfd", packed: "zstd" },
  { begins: "PK\x03\x04", refused: "zip" },
  { begins: "\xd0\xcf\x11\xe0", refused: "xls" },
  { begins: "ARROW1", refused: "arrow" },
];

const begins = (sample, text) => [...text].every((letter, at) => sample[at] === letter.charCodeAt(0));

const sampleOf = async (file, packed) => {
  const parts = [];
  let size = 0;
  for await (const chunk of bytes(file, packed)) {
    parts.push(chunk);
    size += chunk.byteLength;
    if (size >= SAMPLE_BYTES) break;
  }
  return new Uint8Array(await new Blob(parts).slice(0, SAMPLE_BYTES).arrayBuffer());
};

export const open = async (file, lists) => {
  if (file.size === 0) throw new Unreadable("empty");
  const head = await file.slice(0, 16).arrayBuffer().then((one) => new Uint8Array(one), () => { throw new Unreadable("gone"); });
  const found = MAGIC.find((one) => begins(head, one.begins)) ?? {};
  if (found.refused === "zip") throw new Unreadable(/\.(xlsx|xlsm)$/i.test(file.name) ? "xlsx" : "zip");
  if (found.refused) throw new Unreadable(found.refused);
  return found.kind === "parquet" ? openParquet(file) : openText(file, found.packed ?? "", lists);
};

const openParquet = async (file) => {
  const { parquetForm, parquetRecords } = await import("./parquet.js");
  const form = await parquetForm(file);
  if (form.rows === 0) throw new Unreadable("rows");
  const columns = await columnsOf(parquetRecords(file, form, () => {}, () => true, SAMPLE_ROWS), form.names);
  return {
    kind: "parquet", packed: "", rows: form.rows, columns, size: form.rows,
    records: (onRead, wanted) => parquetRecords(file, form, onRead, wanted),
  };
};

const openText = async (file, packed, lists) => {
  const sample = await sampleOf(file, packed);
  const encoding = encodingOf(sample);
  if (!encoding.startsWith("utf-16") && sample.includes(0)) throw new Unreadable("kind");
  const text = new TextDecoder(encoding).decode(sample, { stream: true }).replace(/\r\n?/g, "\n");
  if (!text.trim()) throw new Unreadable("empty");
  const kind = kindOf(text.trimStart(), file.name);
  const form = { packed, encoding, lists, delimiter: kind === "csv" ? delimiterOf(text) : "" };
  const read = { csv: csvRecords, jsonl: lineRecords, json: objectRecords }[kind];
  const names = kind === "csv" ? await csvColumns(text, form.delimiter) : [];
  const columns = await columnsOf(read(file, form), names);
  if (!columns.length) throw new Unreadable(kind === "csv" ? "rows" : "json");
  if (columns.rows === 0) throw new Unreadable("rows");
  return {
    kind, packed, encoding, delimiter: form.delimiter, columns, size: file.size,
    records: (onRead) => read(file, form, onRead),
  };
};

// A list, or an object over several lines, is read object by object; anything else that is JSON line by line.
const kindOf = (text, name) => {
  if (text.startsWith("[")) return "json";
  if (!text.startsWith("{")) return /\.(jsonl|ndjson|json)(\.\w+)?$/i.test(name) ? "jsonl" : "csv";
  const line = text.split("\n", 1)[0];
  try {
    JSON.parse(line);
    return "jsonl";
  } catch {
    return line.trimEnd().endsWith("}") || line.length > 100 ? "jsonl" : "json";
  }
};

// Columns in the order in which they turn up, with their first values.
const columnsOf = async (records, names) => {
  const columns = new Map(names.map((name) => [name, { name, values: [], filled: 0 }]));
  let rows = 0;
  reading: for await (const some of records) {
    for (const { cells } of some) {
      rows += 1;
      for (const [name, value] of Object.entries(cells)) {
        if (!columns.has(name)) columns.set(name, { name, values: [], filled: 0 });
        const column = columns.get(name);
        const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
        column.filled += 1;
        if (column.values.length < VALUES && !column.values.includes(shown)) column.values.push(shown);
      }
      if (rows >= SAMPLE_ROWS) break reading;
    }
  }
  const found = [...columns.values()];
  const opened = (one) => one.filled === 0 && found.some((other) => other.name.startsWith(`${one.name}.`)); // an object: its parts are columns
  return Object.assign(found.filter((one) => !opened(one)), { rows });
};
