/** Rooms: made and ended by embedders' servers and by creators, shown to everyone on the site. */
import { liveEvent } from '../../accounts/mail/letters/live-event.ts';
import { LIMITS } from '../../protocol/limits.ts';
import {
  endedEntitlement,
  publicRoomView,
  type Room,
  removal,
  removalInput,
  room,
  roomChange,
  roomInput,
  roomList,
  roomListQuery,
  roomView,
} from '../../protocol/rooms.ts';
import {
  type Download,
  downloadOperation,
  type HttpDomains,
  operation,
  socketOperation,
  uploadOperation,
} from './operation.ts';
import { parseIdentity } from './params.ts';
import { PICTURE_ERRORS, PICTURE_UPLOAD } from './pictures.ts';

const AMOUNT_ERRORS = ['amount_invalid', 'amount_too_small', 'amount_too_large'] as const;
const CREATE_ERRORS = ['creator_not_found', ...AMOUNT_ERRORS, 'capacity_without_tickets', 'tier_not_found'] as const;

function calendarOf({ id, title, creator, startsAt, movedAt }: Room, publicUrl: string): Download {
  return { name: id, chunks: [liveEvent({ room: id, title, creator: creator.name, startsAt, movedAt }, publicUrl)] };
}

/** A room together with how many fans are inside now, and whether a ticket is left for this person. */
async function viewOf({ live, money }: HttpDomains, found: Room, identity?: string) {
  const soldOut = await money.tickets.isSoldOut(found, identity);
  return { ...found, viewerCount: await live.viewerCount(found.id), soldOut };
}

/** Several of them, for a caller who is not known. */
export async function viewsOf({ live, money }: HttpDomains, found: Room[]) {
  const soldOut = await money.tickets.findSoldOut(found);
  const rooms = found.map(async (it) => {
    return { ...it, viewerCount: await live.viewerCount(it.id), soldOut: soldOut.has(it.id) };
  });
  return { rooms: await Promise.all(rooms) };
}

export const roomOperations = [
  operation({
    name: 'createRoom',
    http: 'POST /v1/rooms',
    by: ['server:rooms'],
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
      'A `free` room admits everyone with a token; a `ticket` room needs a `priceMinor`. Public lists and search engines show a room only with `listed: true`.',
    errors: CREATE_ERRORS,
    run: ({ rooms }, { input }) => rooms.createRoom(input),
  }),
  operation({
    name: 'listRooms',
    http: 'GET /v1/rooms',
    by: ['server:rooms'],
    input: roomListQuery,
    answer: roomList,
    summary: 'List rooms',
    description: 'Live ones first, then the newest.',
    run: async (domains, { input }) => viewsOf(domains, await domains.rooms.listRooms({ ...input, ofEmbedders: true })),
  }),
  operation({
    name: 'getRoom',
    http: 'GET /v1/rooms/:id',
    by: ['server:rooms'],
    answer: roomView,
    summary: 'Get a room',
    run: async (domains, call) => viewOf(domains, await domains.rooms.getRoom(call.room)),
  }),
  operation({
    name: 'updateRoom',
    http: 'PATCH /v1/rooms/:id',
    by: ['server:rooms', 'person'],
    role: 'creator',
    input: roomChange,
    example: { title: 'Closed rehearsal', text: 'Only for those who could not come on Friday.' },
    answer: room,
    summary: 'Change a room',
    description:
      'Title, text, price, date, and whether public lists and search engines may show it; absent fields stay. On the site, a creator changes their own rooms. The price is fixed once a ticket was bought or is being paid, the date once the first live has begun. A change of the date opens the return of tickets that were ordered before, also of those with a waiver, and tells their holders.',
    errors: ['price_fixed', 'date_fixed', 'time_in_past', 'room_ended', 'nothing_to_buy', ...AMOUNT_ERRORS],
    run: async ({ rooms, money }, { room: id, input, caller }) => {
      await rooms.assertMayChange(id, caller);
      return rooms.changes.apply(id, input, (tx) => money.tickets.isSold(tx, id));
    },
  }),
  uploadOperation({
    name: 'setRoomPoster',
    http: 'PUT /v1/rooms/:id/poster',
    by: ['server:rooms', 'person'],
    role: 'creator',
    upload: PICTURE_UPLOAD,
    answer: room,
    summary: 'Upload the poster of a room',
    description:
      'The body is the file. The picture is cropped to 16:9 and shown in the lobby, in lists and where the link is shared; what else the file holds, such as the place where it was taken, is not kept. A new poster replaces the one before.',
    errors: ['room_ended', ...PICTURE_ERRORS],
    run: async ({ rooms, pictures, outbox }, { room: id, caller, input }) => {
      await rooms.assertMayChange(id, caller);
      const poster = { use: 'poster', subject: id } as const;
      await pictures.set(poster, await rooms.creatorOf(id), input, (tx) => rooms.changes.notePoster(tx, id, 'set'));
      outbox.wake();
      return rooms.getRoom(id);
    },
  }),
  operation({
    name: 'removeRoomPoster',
    http: 'DELETE /v1/rooms/:id/poster',
    by: ['server:rooms', 'person'],
    role: 'creator',
    answer: room,
    summary: 'Remove the poster of a room',
    description: 'Also of one that has ended. Repeated calls have no further effect.',
    run: async ({ rooms, pictures, outbox }, { room: id, caller }) => {
      await rooms.assertMayChange(id, caller);
      const poster = { use: 'poster', subject: id } as const;
      await pictures.remove(poster, (tx) => rooms.changes.notePoster(tx, id, 'removed'));
      outbox.wake();
      return rooms.getRoom(id);
    },
  }),
  operation({
    name: 'endRoom',
    http: 'POST /v1/rooms/:id/end',
    by: ['server:rooms', 'person'],
    socket: 'rooms:end',
    from: 'inside',
    role: 'creator',
    summary: 'End a room for good',
    description:
      "Ends everyone's access and closes the sale. Tickets that were bought after the last live ended, or all of a room without any live, go back by themselves. On the site, a creator cancels their own room with it. Repeated calls return the same room.",
    run: async ({ rooms }, { room: id, caller }) => {
      await rooms.assertMayChange(id, caller);
      return rooms.endRoom(id);
    },
  }),
  socketOperation({
    socket: 'rooms:pause',
    from: 'inside',
    role: 'creator',
    run: async ({ rooms, stage }, { room: id, input: { minutes, publication } }) => {
      await stage.endLive(id, publication, minutes);
      return rooms.getRoom(id);
    },
  }),
  operation({
    name: 'removeParticipant',
    http: 'POST /v1/rooms/:id/removals',
    by: ['server:moderation'],
    socket: 'rooms:remove',
    from: 'inside',
    right: 'moderate',
    input: removalInput,
    example: { identity: 'fan-7', reason: 'Insults in the chat' },
    answer: removal,
    status: 201,
    summary: 'Remove a person from a room',
    description: 'Their access ends at once, and no token restores it. Repeated calls have no further effect.',
    errors: ['participant_not_removable'],
    run: ({ rooms }, call) => rooms.removals.remove({ room: call.room, by: call.caller, ...call.input }),
  }),
  operation({
    name: 'endEntitlement',
    http: 'DELETE /v1/rooms/:id/entitlements/:identity',
    by: ['server:tokens'],
    answer: endedEntitlement,
    summary: 'End the access that you granted',
    description:
      'Ends access from `entitled: true`, on open sockets too and for all tokens issued so far; access that the person paid for here stays. A later token can grant it again. Returns the remaining access.',
    run: async ({ rooms }, { room: id, params }) => {
      const identity = parseIdentity(params.identity);
      return { room: id, identity, access: await rooms.endEmbedderAccess(id, identity) };
    },
  }),
];

