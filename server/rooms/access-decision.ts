/** The access decision: whether somebody may be inside a room, why, and otherwise what would let them in. */
import { iso } from '../platform/clock.ts';
import type { Role } from '../protocol/accounts/accounts.ts';
import { isPersonId } from '../protocol/accounts/people.ts';
import { AppError } from '../protocol/errors.ts';
import type { TicketId } from '../protocol/ids.ts';
import type { Access, AccessReason, Offer, Room } from '../protocol/rooms.ts';
import type { Clubs } from './clubs.ts';
import type { AccessRecord } from './rooms.store.ts';
import { NO_GRANT, type Rank } from './token-statements.ts';

/** `subscribe` is the token's permission to watch. */
export interface AccessHolder {
  identity: string;
  role: Role;
  subscribe: boolean;
}

export async function decideAccess(
  { room, restriction, entitlements }: AccessRecord,
  { identity, role, subscribe }: AccessHolder,
  { nowMs, clubs, currency }: { nowMs: number; clubs: Clubs; currency: string },
): Promise<Access> {
  if (restriction?.kind === 'suspension')
    return { state: 'refused', reason: 'suspended', ...(restriction.until && { until: iso(restriction.until) }) };
  if (role !== 'creator' && restriction) return { state: 'refused', reason: 'removed', note: restriction.reason };
  if (room.status === 'ended') return { state: 'refused', reason: 'room_ended' };
  if (role === 'creator') return { state: 'granted', reason: 'role' };
  if (!subscribe) return { state: 'refused', reason: 'subscribe_not_allowed' };
  if (role === 'moderator') return { state: 'granted', reason: 'role' };
  if (room.access.kind === 'free') return { state: 'granted', reason: 'free' };
  const valid = entitlements.find(
    ({ revokedAt, validUntil }) => !revokedAt && (validUntil === null || Date.parse(validUntil) > nowMs),
  );
  if (valid) {
    return {
      state: 'granted',
      reason: valid.source,
      ...(valid.source === 'ticket' ? { ticket: valid.sourceId as TicketId } : {}),
      ...(valid.validUntil ? { until: iso(valid.validUntil) } : {}),
    };
  }
  const { creator, access } = room;
  const isClub = access.kind === 'members';
  const club = isClub ? await clubs.findAccess(creator.identity, identity, access.minTier) : {};
  if (club.valid) return { state: 'granted', reason: 'membership', until: club.valid.until };
  const offer = await offerOf(room, { clubs, currency });
  const [latest] = entitlements;
  const lapsed = latest && ((latest.revokedAt ? (latest.revokedReason ?? 'revoked') : 'expired') as AccessReason);
  const reason = lapsed ?? club.lapsed;
  return { state: 'required', ...(offer ? { offer } : {}), ...(reason ? { reason } : {}) };
}

/** What would open the room; a private session is requested, not bought. */
async function offerOf(
  { creator, access }: Room,
  { clubs, currency }: { clubs: Clubs; currency: string },
): Promise<Offer | undefined> {
  const { kind, minTier } = access;
  if (kind === 'members') return clubs.offerOf(creator.identity, minTier);
  const priceMinor = kind === 'private' ? access.ratePerMinuteMinor : access.priceMinor;
  return priceMinor === undefined ? undefined : { kind, priceMinor, currency: access.currency ?? currency };
}

export function rankIn({ isModerator, grant }: AccessRecord): Rank {
  return isModerator ? { role: 'moderator', moderates: true } : (grant ?? NO_GRANT).rank;
}

/** Why nothing can be bought that would open the room to somebody whom it refuses. */
export function refusalOf({ reason }: Access): AppError {
  if (reason === 'suspended') return new AppError('account_suspended');
  return new AppError(reason === 'removed' ? 'access_removed' : 'room_ended');
}

/** Throws `room_not_found` if a room's creator is one of the house's people: no API key sees it or acts on it. */
export function assertEmbedders(creator: string): void {
  if (isPersonId(creator)) throw new AppError('room_not_found');
}
