/** Tip menus, goals and leaderboards on the wire. */
import { z } from 'zod';
import { identity, participant, singleLine } from '../accounts/accounts.ts';
import { idSchema, tipId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { amountMinor, currency } from '../rooms.ts';

export const tipMenuItem = z.object({
  /** The creator's own id; a tip refers to it as `menuItem`. */
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_.:-]+$/),
  label: singleLine(LIMITS.menuLabelChars),
  amountMinor: z.number().int().min(LIMITS.tipMinMinor).max(LIMITS.tipMaxMinor),
});
export type TipMenuItem = z.infer<typeof tipMenuItem>;

/** The whole menu in order; an empty one removes it. */
export const tipMenuInput = z.object({ items: z.array(tipMenuItem).max(LIMITS.menuItems) });
export const tipMenu = z.object({ items: z.array(tipMenuItem), currency });
export type TipMenu = z.infer<typeof tipMenu>;

/** `open` until the creator has done it, or has undone it: then the tip is paid back. */
export const tipRequestState = z.enum(['open', 'done', 'undone']);
export type TipRequestState = z.infer<typeof tipRequestState>;

/** A tip for an item of the menu, which the creator is asked to do. */
export const tipRequest = z.object({
  tip: tipId,
  /** Null: given anonymously. */
  from: participant.nullable(),
  label: z.string(),
  message: z.string().nullable(),
  amountMinor,
  currency,
  state: tipRequestState,
  sentAt: z.string(),
});
export type MenuRequest = z.infer<typeof tipRequest>;
/** The open ones, oldest first. */
export const tipRequestList = z.object({ requests: z.array(tipRequest) });
export const tipRequestOutcome = z.object({ outcome: z.enum(['done', 'undone']) });
export const tipRequestInput = tipRequestOutcome.extend({ tip: tipId });

export const goalInput = z.object({
  title: singleLine(LIMITS.titleChars),
  targetMinor: amountMinor,
});
export type GoalInput = z.infer<typeof goalInput>;

/** A room's goal, and what stands of the tips since it was set (R24). */
export const goal = z.object({
  id: idSchema('goal'),
  title: z.string(),
  reachedMinor: z.number().int().min(0),
  targetMinor: amountMinor,
  currency,
});
export type Goal = z.infer<typeof goal>;
export const goalAnswer = z.object({ goal: goal.nullable() });

export const leaderboardInput = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.leaderboardEntries).default(LIMITS.leaderboardEntries),
});
/** Top tippers of the room, by what stands of their named tips (R24); of equals the earlier one is first. */
export const leaderboard = z.object({
  entries: z.array(
    z.object({
      rank: z.number().int().min(1),
      identity,
      name: z.string(),
      amountMinor,
      tipCount: z.number().int().min(1),
    }),
  ),
  currency,
});
export type Leaderboard = z.infer<typeof leaderboard>;

/** The part of the welcome that concerns tips. */
export const tippingState = z.object({ goal: goal.nullable(), menu: tipMenu });
export type TippingState = z.infer<typeof tippingState>;
