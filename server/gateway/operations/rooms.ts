import { liveEvent, liveOf } from '../../accounts/mail/letters/live.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { roomContract, siteRoomContract } from '../../protocol/operations/rooms.ts';
import type { Room } from '../../protocol/rooms.ts';
import { type Download, type HttpDomains, implement } from './operation.ts';
import { parseIdentity } from './params.ts';

function calendarOf(room: Room, publicUrl: string): Download {
  return { name: room.id, chunks: [liveEvent(liveOf(room, publicUrl))] };
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

export const roomOperations = implement(roomContract, {
  createRoom: ({ rooms }, { input }) => rooms.createRoom(input),
  listRooms: async (domains, { input }) =>
    viewsOf(domains, await domains.rooms.listRooms({ ...input, ofEmbedders: true })),
  getRoom: async (domains, call) => viewOf(domains, await domains.rooms.getRoom(call.room)),
  updateRoom: async ({ rooms, money }, { room: id, input, caller }) => {
    await rooms.assertMayChange(id, caller);
    return rooms.changes.apply(id, input, (tx) => money.tickets.isSold(tx, id));
  },
  setRoomPoster: async ({ rooms, pictures, outbox }, { room: id, caller, input }) => {
    await rooms.assertMayChange(id, caller);
    const poster = { use: 'poster', subject: id } as const;
    await pictures.set(poster, await rooms.creatorOf(id), input, (tx) => rooms.changes.notePoster(tx, id, 'set'));
    outbox.wake();
    return rooms.getRoom(id);
  },
  removeRoomPoster: async ({ rooms, pictures, outbox }, { room: id, caller }) => {
    await rooms.assertMayChange(id, caller);
    const poster = { use: 'poster', subject: id } as const;
    await pictures.remove(poster, (tx) => rooms.changes.notePoster(tx, id, 'removed'));
    outbox.wake();
    return rooms.getRoom(id);
  },
  endRoom: async ({ rooms }, { room: id, caller }) => {
    await rooms.assertMayChange(id, caller);
    return rooms.endRoom(id);
  },
  'rooms:pause': async ({ rooms, stage }, { room: id, input: { minutes, publication } }) => {
    await stage.endLive(id, publication, minutes);
    return rooms.getRoom(id);
  },
  removeParticipant: ({ rooms }, call) => rooms.removals.remove({ room: call.room, by: call.caller, ...call.input }),
  endEntitlement: async ({ rooms }, { room: id, params }) => {
    const identity = parseIdentity(params.identity);
    return { room: id, identity, access: await rooms.endEmbedderAccess(id, identity) };
  },
});

export const siteRoomOperations = implement(siteRoomContract, {
  listPublicRooms: async (domains) => viewsOf(domains, await domains.rooms.listPublicRooms()),
  getPublicRoom: async (domains, { room: id, caller }) => {
    const found = await domains.rooms.getRoom(id);
    const creatorHandle = await domains.people.findHandle(found.creator.identity);
    return { ...(await viewOf(domains, found, caller?.identity)), creatorHandle };
  },
  getRoomCalendar: async ({ rooms, config }, call) => calendarOf(await rooms.getRoom(call.room), config.publicUrl),
  listOwnRooms: async (domains, { caller }) =>
    viewsOf(domains, await domains.rooms.listRooms({ creator: caller.identity, limit: LIMITS.listPageItems })),
  createOwnRoom: ({ rooms }, { caller, input }) => rooms.createRoom({ ...input, creator: caller.identity }),
});
