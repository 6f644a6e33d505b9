/**
 * What room tokens say of their holders: the rank in a room, and whether the embedder sold access. The token that was
 * issued last counts, in whatever order they are presented; of two of the same second, the one that allows less. Pure
 * rules; `rooms.ts` records them.
 */
import type { TokenClaims, TokenInput } from '../protocol/accounts/accounts.ts';
import type { RoomId } from '../protocol/ids.ts';

/** `moderates` without the moderator role: a fan whose token allows it. */
export interface Rank {
  role: 'moderator' | 'fan';
  moderates: boolean;
}

export interface TokenGrant {
  rank: Rank;
  rankIssuedAtSeconds: number;
  /** Null until a token says something about it. */
  entitled: boolean | null;
  entitledIssuedAtSeconds: number;
}

export interface TokenStatement {
  room: RoomId;
  identity: string;
  issuedAtSeconds: number;
  /** Absent if the statement says nothing about the rank. */
  rank?: Rank | undefined;
  entitled?: boolean | undefined;
}

/** A holder without a row: a plain fan. */
export const NO_GRANT: TokenGrant = {
  rank: { role: 'fan', moderates: false },
  rankIssuedAtSeconds: 0,
  entitled: null,
  entitledIssuedAtSeconds: 0,
};

/** Undefined for a creator, whose role comes from the room. */
export function statementOf(claims: TokenClaims): TokenStatement | undefined {
  const { room, sub: identity, iat: issuedAtSeconds, entitled } = claims;
  const rank = rankOf(claims);
  return rank && { room, identity, issuedAtSeconds, rank, entitled };
}

export function rankOf({ role, can }: Pick<TokenInput, 'role' | 'can'>): Rank | undefined {
  if (role === 'creator') return undefined;
  return { role, moderates: role === 'moderator' || can?.moderate === true };
}

/** The grant after this statement; the same object if nothing changes. */
export function addStatement(known: TokenGrant, said: TokenStatement): TokenGrant {
  const { rank, entitled, issuedAtSeconds: at } = said;
  const isNewRank = rank !== undefined && isLater(at, known.rankIssuedAtSeconds, power(rank) - power(known.rank));
  const isNewEntitlement =
    entitled !== undefined &&
    isLater(at, known.entitledIssuedAtSeconds, Number(entitled) - Number(known.entitled ?? true));
  if (!isNewRank && !isNewEntitlement) return known;
  return {
    ...known,
    ...(isNewRank ? { rank, rankIssuedAtSeconds: at } : {}),
    ...(isNewEntitlement ? { entitled, entitledIssuedAtSeconds: at } : {}),
  };
}

/** Between statements of the same second, `difference` in what they allow decides. */
function isLater(atSeconds: number, knownAtSeconds: number, difference: number): boolean {
  return atSeconds > knownAtSeconds || (atSeconds === knownAtSeconds && difference < 0);
}

function power({ role, moderates }: Rank): number {
  return role === 'moderator' ? 2 : Number(moderates);
}

export function isSameRank(a: Rank, b: Rank): boolean {
  return power(a) === power(b);
}

/** Whether a statement must be recorded: most people are plain fans. */
export function saysNews(known: TokenGrant | null, said: TokenStatement): boolean {
  if (known) return addStatement(known, said) !== known;
  return said.entitled !== undefined || (said.rank !== undefined && !isSameRank(said.rank, NO_GRANT.rank));
}

/** The issue time that a new token needs to count after what is known, at most `maxSeconds` ahead. */
export function issueTime(known: TokenGrant, said: TokenStatement, maxSeconds: number): number {
  const { rank, entitled, issuedAtSeconds } = said;
  const afterRank = rank && !isSameRank(rank, known.rank) ? known.rankIssuedAtSeconds + 1 : 0;
  const afterEntitlement =
    entitled !== undefined && entitled !== known.entitled ? known.entitledIssuedAtSeconds + 1 : 0;
  return Math.min(maxSeconds, Math.max(issuedAtSeconds, afterRank, afterEntitlement));
}
