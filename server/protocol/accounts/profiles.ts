/** A creator's public page, and following. */
import { z } from 'zod';
import * as LIMITS from '../limits.ts';
import { tier } from '../money/memberships.ts';
import { picture } from '../pictures.ts';
import { roomView } from '../rooms.ts';
import { displayName, identity } from './accounts.ts';

/** As it is written; `GET /v1/profiles/:handle` takes any that looks like it. */
export const handle = z.string().max(LIMITS.handleMaxChars);

export const creatorCard = z.object({
  identity,
  name: displayName,
  /** Null for creators without a page. */
  handle: handle.nullable(),
  picture,
});
export type CreatorCard = z.infer<typeof creatorCard>;

/** Names and portraits of those in an answer; absent for API keys. */
const people = z.array(creatorCard).optional();

/** An answer to people of the house, with whom it names. */
export function withPeople<Shape extends z.core.$ZodLooseShape>(answer: z.ZodObject<Shape>) {
  return answer.extend({ people });
}

export const creatorProfile = creatorCard.extend({
  /** The current one, also where an earlier one was asked for. */
  handle,
  about: z.string(),
  /** Rooms that public lists show: live ones, then those to come. */
  rooms: z.array(roomView),
  /** The tiers of the club, lowest first. */
  tiers: z.array(tier),
  /** Whether the caller follows them; null for a visitor. */
  isFollowing: z.boolean().nullable(),
});
export type CreatorProfile = z.infer<typeof creatorProfile>;

export const followState = z.object({ isFollowing: z.boolean() });
/** Creators whom a person follows, the latest first. */
export const followedList = z.object({ creators: z.array(creatorCard) });
export const followerCount = z.object({ count: z.number().int() });
