/** A map with a limit of entries: `set` makes its entry the newest, and drops the oldest past the limit. */
export class RecentMap<K, V> extends Map<K, V> {
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    // Only then: V8 walks over the places of deleted keys to find the first.
    if (this.size > this.#limit) {
      const [oldest] = this.keys();
      this.delete(oldest as K);
    }
    return this;
  }
}
