/** Rooms and access on the wire. */
import { z } from 'zod';
import { identity, multiLine, singleLine } from './accounts/accounts.ts';
import { idSchema, roomId, ticketId } from './ids.ts';
import * as LIMITS from './limits.ts';
import { moment } from './moments.ts';
import { picture } from './pictures.ts';

/** ISO 4217, lower case as Stripe writes it. */
export const currency = z
  .string()
  .regex(/^[a-z]{3}$/)
  .meta({ description: 'ISO 4217 currency code, lower case' });
/** An amount in the currency's minor unit (cents for `eur`): an integer, never a float. */
export const amountMinor = z.number().int().min(1).max(100_000_000);

export const accessKind = z.enum(['free', 'ticket', 'members', 'private']);
export type AccessKind = z.infer<typeof accessKind>;

export const accessRule = z.object({
  kind: accessKind,
  priceMinor: amountMinor.optional(),
  ratePerMinuteMinor: amountMinor.optional(),
  /** For a members-only room: the lowest tier that opens it; absent: any. */
  minTier: idSchema('tier').optional(),
  currency: currency.optional(),
});
export type AccessRule = z.infer<typeof accessRule>;

const listed = z
  .boolean()
  .meta({ description: 'Whether public lists and search engines may show the room; false unless said otherwise' });

const title = singleLine(LIMITS.titleChars);
const text = multiLine(LIMITS.roomTextChars, 1).meta({ description: 'What the lobby says about the live' });

export const roomInput = z.object({
  creator: identity,
  title,
  text: text.optional(),
  access: accessRule,
  startsAt: moment.optional(),
  /** Ticket limit; absent: unlimited. */
  capacity: z.number().int().min(1).max(LIMITS.capacityMax).optional(),
  chat: z.object({ enabled: z.boolean() }).partial().optional(),
  listed: listed.optional(),
});
export type RoomInput = z.infer<typeof roomInput>;

export const roomChange = z
  .object({
    title,
    /** Null removes it. */
    text: text.nullable(),
    /** Of a ticket, while none was bought or is being paid. */
    priceMinor: amountMinor,
    /** Until the first live begins; null: not known any more. Opens the return of the tickets sold so far. */
    startsAt: moment.nullable(),
    listed,
  })
  .partial();
export type RoomChange = z.infer<typeof roomChange>;

export const roomStatus = z.enum(['scheduled', 'live', 'ended']);

export const room = z.object({
  id: roomId,
  title: z.string(),
  text: z.string().nullable(),
  creator: z.object({ identity, name: z.string() }),
  access: accessRule,
  chat: z.object({ enabled: z.boolean() }),
  listed,
  /** 16:9. */
  poster: picture,
  /** Of the creator, square: shown where there is no poster. */
  portrait: picture,
  /** `live` exactly while the creator's media is on stage. */
  status: roomStatus,
  /** Ticket limit; null: unlimited. */
  capacity: z.number().int().nullable(),
  startsAt: z.string().nullable(),
  /** Where tickets are sold without a date: tickets go back unless it has one, or is live, by then. */
  dateDueAt: z.string().nullable(),
  /** When the date was last changed; null: never. */
  movedAt: z.string().nullable(),
  /**
   * After a change of the date: until when tickets that were ordered before it can be returned, also where the right
   * was waived, and in any case until the first live begins. Null: until then alone.
   */
  returnUntil: z.string().nullable(),
  liveStartedAt: z.string().nullable(),
  /** When the first live began; null before. */
  firstLiveAt: z.string().nullable(),
  /** When the last live ended; null while live and before the first one. */
  liveEndedAt: z.string().nullable(),
  /** After a live: when the room ends by itself unless another live begins; null: it does not end by itself. */
  pausedUntil: z.string().nullable(),
  /** Whether the creator said that they come back by then. */
  pauseAnnounced: z.boolean(),
  /** Time on stage in all lives that have ended. */
  liveSeconds: z.number().int(),
  endedAt: z.string().nullable(),
  createdAt: z.string(),
});
export type Room = z.infer<typeof room>;

/** What gives access; the price of a private session is per minute. */
export const offer = z.object({ kind: accessKind, priceMinor: amountMinor, currency });
export type Offer = z.infer<typeof offer>;

export const accessReason = z.enum([
  'free',
  'role',
  'ticket',
  'embedder',
  'gift',
  'private',
  'membership',
  'refunded',
  'disputed',
  'removed',
  'suspended',
  'expired',
  'revoked',
  'private_ended',
  'room_ended',
  'subscribe_not_allowed',
]);
export type AccessReason = z.infer<typeof accessReason>;

/** Whether this identity has access to this room now, and what would give it. */
export const access = z.object({
  state: z.enum(['granted', 'required', 'refused']),
  offer: offer.optional(),
  /** The ticket that gave access. */
  ticket: ticketId.optional(),
  reason: accessReason.optional(),
  /** Of a removal: the reason that was given for it. */
  note: z.string().optional(),
  /** When access, or the suspension that refuses it, ends by itself (ISO 8601). */
  until: z.string().optional(),
});
export type Access = z.infer<typeof access>;

/** A room with the number of fans inside. */
export const roomView = room.extend({
  viewerCount: z.number().int().min(0),
  /** No ticket is left; of a single room, for the caller: who holds one, or is paying for it, has a place. */
  soldOut: z.boolean(),
});
export type RoomView = z.infer<typeof roomView>;
/** With the handle of the creator, if they have a page here. */
export const publicRoomView = roomView.extend({ creatorHandle: z.string().nullable() });
export type PublicRoomView = z.infer<typeof publicRoomView>;
export const roomList = z.object({ rooms: z.array(roomView) });

/** What a creator can change of a room, and what follows from it. The live has events of its own. */
export const changedRoom = room.pick({
  title: true,
  text: true,
  access: true,
  startsAt: true,
  movedAt: true,
  returnUntil: true,
  listed: true,
  poster: true,
});
export type ChangedRoom = z.infer<typeof changedRoom>;

export const removalInput = z.object({ identity, reason: singleLine(LIMITS.reasonChars) });
export const removal = z.object({
  id: idSchema('removal'),
  room: roomId,
  identity,
  by: identity,
  reason: z.string(),
  removedAt: z.string(),
});
export type Removal = z.infer<typeof removal>;

/** A person who is removed from all rooms of a creator, also later ones. */
export const block = removal.omit({ room: true }).extend({ creator: identity });
export type Block = z.infer<typeof block>;
/** `name` is that of a person of the house; null for an embedder's. */
export const blockList = z.object({ blocks: z.array(block.extend({ name: z.string().nullable() })) });
export type ListedBlock = z.infer<typeof blockList>['blocks'][number];
/** `after` is the `id` of the last one of the page before. */
export const blockListQuery = z.object({ after: idSchema('removal').optional() });

export const roomListQuery = z.object({
  status: roomStatus.optional(),
  creator: identity.optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(LIMITS.listPageItems),
});

/** The remaining access after the embedder's grant has ended. */
export const endedEntitlement = z.object({ room: roomId, identity, access });
