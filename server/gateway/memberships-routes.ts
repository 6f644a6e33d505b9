/** Tiers of creators' clubs for embedders' servers, and memberships for participants. */
import {
  membership,
  membershipCardInput,
  membershipCardPage,
  membershipChangeInput,
  membershipCheckout,
  membershipInput,
  membershipList,
  tier,
  tierInput,
  tierList,
} from '../protocol/memberships.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';
import { joinClub } from './memberships-requests.ts';
import { admitCaller } from './money-routes.ts';

const OWN = { auth: 'participant', limit: 'money', answer: membership } as const;
const OWN_ERRORS = ['membership_not_found', 'membership_ended', 'provider_unavailable'] as const;

export function membershipsRoutes(context: HttpContext): Route[] {
  return [...tierRoutes(context), ...joinRoutes(context), ...ownRoutes(context)];
}

function tierRoutes({ rooms }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'createTier',
      method: 'post',
      path: '/v1/creators/:identity/tiers',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      input: tierInput,
      example: { name: 'Backstage', priceMinor: 900, interval: 'month', perks: ['Every closed rehearsal'] },
      answer: tier,
      status: 201,
      summary: "Create a tier of a creator's club",
      description:
        'A higher tier, by what it costs in a year, opens whatever a lower one does. The price of a tier never changes: make another one and retire this one.',
      errors: ['creator_not_found', 'amount_too_small', 'amount_too_large', 'tier_limit'],
      handler: ({ params, input }) => rooms.clubs.createTier(params.identity, input),
    }),
    defineRoute({
      name: 'listTiers',
      method: 'get',
      path: '/v1/creators/:identity/tiers',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      answer: tierList,
      summary: "List the tiers of a creator's club",
      description: 'Those that can be joined, the lowest first.',
      errors: ['creator_not_found'],
      handler: async ({ params }) => ({ tiers: await rooms.clubs.listTiers(params.identity) }),
    }),
    defineRoute({
      name: 'retireTier',
      method: 'post',
      path: '/v1/creators/:identity/tiers/:tier/retire',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      answer: tier,
      summary: 'Retire a tier',
      description: 'Nobody can join it any more; whoever is in it stays.',
      errors: ['tier_not_found'],
      handler: ({ params }) => rooms.clubs.retireTier(params.identity, params.tier),
    }),
  ];
}

function joinRoutes({ money, rooms }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'joinMembership',
      method: 'post',
      path: '/v1/memberships',
      auth: 'participant',
      limit: 'money',
      input: membershipInput,
      example: { tier: 'tier_9aYx3mPq7LdR2vKe5tWz', returnUrl: 'https://club.example/live' },
      answer: membershipCheckout,
      status: 201,
      summary: "Join a creator's club",
      description:
        'The club is that of the creator of the token’s room. Send the person to `checkoutUrl`. Access to the rooms of the club follows when the payment provider confirms the first payment, and each renewal extends it.',
      errors: [
        'tier_not_found',
        'tier_retired',
        'membership_exists',
        'already_entitled',
        'origin_not_allowed',
        'provider_unavailable',
      ],
      handler: async ({ caller, input, locale }) => {
        const { role } = await rooms.admit(caller);
        const participant = { identity: caller.sub, name: caller.name, role };
        return joinClub({ money, rooms }, { room: caller.room, participant, input, locale });
      },
    }),
    defineRoute({
      name: 'listMemberships',
      method: 'get',
      path: '/v1/memberships',
      auth: 'participant',
      limit: 'participant',
      answer: membershipList,
      summary: "List the participant's memberships",
      handler: async ({ caller }) => ({ memberships: await money.memberships.list(caller.sub) }),
    }),
    defineRoute({
      name: 'listRoomTiers',
      method: 'get',
      path: '/v1/rooms/:id/tiers',
      auth: 'participant',
      limit: 'participant',
      answer: tierList,
      summary: "List the tiers of the club of the room's creator",
      errors: ['forbidden'],
      handler: async ({ caller, params }) => {
        const { room } = await admitCaller({ rooms }, caller, params.id);
        return { tiers: await rooms.clubs.listTiers(room.creator.identity) };
      },
    }),
  ];
}

function ownRoutes({ money: { memberships } }: HttpContext): Route[] {
  return [
    defineRoute({
      ...OWN,
      name: 'cancelMembership',
      method: 'post',
      path: '/v1/memberships/:membership/cancel',
      summary: 'Cancel a membership to the end of the paid time',
      errors: OWN_ERRORS,
      handler: ({ caller, params }) => memberships.cancel(caller.sub, params.membership),
    }),
    defineRoute({
      ...OWN,
      name: 'resumeMembership',
      method: 'post',
      path: '/v1/memberships/:membership/resume',
      summary: 'Take a cancellation back',
      errors: [...OWN_ERRORS, 'membership_disputed'],
      handler: ({ caller, params }) => memberships.resume(caller.sub, params.membership),
    }),
    defineRoute({
      ...OWN,
      name: 'openMembershipCardPage',
      method: 'post',
      path: '/v1/memberships/:membership/card',
      input: membershipCardInput,
      example: { returnUrl: 'https://club.example/account' },
      answer: membershipCardPage,
      status: 201,
      summary: 'Give another card for a membership',
      description:
        "Send the person to `url`, the payment provider's own page: they change the card there, and pay a renewal that could not be paid. How the membership then stands follows by itself.",
      errors: [...OWN_ERRORS, 'origin_not_allowed'],
      handler: ({ caller, params, input, locale }) =>
        memberships.openPortal(caller.sub, params.membership, { locale, ...input }),
    }),
    defineRoute({
      ...OWN,
      name: 'changeMembership',
      method: 'post',
      path: '/v1/memberships/:membership/tier',
      input: membershipChangeInput,
      example: { tier: 'tier_9aYx3mPq7LdR2vKe5tWz' },
      summary: 'Move to another tier',
      description:
        'To a dearer one at once: the rest of the paid time is charged pro rata, and nothing changes when the card declines. A cheaper one begins with the next renewal, see `nextTier`.',
      errors: [
        ...OWN_ERRORS,
        'membership_disputed',
        'membership_unpaid',
        'tier_not_found',
        'tier_retired',
        'tier_interval',
        'card_declined',
      ],
      handler: ({ caller, params, input }) => memberships.changeTier(caller.sub, params.membership, input.tier),
    }),
  ];
}
