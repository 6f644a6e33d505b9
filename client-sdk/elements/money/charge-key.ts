/** Charges of a saved card: their idempotency key, and what is said after a charge whose outcome is not known. */
import { LogeError } from '../../client/errors.ts';
import { createKey } from '../../client/random-key.ts';
import type { ElementTexts } from '../texts/element-texts.ts';

/** Errors after which the card may be charged. The last: an earlier order with another amount or card got no answer. */
const UNKNOWN: ReadonlySet<string> = new Set(['provider_unavailable', 'timeout', 'idempotency_conflict']);

export function wordsOfCharge(error: unknown, words: string, { maybeCharged }: ElementTexts['topup']): string {
  const code = error instanceof LogeError ? error.code : '';
  if (code === 'connection_failed') return `${words} ${maybeCharged}`;
  return UNKNOWN.has(code) ? maybeCharged : words;
}

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
