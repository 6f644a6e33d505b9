/**
 * Media sessions that the server has paused, as it has not heard that what it sends arrives: asks it to go on, and
 * tells how that stands.
 */
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
  #told: StagePause | null = null;

  constructor(options: PausedPlaybackOptions) {
    this.#options = options;
  }

  /** What keeps the picture away; null also while the first request to go on is under way. */
  get pause(): StagePause | null {
    return [...this.#paused.values()].find((pause) => pause !== null) ?? null;
  }

  /** Asks to go on as soon as there is a path, and again when it is refused. */
  async play(media: MediaTransport): Promise<void> {
    if (this.#paused.has(media)) return;
    this.#paused.set(media, null);
    while (!media.closed) {
      const retryAfterMs = await this.#ask(media);
      if (retryAfterMs === 0) break;
      this.#paused.set(media, { retryAtMs: retryAfterMs === null ? null : Date.now() + retryAfterMs });
      this.#tell();
      await delay(retryAfterMs ?? STAGE.playRetryMs, media.closing);
    }
    this.#paused.delete(media);
    this.#tell();
  }

  /** After how long to ask again: zero when there is nothing more to ask, null when nothing is known. */
  async #ask(media: MediaTransport): Promise<number | null> {
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

  #tell(): void {
    const { pause } = this;
    if (pause?.retryAtMs === this.#told?.retryAtMs) return;
    this.#told = pause;
    this.#options.onChange(pause);
  }
}
