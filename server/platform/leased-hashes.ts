/**
 * Small maps that several processes share, each under a lease that any of them renews; without renewal it expires. In
 * memory for one process, in Redis (`redis-leased-hashes.ts`) for several. Callers must work without them while Redis
 * is gone.
 */
export const HASH_LEASE_MS = 60_000;

export interface LeasedHashes {
  /** All fields; empty if there is no such hash. */
  get(key: string): Promise<Map<string, string>>;
  /** The given fields that exist. */
  pick(key: string, fields: readonly string[]): Promise<Map<string, string>>;
  /** Compare-and-set of one field (undefined means absent). Returns its value afterwards. */
  swap(request: { key: string; field: string; expected?: string; value: string }): Promise<string>;
  set(key: string, fields: ReadonlyMap<string, string>): Promise<void>;
  /** Removes one field, or the whole hash. */
  remove(key: string, field?: string): Promise<void>;
  /** Returns the keys that no longer exist. */
  renew(keys: readonly string[]): Promise<string[]>;
}

export class MemoryLeasedHashes implements LeasedHashes {
  readonly #leaseMs: number;
  readonly #hashes = new Map<string, { fields: Map<string, string>; untilMs: number }>();

  constructor(options: { leaseMs?: number } = {}) {
    this.#leaseMs = options.leaseMs ?? HASH_LEASE_MS;
  }

  async get(key: string): Promise<Map<string, string>> {
    return new Map(this.#find(key)?.fields);
  }

  async pick(key: string, fields: readonly string[]): Promise<Map<string, string>> {
    const known = this.#find(key)?.fields;
    return new Map(fields.flatMap((field) => (known?.has(field) ? [[field, known.get(field) ?? '']] : [])));
  }

  async swap({ key, field, expected, value }: Parameters<LeasedHashes['swap']>[0]): Promise<string> {
    const fields = this.#getOrCreate(key);
    const now = fields.get(field);
    if (now === expected) fields.set(field, value);
    return fields.get(field) ?? now ?? '';
  }

  async set(key: string, given: ReadonlyMap<string, string>): Promise<void> {
    const fields = this.#getOrCreate(key);
    for (const [field, value] of given) fields.set(field, value);
  }

  async remove(key: string, field?: string): Promise<void> {
    const fields = this.#find(key)?.fields;
    if (field !== undefined) fields?.delete(field);
    if (field === undefined || fields?.size === 0) this.#hashes.delete(key);
  }

  async renew(keys: readonly string[]): Promise<string[]> {
    const lost = keys.filter((key) => !this.#find(key));
    for (const key of keys) if (this.#find(key)) this.#getOrCreate(key);
    // Renewals are frequent enough to also delete what has expired.
    for (const key of this.#hashes.keys()) this.#find(key);
    return lost;
  }

  #find(key: string): { fields: Map<string, string>; untilMs: number } | undefined {
    const hash = this.#hashes.get(key);
    if (hash && hash.untilMs > performance.now()) return hash;
    this.#hashes.delete(key);
    return undefined;
  }

  #getOrCreate(key: string): Map<string, string> {
    const fields = this.#find(key)?.fields ?? new Map<string, string>();
    this.#hashes.set(key, { fields, untilMs: performance.now() + this.#leaseMs });
    return fields;
  }
}
