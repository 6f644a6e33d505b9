/** The emulator's time: the machine's or a test's, plus what the control plane has advanced it by. */
import type { Store } from './store/store.ts';

/** `setTimeout` counts in 31 bits; longer waits are taken in pieces. */
const TIMER_MAX_MS = 24 * 60 * 60 * 1000;

export class Clock {
  readonly #now: () => number;
  readonly #store: Store;

  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  nowMs(): number {
    return this.#now() + (this.#store.get('clock', 'clock')?.offsetMs ?? 0);
  }

  advance(byMs: number): void {
    const offsetMs = (this.#store.get('clock', 'clock')?.offsetMs ?? 0) + byMs;
    this.#store.transact((transaction) => transaction.put('clock', 'clock', { offsetMs }));
  }
}

/** Things that are to happen at a time of the emulator's clock, each under an id. */
export class Alarms {
  readonly #clock: Clock;
  readonly #ring: (id: string) => void;
  readonly #waiting = new Map<string, { dueAtMs: number; timer: NodeJS.Timeout }>();

  constructor(clock: Clock, ring: (id: string) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  set(id: string, dueAtMs: number): void {
    this.clear(id);
    const waitMs = Math.max(0, dueAtMs - this.#clock.nowMs());
    const timer = setTimeout(
      () => {
        this.#waiting.delete(id);
        if (waitMs > TIMER_MAX_MS) this.set(id, dueAtMs);
        else this.#ring(id);
      },
      Math.min(waitMs, TIMER_MAX_MS),
    );
    timer.unref();
    this.#waiting.set(id, { dueAtMs, timer });
  }

  clear(id: string): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }

  /** After a jump of the clock: what is due by now rings before this returns, in the order of its times. */
  catchUp(): void {
    const waiting = [...this.#waiting].sort(([, a], [, b]) => a.dueAtMs - b.dueAtMs);
    for (const [id, { dueAtMs }] of waiting) {
      if (!this.#waiting.has(id)) continue;
      if (dueAtMs > this.#clock.nowMs()) this.set(id, dueAtMs);
      else {
        this.clear(id);
        this.#ring(id);
      }
    }
  }

  close(): void {
    for (const id of [...this.#waiting.keys()]) this.clear(id);
  }
}
