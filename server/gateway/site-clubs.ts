/**
 * Clubs on the site: the tiers that a creator sells, and the memberships of whoever is signed in. Thin over the same domain as the server
 * API and the socket.
 */
import { z } from 'zod';
import { AppError } from '../protocol/errors.ts';
import {
  membership,
  membershipCardInput,
  membershipCardPage,
  membershipChangeInput,
  tier,
  tierInput,
  tierList,
} from '../protocol/memberships.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';
import type { SitePerson } from './site-session.ts';

const PERSON = { auth: 'person', limit: 'site' } as const;
const CHANGE = { auth: 'person', limit: 'money', answer: membership } as const;
const CHANGE_ERRORS = ['membership_not_found', 'membership_ended', 'provider_unavailable'] as const;

/** With the name of the creator, which the page says instead of the identity. */
const ownMembership = membership.extend({ creatorName: z.string() });

export function siteClubsRoutes(context: HttpContext): Route[] {
  return [...tierRoutes(context), listRoute(context), ...changeRoutes(context)];
}

function tierRoutes({ rooms }: HttpContext): Route[] {
  return [
    defineRoute({
      ...PERSON,
      name: 'siteMyTiers',
      method: 'get',
      path: '/site/my-tiers',
      answer: tierList,
      summary: "The tiers of the creator's own club",
      errors: ['forbidden', 'creator_not_found'],
      handler: async ({ caller }) => ({ tiers: await rooms.clubs.listTiers(creatorOf(caller)) }),
    }),
    defineRoute({
      ...PERSON,
      name: 'siteCreateTier',
      method: 'post',
      path: '/site/my-tiers',
      input: tierInput,
      answer: tier,
      status: 201,
      summary: "Create a tier of one's own club",
      errors: ['forbidden', 'creator_not_found', 'amount_too_small', 'amount_too_large', 'tier_limit'],
      handler: ({ caller, input }) => rooms.clubs.createTier(creatorOf(caller), input),
    }),
    defineRoute({
      ...PERSON,
      name: 'siteTiersOfCreator',
      method: 'get',
      path: '/site/creators/:identity/tiers',
      answer: tierList,
      summary: "The tiers of a creator's club that can be joined",
      errors: ['creator_not_found'],
      handler: async ({ params }) => ({ tiers: await rooms.clubs.listTiers(params.identity) }),
    }),
  ];
}

function listRoute({ accounts, money: { memberships } }: HttpContext): Route {
  return defineRoute({
    ...PERSON,
    name: 'siteMemberships',
    method: 'get',
    path: '/site/memberships',
    answer: z.object({ memberships: z.array(ownMembership) }),
    summary: 'The memberships of whoever is signed in',
    handler: async ({ caller }) => {
      const own = await memberships.list(caller.identity);
      const creators = await Promise.all(own.map(({ creator }) => accounts.getCreator(creator)));
      return { memberships: own.map((it, index) => ({ ...it, creatorName: creators[index]?.name ?? it.creator })) };
    },
  });
}

function changeRoutes({ money: { memberships } }: HttpContext): Route[] {
  return [
    defineRoute({
      ...CHANGE,
      name: 'siteCancelMembership',
      method: 'post',
      path: '/site/memberships/:membership/cancel',
      summary: 'Cancel a membership to the end of the paid time',
      errors: CHANGE_ERRORS,
      handler: ({ caller, params }) => memberships.cancel(caller.identity, params.membership),
    }),
    defineRoute({
      ...CHANGE,
      name: 'siteResumeMembership',
      method: 'post',
      path: '/site/memberships/:membership/resume',
      summary: 'Take a cancellation back',
      errors: [...CHANGE_ERRORS, 'membership_disputed'],
      handler: ({ caller, params }) => memberships.resume(caller.identity, params.membership),
    }),
    defineRoute({
      ...CHANGE,
      name: 'siteMembershipCard',
      method: 'post',
      path: '/site/memberships/:membership/card',
      input: membershipCardInput,
      answer: membershipCardPage,
      status: 201,
      summary: 'Where another card is given for a membership',
      errors: [...CHANGE_ERRORS, 'origin_not_allowed'],
      handler: ({ caller, params, input, locale }) =>
        memberships.openPortal(caller.identity, params.membership, { locale, ...input }),
    }),
    defineRoute({
      ...CHANGE,
      name: 'siteChangeMembership',
      method: 'post',
      path: '/site/memberships/:membership/tier',
      input: membershipChangeInput,
      summary: 'Move to another tier',
      errors: [
        ...CHANGE_ERRORS,
        'membership_disputed',
        'membership_unpaid',
        'tier_not_found',
        'tier_retired',
        'tier_interval',
        'card_declined',
      ],
      handler: ({ caller, params, input }) => memberships.changeTier(caller.identity, params.membership, input.tier),
    }),
  ];
}

function creatorOf({ role, identity }: SitePerson): string {
  if (role !== 'creator') throw new AppError('forbidden', 'Only creators have a club.');
  return identity;
}
