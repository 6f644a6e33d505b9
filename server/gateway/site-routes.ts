/**
 * What the pages of the first-party site ask for, with the session cookie as the key. The site is an embedder like any other: it mints room
 * tokens for whoever is signed in, and has no rights that another embedder has not.
 */
import { z } from 'zod';
import { identity } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import { cardList, topupAnswer, topupInput, wallet } from '../protocol/money.ts';
import { walletHistory, walletHistoryQuery } from '../protocol/pricing.ts';
import { type Room, room, roomInput } from '../protocol/rooms.ts';
import { DEMO_PEOPLE } from './demo.ts';
import type { DeskAccess } from './desk-access.ts';
import type { HttpContext, LiveView } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';
import { roomList, roomView } from './rooms-routes.ts';
import { type SitePerson, type SiteSessions, sitePerson } from './site-session.ts';
import { TOPUP_ERRORS, topUp } from './topups.ts';

const siteSession = z.object({
  person: sitePerson.nullable(),
  /** Whether the money desk is open to them. */
  isOperator: z.boolean(),
  demo: z.boolean(),
  currency: z.string(),
  walletMode: z.enum(['on', 'off']),
});

interface Sessions {
  sessions: SiteSessions;
  desk: DeskAccess;
}

export function siteRoutes(context: HttpContext, live: LiveView, kept: Sessions): Route[] {
  return [
    ...sessionRoutes(context, kept),
    ...siteRoomRoutes(context, live),
    ...studioRoutes(context, live),
    ...siteWalletRoutes(context),
  ];
}

function sessionRoutes({ config }: HttpContext, { sessions, desk }: Sessions): Route[] {
  const isOperator = (person: SitePerson | null) => person !== null && config.operators.includes(person.identity);
  const describe = (person: SitePerson | null) => ({
    person,
    isOperator: isOperator(person),
    demo: config.development,
    currency: config.currency,
    walletMode: config.walletMode,
  });
  const base = { auth: 'visitor', limit: 'site' } as const;
  return [
    defineRoute({
      ...base,
      name: 'siteSession',
      method: 'get',
      path: '/site/session',
      answer: siteSession,
      summary: 'Who is signed in',
      handler: ({ caller }) => describe(caller),
    }),
    defineRoute({
      ...base,
      name: 'siteDemoPeople',
      method: 'get',
      path: '/site/demo-people',
      answer: z.object({ people: z.array(sitePerson.extend({ isOperator: z.boolean() })) }),
      summary: 'Whom one can sign in as in development',
      errors: ['not_found'],
      handler: () => {
        if (!config.development) throw new AppError('not_found');
        return { people: DEMO_PEOPLE.map((person) => ({ ...person, isOperator: isOperator(person) })) };
      },
    }),
    defineRoute({
      ...base,
      name: 'siteDemoSignIn',
      method: 'post',
      path: '/site/demo-sign-in',
      limit: 'signIn',
      input: z.object({ identity }),
      answer: siteSession,
      summary: 'Sign in as one of the demo people',
      errors: ['not_found'],
      handler: ({ input, response }) => {
        const person = DEMO_PEOPLE.find((it) => it.identity === input.identity);
        if (!config.development || !person) throw new AppError('not_found');
        desk.forget(response);
        sessions.write(response, person);
        return describe(person);
      },
    }),
    defineRoute({
      ...base,
      name: 'siteSignOut',
      method: 'post',
      path: '/site/sign-out',
      answer: siteSession,
      summary: 'Sign out',
      handler: async ({ response }) => {
        await desk.close(response);
        sessions.clear(response);
        return describe(null);
      },
    }),
  ];
}

const viewOf = (live: LiveView) => async (it: Room) => ({ ...it, viewerCount: await live.viewerCount(it.id) });

