/**
 * The facts of this process whose listener failed: when each is retried, and which others wait for it. For about a
 * minute, later facts of the same room or person wait, to keep their order. After that the fact is retried alone, so
 * that one fact that always fails does not stop its room.
 */
import { type Backoff, retryPauseMs } from '../jobs/backoff.ts';
import { RecentMap } from '../recent-map.ts';

const RETRY: Backoff = { firstMs: 1_000, factor: 2, maxMs: 10_000, jitter: 0 };
const ORDERED_ATTEMPTS = 10;
/** Limit of facts in memory. One that was forgotten counts as new. */
const KEPT_FACTS = 5_000;

interface FailedFact {
  seq: number;
  orderKey: string;
  attempts: number;
  /** On the clock of `performance.now()`. */
  retryAtMs: number;
}

const keepsOrder = ({ attempts }: FailedFact) => attempts < ORDERED_ATTEMPTS;

export class FailedFacts {
  /** By seq; the latest failure is the last. */
  readonly #facts = new RecentMap<number, FailedFact>(KEPT_FACTS);

  get size(): number {
    return this.#facts.size;
  }

  /** Facts with the same order key are dispatched in order. */
  add(seq: number, orderKey: string): { attempts: number; keepsOrder: boolean } {
    const attempts = (this.#facts.get(seq)?.attempts ?? 0) + 1;
    const retryAtMs = performance.now() + retryPauseMs(RETRY, attempts, 0);
    const failed = { seq, orderKey, attempts, retryAtMs };
    this.#facts.set(seq, failed);
    return { attempts, keepsOrder: keepsOrder(failed) };
  }

  delete(seq: number): void {
    this.#facts.delete(seq);
  }

  /** What must not be dispatched yet. */
  waiting(): { orderKeys: string[]; seqs: number[] } {
    const nowMs = performance.now();
    for (const { seq, retryAtMs } of this.#facts.values()) {
      // It was not retried in time: another process has taken it over.
      if (retryAtMs + RETRY.maxMs < nowMs) this.#facts.delete(seq);
    }
    const waiting = [...this.#facts.values()].filter(({ retryAtMs }) => retryAtMs > nowMs);
    return {
      orderKeys: waiting.filter(keepsOrder).map(({ orderKey }) => orderKey),
      seqs: waiting.filter((failed) => !keepsOrder(failed)).map(({ seq }) => seq),
    };
  }
}
