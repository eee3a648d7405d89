// A short name of a file's content: the same for the same bytes, whatever the file is called. It keeps nothing secret, and
// guards against nobody; the browser's own digests want the whole file in memory.
import { bytes } from "./text.js";

const hex = (value) => (value >>> 0).toString(16).padStart(8, "0");

export const fingerprint = async (file) => {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for await (const chunk of bytes(file, "")) {
    for (let at = 0; at < chunk.length; at += 1) {
      one = Math.imul(one ^ chunk[at], 2654435761);
      other = Math.imul(other ^ chunk[at] ^ (one >>> 16), 1597334677);
    }
  }
  return `${hex(one)}${hex(other)}-${file.size}`;
};