function siteRoomRoutes({ rooms, tokens }: HttpContext, live: LiveView): Route[] {
  const view = viewOf(live);
  return [
    defineRoute({
      name: 'siteRooms',
      method: 'get',
      path: '/site/rooms',
      auth: 'visitor',
      limit: 'site',
      answer: roomList,
      summary: 'Rooms that are live, then those to come',
      handler: async () => {
        const onAir = await rooms.listRooms({ status: 'live', listed: true, limit: LIMITS.listPageItems });
        const toCome = await rooms.listRooms({ status: 'scheduled', listed: true, limit: LIMITS.listPageItems });
        return { rooms: await Promise.all([...onAir, ...toCome].slice(0, LIMITS.listPageItems).map(view)) };
      },
    }),
    defineRoute({
      name: 'siteRoom',
      method: 'get',
      path: '/site/rooms/:id',
      auth: 'visitor',
      limit: 'site',
      answer: roomView,
      summary: 'One room',
      handler: async ({ params }) => view(await rooms.getRoom(params.id)),
    }),
    defineRoute({
      name: 'siteRoomToken',
      method: 'post',
      path: '/site/rooms/:id/token',
      auth: 'person',
      limit: 'site',
      answer: z.object({ token: z.string() }),
      status: 201,
      summary: 'A room token for whoever is signed in',
      handler: async ({ caller, params }) => {
        const { id, creator } = await rooms.getRoom(params.id);
        const role = creator.identity === caller.identity ? 'creator' : 'fan';
        return { token: tokens.create({ identity: caller.identity, name: caller.name, room: id, role }) };
      },
    }),
  ];
}

function studioRoutes({ rooms }: HttpContext, live: LiveView): Route[] {
  return [
    defineRoute({
      name: 'siteMyRooms',
      method: 'get',
      path: '/site/my-rooms',
      auth: 'person',
      limit: 'site',
      answer: roomList,
      summary: "The creator's own rooms",
      errors: ['forbidden'],
      handler: async ({ caller }) => {
        assertCreator(caller);
        const own = await rooms.listRooms({ creator: caller.identity, limit: LIMITS.listPageItems });
        return { rooms: await Promise.all(own.map(viewOf(live))) };
      },
    }),
    defineRoute({
      name: 'siteCreateRoom',
      method: 'post',
      path: '/site/rooms',
      auth: 'person',
      limit: 'site',
      input: roomInput.pick({ title: true, access: true, startsAt: true, capacity: true }),
      answer: room,
      status: 201,
      summary: 'Create a room of one’s own',
      errors: [
        'forbidden',
        'creator_not_found',
        'amount_invalid',
        'amount_too_small',
        'amount_too_large',
        'capacity_without_tickets',
        'tier_not_found',
      ],
      handler: ({ caller, input }) => {
        assertCreator(caller);
        return rooms.createRoom({ ...input, creator: caller.identity, listed: true });
      },
    }),
  ];
}

function siteWalletRoutes({ money }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'siteWallet',
      method: 'get',
      path: '/site/wallet',
      auth: 'person',
      limit: 'site',
      answer: wallet,
      summary: 'The wallet of whoever is signed in',
      handler: ({ caller }) => money.getWallet(caller.identity),
    }),
    defineRoute({
      name: 'siteTopup',
      method: 'post',
      path: '/site/wallet/topups',
      auth: 'person',
      limit: 'money',
      input: topupInput,
      answer: topupAnswer,
      status: 201,
      summary: 'Top up the wallet by card',
      errors: TOPUP_ERRORS,
      handler: ({ caller, input, locale }) => topUp(money, caller, { locale, ...input }),
    }),
    defineRoute({
      name: 'siteCards',
      method: 'get',
      path: '/site/wallet/cards',
      auth: 'person',
      limit: 'site',
      answer: cardList,
      summary: 'The saved cards of whoever is signed in',
      errors: ['provider_unavailable'],
      handler: async ({ caller }) => ({ cards: await money.cards.list(caller.identity) }),
    }),
    defineRoute({
      name: 'siteRemoveCard',
      method: 'delete',
      path: '/site/wallet/cards/:card',
      auth: 'person',
      limit: 'money',
      answer: cardList,
      summary: 'Remove a saved card',
      errors: ['card_not_found', 'provider_unavailable'],
      handler: async ({ caller, params }) => ({ cards: await money.cards.remove(caller.identity, params.card) }),
    }),
    defineRoute({
      name: 'siteWalletHistory',
      method: 'get',
      path: '/site/wallet/history',
      auth: 'person',
      limit: 'site',
      input: walletHistoryQuery,
      answer: walletHistory,
      summary: 'What came into the wallet and went out of it',
      errors: ['cursor_invalid'],
      handler: ({ caller, input }) => money.getWalletHistory(caller.identity, input),
    }),
  ];
}

function assertCreator(person: SitePerson): void {
  if (person.role !== 'creator') throw new AppError('forbidden', 'This is for creators.');
}
