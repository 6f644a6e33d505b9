/**
 * Keeps a spare for the primary media session: a second session on another media worker, which carries no media until
 * the worker of the primary dies. The spare is opened some time after the primary, so that it does not slow down
 * joining, and reopened when it is lost. `S` is the owner's representation of a spare.
 */
import type { SessionId } from '../../../server/protocol/ids.ts';
import { delay } from '../backoff.ts';
import { LogeError, toLogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';
import type { Log } from '../log.ts';
import type { MediaEngine } from '../media/media-engine.ts';
import type { MediaTransport } from '../media/media-transport.ts';

interface Spare {
  readonly media: Pick<MediaTransport, 'session' | 'closed'>;
  close(): unknown;
  /** Closes at both ends. */
  leave(): void;
}

interface SpareKeeperOptions<S> {
  /** `place` is called as soon as there is a session, before its tracks are negotiated. */
  open(options: { spareOf: SessionId; signal: AbortSignal; place(spare: S): void }): Promise<void>;
  /** What is sent over a dead line holds back all that is sent after it. */
  isLineDead?(): boolean;
  engine: Pick<MediaEngine, 'keepsSpares'>;
  log: Log;
}

export class SpareKeeper<S extends Spare> {
  readonly #options: SpareKeeperOptions<S>;
  #spare: S | null = null;
  #next: S | null = null;
  #primary: SessionId | null = null;
  #run = new AbortController();

  constructor(options: SpareKeeperOptions<S>) {
    this.#options = options;
  }

  get spare(): S | null {
    return this.#spare;
  }

  /** The spare that is being opened. */
  get next(): S | null {
    return this.#next;
  }

  /** Replaces the current spare by a new one for this session, where the server supports it. */
  keep(primary: SessionId, waitMs: number = STAGE.spareAfterMs + Math.random() * STAGE.spareSpreadMs): void {
    this.drop();
    if (!this.#options.engine.keepsSpares) return;
    this.#primary = primary;
    void this.#open(primary, waitMs);
  }

  /**
   * After a reconnect: returns the spare if the server still has the same one for this session, else opens a new one.
   */
  confirm(primary: SessionId, session: SessionId | undefined): S | null {
    const spare = this.#spare;
    if (spare && this.#primary === primary && spare.media.session === session && !spare.media.closed) return spare;
    this.keep(primary);
    return null;
  }

  /** Replaces the spare, because it is outdated. */
  renew(): void {
    if (this.#primary) this.keep(this.#primary);
  }

  /** The transport of the spare broke: tries again later. */
  handleBroken(): void {
    if (this.#primary) this.keep(this.#primary, STAGE.spareRetryMs);
  }

  /** Hands the spare over to the caller if it has this session id. */
  take(session: string): S | null {
    const spare = this.#spare;
    if (spare?.media.session !== session) return null;
    this.#spare = null;
    return spare;
  }

  /** The server has ended this session. */
  handleClosed(session: string): void {
    if (this.#next?.media.session === session) this.#next.close();
    const spare = this.take(session);
    if (!spare) return;
    spare.close();
    this.renew();
  }

  drop(): void {
    this.#run.abort();
    this.#run = new AbortController();
    this.#primary = null;
    const spare = this.#spare;
    this.#spare = null;
    spare?.leave();
  }

  async #open(spareOf: SessionId, firstWaitMs: number): Promise<void> {
    const { open, isLineDead = () => false, log } = this.#options;
    const { signal } = this.#run;
    let waitMs = firstWaitMs;
    while (!signal.aborted) {
      do await delay(waitMs, signal);
      while (!signal.aborted && isLineDead());
      if (signal.aborted) return;
      let spare = null as S | null;
      const place = (placed: S): void => {
        spare = placed;
        this.#next = placed;
      };
      try {
        await open({ spareOf, signal, place });
        if (signal.aborted) return spare?.leave();
        if (!spare || spare.media.closed) throw new LogeError('stage_unavailable');
        this.#spare = spare;
        return;
      } catch (error) {
        if (signal.aborted) return;
        const { code, retryable } = toLogeError(error, 'stage_unavailable');
        log('debug', 'spare session could not be opened', { code });
        // The primary continues without a spare; the next primary tries again.
        if (!retryable) return;
        waitMs = STAGE.spareRetryMs;
      } finally {
        if (this.#next === spare) this.#next = null;
      }
    }
  }
}
