/**
 * Orders a room's entries by sequence number as they arrive from several gateways, without gaps or duplicates. An early
 * entry waits for its predecessors; lost entries are reported as missing. Pure: no clock, no database.
 */
import type { LogEntry } from '../../chat/log/log-entry.ts';

/** Maximum of early entries that are kept; later ones are read from the database. */
const EARLY_MAX = 1_000;

export class ChatSequence {
  #lastSeq: number;
  readonly #early = new Map<number, LogEntry>();

  constructor(lastSeq: number) {
    this.#lastSeq = lastSeq;
  }

  /** Everything up to this number was passed on. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get hasGap(): boolean {
    return this.#early.size > 0;
  }

  /** Passes on the next entries in order. */
  accept(entries: readonly LogEntry[]): LogEntry[] {
    const released: LogEntry[] = [];
    for (const entry of entries) {
      if (entry.seq <= this.#lastSeq) continue;
      if (entry.seq > this.#lastSeq + 1) {
        if (this.#early.size < EARLY_MAX) this.#early.set(entry.seq, entry);
        continue;
      }
      this.#lastSeq = entry.seq;
      released.push(entry);
      this.#releaseEarly(released);
    }
    return released;
  }

  /** Continues from `seq`: earlier entries are gone from the log, or too many to send. */
  skipTo(seq: number): LogEntry[] {
    const released: LogEntry[] = [];
    if (seq <= this.#lastSeq) return released;
    this.#lastSeq = seq;
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    this.#releaseEarly(released);
    return released;
  }

  #releaseEarly(released: LogEntry[]): void {
    for (let next = this.#early.get(this.#lastSeq + 1); next; next = this.#early.get(this.#lastSeq + 1)) {
      this.#early.delete(next.seq);
      this.#lastSeq = next.seq;
      released.push(next);
    }
  }
}
