/** Rooms: made and ended by embedders' servers and by creators, shown to everyone on the site. */

import * as LIMITS from '../limits.ts';
import { PICTURE_ERRORS, PICTURE_UPLOAD } from '../pictures.ts';
import {
  endedEntitlement,
  publicRoomView,
  removal,
  removalInput,
  room,
  roomChange,
  roomInput,
  roomList,
  roomListQuery,
  roomView,
} from '../rooms.ts';
import { pauseInput } from '../stage.ts';
import { downloadOperation, operation, socketOperation, uploadOperation } from './contract.ts';

const AMOUNT_ERRORS = ['amount_invalid', 'amount_too_small', 'amount_too_large'] as const;
const CREATE_ERRORS = ['creator_not_found', ...AMOUNT_ERRORS, 'capacity_without_tickets', 'tier_not_found'] as const;

export const roomContract = {
  createRoom: operation({
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
  }),
  listRooms: operation({
    http: 'GET /v1/rooms',
    by: ['server:rooms'],
    input: roomListQuery,
    answer: roomList,
    summary: 'List rooms',
    description: 'Live ones first, then the newest.',
  }),
  getRoom: operation({
    http: 'GET /v1/rooms/:id',
    by: ['server:rooms'],
    answer: roomView,
    summary: 'Get a room',
  }),
  updateRoom: operation({
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
  }),
  setRoomPoster: uploadOperation({
    http: 'PUT /v1/rooms/:id/poster',
    by: ['server:rooms', 'person'],
    role: 'creator',
    upload: PICTURE_UPLOAD,
    answer: room,
    summary: 'Upload the poster of a room',
    description:
      'The body is the file. The picture is cropped to 16:9 and shown in the lobby, in lists and where the link is shared; what else the file holds, such as the place where it was taken, is not kept. A new poster replaces the one before.',
    errors: ['room_ended', ...PICTURE_ERRORS],
  }),
  removeRoomPoster: operation({
    http: 'DELETE /v1/rooms/:id/poster',
    by: ['server:rooms', 'person'],
    role: 'creator',
    answer: room,
    summary: 'Remove the poster of a room',
    description: 'Also of one that has ended. Repeated calls have no further effect.',
  }),
  endRoom: operation({
    http: 'POST /v1/rooms/:id/end',
    by: ['server:rooms', 'person'],
    socket: 'rooms:end',
    from: 'inside',
    role: 'creator',
    answer: room,
    summary: 'End a room for good',
    description:
      "Ends everyone's access and closes the sale. Tickets that were bought after the last live ended, or all of a room without any live, go back by themselves. On the site, a creator cancels their own room with it. Repeated calls return the same room.",
  }),
  'rooms:pause': socketOperation({
    from: 'inside',
    role: 'creator',
    input: pauseInput,
    answer: room,
    summary: 'Pause the evening until a time',
    description:
      'The live ends, if one is on and no publication other than this one holds the stage, and the room waits for the next one until `pausedUntil`.',
  }),
  removeParticipant: operation({
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
  }),
  endEntitlement: operation({
    http: 'DELETE /v1/rooms/:id/entitlements/:identity',
    by: ['server:tokens'],
    answer: endedEntitlement,
    summary: 'End the access that you granted',
    description:
      'Ends access from `entitled: true`, on open sockets too and for all tokens issued so far; access that the person paid for here stays. A later token can grant it again. Returns the remaining access.',
  }),
};

/** What the site shows of rooms, and what creators do there with their own. */
export const siteRoomContract = {
  listPublicRooms: operation({
    http: 'GET /v1/public/rooms',
    by: ['visitor'],
    answer: roomList,
    summary: 'List the rooms that the site shows',
    description: `Those that are live, then those to come by their date, then those without one; at most ${LIMITS.publicRoomsPerCreator} of a creator.`,
  }),
  getPublicRoom: operation({
    http: 'GET /v1/public/rooms/:id',
    by: ['visitor'],
    answer: publicRoomView,
    summary: 'Get what everybody may see of a room',
  }),
  getRoomCalendar: downloadOperation({
    http: 'GET /v1/public/rooms/:id/calendar',
    by: ['visitor'],
    format: 'ics',
    summary: 'Get the date of a room for a calendar',
    description: 'An iCalendar file; of a room without a `startsAt`, an empty one.',
  }),
  listOwnRooms: operation({
    http: 'GET /v1/me/rooms',
    by: ['person'],
    role: 'creator',
    answer: roomList,
    summary: 'List your own rooms',
  }),
  createOwnRoom: operation({
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
  }),
};
