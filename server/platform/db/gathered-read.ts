import { limited, restBetween } from './read-timing.ts';

/** Keys per statement. */
const KEYS_AT_ONCE = 500;

interface Waiting<K, V> {
  key: K;
  resolve: (value: V) => void;
  reject: (error: unknown) => void;
}

/**
 * Combines reads of many keys: those of one turn of the event loop, and those that were requested during the previous
 * read. A caller gets a read that began after its call. A rush of newcomers costs a few statements.
 */
export class GatheredRead<K, V> {
  readonly #read: (keys: K[]) => Promise<V[]>;
  readonly #restMs: number;
  readonly #waiting: Waiting<K, V>[] = [];
  #isReading = false;

  /** `read` returns values in the order of the keys. */
  constructor(read: (keys: K[]) => Promise<V[]>, { restMs = 0 } = {}) {
    this.#read = read;
    this.#restMs = restMs;
  }

  get(key: K): Promise<V> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (this.#isReading) return;
      this.#isReading = true;
      setImmediate(() => void this.#readAll());
    });
  }

  async #readAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#readSome(this.#waiting.splice(0, KEYS_AT_ONCE));
      await restBetween(this.#waiting.length, this.#restMs);
    }
    this.#isReading = false;
  }

  async #readSome(some: Waiting<K, V>[]): Promise<void> {
    try {
      const values = await limited(this.#read(some.map(({ key }) => key)));
      for (const [index, { resolve }] of some.entries()) resolve(values[index] as V);
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }
}
