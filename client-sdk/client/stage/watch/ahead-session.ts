/**
 * A media session that is opened before it can be shown: while the socket is still connecting, or together with the
 * access. If no socket resumes it, the server ends it.
 */
import type { SessionId } from '../../../../server/protocol/ids.ts';
import type { ConsumerOptions } from '../../../../server/protocol/stage.ts';
import { delay } from '../../backoff.ts';
import type { Connection } from '../../connection/connection.ts';
import { toLogeError } from '../../errors.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import { leaveSession } from '../../media/media-transport.ts';
import type { WatchedSession } from './watched-session.ts';

/**
 * `place` is called as soon as there is a session, before its tracks are negotiated. `requestSignal` aborts the request
 * for it; one that is not aborted is answered, and its session given back.
 */
type Open = (options: { signal: AbortSignal; requestSignal: AbortSignal; place: Place }) => Promise<void>;
type Place = (watched: WatchedSession) => void;

export class AheadSession {
  readonly #connection: Pick<Connection, 'request' | 'state'>;
  readonly #log: Log;
  #current: { run: AbortController; opened: Promise<WatchedSession | null> } | null = null;

  constructor(options: { connection: Pick<Connection, 'request' | 'state'>; log: Log }) {
    this.#connection = options.connection;
    this.#log = options.log;
  }

  open(open: Open): void {
    this.drop();
    const run = new AbortController();
    const request = new AbortController();
    run.signal.addEventListener('abort', () => {
      // Without a socket it could not be given back; the server closes it where the request ends before its answer.
      if (this.#connection.state !== 'connected') request.abort();
    });
    const opened = new Promise<WatchedSession | null>((resolve) => {
      open({ signal: run.signal, requestSignal: request.signal, place: resolve }).then(
        () => resolve(null),
        (error) => {
          this.#log('debug', 'media session not opened ahead', { code: toLogeError(error, 'connection_failed').code });
          resolve(null);
        },
      );
    });
    const current = { run, opened };
    this.#current = current;
    void delay(STAGE.aheadKeptMs, run.signal).then(() => {
      if (this.#current === current) this.drop();
    });
  }

  /** Opens a session that has no tracks yet; one at a time. */
  prepare(open: Open): void {
    if (!this.#current) this.open(open);
  }

  /** A prepared session was given its tracks; false if it is not this one. */
  async admit(session: string, consumers: readonly ConsumerOptions[]): Promise<boolean> {
    const watched = await this.#current?.opened;
    if (watched?.media.session !== session || watched.media.closed) return false;
    void watched.consume(consumers);
    return true;
  }

  /** The session, which belongs to the caller from now on; null where there is none soon. */
  async take(): Promise<WatchedSession | null> {
    const current = this.#current;
    if (!current) return null;
    const watched = await Promise.race([current.opened, delay(STAGE.aheadWaitMs).then(() => null)]);
    if (this.#current !== current) return null;
    if (watched && !watched.media.closed) {
      this.#current = null;
      return watched;
    }
    this.drop();
    return null;
  }

  drop(): void {
    const current = this.#current;
    if (!current) return;
    this.#current = null;
    current.run.abort();
    void current.opened.then((watched) => {
      if (!watched) return;
      watched.close();
      this.giveBack(watched.media.session);
    });
  }

  /** Ends a session on the server, which takes commands for one that was opened over HTTP only from who resumed it. */
  giveBack(session: SessionId): void {
    if (this.#connection.state !== 'connected') return;
    this.#connection
      .request('stage:resume', { session })
      // A prepared session belongs to the socket already, and cannot be resumed without access.
      .catch(() => {})
      .then(() => leaveSession(session, { connection: this.#connection, log: this.#log }));
  }
}
