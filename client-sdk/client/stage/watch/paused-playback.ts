/** Asks the server to resume media sessions that it has paused because no RTCP receiver reports arrived. */
import { delay } from '../../backoff.ts';
import type { Connection } from '../../connection/connection.ts';
import { toLogeError } from '../../errors.ts';
import type { StagePause } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import type { MediaTransport } from '../../media/media-transport.ts';

interface PausedPlaybackOptions {
  connection: Pick<Connection, 'request' | 'state'>;
  log: Log;
  onChange(pause: StagePause | null): void;
}

export class PausedPlayback {
  readonly #options: PausedPlaybackOptions;
  readonly #paused = new Map<MediaTransport, StagePause | null>();
  #reported: StagePause | null = null;

  constructor(options: PausedPlaybackOptions) {
    this.#options = options;
  }

  /** The current pause; null without one, and during the first request to resume. */
  get pause(): StagePause | null {
    return [...this.#paused.values()].find((pause) => pause !== null) ?? null;
  }

  /** Asks the server to resume as soon as the transport is connected; retries when refused. */
  async play(media: MediaTransport): Promise<void> {
    if (this.#paused.has(media)) return;
    this.#paused.set(media, null);
    while (!media.closed) {
      const retryAfterMs = await this.#requestPlay(media);
      if (retryAfterMs === 0) break;
      this.#paused.set(media, { retryAtMs: retryAfterMs === null ? null : Date.now() + retryAfterMs });
      this.#reportChange();
      await delay(retryAfterMs ?? STAGE.playRetryMs, media.closing);
    }
    this.#paused.delete(media);
    this.#reportChange();
  }

  /** Returns when to retry: 0 for never, null for the default interval. */
  async #requestPlay(media: MediaTransport): Promise<number | null> {
    const { connection, log } = this.#options;
    if (media.transport.connectionState !== 'connected' || connection.state !== 'connected') return null;
    try {
      await connection.request('stage:play', { session: media.session });
      return 0;
    } catch (error) {
      const { code, retryAfterMs } = toLogeError(error, 'internal');
      log('info', 'media session still paused', { session: media.session, code });
      return code === 'session_not_found' ? 0 : (retryAfterMs ?? null);
    }
  }

  #reportChange(): void {
    const { pause } = this;
    if (pause?.retryAtMs === this.#reported?.retryAtMs) return;
    this.#reported = pause;
    this.#options.onChange(pause);
  }
}
