/** Creators' clubs: their tiers, and people's memberships of them. */

import {
  membership,
  membershipCardInput,
  membershipCardPage,
  membershipChangeInput,
  membershipCheckout,
  membershipInput,
  membershipList,
  ownMembershipInput,
  tier,
  tierId,
  tierInput,
  tierList,
} from '../../money/memberships.ts';
import { operation } from '../contract.ts';

const TIER_ERRORS = ['creator_not_found', 'amount_too_small', 'amount_too_large', 'tier_limit'] as const;
const TIER_EXAMPLE = {
  name: 'Backstage',
  priceMinor: 900,
  interval: 'month',
  perks: ['Every closed rehearsal'],
} as const;
const OWN = { by: ['participant', 'person'] } as const;
const CHANGE = { ...OWN, limit: 'money' } as const;
const CHANGE_ERRORS = ['membership_not_found', 'membership_ended', 'provider_unavailable'] as const;
/** Of what the member pays for. */
const PAY_ERRORS = ['access_removed', 'account_suspended', 'card_payments_held', 'live_stopped'] as const;

export const membershipContract = {
  createTier: operation({
    http: 'POST /v1/creators/:identity/tiers',
    by: ['server:rooms'],
    input: tierInput,
    example: { ...TIER_EXAMPLE, perks: [...TIER_EXAMPLE.perks] },
    answer: tier,
    status: 201,
    summary: "Create a tier of a creator's club",
    description:
      'A higher tier, by its price per year, gives access to everything that lower tiers do. The price of a tier never changes: create another one and retire this one.',
    errors: TIER_ERRORS,
  }),
  listTiers: operation({
    http: 'GET /v1/creators/:identity/tiers',
    by: ['server:rooms', 'person'],
    answer: tierList,
    summary: "List the tiers of a creator's club",
    description: 'Active tiers, lowest first.',
    errors: ['creator_not_found'],
  }),
  retireTier: operation({
    http: 'POST /v1/creators/:identity/tiers/:tier/retire',
    by: ['server:rooms'],
    answer: tier,
    summary: 'Retire a tier',
    description: 'It accepts no new members; current members keep it.',
    errors: ['tier_not_found'],
  }),
  listRoomTiers: operation({
    http: 'GET /v1/rooms/:id/tiers',
    by: ['participant'],
    socket: 'memberships:tiers',
    from: 'lobby',
    answer: tierList,
    summary: "List the tiers of the club of the room's creator",
    description: 'Active tiers, lowest first.',
  }),
  listOwnTiers: operation({
    http: 'GET /v1/me/tiers',
    by: ['person'],
    role: 'creator',
    answer: tierList,
    summary: 'List the tiers of your own club',
    errors: ['creator_not_found'],
  }),
  createOwnTier: operation({
    http: 'POST /v1/me/tiers',
    by: ['person'],
    role: 'creator',
    input: tierInput,
    example: { ...TIER_EXAMPLE, perks: [...TIER_EXAMPLE.perks] },
    answer: tier,
    status: 201,
    summary: 'Create a tier of your own club',
    errors: TIER_ERRORS,
  }),
  joinMembership: operation({
    http: 'POST /v1/memberships',
    by: ['participant'],
    socket: 'memberships:join',
    from: 'lobby',
    limit: 'money',
    input: membershipInput,
    example: { tier: 'tier_9aYx3mPq7LdR2vKe5tWz', returnUrl: 'https://club.example/live' },
    status: 201,
    answer: membershipCheckout,
    summary: "Join a creator's club",
    description:
      'The club belongs to the creator of the token’s room. Redirect the person to `checkoutUrl`. Access starts when the payment provider confirms the first payment, and each renewal extends it.',
    errors: [
      'tier_not_found',
      'tier_retired',
      'membership_exists',
      'already_entitled',
      ...PAY_ERRORS,
      'origin_not_allowed',
      'provider_unavailable',
    ],
  }),
  listMemberships: operation({
    ...OWN,
    http: 'GET /v1/memberships',
    socket: 'memberships:list',
    servesSuspended: true,
    answer: membershipList,
    summary: 'List your memberships',
  }),
  cancelMembership: operation({
    ...CHANGE,
    http: 'POST /v1/memberships/:membership/cancel',
    socket: 'memberships:cancel',
    servesSuspended: true,
    socketInput: ownMembershipInput,
    answer: membership,
    summary: 'Cancel a membership at the end of the paid time',
    errors: CHANGE_ERRORS,
  }),
  resumeMembership: operation({
    ...CHANGE,
    http: 'POST /v1/memberships/:membership/resume',
    socket: 'memberships:resume',
    socketInput: ownMembershipInput,
    answer: membership,
    summary: 'Resume a cancelled membership',
    description: 'Refused if it is not `renewable`, with `membership_ended`.',
    errors: [...CHANGE_ERRORS, ...PAY_ERRORS, 'membership_disputed'],
  }),
  openMembershipCardPage: operation({
    ...CHANGE,
    http: 'POST /v1/memberships/:membership/card',
    input: membershipCardInput,
    example: { returnUrl: 'https://club.example/account' },
    answer: membershipCardPage,
    status: 201,
    summary: 'Change the card of a membership',
    description:
      "Redirect the person to `url`, the payment provider's own page, to change the card and to pay a failed renewal. The membership is updated afterwards.",
    errors: [...CHANGE_ERRORS, 'origin_not_allowed'],
  }),
  changeMembership: operation({
    ...CHANGE,
    http: 'POST /v1/memberships/:membership/tier',
    socket: 'memberships:changeTier',
    input: membershipChangeInput,
    example: { tier: 'tier_9aYx3mPq7LdR2vKe5tWz' },
    socketInput: ownMembershipInput.extend({ tier: tierId }),
    answer: membership,
    summary: 'Move to another tier',
    description:
      'An upgrade applies at once: the rest of the paid time is charged pro rata, and nothing changes if the card is declined. A downgrade starts with the next renewal, see `nextTier`; so does an upgrade if the last renewal, or a payment since then, was refunded completely or lost in a dispute, unless its interval is another one (`tier_interval`).',
    errors: [
      ...CHANGE_ERRORS,
      ...PAY_ERRORS,
      'membership_disputed',
      'membership_unpaid',
      'tier_not_found',
      'tier_retired',
      'tier_interval',
      'card_declined',
    ],
  }),
};
