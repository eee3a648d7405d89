// A file as pieces of text, unpacked and decoded on the way, so that no more than a piece is ever in memory.
import { Unreadable } from "./unreadable.js";

const UNPACKERS = {
  gzip: async () => new DecompressionStream("gzip"),
  zstd: async () => {
    const { Decompress } = await import("/web/vendor/fzstd.js");
    let stream;
    return new TransformStream({
      start(controller) { stream = new Decompress((chunk) => controller.enqueue(chunk)); },
      transform(chunk) { stream.push(chunk); },
      flush() { stream.push(new Uint8Array(0), true); },
    });
  },
};

// `onRead` is told how many bytes of the file were taken. A stream that does not unpack is said to be broken.
export async function* bytes(file, packed, onRead = () => {}) {
  let stream = file.stream().pipeThrough(new TransformStream({
    transform(chunk, controller) {
      onRead(chunk.byteLength);
      controller.enqueue(chunk);
    },
  }));
  if (packed) stream = stream.pipeThrough(await UNPACKERS[packed]());
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw error.name === "NotReadableError" || !packed ? new Unreadable("gone") : new Unreadable("packed");
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// Ends of lines are one character, whatever the system that wrote them.
export async function* texts(file, { packed, encoding }, onRead) {
  const decoder = new TextDecoder(encoding);
  let held = ""; // half of an end of line
  const plain = (text) => {
    const whole = held + text;
    held = whole.endsWith("\r") ? "\r" : "";
    return (held ? whole.slice(0, -1) : whole).replace(/\r\n?/g, "\n");
  };
  for await (const chunk of bytes(file, packed, onRead)) yield plain(decoder.decode(chunk, { stream: true }));
  yield plain(decoder.decode()) + (held ? "\n" : "");
}

// UTF-8, unless marks or bytes say otherwise; what is no UTF-8 is what Windows programs of western Europe write.
export const encodingOf = (sample) => {
  if (sample[0] === 0xff && sample[1] === 0xfe) return "utf-16le";
  if (sample[0] === 0xfe && sample[1] === 0xff) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: true }); // it may end within a letter
    return "utf-8";
  } catch {
    return "windows-1252";
  }
};
