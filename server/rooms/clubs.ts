/**
 * A creator's club as far as access goes: its tiers, and who may enter until when. Money owns payment and renewal and
 * writes entitlements here in its own transactions; `rooms.ts` reads them to decide access.
 */
import type { Accounts } from '../accounts/accounts.ts';
import { type Clock, iso, isoIn } from '../platform/clock.ts';
import type { Orm } from '../platform/db/db.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import { AppError, assertWithin } from '../protocol/errors.ts';
import { createId, type MembershipId, type RoomId, type TierId } from '../protocol/ids.ts';
import * as LIMITS from '../protocol/limits.ts';
import { cardMinimumMinor } from '../protocol/money/card-minimum.ts';
import type { Tier, TierInput } from '../protocol/money/memberships.ts';
import type { AccessReason, Offer } from '../protocol/rooms.ts';
import type { ClubsStore, TierRow } from './clubs.store.ts';
import { type AccessChanged, accessChanged } from './room-facts.ts';

export interface ClubGrant {
  membership: MembershipId;
  creator: string;
  identity: string;
  tier: TierId;
  validUntil: string;
  /** Since when the membership lasts. */
  startedAt: string;
}

export interface ClubAccess {
  valid?: { membership: MembershipId; until: string };
  /** Why the latest one is no longer valid. */
  lapsed?: AccessReason;
}

const MONTHS_OF_YEAR = 12;

export class Clubs {
  readonly #store: ClubsStore;
  readonly #accounts: Accounts;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #currency: string;

  constructor(options: { store: ClubsStore; accounts: Accounts; outbox: Outbox; clock: Clock; currency: string }) {
    this.#store = options.store;
    this.#accounts = options.accounts;
    this.#outbox = options.outbox;
    this.#clock = options.clock;
    this.#currency = options.currency;
  }

  async createTier(creator: string, input: TierInput): Promise<Tier> {
    await this.#accounts.getCreator(creator);
    const { name, priceMinor, interval, perks = [] } = input;
    const minMinor = cardMinimumMinor(this.#currency, LIMITS.tierMinMinor);
    assertWithin(priceMinor, { minMinor, maxMinor: LIMITS.tierMaxMinor });
    const active = await this.#store.listActiveTiers(creator);
    if (active.length >= LIMITS.tiersPerCreator) throw new AppError('tier_limit');
    const rank = interval === 'month' ? priceMinor * MONTHS_OF_YEAR : priceMinor;
    const row = { id: createId('tier'), creator, name, priceMinor, interval, rank, perks };
    return toTier(await this.#store.insertTier({ ...row, currency: this.#currency, createdAt: isoIn(this.#clock) }));
  }

  async listTiers(creator: string): Promise<Tier[]> {
    await this.#accounts.getCreator(creator);
    return (await this.#store.listActiveTiers(creator)).map(toTier);
  }

  /** The name of a club: its creator's. */
  async nameOf(creator: string): Promise<string> {
    return (await this.#accounts.getCreator(creator)).name;
  }

  async getTier(id: string, tx?: Orm): Promise<Tier> {
    const row = await this.#store.findTier(id, tx);
    if (!row) throw new AppError('tier_not_found');
    return toTier(row);
  }

  /** A tier of this creator's club; `not found` for another creator's. */
  async getTierOf(creator: string, id: string): Promise<Tier> {
    const tier = await this.getTier(id);
    if (tier.creator !== creator) throw new AppError('tier_not_found');
    return tier;
  }

  /** Closes the tier to new members; existing ones stay. */
  async retireTier(creator: string, id: string): Promise<Tier> {
    await this.getTierOf(creator, id);
    const row = await this.#store.retireTier(id);
    if (!row) throw new AppError('tier_not_found');
    return toTier(row);
  }

  /** Price of the cheapest tier that opens a room; undefined if nobody can join. */
  async offerOf(creator: string, minTier: TierId | undefined): Promise<Offer | undefined> {
    const tier = await this.#store.findCheapest(creator, await this.getRank(minTier));
    return tier && { kind: 'members', priceMinor: tier.priceMinor, currency: tier.currency };
  }

  async findAccess(creator: string, identity: string, minTier: TierId | undefined): Promise<ClubAccess> {
    const held = await this.#store.listEntitlements(creator, identity);
    const now = this.#clock.now();
    const minRank = await this.getRank(minTier);
    const valid = held.find((row) => !row.revokedAt && Date.parse(row.validUntil) > now && row.rank >= minRank);
    if (valid) {
      const until = iso(valid.validUntil);
      return { valid: { membership: valid.membership as MembershipId, until } };
    }
    const latest = held.find((row) => row.rank >= minRank);
    return latest ? { lapsed: (latest.revokedReason ?? 'expired') as AccessReason } : {};
  }

  /** Grants or extends membership in the caller's transaction. Call `outbox.wake()` after the commit. */
  async grant(tx: Orm, { tier, ...grant }: ClubGrant): Promise<void> {
    const { creator, identity, validUntil } = grant;
    const before = await this.#store.lockEntitlement(tx, grant.membership);
    const rank = await this.getRank(tier, tx);
    await this.#store.saveEntitlement(tx, { ...grant, rank, createdAt: isoIn(this.#clock) });
    const held = before && !before.revokedAt && Date.parse(before.validUntil) > this.#clock.now();
    // An extension changes nothing for people inside; only a grant or an end needs a fact.
    if (held && before.rank === rank && Date.parse(validUntil) >= Date.parse(before.validUntil)) return;
    await this.#notifyRooms(tx, { creator, identity }, { granted: true, source: 'membership', until: validUntil });
  }

  async revoke(tx: Orm, membership: MembershipId, reason: AccessReason): Promise<void> {
    const holder = await this.#store.revokeEntitlement(tx, membership, { reason, at: isoIn(this.#clock) });
    if (holder) await this.#notifyRooms(tx, holder, { granted: false, reason });
  }

  /** A higher tier opens everything that a lower one does. */
  async getRank(tier: TierId | undefined, tx?: Orm): Promise<number> {
    if (!tier) return 0;
    return (await this.#store.findTier(tier, tx))?.rank ?? Number.POSITIVE_INFINITY;
  }

  async #notifyRooms(
    tx: Orm,
    { creator, identity }: { creator: string; identity: string },
    change: AccessChanged['change'],
  ): Promise<void> {
    const open = await this.#store.listOpenRooms(tx, creator);
    await this.#outbox.add(tx, ...open.map((room) => accessChanged(room as RoomId, identity, change)));
  }
}

function toTier(row: TierRow): Tier {
  const { creator, name, priceMinor, currency, interval, perks, isActive } = row;
  return { id: row.id as TierId, creator, name, priceMinor, currency, interval, perks, isActive };
}
