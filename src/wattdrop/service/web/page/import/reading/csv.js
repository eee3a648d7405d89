// CSV by Papa Parse's parser, a piece of text at a time. A record holds its cells by column and the line it begins on.
import { script } from "../../parts/script.js";
import { texts } from "./text.js";

const MARKS = [",", ";", "\t", "|"];
const MOST_RECORD = 1_000_000; // letters; a longer one is a quotation mark that nobody closed

const parser = async (delimiter) => {
  await script("papaparse");
  return new Papa.Parser({ delimiter, newline: "\n" });
};

const count = (text, mark) => text.split(mark).length - 1;
const isEmpty = (cells) => cells.every((cell) => cell === "");
const linesIn = (cells) => cells.reduce((sum, cell) => sum + (cell.includes("\n") ? count(cell, "\n") : 0), 0);

const TOLD = /^"?sep=([,;\t|])"?[ \t]*$/i; // a line before the names, by which Excel is told
const isTold = (cells) => /^sep=[,;\t|]?$/i.test(cells[0].trim()) && isEmpty(cells.slice(1));

// The mark between cells: the one that is told, else the one that the head has most of.
export const delimiterOf = (sample) => {
  const head = sample.trimStart().split("\n", 1)[0];
  const told = TOLD.exec(head);
  if (told) return told[1];
  return MARKS.reduce((best, mark) => (count(head, mark) > count(head, best) ? mark : best));
};

const named = (cells) => {
  const names = [];
  cells.forEach((cell, at) => {
    const name = cell.trim() || `column_${at + 1}`;
    names.push(names.includes(name) ? `${name} (${at + 1})` : name);
  });
  return names;
};

export async function* csvRecords(file, form, onRead) {
  const parse = await parser(form.delimiter);
  let names;
  let rest = "";
  let line = 1;
  const recordsOf = (rows) => {
    const records = [];
    for (const cells of rows) {
      const at = line;
      line += 1 + linesIn(cells);
      if (isEmpty(cells) || (!names && isTold(cells))) continue;
      if (!names) names = named(cells);
      else records.push(record(names, cells, at));
    }
    return records;
  };
  for await (const text of texts(file, form, onRead)) {
    rest += text;
    const { data, meta } = parse.parse(rest, 0, true);
    rest = rest.slice(meta.cursor);
    const records = recordsOf(data);
    if (records.length) yield records;
    if (rest.length > MOST_RECORD) break;
  }
  if (rest.length > MOST_RECORD) yield [{ line, cells: {}, broken: "quote" }];
  else if (rest) {
    const { data, errors } = parse.parse(rest, 0, false);
    const records = recordsOf(data);
    if (errors.length && records.length) records.at(-1).broken = "quote";
    yield records;
  }
}

const record = (names, values, line) => {
  const cells = {};
  names.forEach((name, at) => { if (values[at]) cells[name] = values[at]; });
  if (!isEmpty(values.slice(names.length))) return { line, cells, broken: "cells", counts: { found: values.length, named: names.length } };
  return values.some((value) => value.includes("\ufffd")) ? { line, cells, broken: "letters" } : { line, cells };
};

export const csvColumns = async (sample, delimiter) => {
  const { data } = (await parser(delimiter)).parse(sample, 0, false);
  return named(data.find((cells) => !isEmpty(cells) && !isTold(cells)) ?? []);
};
