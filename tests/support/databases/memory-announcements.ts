import { ANNOUNCEMENT_LEASE_MS, type Announcements } from '../../../server/platform/announcements.ts';

/** Announcements of one process, which tests use instead of Redis. */
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
    const valid = [...this.#said].filter(([, { untilMs }]) => untilMs > performance.now());
    return new Map(valid.map(([id, { value }]) => [id, value]));
  }
}
