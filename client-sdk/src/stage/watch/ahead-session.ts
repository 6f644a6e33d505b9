/**
 * A media session that is opened before it can be shown: while the socket is still connecting, or together with the
 * access. If no socket resumes it, the server ends it.
 */
import type { ConsumerOptions } from '../../../../server/protocol/stage.ts';
import { delay } from '../../backoff.ts';
import { toLogeError } from '../../errors.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import type { WatchedSession } from './watched-session.ts';

/** `place` is called as soon as there is a session, before its tracks are negotiated. */
type Open = (options: { signal: AbortSignal; place: Place }) => Promise<void>;
type Place = (watched: WatchedSession) => void;

export class AheadSession {
  readonly #log: Log;
  #current: { run: AbortController; opened: Promise<WatchedSession | null> } | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  open(open: Open): void {
    this.drop();
    const run = new AbortController();
    const opened = new Promise<WatchedSession | null>((resolve) => {
      open({ signal: run.signal, place: resolve }).then(
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
      watched?.close();
      // The server knows its socket where it came with the access.
      watched?.media.leave();
    });
  }
}
