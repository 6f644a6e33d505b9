/** A read whose answer is used for some time by everybody, where an answer that is a little late does no harm. */
import type { Clock } from './clock.ts';

export class RememberedRead<T> {
  readonly #read: () => Promise<T>;
  readonly #options: { clock: Clock; forMs: number };
  #last: { answer: Promise<T>; untilMs: number } | undefined;

  constructor(read: () => Promise<T>, options: { clock: Clock; forMs: number }) {
    this.#read = read;
    this.#options = options;
  }

  /** A failure is not remembered. */
  get(): Promise<T> {
    const { clock, forMs } = this.#options;
    const nowMs = clock.now();
    if (!this.#last || nowMs >= this.#last.untilMs) {
      const answer = this.#read();
      this.#last = { answer, untilMs: nowMs + forMs };
      answer.catch(() => this.forget());
    }
    return this.#last.answer;
  }

  forget(): void {
    this.#last = undefined;
  }
}
