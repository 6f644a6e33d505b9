import Stripe from 'stripe';
import { AppError } from '../../protocol/errors.ts';

/** How the parts of the adapter send a request. Errors of the SDK are translated in one place. */
export interface StripeCall {
  <T>(what: string, request: () => Promise<T>): Promise<T>;
  <T>(what: string, request: () => Promise<T>, options: { whenMissing: 'id' | 'customer' }): Promise<T | undefined>;
}

const KEY_MS = 10 * 60_000;

/**
 * An idempotency key for an object that is created once and found by name. Stripe repeats an answer, including a
 * failure, for a day under the same key; this key changes every few minutes.
 */
export function keyForAWhile(name: string): string {
  return `${name}:${Math.floor(Date.now() / KEY_MS)}`;
}

/**
 * Whether Stripe stores this failure under the key and would repeat it for a day, although another order can succeed:
 * after its own failure, and while the balance does not cover the order. For a refund, the latter has no `code`.
 */
export function isKeySpent(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined;
  if (cause instanceof Stripe.errors.StripeAPIError) return true;
  if (!(cause instanceof Stripe.errors.StripeInvalidRequestError)) return false;
  const { message_code } = cause.raw as { message_code?: string };
  return cause.code === 'balance_insufficient' || message_code === 'insufficient_balance_for_refund';
}
