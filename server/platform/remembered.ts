import type { Clock } from './clock.ts';
import { RecentMap } from './recent-map.ts';

/** A short-lived cache by key. Concurrent callers share one load; a load that fails is not kept. */
export class Remembered<K, V> {
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #values: RecentMap<K, { value: Promise<V>; untilMs: number }>;

  /** What is loaded is kept for `forMs`, from the start of its load. */
  constructor({ clock, forMs, max }: { clock: Clock; forMs: number; max: number }) {
    this.#clock = clock;
    this.#forMs = forMs;
    this.#values = new RecentMap(max);
  }

  find(key: K, load: () => Promise<V>): Promise<V> {
    const nowMs = this.#clock.now();
    const known = this.#values.get(key);
    if (known && nowMs < known.untilMs) return known.value;
    const value = load();
    const entry = { value, untilMs: nowMs + this.#forMs };
    this.#values.set(key, entry);
    value.catch(() => this.#values.get(key) === entry && this.#values.delete(key));
    return value;
  }

  forget(key: K): void {
    this.#values.delete(key);
  }
}
