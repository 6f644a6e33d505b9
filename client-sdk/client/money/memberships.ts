import type { Membership, Tier } from '../../../server/protocol/money/memberships.ts';
import type { WaiverInput } from '../../../server/protocol/money/pricing.ts';
import type { Connection } from '../connection/connection.ts';
import { currentPage } from './wallet.ts';

/** `waiver`: the request that the membership begins at once, with the text of its quote. */
export interface JoinRequest {
  tier: Tier['id'];
  waiver?: WaiverInput;
  returnUrl?: string;
  locale?: 'en' | 'fr';
}

/**
 * The memberships of this participant, and the tiers of the club of this room's creator. Amounts are integers in the
 * currency's minor unit (ISO 4217). Joining emits `accessGranted` in rooms for members.
 *
 * @example
 * ```ts
 * const [lowest] = await room.memberships.tiers();
 * if (lowest) location.href = (await room.joinMembership({ tier: lowest.id })).checkoutUrl;
 * ```
 */
export class Memberships {
  readonly #connection: Connection;

  /** @internal */
  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The tiers of the creator's club, the lowest first. */
  async tiers(): Promise<Tier[]> {
    return (await this.#connection.request('memberships:tiers', {})).tiers;
  }

  /** One's own memberships of all creators, the newest first. */
  async list(): Promise<Membership[]> {
    return (await this.#connection.request('memberships:list', {})).memberships;
  }

  /**
   * Opens a payment page to join, in the given language or the browser's.
   * @throws {LogeError} `tier_not_found`, `tier_retired`, `membership_exists`, `already_entitled`, `live_stopped` while
   * the creator is suspended, `provider_unavailable`.
   */
  join(request: JoinRequest): Promise<{ checkoutUrl: string }> {
    const { returnUrl = currentPage(), ...rest } = request;
    return this.#connection.request('memberships:join', { ...rest, ...(returnUrl ? { returnUrl } : {}) });
  }

  /**
   * Cancels a membership at the end of the paid period.
   * @throws {LogeError} `membership_not_found`, `membership_ended`, `provider_unavailable`.
   */
  cancel(membership: Membership['id']): Promise<Membership> {
    return this.#connection.request('memberships:cancel', { membership });
  }

  /**
   * Reverts a cancellation.
   * @throws {LogeError} `membership_disputed` while a payment for it is disputed, `live_stopped` while the creator is
   * suspended, and the errors of {@link cancel}: `membership_ended` also if it is not `renewable`.
   */
  resume(membership: Membership['id']): Promise<Membership> {
    return this.#connection.request('memberships:resume', { membership });
  }

  /**
   * Changes the tier: to a more expensive one at once, charged pro rata; to a cheaper one at the next renewal, see
   * `nextTier`. If the last renewal, or a payment since then, was refunded completely or lost in a dispute, every
   * change waits for the next renewal, and one to another interval is refused (`tier_interval`).
   * @throws {LogeError} `membership_disputed`, `live_stopped`, `membership_unpaid`, `card_declined`, `tier_not_found`,
   * `tier_retired`, `tier_interval`, and the errors of {@link cancel}.
   */
  changeTier(membership: Membership['id'], tier: Tier['id']): Promise<Membership> {
    return this.#connection.request('memberships:changeTier', { membership, tier });
  }
}
