// Lines that could not be estimated, and why: by reason, and one by one for a file.
import { t } from "../text.js";

const FIRST_LINES = 5;
const MOST_REASONS = 20; // of one field and code; values differ in more, and are then one reason
const MOST_KEPT = 200_000;

// What the reader of the file found is said by the page, everything else by the API.
export const said = (one, error) => (error ? error.message : t(`import.broken.${one.broken}`, one.counts));

// What is wrong; what follows is advice, which the API gives for the first of many only.
const known = (message) => message.split(";", 1)[0];

export class Errors {
  constructor() {
    this.all = [];
    this.byReason = new Map();
    this.kinds = new Map();
  }

  add(one, error) {
    const code = error?.code ?? one.broken;
    const field = error?.details?.field ?? "";
    const message = said(one, error);
    if (this.all.length < MOST_KEPT) this.all.push({ line: one.line, code, field, message });
    const reason = this.reasonOf(`${code} ${field}`, message);
    const found = this.byReason.get(reason) ?? { code, field, message, own: !error, lines: [], count: 0 };
    found.count += 1;
    found.alike ||= found.count > 1 && known(found.message) !== known(message);
    if (found.lines.length < FIRST_LINES) found.lines.push(one.line);
    this.byReason.set(reason, found);
  }

  reasonOf(kind, message) {
    const of = this.kinds.get(kind) ?? new Set();
    this.kinds.set(kind, of);
    if (!of.has(known(message)) && of.size >= MOST_REASONS) return kind;
    of.add(known(message));
    return `${kind} ${known(message)}`;
  }

  // The most frequent first; what was put together because there is too much of it, last.
  get reasons() {
    return [...this.byReason.values()].sort((one, other) => Boolean(one.alike) - Boolean(other.alike) || other.count - one.count);
  }
}
