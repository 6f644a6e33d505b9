import Stripe from 'stripe';
import type { Log } from '../../platform/log.ts';
import { AppError } from '../../protocol/errors.ts';

/**
 * Sends one request and translates its errors. `whenMissing` names the parameter whose object may not exist; then the
 * result is undefined.
 */
export interface StripeCall {
  <T>(what: string, request: () => Promise<T>): Promise<T>;
  <T>(what: string, request: () => Promise<T>, options: { whenMissing: 'id' | 'customer' }): Promise<T | undefined>;
}

export function createStripeCall(log: Log): StripeCall {
  const call = async <T>(
    what: string,
    request: () => Promise<T>,
    options?: { whenMissing: 'id' | 'customer' },
  ): Promise<T | undefined> => {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeError)) throw error;
      if (options && isMissing(error, options.whenMissing)) return undefined;
      const { type, code, statusCode, requestId } = error;
      log.warn({ what, type, code, statusCode, requestId, reason: error.message }, 'payment provider request failed');
      throw toAppError(what, error);
    }
  };
  // The overload without options never resolves to undefined by itself.
  return call as StripeCall;
}

/** A connected account that is gone, or whose access was revoked, has a code of its own. */
function isMissing(error: Stripe.errors.StripeError, param: 'id' | 'customer'): boolean {
  if (error.code === 'account_invalid') return param === 'id';
  if (error.code !== 'resource_missing') return false;
  return param === 'customer' ? error.param === 'customer' : error.statusCode === 404;
}

/**
 * A rejected request is final for a refund, and our own fault otherwise, unless its amount is no card payment.
 * Everything else (no answer, 5xx, 429, a conflict, a rejected key) can be retried or fixed by the operator.
 */
function toAppError(what: string, error: Stripe.errors.StripeError): AppError {
  const isRefusal =
    error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError;
  if (!isRefusal) return new AppError('provider_unavailable', undefined, { cause: error });
  if (error.code === 'amount_too_small' || error.code === 'amount_too_large')
    return new AppError(error.code, error.message, { cause: error });
  if (what === 'refund') return new AppError('not_refundable', error.message, { cause: error });
  return new AppError('internal', `The payment provider refused to ${what}.`, { cause: error });
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
