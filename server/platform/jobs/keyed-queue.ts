/** Runs the tasks of each key one after another, in the order of their calls, whether they fail or not. */
export class KeyedQueue<Key> {
  readonly #last = new Map<Key, Promise<unknown>>();

  /** Whether a task of the key runs or waits. */
  has(key: Key): boolean {
    return this.#last.has(key);
  }

  run<T>(key: Key, task: () => Promise<T>): Promise<T> {
    const earlier = this.#last.get(key) ?? Promise.resolve();
    const done = earlier.then(task, task).finally(() => {
      if (this.#last.get(key) === done) this.#last.delete(key);
    });
    this.#last.set(key, done);
    return done;
  }
}
