import type { Acceptance, CharterReview } from '../../../server/protocol/trust/charter.ts';
import type { Connection } from '../connection/connection.ts';
import { LogeError } from '../errors.ts';

/**
 * The charter of the house, which a creator accepts before they go live. A house without a charter in force asks for
 * nothing.
 *
 * @example
 * ```ts
 * try {
 *   await room.localParticipant.goLive();
 * } catch (error) {
 *   if (error.code !== 'charter_acceptance_required') throw error;
 *   const charter = await room.charter.review({ language: 'fr' });
 *   if (charter && (await showAndAsk(charter.articles))) {
 *     await room.charter.accept({ version: charter.version, language: 'fr' });
 *   }
 *   await room.localParticipant.goLive();
 * }
 * ```
 */
export class Charter {
  readonly #connection: Connection;

  /** @internal */
  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The version in force, each article compared with the version that this creator accepted last; null if none is in
   * force.
   * @throws {LogeError} `forbidden` for anyone but the creator.
   */
  async review(options: { language?: 'en' | 'fr' } = {}): Promise<CharterReview['charter']> {
    return (await this.#connection.request('charter:review', options)).charter;
  }

  /**
   * Accepts a version: the one in force unless it is named. `language` is the one in which the creator read it: `en`
   * unless it is named. Repeated calls return the first acceptance.
   * @throws {LogeError} `forbidden` for anyone but the creator, `charter_not_found`, `charter_changed` if another
   * version is in force meanwhile.
   */
  async accept(options: { version?: number; language?: 'en' | 'fr' } = {}): Promise<Acceptance> {
    const { version = (await this.review(options))?.version, language } = options;
    if (version === undefined) throw new LogeError('charter_not_found', 'No charter is in force here.');
    return this.#connection.request('charter:accept', { version, ...(language && { language }) });
  }
}
