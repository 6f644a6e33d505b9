/** A creator's club on the wire: tiers and memberships. */
import { z } from 'zod';
import { identity, pageLocale, singleLine } from '../accounts/accounts.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { amountMinor, currency } from '../rooms.ts';
import { waiverInput } from './pricing.ts';

export const tierId = idSchema('tier');
export const membershipId = idSchema('membership');
export const tierInterval = z.enum(['month', 'year']);

export const tierInput = z.object({
  name: singleLine(LIMITS.titleChars),
  priceMinor: amountMinor,
  interval: tierInterval,
  /** What members get, in the creator's words. */
  perks: z.array(singleLine(LIMITS.titleChars)).max(LIMITS.tierPerks).optional(),
});
export type TierInput = z.infer<typeof tierInput>;

export const tier = z.object({
  id: tierId,
  creator: identity,
  name: z.string(),
  priceMinor: amountMinor,
  currency,
  interval: tierInterval,
  perks: z.array(z.string()),
  /** False: closed to new members; existing ones stay. */
  isActive: z.boolean(),
});
export type Tier = z.infer<typeof tier>;
export const tierList = z.object({ tiers: z.array(tier) });

/** `locale`: the language of the payment page. */
const page = { returnUrl: z.url().max(2000).optional(), locale: pageLocale.optional() };
/** `waiver`: the request that the membership begins at once, with the text of the quote. */
export const membershipInput = z.object({ tier: tierId, waiver: waiverInput.optional(), ...page });
/** Where the provider's page for changing the card sends the person back to. */
export const membershipCardInput = z.object(page);
export const membershipCardPage = z.object({ url: z.url() });
export const membershipChangeInput = z.object({ tier: tierId });

export const membership = z.object({
  id: membershipId,
  creator: identity,
  identity,
  tier,
  /** The tier of the next renewal, if it differs. */
  nextTier: tier.nullable(),
  /** `past_due`: a renewal failed and is retried; access lasts until `accessUntil`. */
  status: z.enum(['active', 'past_due', 'ended']),
  /** Until when it is paid. */
  paidUntil: z.string().nullable(),
  accessUntil: z.string().nullable(),
  /** Ends at `accessUntil` instead of being renewed. */
  cancelAtPeriodEnd: z.boolean(),
  renewable: z.boolean().meta({
    description:
      'False when it has ended, and after a move to a longer interval was refunded or lost in a dispute: then it cannot be resumed',
  }),
  /** A payment for it is disputed: it gives no access until the bank decides, and can only be left. */
  disputed: z.boolean(),
  startedAt: z.string(),
});
export type Membership = z.infer<typeof membership>;
/** Includes the creator's name, which pages show instead of the identity. */
export const ownMembership = membership.extend({ creatorName: z.string() });
export type OwnMembership = z.infer<typeof ownMembership>;
export const membershipList = z.object({ memberships: z.array(ownMembership) });

export const membershipCheckout = z.object({ checkoutUrl: z.url() });

export const ownMembershipInput = z.object({ membership: membershipId });
