/**
 * Keeps a spare beside the media session that is in use: a second one on another media worker, over which nothing flows until the worker of the first
 * dies. It is opened a while after the first, when joining is over, and opened anew when it is lost. What a spare consists of is its owner's business.
 */
import type { SessionId } from '../../../server/protocol/ids.ts';
import { delay } from '../backoff.ts';
import { LogeError, toLogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';
import type { Log } from '../log.ts';

interface SpareKeeperOptions<S> {
  open(of: SessionId, signal: AbortSignal): Promise<S>;
  session(spare: S): SessionId;
  /** Whether it has ended already, as while it was being opened. */
  isClosed(spare: S): boolean;
  /** Closes it at this end; `tell` where the server does not know that it is over. */
  close(spare: S, tell: boolean): void;
  log: Log;
}

export class SpareKeeper<S> {
  readonly #options: SpareKeeperOptions<S>;
  #spare: S | null = null;
  #of: SessionId | null = null;
  #run = new AbortController();

  constructor(options: SpareKeeperOptions<S>) {
    this.#options = options;
  }

  get spare(): S | null {
    return this.#spare;
  }

  /** Keeps a spare for this session from now on; one for another, or an earlier one, is let go. */
  keep(of: SessionId, waitMs: number = STAGE.spareAfterMs + Math.random() * STAGE.spareSpreadMs): void {
    this.drop();
    this.#of = of;
    void this.#open(of, waitMs);
  }

  /** The socket was lost, and this is the server's spare for the session: ours is kept if it is that one, and opened anew if not. */
  confirm(of: SessionId, session: SessionId | undefined): S | null {
    const spare = this.#spare;
    if (spare && this.#of === of && this.#options.session(spare) === session && !this.#options.isClosed(spare))
      return spare;
    this.keep(of);
    return null;
  }

  /** Keeps another spare for the same session, since this one would not do any more. */
  renew(): void {
    if (this.#of) this.keep(this.#of);
  }

  /** The way to the spare broke: perhaps there is one later. */
  handleBroken(): void {
    if (this.#of) this.keep(this.#of, STAGE.spareRetryMs);
  }

  /** The spare, if it is the one named; it is its taker's from now on. */
  take(session: string): S | null {
    const spare = this.#spare;
    if (!spare || this.#options.session(spare) !== session) return null;
    this.#spare = null;
    return spare;
  }

  /** The server has ended it. */
  handleClosed(session: string): void {
    const spare = this.take(session);
    if (!spare) return;
    this.#options.close(spare, false);
    this.renew();
  }

  drop(): void {
    this.#run.abort();
    this.#run = new AbortController();
    this.#of = null;
    const spare = this.#spare;
    this.#spare = null;
    if (spare) this.#options.close(spare, true);
  }

  async #open(of: SessionId, firstWaitMs: number): Promise<void> {
    const { open, close, isClosed, log } = this.#options;
    const { signal } = this.#run;
    let waitMs = firstWaitMs;
    while (!signal.aborted) {
      await delay(waitMs, signal);
      if (signal.aborted) return;
      try {
        const spare = await open(of, signal);
        if (signal.aborted) return close(spare, true);
        if (isClosed(spare)) throw new LogeError('stage_unavailable');
        this.#spare = spare;
        return;
      } catch (error) {
        if (signal.aborted) return;
        const { code, retryable } = toLogeError(error, 'stage_unavailable');
        log('debug', 'no spare', { code });
        // Whoever is in use goes on without; the next session asks again.
        if (!retryable) return;
        waitMs = STAGE.spareRetryMs;
      }
    }
  }
}
