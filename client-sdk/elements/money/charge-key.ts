/** The idempotency key of charges of a saved card. */
import { LogeError } from '../../src/errors.ts';
import { createKey } from '../../src/random-key.ts';

export class ChargeKey {
  #key = createKey();

  /**
   * Renews the key only when the outcome is known. After a lost answer, the server refuses another amount or card under
   * the same key if it has the first order, so that no second charge follows.
   */
  async use<Answer>(order: (idempotencyKey: string) => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await order(this.#key);
      this.#key = createKey();
      return answer;
    } catch (error) {
      // A final refusal repeats under the same key.
      if (error instanceof LogeError && !error.retryable) this.#key = createKey();
      throw error;
    }
  }
}
