/**
 * Exports of personal data, which read every table: a few a day for each person, one at a time. Refusals before, such
 * as a missing confirmation, do not count.
 */
import { AppError } from '../../protocol/errors.ts';
import type { HttpLimits } from '../rate-limits.ts';

const RETRY_AFTER_MS = 10_000;

export class Exports {
  readonly #limits: HttpLimits;
  readonly #running = new Set<string>();

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  async run(person: string, make: () => Promise<void>): Promise<void> {
    if (this.#running.has(person))
      throw new AppError('rate_limited', 'Your export is being made already.', { retryAfterMs: RETRY_AFTER_MS });
    this.#running.add(person);
    try {
      await this.#limits.consume('export', { identity: person });
      await make();
    } finally {
      this.#running.delete(person);
    }
  }
}
