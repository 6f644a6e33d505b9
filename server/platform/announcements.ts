/**
 * Who is there: a process says so under a lease that it renews, and whoever asks is told of all whose lease lasts. What is said is text; those who
 * read it check it. In one process it stays in memory; between several it is in Redis (`redis-announcements.ts`), by Redis' own clock.
 */
export const ANNOUNCEMENT_LEASE_MS = 5_000;

export interface Announcements {
  /** Says it anew, and renews the lease. */
  announce(id: string, value: string): Promise<void>;
  /** Gone now, without waiting for the lease to end. */
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
