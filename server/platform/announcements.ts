/**
 * Which processes exist: each announces itself in Redis (`redis-announcements.ts`) under a lease that it renews, by
 * Redis' clock; `list` returns those whose lease has not expired. Values are text that readers validate.
 */
export const ANNOUNCEMENT_LEASE_MS = 5_000;

export interface Announcements {
  /** Sets the value and renews the lease. */
  announce(id: string, value: string): Promise<void>;
  /** Removes the announcement without waiting for the lease to expire. */
  withdraw(id: string): Promise<void>;
  list(): Promise<Map<string, string>>;
}
