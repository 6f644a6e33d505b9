import type { Clock } from './clock.ts';
import { RecentMap } from './recent-map.ts';

export interface RememberedOptions<K, V> {
  clock: Clock;
  /** What is found is kept for this time, from the start of its load. */
  forMs: number;
  max: number;
  load(key: K): Promise<V>;
}

/** A short-lived cache by key. Concurrent callers share one load; a load that fails is not kept. */
export class Remembered<K, V> {
  readonly #options: RememberedOptions<K, V>;
  readonly #values: RecentMap<K, { value: Promise<V>; untilMs: number }>;

  constructor(options: RememberedOptions<K, V>) {
    this.#options = options;
    this.#values = new RecentMap(options.max);
  }

  find(key: K): Promise<V> {
    const { clock, forMs, load } = this.#options;
    const nowMs = clock.now();
    const known = this.#values.get(key);
    if (known && nowMs < known.untilMs) return known.value;
    const value = load(key);
    const entry = { value, untilMs: nowMs + forMs };
    this.#values.set(key, entry);
    value.catch(() => this.#values.get(key) === entry && this.#values.delete(key));
    return value;
  }

  forget(key: K): void {
    this.#values.delete(key);
  }
}
