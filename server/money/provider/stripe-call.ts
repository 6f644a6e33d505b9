/** How the parts of the adapter send a request: errors of the SDK are translated in one place. */
export interface StripeCall {
  <T>(what: string, request: () => Promise<T>): Promise<T>;
  <T>(what: string, request: () => Promise<T>, options: { whenMissing: 'id' | 'customer' }): Promise<T | undefined>;
}

const KEY_MS = 10 * 60_000;

/**
 * An idempotency key for what is made once and found again by its name. The provider repeats an answer, a failure too, for a day under one key:
 * this one is another some minutes later.
 */
export function keyForAWhile(name: string): string {
  return `${name}:${Math.floor(Date.now() / KEY_MS)}`;
}
