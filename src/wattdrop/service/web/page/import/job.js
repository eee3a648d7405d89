// A file on its way through the API: piece by piece, with pauses where the service or the reader wants them. What was
// answered is kept in blobs, which the browser may lay on the disk; only sums and errors stay in memory.
import { ApiError, stream, totals } from "../api.js";
import { Errors } from "./errors.js";
import { resultOf } from "./results.js";

const PIECE = 2000;
const TOLD_MS = 100;
const TOTALS_MS = 1500;
const LONGEST_WAIT = 30;
const LATER = [0, 429, 502, 503, 504];

export class Job {
  // `plan`: see there; `onChange`: somebody shows the state.
  constructor(opened, plan, onChange) {
    Object.assign(this, { opened, plan, onChange });
    this.state = { phase: "running", sent: 0, failed: 0, skipped: 0, share: 0, rate: 0, left: undefined, waiting: undefined, totals: undefined, problem: undefined };
    this.errors = new Errors();
    this.kept = [];
    this.parts = [];
    this.told = this.added = 0;
    this.read = this.found = 0; // of the file, and records in what was read
    this.spent = 0; // milliseconds at work
  }

  async run() {
    const records = this.opened.records((more) => { this.read += more; }, this.plan.wanted);
    this.began = performance.now();
    let number = 0;
    try {
      for await (const piece of inPieces(records, (more) => { this.found += more; })) {
        await this.piece(piece, number);
        number += 1;
        if (this.ended) return;
      }
      await this.addUp();
      this.tell({ phase: "done", share: 1, left: 0 }, true);
    } catch (error) {
      if (!this.ended) this.tell({ phase: "failed", problem: error, waiting: undefined }, true);
    }
  }

  async piece(piece, number) {
    await this.pause;
    const sent = piece.filter((one) => !one.broken);
    const answered = sent.length ? await this.answered(sent, number) : { rows: [] };
    if (this.ended) return;
    let at = 0;
    const lines = piece.map((one) => {
      const row = one.broken ? undefined : answered.rows[at++];
      this.note(one, row?.error);
      return JSON.stringify({ line: one.line, ...this.plan.kept(one.cells), ...resultOf(one, row) });
    });
    this.kept.push(new Blob([`${lines.join("\n")}\n`]));
    if (answered.part) this.parts.push(answered.part);
    const stopped = this.state.phase === "stopped";
    if (stopped || performance.now() - this.added > TOTALS_MS) await this.addUp();
    this.spend();
    const share = Math.min((this.read / this.opened.size) * (this.state.sent / this.found), 0.99);
    const left = share > 0 ? (this.spent / 1000) * (1 / share - 1) : undefined;
    this.tell({ share, left, rate: this.state.sent / (this.spent / 1000) }, stopped);
  }

  note(record, error) {
    this.state.sent += 1;
    if (error?.code === "no_inference") this.state.skipped += 1;
    else if (error || record.broken) {
      this.state.failed += 1;
      this.errors.add(record, error);
    }
  }

  // Until it is answered: a service that is busy or away is asked again, as long as nobody stops.
  async answered(piece, number) {
    const lines = piece.map((one) => JSON.stringify(this.plan.sent(one.cells))).join("\n");
    return this.patiently(() => stream(lines, this.plan, this.plan.name && `${this.plan.name}-${number}`));
  }

  async addUp() {
    if (this.parts.length) {
      const found = await this.patiently(() => totals(this.parts));
      if (this.ended) return;
      this.parts = [found.part];
      this.state.totals = found;
    }
    this.added = performance.now();
  }

  async patiently(ask) {
    for (let tries = 0; !this.ended; tries += 1) {
      try {
        const answer = await ask();
        if (this.state.waiting) this.tell({ waiting: undefined }, true);
        return answer;
      } catch (error) {
        if (error.status === 401) {
          await this.untilKey(error);
          continue;
        }
        if (!(error instanceof ApiError) || !LATER.includes(error.status)) throw error;
        const seconds = error.retryAfter || Math.min(2 ** tries, LONGEST_WAIT);
        const why = error.status === 429 ? "limit" : error.status === 0 ? "unreachable" : "busy";
        await this.wait(seconds, why);
      }
    }
    return {};
  }

  // The key has ended: with another one it goes on where it was.
  async untilKey(error) {
    this.stop();
    this.tell({ problem: error }, true);
    await this.pause;
    this.tell({ problem: undefined }, true);
  }

  async wait(seconds, why) {
    this.spend();
    for (let left = Math.ceil(seconds); left > 0 && !this.ended; left -= 1) {
      if (this.state.phase === "running") this.tell({ waiting: { why, seconds: left } }, true);
      await new Promise((done) => { setTimeout(done, 1000); });
      await this.pause;
    }
    this.began = performance.now();
  }

  spend() {
    this.spent += performance.now() - this.began;
    this.began = performance.now();
  }

  stop() {
    this.pause = new Promise((done) => { this.resume = done; });
    this.tell({ phase: "stopped", waiting: undefined }, true);
  }

  goOn() {
    this.began = performance.now();
    this.tell({ phase: "running" }, true);
    this.pause = undefined;
    this.resume?.();
  }

  end() {
    this.ended = true;
    this.resume?.();
  }

  tell(changes, now = false) {
    Object.assign(this.state, changes);
    if (!now && performance.now() - this.told < TOLD_MS) return;
    this.told = performance.now();
    this.onChange({ ...this.state });
  }
}

// Pieces of as many records, whatever the reader gives at a time: the same file is cut the same way each time.
async function* inPieces(records, onFound) {
  let held = [];
  for await (const some of records) {
    onFound(some.length);
    held = held.length ? held.concat(some) : some;
    while (held.length >= PIECE) {
      yield held.slice(0, PIECE);
      held = held.slice(PIECE);
    }
  }
  if (held.length) yield held;
}
