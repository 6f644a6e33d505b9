import { limited, restBetween } from './read-timing.ts';

interface Next<V> {
  value: Promise<V>;
  waiting: number;
}

/**
 * Shares one read among the callers that need it at the same time. A caller gets a read that began after its call: one
 * already under way may miss recent changes. A rush of a hundred newcomers costs a few reads.
 */
export class SharedRead<K, V> {
  readonly #read: (key: K) => Promise<V>;
  readonly #restMs: number;
  readonly #running = new Map<K, Promise<V>>();
  readonly #next = new Map<K, Next<V>>();

  constructor(read: (key: K) => Promise<V>, { restMs = 0 } = {}) {
    this.#read = read;
    this.#restMs = restMs;
  }

  get(key: K): Promise<V> {
    const known = this.#next.get(key);
    if (known) {
      known.waiting += 1;
      return known.value;
    }
    const running = this.#running.get(key);
    if (!running) return this.#start(key);
    const next: Next<V> = { waiting: 1, value: this.#startAfter(running, key) };
    this.#next.set(key, next);
    return next.value;
  }

  async #startAfter(running: Promise<V>, key: K): Promise<V> {
    await running.catch(() => undefined);
    await restBetween(this.#next.get(key)?.waiting ?? 0, this.#restMs);
    this.#next.delete(key);
    return this.#start(key);
  }

  #start(key: K): Promise<V> {
    const read = limited(this.#read(key)).finally(() => {
      if (this.#running.get(key) === read) this.#running.delete(key);
    });
    this.#running.set(key, read);
    return read;
  }
}
