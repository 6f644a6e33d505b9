/**
 * The lifetime of an application object that crashes at a random await: before a statement or request is sent, or after
 * it is sent and before its answer. From then on nothing that the object does has an effect, as if its process had been
 * killed: its connections are cut, so that Postgres rolls back open transactions, and no request reaches the provider.
 */
import type pg from 'pg';
import type { Database } from '../../../server/platform/db/db.ts';

type QueryArguments = [text: never, values?: never, callback?: never];

export class Life {
  #pointsLeft = Number.POSITIVE_INFINITY;
  #isAnswerLost = false;
  #isOver = false;
  readonly #clients = new Set<pg.PoolClient>();
  /** Waiters for a connection at the time of the crash. */
  #waiting: { callback(error: Error): void }[] = [];

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Crashes after this many awaits; with `isAnswerLost` the last operation takes effect, but its answer is lost. */
  endAfter(points: number, isAnswerLost: boolean): void {
    this.#pointsLeft = points;
    this.#isAnswerLost = isAnswerLost;
  }

  /** Cancels the planned crash. */
  spare(): void {
    this.#pointsLeft = Number.POSITIVE_INFINITY;
  }

  /** Intercepts everything on a pool's connections. */
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
    // A cut connection already rejects its pending query.
    client.on('error', () => {});
    if (this.#isOver) cut(client);
    const query = client.query.bind(client) as (...args: QueryArguments) => unknown;
    client.query = ((...args: QueryArguments) => {
      const isLast = this.#isLastPoint();
      if (isLast && !this.#isAnswerLost) this.end();
      const answer = query(...args);
      // The statement has been sent by then; only its answer is lost.
      if (isLast && this.#isAnswerLost) setImmediate(() => this.end());
      return answer;
    }) as pg.PoolClient['query'];
  }

  /** Intercepts requests to the provider. */
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
  return new TypeError('fetch failed', { cause: new Error('This application object has crashed.') });
}
