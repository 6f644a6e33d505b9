/**
 * Reads that many want at the same moment, made once for all of them. Whoever asks gets a read that began after they asked: one that was
 * already under way may have missed what happened in between. A rush of a hundred newcomers costs a few reads instead of a hundred.
 */
export class SharedRead<K, V> {
  readonly #read: (key: K) => Promise<V>;
  readonly #running = new Map<K, Promise<V>>();
  readonly #next = new Map<K, Promise<V>>();

  constructor(read: (key: K) => Promise<V>) {
    this.#read = read;
  }

  get(key: K): Promise<V> {
    const running = this.#running.get(key);
    if (!running) return this.#start(key);
    const waiting = this.#next.get(key);
    if (waiting) return waiting;
    const next = running
      .catch(() => undefined)
      .then(() => {
        this.#next.delete(key);
        return this.#start(key);
      });
    this.#next.set(key, next);
    return next;
  }

  #start(key: K): Promise<V> {
    const read = this.#read(key).finally(() => {
      if (this.#running.get(key) === read) this.#running.delete(key);
    });
    this.#running.set(key, read);
    return read;
  }
}
