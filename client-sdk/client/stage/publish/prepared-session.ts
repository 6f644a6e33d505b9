/**
 * A media session that is opened while a creator looks at the preview. It sends nothing and is not on stage until the
 * next live takes it.
 */
import { toLogeError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { SentTracks } from './sent-tracks.ts';

interface PreparedSessionOptions {
  open(): Promise<SentTracks>;
  /** Negotiates the tracks that are wanted now; ends the session if that fails. */
  fill(sent: SentTracks): Promise<void>;
  log: Log;
}

export class PreparedSession {
  readonly #options: PreparedSessionOptions;
  #sent: Promise<SentTracks | null> = Promise.resolve(null);

  constructor(options: PreparedSessionOptions) {
    this.#options = options;
  }

  /** Opens it, or gives the one that is open the tracks that are wanted now. */
  prepare(): void {
    const { open, fill, log } = this.#options;
    this.#sent = this.#sent
      .then(async (earlier) => {
        const sent = earlier && !earlier.media.closed ? earlier : await open();
        await fill(sent);
        return sent;
      })
      .catch((error) => {
        log('debug', 'going live not prepared', { code: toLogeError(error, 'internal').code });
        return null;
      });
  }

  /** The session, on stage now, which belongs to the caller from now on; null where there is none. */
  async take(publication: string, signal: AbortSignal): Promise<SentTracks | null> {
    const sent = await this.#release();
    if (!sent || sent.media.closed) return null;
    let isOnStage = false;
    try {
      // The live may have other tracks than the preview.
      await this.#options.fill(sent);
      if (signal.aborted || !sent.isReady) return null;
      await sent.takeStage(publication);
      isOnStage = true;
      return sent;
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      if (code !== 'session_not_found') throw error;
      return null;
    } finally {
      if (!isOnStage) sent.leave();
    }
  }

  drop(): void {
    void this.#release().then((sent) => sent?.leave());
  }

  /** The server has ended this session. */
  handleClosed(session: string): void {
    void this.#sent.then((sent) => {
      if (sent?.media.session === session) sent.close();
    });
  }

  #release(): Promise<SentTracks | null> {
    const sent = this.#sent;
    this.#sent = Promise.resolve(null);
    return sent;
  }
}
