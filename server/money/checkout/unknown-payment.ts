/** News of a payment that is not known here: it may be another application's, or may simply have overtaken the news that it was paid. */
import { AppError } from '../../protocol/errors.ts';
import type { MoneyContext } from '../money-context.ts';

/** So long the provider's news may come in any order. */
const UNSETTLED_MS = 60 * 60_000;

/** Throws while it may still become known, so that the inbox tries again. */
export function assertOld({ clock }: MoneyContext, happenedAtMs: number): void {
  if (clock.now() - happenedAtMs < UNSETTLED_MS) {
    throw new AppError('unavailable', 'The payment is not known here yet; it is asked again.');
  }
}
