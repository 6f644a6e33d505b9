/**
 * The life of one application object, which ends at a random moment at which it waits: before a statement or a request
 * leaves, or once it has left and its answer is still to come. From then on nothing that the object does has any
 * effect, as if its process had been killed: its connections are cut, so that Postgres rolls back what was open, and
 * nothing reaches the provider any more.
 */
import type pg from 'pg';
import type { Database } from '../../../server/platform/db/db.ts';

type QueryArguments = [text: never, values?: never, callback?: never];

export class Life {
  #pointsLeft = Number.POSITIVE_INFINITY;
  #isAnswerLost = false;
  #isOver = false;
  readonly #clients = new Set<pg.PoolClient>();
  /** What waits for a connection when the life ends. */
  #waiting: { callback(error: Error): void }[] = [];

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Ends after so many points at which it waits; `isAnswerLost`: what it waits for happens, and it never hears of it.
   */
  endAfter(points: number, isAnswerLost: boolean): void {
    this.#pointsLeft = points;
    this.#isAnswerLost = isAnswerLost;
  }

  /** Lets it live on, however long. */
  spare(): void {
    this.#pointsLeft = Number.POSITIVE_INFINITY;
  }

  /** Puts everything that goes over a pool's connections under this life. */
  watch(db: Database): void {
    const pool = (db.orm as unknown as { $client: pg.Pool }).$client;
    this.#waiting = (pool as unknown as { _pendingQueue: { callback(error: Error): void }[] })._pendingQueue;
    const connect = pool.connect.bind(pool) as (...args: unknown[]) => unknown;
    pool.connect = ((callback?: (error: Error) => void) => {
      if (!this.#isOver) return callback ? connect(callback) : connect();
      if (callback) return callback(gone());
      return Promise.reject(gone());
    }) as pg.Pool['connect'];
    pool.on('acquire', (client) => this.#watchClient(client));
  }

  #watchClient(client: pg.PoolClient): void {
    if (this.#clients.has(client)) return;
    this.#clients.add(client);
    // A connection that is cut says so to whoever waits on it; nobody else needs to hear.
    client.on('error', () => {});
    if (this.#isOver) cut(client);
    const query = client.query.bind(client) as (...args: QueryArguments) => unknown;
    client.query = ((...args: QueryArguments) => {
      const isLast = this.#isLastPoint();
      if (isLast && !this.#isAnswerLost) this.end();
      const answer = query(...args);
      // What was written is with the server by then; only the answer finds nobody.
      if (isLast && this.#isAnswerLost) setImmediate(() => this.end());
      return answer;
    }) as pg.PoolClient['query'];
  }

  /** The same for requests to the provider. */
  fetchBy(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return async (input, init) => {
      if (this.#isOver) throw gone();
      const isLast = this.#isLastPoint();
      if (isLast && !this.#isAnswerLost) this.end();
      if (this.#isOver) throw gone();
      const answer = await fetch(input, init);
      if (isLast) this.end();
      if (this.#isOver) throw gone();
      return answer;
    };
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const client of this.#clients) cut(client);
    for (const { callback } of this.#waiting.splice(0)) callback(gone());
  }

  #isLastPoint(): boolean {
    this.#pointsLeft -= 1;
    return this.#pointsLeft === 0;
  }
}

function cut(client: pg.PoolClient): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

function gone(): TypeError {
  return new TypeError('fetch failed', { cause: new Error('This application object is gone.') });
}
