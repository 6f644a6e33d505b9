/** The emulator's clock: the machine's or a test's, plus what `advanceClock` added. */
import type { Store } from './store/store.ts';

export class Clock {
  readonly #now: () => number;
  readonly #store: Store;

  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  nowMs(): number {
    return this.#now() + this.#offsetMs();
  }

  /** Never backwards. */
  moveTo(targetMs: number): void {
    const byMs = targetMs - this.nowMs();
    if (byMs <= 0) return;
    const offsetMs = this.#offsetMs() + byMs;
    this.#store.transact((transaction) => transaction.put('clock', 'clock', { offsetMs }));
  }

  #offsetMs(): number {
    return this.#store.get('clock', 'clock')?.offsetMs ?? 0;
  }
}
