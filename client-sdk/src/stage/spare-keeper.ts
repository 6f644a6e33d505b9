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

interface SpareKeeperOptions<S> {
  open(primary: SessionId, signal: AbortSignal): Promise<S>;
  session(spare: S): SessionId;
  /** Whether it has ended, possibly while it was being opened. */
  isClosed(spare: S): boolean;
  /** Closes it at this end, and with `leave` also on the server. */
  close(spare: S, leave: boolean): void;
  log: Log;
}

export class SpareKeeper<S> {
  readonly #options: SpareKeeperOptions<S>;
  #spare: S | null = null;
  #primary: SessionId | null = null;
  #run = new AbortController();

  constructor(options: SpareKeeperOptions<S>) {
    this.#options = options;
  }

  get spare(): S | null {
    return this.#spare;
  }

  /** Replaces the current spare by a new one for this session. */
  keep(primary: SessionId, waitMs: number = STAGE.spareAfterMs + Math.random() * STAGE.spareSpreadMs): void {
    this.drop();
    this.#primary = primary;
    void this.#open(primary, waitMs);
  }

  /**
   * After a reconnect: returns the spare if the server still has the same one for this session, else opens a new one.
   */
  confirm(primary: SessionId, session: SessionId | undefined): S | null {
    const spare = this.#spare;
    if (
      spare &&
      this.#primary === primary &&
      this.#options.session(spare) === session &&
      !this.#options.isClosed(spare)
    )
      return spare;
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
    if (!spare || this.#options.session(spare) !== session) return null;
    this.#spare = null;
    return spare;
  }

  /** The server has ended this session. */
  handleClosed(session: string): void {
    const spare = this.take(session);
    if (!spare) return;
    this.#options.close(spare, false);
    this.renew();
  }

  drop(): void {
    this.#run.abort();
    this.#run = new AbortController();
    this.#primary = null;
    const spare = this.#spare;
    this.#spare = null;
    if (spare) this.#options.close(spare, true);
  }

  async #open(primary: SessionId, firstWaitMs: number): Promise<void> {
    const { open, close, isClosed, log } = this.#options;
    const { signal } = this.#run;
    let waitMs = firstWaitMs;
    while (!signal.aborted) {
      await delay(waitMs, signal);
      if (signal.aborted) return;
      try {
        const spare = await open(primary, signal);
        if (signal.aborted) return close(spare, true);
        if (isClosed(spare)) throw new LogeError('stage_unavailable');
        this.#spare = spare;
        return;
      } catch (error) {
        if (signal.aborted) return;
        const { code, retryable } = toLogeError(error, 'stage_unavailable');
        log('debug', 'spare session could not be opened', { code });
        // The primary continues without a spare; the next primary tries again.
        if (!retryable) return;
        waitMs = STAGE.spareRetryMs;
      }
    }
  }
}
