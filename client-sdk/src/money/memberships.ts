/** Memberships of creators' clubs as one participant sees them. */
import type { Membership, Tier } from '../../../server/protocol/memberships.ts';
import type { Connection } from '../connection/connection.ts';

/**
 * The clubs that this person belongs to, and the tiers of the club of this room's creator. Amounts are integers in the currency's minor unit
 * (ISO 4217). Access to rooms for members follows by itself, see `accessGranted`.
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
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What can be joined here, the lowest tier first. */
  async tiers(): Promise<Tier[]> {
    return (await this.#connection.request('memberships:tiers', {})).tiers;
  }

  /** One's own memberships, of every creator, the newest first. */
  async list(): Promise<Membership[]> {
    return (await this.#connection.request('memberships:list', {})).memberships;
  }

  /**
   * Opens the page to join on.
   * @throws {LogeError} `tier_not_found`, `tier_retired`, `membership_exists`, `already_entitled`, `provider_unavailable`.
   */
  join(request: { tier: Tier['id']; returnUrl?: string }): Promise<{ checkoutUrl: string }> {
    return this.#connection.request('memberships:join', request);
  }

  /**
   * Ends a membership with the paid time.
   * @throws {LogeError} `membership_not_found`, `membership_ended`, `provider_unavailable`.
   */
  cancel(membership: Membership['id']): Promise<Membership> {
    return this.#connection.request('memberships:cancel', { membership });
  }

  /**
   * Takes a cancellation back.
   * @throws {LogeError} `membership_disputed` while a bank decides about a payment for it, and what {@link cancel} throws.
   */
  resume(membership: Membership['id']): Promise<Membership> {
    return this.#connection.request('memberships:resume', { membership });
  }

  /**
   * Moves to another tier: to a dearer one at once, charged pro rata; to a cheaper one from the next renewal on, see `nextTier`.
   * @throws {LogeError} `membership_disputed`, `membership_unpaid`, `card_declined`, `tier_not_found`, `tier_retired`, `tier_interval`, and what
   * {@link cancel} throws.
   */
  changeTier(membership: Membership['id'], tier: Tier['id']): Promise<Membership> {
    return this.#connection.request('memberships:changeTier', { membership, tier });
  }
}
