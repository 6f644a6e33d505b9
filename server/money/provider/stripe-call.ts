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
