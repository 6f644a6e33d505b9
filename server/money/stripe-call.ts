/** How the parts of the adapter send a request: errors of the SDK are translated in one place. */
export interface StripeCall {
  <T>(what: string, request: () => Promise<T>): Promise<T>;
  <T>(what: string, request: () => Promise<T>, options: { whenMissing: 'id' | 'customer' }): Promise<T | undefined>;
}
