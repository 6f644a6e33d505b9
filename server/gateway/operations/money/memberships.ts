/** Creators' clubs: their tiers, and people's memberships of them. */
import {
  membershipCardInput,
  membershipCardPage,
  membershipChangeInput,
  membershipInput,
  tier,
  tierInput,
  tierList,
} from '../../../protocol/money/memberships.ts';
import { operation } from '../operation.ts';

const TIER_ERRORS = ['creator_not_found', 'amount_too_small', 'amount_too_large', 'tier_limit'] as const;
const TIER_EXAMPLE = {
  name: 'Backstage',
  priceMinor: 900,
  interval: 'month',
  perks: ['Every closed rehearsal'],
} as const;

const tierOperations = [
  operation({
    name: 'createTier',
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
    run: ({ rooms }, { params, input }) => rooms.clubs.createTier(params.identity, input),
  }),
  operation({
    name: 'listTiers',
    http: 'GET /v1/creators/:identity/tiers',
    by: ['server:rooms', 'person'],
    answer: tierList,
    summary: "List the tiers of a creator's club",
    description: 'Active tiers, lowest first.',
    errors: ['creator_not_found'],
    run: async ({ rooms }, { params }) => ({ tiers: await rooms.clubs.listTiers(params.identity) }),
  }),
  operation({
    name: 'retireTier',
    http: 'POST /v1/creators/:identity/tiers/:tier/retire',
    by: ['server:rooms'],
    answer: tier,
    summary: 'Retire a tier',
    description: 'It accepts no new members; current members keep it.',
    errors: ['tier_not_found'],
    run: ({ rooms }, { params }) => rooms.clubs.retireTier(params.identity, params.tier),
  }),
  operation({
    name: 'listRoomTiers',
    http: 'GET /v1/rooms/:id/tiers',
    by: ['participant'],
    socket: 'memberships:tiers',
    from: 'lobby',
    summary: "List the tiers of the club of the room's creator",
    run: async ({ rooms }, { room }) => ({ tiers: await rooms.clubs.listTiers(await rooms.creatorOf(room)) }),
  }),
  operation({
    name: 'listOwnTiers',
    http: 'GET /v1/me/tiers',
    by: ['person'],
    role: 'creator',
    answer: tierList,
    summary: 'List the tiers of your own club',
    errors: ['creator_not_found'],
    run: async ({ rooms }, { caller }) => ({ tiers: await rooms.clubs.listTiers(caller.identity) }),
  }),
  operation({
    name: 'createOwnTier',
    http: 'POST /v1/me/tiers',
    by: ['person'],
    role: 'creator',
    input: tierInput,
    example: { ...TIER_EXAMPLE, perks: [...TIER_EXAMPLE.perks] },
    answer: tier,
    status: 201,
    summary: 'Create a tier of your own club',
    errors: TIER_ERRORS,
    run: ({ rooms }, { caller, input }) => rooms.clubs.createTier(caller.identity, input),
  }),
];

const OWN = { by: ['participant', 'person'] } as const;
const CHANGE = { ...OWN, limit: 'money' } as const;
const CHANGE_ERRORS = ['membership_not_found', 'membership_ended', 'provider_unavailable'] as const;
/** Of what the member pays for. */
const PAY_ERRORS = ['access_removed', 'account_suspended', 'live_stopped'] as const;

const ownOperations = [
  operation({
    name: 'joinMembership',
    http: 'POST /v1/memberships',
    by: ['participant'],
    socket: 'memberships:join',
    from: 'lobby',
    limit: 'money',
    input: membershipInput,
    example: { tier: 'tier_9aYx3mPq7LdR2vKe5tWz', returnUrl: 'https://club.example/live' },
    status: 201,
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
    run: async ({ money, rooms }, { room, caller: { identity, name, role }, input, locale }) =>
      money.memberships.join({ club: await rooms.creatorOf(room), identity, name, role, locale, ...input }),
  }),
  operation({
    ...OWN,
    name: 'listMemberships',
    http: 'GET /v1/memberships',
    socket: 'memberships:list',
    servesSuspended: true,
    summary: 'List your memberships',
    run: async ({ accounts, money }, { caller }) => {
      const own = await money.memberships.list(caller.identity);
      const creators = await Promise.all(own.map(({ creator }) => accounts.getCreator(creator)));
      return { memberships: own.map((it, index) => ({ ...it, creatorName: creators[index]?.name ?? it.creator })) };
    },
  }),
  operation({
    ...CHANGE,
    name: 'cancelMembership',
    http: 'POST /v1/memberships/:membership/cancel',
    socket: 'memberships:cancel',
    servesSuspended: true,
    summary: 'Cancel a membership at the end of the paid time',
    errors: CHANGE_ERRORS,
    run: ({ money }, { caller, params }) => money.memberships.cancel(caller.identity, params.membership),
  }),
  operation({
    ...CHANGE,
    name: 'resumeMembership',
    http: 'POST /v1/memberships/:membership/resume',
    socket: 'memberships:resume',
    summary: 'Resume a cancelled membership',
    description: 'Refused if it is not `renewable`, with `membership_ended`.',
    errors: [...CHANGE_ERRORS, ...PAY_ERRORS, 'membership_disputed'],
    run: ({ money }, { caller, params }) => money.memberships.resume(caller.identity, params.membership),
  }),
  operation({
    ...CHANGE,
    name: 'openMembershipCardPage',
    http: 'POST /v1/memberships/:membership/card',
    input: membershipCardInput,
    example: { returnUrl: 'https://club.example/account' },
    answer: membershipCardPage,
    status: 201,
    summary: 'Change the card of a membership',
    description:
      "Redirect the person to `url`, the payment provider's own page, to change the card and to pay a failed renewal. The membership is updated afterwards.",
    errors: [...CHANGE_ERRORS, 'origin_not_allowed'],
    run: ({ money }, { caller, params, input, locale }) =>
      money.memberships.openPortal(caller.identity, params.membership, { locale, ...input }),
  }),
  operation({
    ...CHANGE,
    name: 'changeMembership',
    http: 'POST /v1/memberships/:membership/tier',
    socket: 'memberships:changeTier',
    input: membershipChangeInput,
    example: { tier: 'tier_9aYx3mPq7LdR2vKe5tWz' },
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
    run: ({ money }, { caller, params, input }) =>
      money.memberships.changeTier(caller.identity, params.membership, input.tier),
  }),
];

export const membershipOperations = [...tierOperations, ...ownOperations];
