/** Moves a viewer without a cut: opens a second media session, which replaces the shown one once it has a picture. */
import type { SessionId } from '../../../../server/protocol/ids.ts';
import { backoffMs, delay } from '../../backoff.ts';
import { LogeError, toLogeError } from '../../errors.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import { WAIT_AFTER } from './watch-request.ts';
import type { WatchedSession } from './watched-session.ts';

interface SessionMoveOptions {
  open(options: { signal: AbortSignal; place(watched: WatchedSession): void }): Promise<void>;
  /** Whether a session is shown that another can replace. */
  canShow(): boolean;
  show(watched: WatchedSession): void;
  log: Log;
}

interface Move {
  watched: WatchedSession | null;
  run: AbortController;
}

export class SessionMove {
  readonly #options: SessionMoveOptions;
  #move: Move | null = null;

  constructor(options: SessionMoveOptions) {
    this.#options = options;
  }

  /** The session that will replace the shown one. */
  get watched(): WatchedSession | null {
    return this.#move?.watched ?? null;
  }

  begin(session: SessionId): void {
    if (this.#move) return;
    const { log } = this.#options;
    const move: Move = { watched: null, run: new AbortController() };
    this.#move = move;
    log('info', 'moving to another media session', { session });
    this.#run(move).catch((error) => {
      // If the move fails, the server will end the session, and we rejoin then.
      log('info', 'media session move failed', { code: toLogeError(error, 'internal').code });
      if (this.#move === move) this.abandon();
    });
  }

  /** Shows the new session, with or without a picture. */
  complete(): void {
    const { watched } = this;
    if (!watched || !this.#options.canShow()) {
      this.abandon();
      return;
    }
    this.#move = null;
    this.#options.show(watched);
    this.#options.log('info', 'moved to another media session', { session: watched.media.session });
  }

  abandon(): void {
    const move = this.#move;
    if (!move) return;
    this.#move = null;
    move.run.abort();
    move.watched?.leave();
  }

  async #run(move: Move): Promise<void> {
    const { signal } = move.run;
    for (let attempt = 0; ; attempt += 1) {
      await delay(backoffMs(STAGE.rejoinBackoffMs, attempt, 0.3), signal);
      if (signal.aborted) return;
      try {
        const place = (watched: WatchedSession): void => {
          move.watched = watched;
        };
        await this.#options.open({ signal, place });
        break;
      } catch (error) {
        const failure = toLogeError(error, 'stage_unavailable');
        if (signal.aborted || !failure.retryable || WAIT_AFTER.has(failure.code)) throw failure;
      }
    }
    const { watched } = move;
    const hasPicture = await watched?.whenDecoded(signal);
    if (signal.aborted || this.#move !== move) return;
    // Without a picture, such as with the camera off, the move continues if the new session is at least connected.
    if (!hasPicture && watched?.media.transport.connectionState !== 'connected')
      throw new LogeError('stage_unavailable', 'The new media session did not connect.');
    this.complete();
  }
}
