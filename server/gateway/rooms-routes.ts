/** The server API for rooms. */
import { z } from 'zod';
import {
  endedEntitlement,
  removal,
  removalInput,
  room,
  roomChange,
  roomInput,
  roomListQuery,
} from '../protocol/rooms.ts';
import type { HttpContext, LiveView } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';

/** A room together with how many fans are inside now. */
export const roomView = room.extend({ viewerCount: z.number().int().min(0) });
export const roomList = z.object({ rooms: z.array(roomView) });

/** Who is on record for what an embedder's server did. */
const EMBEDDING_SERVER = 'embedding-server';

export function roomsRoutes(context: HttpContext, live: LiveView): Route[] {
  return [...roomRoutes(context, live), ...orderRoutes(context)];
}

function roomRoutes({ rooms }: HttpContext, live: LiveView): Route[] {
  return [
    defineRoute({
      name: 'createRoom',
      method: 'post',
      path: '/v1/rooms',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      input: roomInput,
      example: {
        creator: 'camille',
        title: 'Closed rehearsal',
        access: { kind: 'ticket', priceMinor: 500, currency: 'eur' },
      },
      answer: room,
      status: 201,
      summary: 'Create a room',
      description:
        'A `free` room lets everyone with a token in; a `ticket` room needs a `priceMinor`. The first-party site lists a room only with `listed: true`.',
      errors: [
        'creator_not_found',
        'amount_invalid',
        'amount_too_small',
        'amount_too_large',
        'capacity_without_tickets',
        'tier_not_found',
      ],
      handler: ({ input }) => rooms.createRoom(input),
    }),
    defineRoute({
      name: 'listRooms',
      method: 'get',
      path: '/v1/rooms',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      input: roomListQuery,
      answer: roomList,
      summary: 'List rooms',
      description: 'Live ones first, then the newest.',
      handler: async ({ input }) => {
        const found = await rooms.listRooms(input);
        const rows = found.map(async (it) => ({ ...it, viewerCount: await live.viewerCount(it.id) }));
        return { rooms: await Promise.all(rows) };
      },
    }),
    defineRoute({
      name: 'getRoom',
      method: 'get',
      path: '/v1/rooms/:id',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      answer: roomView,
      summary: 'Get a room',
      handler: async ({ params }) => {
        return { ...(await rooms.getRoom(params.id)), viewerCount: await live.viewerCount(params.id) };
      },
    }),
    defineRoute({
      name: 'updateRoom',
      method: 'patch',
      path: '/v1/rooms/:id',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      input: roomChange,
      example: { listed: true },
      answer: room,
      summary: 'Change a room',
      description: 'Whether the first-party site lists it.',
      handler: ({ params, input }) => rooms.updateRoom(params.id, input),
    }),
  ];
}

function orderRoutes({ rooms }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'endEntitlement',
      method: 'delete',
      path: '/v1/rooms/:id/entitlements/:identity',
      auth: 'server',
      scope: 'tokens',
      limit: 'server',
      answer: endedEntitlement,
      summary: 'End the access that you granted',
      description:
        'Ends what `entitled: true` gave, on open sockets too, whatever token was issued up to now; what the person paid for here stays. A token that you mint afterwards can grant it again. Answers the access that is left.',
      handler: async ({ params: { id, identity } }) => {
        return { room: id, identity, access: await rooms.endEmbedderAccess(id, identity) };
      },
    }),
    defineRoute({
      name: 'endRoom',
      method: 'post',
      path: '/v1/rooms/:id/end',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      answer: room,
      summary: 'End a room for good',
      description: 'Everyone in it is put out. Ending it again answers the same.',
      handler: async ({ params }) => {
        await rooms.getRoom(params.id);
        return rooms.endRoom(params.id);
      },
    }),
    defineRoute({
      name: 'removeParticipant',
      method: 'post',
      path: '/v1/rooms/:id/removals',
      auth: 'server',
      scope: 'moderation',
      limit: 'server',
      input: removalInput,
      example: { identity: 'fan-7', reason: 'Insults in the chat' },
      answer: removal,
      status: 201,
      summary: 'Remove somebody from a room',
      description:
        'They are put out at once and cannot come back, whatever token they hold. A second removal changes nothing.',
      errors: ['participant_not_removable'],
      handler: async ({ params, input }) => {
        const room = await rooms.getRoom(params.id);
        return rooms.removeParticipant({ room, ...input, by: EMBEDDING_SERVER });
      },
    }),
  ];
}
