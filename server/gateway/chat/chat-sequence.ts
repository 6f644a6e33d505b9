/**
 * Puts a room's entries into the order of the log as they arrive from several gateways: each number once, none left
 * out. What comes early waits for what is before it; what does not come, because the bus lost it, is asked for. Pure:
 * no clock, no database.
 */
import type { ChatEntry } from '../../protocol/chat.ts';

/** Entries that may wait for one before them; what is beyond is found in the database with the rest. */
const EARLY_MAX = 1_000;

export class ChatSequence {
  #lastSeq: number;
  readonly #early = new Map<number, ChatEntry>();

  constructor(lastSeq: number) {
    this.#lastSeq = lastSeq;
  }

  /** Everything up to here was let through. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get hasGap(): boolean {
    return this.#early.size > 0;
  }

  /** Lets through, in order, what is next. */
  accept(entries: readonly ChatEntry[]): ChatEntry[] {
    const released: ChatEntry[] = [];
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

  /** Goes on from `seq`: what is before it is not in the log any more, or too much to be told one by one. */
  skipTo(seq: number): ChatEntry[] {
    const released: ChatEntry[] = [];
    if (seq <= this.#lastSeq) return released;
    this.#lastSeq = seq;
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    this.#releaseEarly(released);
    return released;
  }

  #releaseEarly(released: ChatEntry[]): void {
    for (let next = this.#early.get(this.#lastSeq + 1); next; next = this.#early.get(this.#lastSeq + 1)) {
      this.#early.delete(next.seq);
      this.#lastSeq = next.seq;
      released.push(next);
    }
  }
}
