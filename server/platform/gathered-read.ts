/** Reads of many keys that are asked for in the same turn of the event loop, made together: a rush of newcomers costs one statement. */
const KEYS_AT_ONCE = 500;

interface Waiting<K, V> {
  key: K;
  resolve: (value: V) => void;
  reject: (error: unknown) => void;
}

export class GatheredRead<K, V> {
  readonly #read: (keys: K[]) => Promise<V[]>;
  #waiting: Waiting<K, V>[] = [];

  /** `read` answers in the order of the keys. */
  constructor(read: (keys: K[]) => Promise<V[]>) {
    this.#read = read;
  }

  get(key: K): Promise<V> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#readAll());
    });
  }

  async #readAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += KEYS_AT_ONCE) {
      const some = waiting.slice(from, from + KEYS_AT_ONCE);
      try {
        const values = await this.#read(some.map(({ key }) => key));
        for (const [index, { resolve }] of some.entries()) resolve(values[index] as V);
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
  }
}
