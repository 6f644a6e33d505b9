/** Errors in Stripe's shape, by factory, so that each code has its status and type in one place. */
import type Stripe from 'stripe';

export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error' | 'rate_limit_error';

export interface ErrorBody {
  type: ErrorType;
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
  setup_intent?: Stripe.SetupIntent;
  doc_url?: string;
}

/** An answer other than 2xx. `isSaved` is false where Stripe stores nothing under the idempotency key. */
export class StripeApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly isSaved: boolean;

  constructor(status: number, body: ErrorBody, isSaved = true) {
    super(body.message);
    this.name = 'StripeApiError';
    this.status = status;
    this.body =
      body.code === undefined
        ? body
        : { ...body, doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}` };
    this.isSaved = isSaved;
  }
}

interface InvalidRequest {
  message: string;
  code?: string;
  param?: string;
}

/** Refused while executing: Stripe saves such an answer under the idempotency key. */
export function invalidRequest(fault: InvalidRequest): StripeApiError {
  return new StripeApiError(400, { type: 'invalid_request_error', ...fault });
}

/** Refused before executing: parameters that fail validation aren't saved. */
export function invalidParameter(fault: InvalidRequest): StripeApiError {
  return new StripeApiError(400, { type: 'invalid_request_error', ...fault }, false);
}

/** A feature of Stripe that this emulator lacks: an explicit error, never ignored. */
export function notEmulated(what: string, param?: string): StripeApiError {
  const message = `${what} exists at Stripe, but this emulator does not implement it (infra/stripe-emulator/README.md).`;
  return new StripeApiError(400, { type: 'invalid_request_error', message, param }, false);
}

export function noSuch(noun: string, id: string, param = 'id'): StripeApiError {
  const isFromUrl = param === 'id';
  return new StripeApiError(isFromUrl ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such ${noun}: '${id}'`,
  });
}

export function unauthenticated(message: string): StripeApiError {
  return new StripeApiError(401, { type: 'invalid_request_error', message }, false);
}

export function accountInvalid(account: string): StripeApiError {
  const message = `The provided key does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`;
  return new StripeApiError(403, { type: 'invalid_request_error', code: 'account_invalid', message }, false);
}

export function rateLimited(): StripeApiError {
  const message =
    'Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.';
  return new StripeApiError(429, { type: 'rate_limit_error', code: 'rate_limit', message }, false);
}

export function keyInUse(key: string): StripeApiError {
  const message = `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`;
  return new StripeApiError(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message }, false);
}

export function serverError(message: string): StripeApiError {
  return new StripeApiError(500, { type: 'api_error', message });
}
