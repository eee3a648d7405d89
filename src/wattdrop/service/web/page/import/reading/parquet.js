// Parquet by hyparquet: the columns that are asked for, some thousand rows at a time.
import { parquetMetadataAsync, parquetSchema } from "/web/vendor/hyparquet/metadata.js";
import { parquetRead } from "/web/vendor/hyparquet/read.js";
import { gunzip } from "/web/vendor/hyparquet-compressors/gzip.js";
import { decompressLz4, decompressLz4Raw } from "/web/vendor/hyparquet-compressors/lz4.js";
import { decompress } from "/web/vendor/fzstd.js";
import { flat } from "./flat.js";
import { Unreadable } from "./unreadable.js";

const AT_ONCE = 20_000;
const compressors = {
  GZIP: (packed, size) => gunzip(packed, new Uint8Array(size)),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
  ZSTD: (packed) => decompress(packed),
};

const bufferOf = (file) => ({ byteLength: file.size, slice: (from, to) => file.slice(from, to).arrayBuffer() });

// Values as JSON has them; a moment without a zone is one of UTC.
const plain = (value) => {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (ArrayBuffer.isView(value)) return Array.from(value, plain);
  if (Array.isArray(value)) return mapOf(value) ?? value.map(plain);
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
  return value;
};

// A map is read as a list of keys with values.
const mapOf = (list) =>
  list.length > 0 && list.every((one) => one && typeof one === "object" && "key" in one && "value" in one)
    ? Object.fromEntries(list.map((one) => [String(one.key), plain(one.value)])) : undefined;

const failed = (error) => {
  if (error instanceof Unreadable) return error;
  const codec = /unsupported compression codec: (\w+)/.exec(error.message);
  return codec ? new Unreadable("codec", { codec: codec[1] }) : new Unreadable("parquet", { reason: error.message });
};

export const parquetForm = async (file) => {
  try {
    const metadata = await parquetMetadataAsync(bufferOf(file));
    return { metadata, rows: Number(metadata.num_rows), names: parquetSchema(metadata).children.map((one) => one.element.name) };
  } catch (error) {
    throw failed(error);
  }
};

// `wanted` says of the name of a column whether it is read. Row groups are read one after the other.
export async function* parquetRecords(file, { metadata, names, rows }, onRows, wanted, most = rows) {
  const columns = names.filter(wanted);
  const end = Math.min(rows, most);
  let first = 0;
  for (const group of metadata.row_groups) {
    const last = first + Number(group.num_rows);
    for (let from = first; from < Math.min(last, end); from += AT_ONCE) {
      const to = Math.min(from + AT_ONCE, last, end);
      const read = await groupOf(file, metadata, columns, from, to);
      onRows(to - from);
      yield read.map((row, at) => ({ line: from + at + 1, cells: flat(plain(row)) }));
    }
    first = last;
  }
}

const groupOf = async (file, metadata, columns, rowStart, rowEnd) => {
  let found = [];
  try {
    await parquetRead({ file: bufferOf(file), metadata, columns, rowStart, rowEnd, compressors, rowFormat: "object", onComplete: (rows) => { found = rows; } });
  } catch (error) {
    throw failed(error);
  }
  return found;
};
