/**
 * Which processes exist: each announces itself under a lease that it renews; `list` returns those whose lease has not
 * expired. Values are text that readers validate. In memory for one process, in Redis (`redis-announcements.ts`, by
 * Redis' clock) for several.
 */
export const ANNOUNCEMENT_LEASE_MS = 5_000;

export interface Announcements {
  /** Sets the value and renews the lease. */
  announce(id: string, value: string): Promise<void>;
  /** Removes the announcement without waiting for the lease to expire. */
  withdraw(id: string): Promise<void>;
  list(): Promise<Map<string, string>>;
}

export class MemoryAnnouncements implements Announcements {
  readonly #leaseMs: number;
  readonly #said = new Map<string, { value: string; untilMs: number }>();

  constructor(options: { leaseMs?: number } = {}) {
    this.#leaseMs = options.leaseMs ?? ANNOUNCEMENT_LEASE_MS;
  }

  async announce(id: string, value: string): Promise<void> {
    this.#said.set(id, { value, untilMs: performance.now() + this.#leaseMs });
  }

  async withdraw(id: string): Promise<void> {
    this.#said.delete(id);
  }

  async list(): Promise<Map<string, string>> {
    const now = performance.now();
    for (const [id, { untilMs }] of this.#said) if (untilMs <= now) this.#said.delete(id);
    return new Map([...this.#said].map(([id, { value }]) => [id, value]));
  }
}
