/** What goes with tips on the wire: the menu that a creator offers, a goal that a room shares, who has given most. */
import { z } from 'zod';
import { identity, singleLine } from '../accounts.ts';
import { idSchema } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { amountMinor, currency } from '../rooms.ts';

export const tipMenuItem = z.object({
  /** The creator's own name for it; a tip names it as `menuItem`. */
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_.:-]+$/),
  label: singleLine(LIMITS.menuLabelChars),
  amountMinor: z.number().int().min(LIMITS.tipMinMinor).max(LIMITS.tipMaxMinor),
});
export type TipMenuItem = z.infer<typeof tipMenuItem>;

/** The whole menu in its order; an empty one takes it away. */
export const tipMenuInput = z.object({ items: z.array(tipMenuItem).max(LIMITS.menuItems) });
export const tipMenu = z.object({ items: z.array(tipMenuItem), currency });
export type TipMenu = z.infer<typeof tipMenu>;

export const goalInput = z.object({
  title: singleLine(LIMITS.titleChars),
  targetMinor: amountMinor,
});
export type GoalInput = z.infer<typeof goalInput>;

/** A shared goal and what tips have brought towards it since it was set; a refunded tip counts no more. */
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
/** Who has tipped most in the room, refunds deducted; whoever gave as much earlier stands first. */
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

/** What somebody inside sees of it at once. */
export const tippingState = z.object({ goal: goal.nullable(), menu: tipMenu });
export type TippingState = z.infer<typeof tippingState>;