/** What the site shows of rooms, and what creators do there with their own. */
export const siteRoomOperations = [
  operation({
    name: 'listPublicRooms',
    http: 'GET /v1/public/rooms',
    by: ['visitor'],
    answer: roomList,
    summary: 'List the rooms that the site shows',
    description: `Those that are live, then those to come by their date, then those without one; at most ${LIMITS.publicRoomsPerCreator} of a creator.`,
    run: async (domains) => viewsOf(domains, await domains.rooms.listPublicRooms()),
  }),
  operation({
    name: 'getPublicRoom',
    http: 'GET /v1/public/rooms/:id',
    by: ['visitor'],
    answer: publicRoomView,
    summary: 'Get what everybody may see of a room',
    run: async (domains, { room: id, caller }) => {
      const found = await domains.rooms.getRoom(id);
      const creatorHandle = await domains.people.findHandle(found.creator.identity);
      return { ...(await viewOf(domains, found, caller?.identity)), creatorHandle };
    },
  }),
  downloadOperation({
    name: 'getRoomCalendar',
    http: 'GET /v1/public/rooms/:id/calendar',
    by: ['visitor'],
    format: 'ics',
    summary: 'Get the date of a room for a calendar',
    description: 'An iCalendar file; of a room without a `startsAt`, an empty one.',
    run: async ({ rooms, config }, call) => calendarOf(await rooms.getRoom(call.room), config.publicUrl),
  }),
  operation({
    name: 'listOwnRooms',
    http: 'GET /v1/me/rooms',
    by: ['person'],
    role: 'creator',
    answer: roomList,
    summary: 'List your own rooms',
    run: async (domains, { caller }) =>
      viewsOf(domains, await domains.rooms.listRooms({ creator: caller.identity, limit: LIMITS.listPageItems })),
  }),
  operation({
    name: 'createOwnRoom',
    http: 'POST /v1/me/rooms',
    by: ['person'],
    role: 'creator',
    input: roomInput.pick({ title: true, text: true, access: true, startsAt: true, capacity: true, listed: true }),
    example: { title: 'Closed rehearsal', access: { kind: 'ticket', priceMinor: 500 } },
    answer: room,
    status: 201,
    summary: 'Create a room of your own',
    description: `At most ${LIMITS.openRoomsPerPerson} rooms that have not ended.`,
    errors: [...CREATE_ERRORS, 'room_limit'],
    run: ({ rooms }, { caller, input }) => rooms.createRoom({ ...input, creator: caller.identity }),
  }),
];
