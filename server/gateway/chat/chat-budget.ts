/**
 * Limits a room's chat to what people can read: above a rate of messages per second the chat is sampled, evenly over
 * its authors. Tips, acts and messages of the creator and moderators always pass. Skipped messages stay in the log, and
 * the frame lists their sequence numbers.
 */
import type { LogEntry } from '../../chat/log/log-entry.ts';

/** Seconds of budget that can be spent at once, so that a burst in a quiet room is not sampled. */
const BURST_SECONDS = 4;

export interface Sample {
  shown: LogEntry[];
  skipped: LogEntry[];
}

export class ReadingBudget {
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  /** No limit when `perSecond` is 0. */
  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond * BURST_SECONDS;
    this.#atMs = nowMs;
  }

  take(entries: LogEntry[], nowMs: number): Sample {
    if (this.#perSecond === 0) return { shown: entries, skipped: [] };
    const earned = ((nowMs - this.#atMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond * BURST_SECONDS, this.#left + Math.max(0, earned));
    this.#atMs = nowMs;
    let waiting = 0;
    for (const entry of entries) if (isSampled(entry)) waiting += 1;
    const affordable = Math.min(waiting, Math.floor(this.#left));
    this.#left -= affordable;
    if (affordable === waiting) return { shown: entries, skipped: [] };
    const [shown, skipped]: [LogEntry[], LogEntry[]] = [[], []];
    let [seen, kept] = [0, 0];
    for (const entry of entries) {
      if (!isSampled(entry)) {
        shown.push(entry);
        continue;
      }
      seen += 1;
      if (kept < Math.floor((seen * affordable) / waiting)) {
        kept += 1;
        shown.push(entry);
      } else skipped.push(entry);
    }
    return { shown, skipped };
  }
}

function isSampled(entry: LogEntry): entry is Extract<LogEntry, { kind: 'message' }> {
  return entry.kind === 'message' && entry.from.role === 'fan';
}

/** Groups consecutive numbers into ranges. */
export function toRanges(seqs: readonly number[]): [fromSeq: number, toSeq: number][] {
  const ranges: [number, number][] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}
