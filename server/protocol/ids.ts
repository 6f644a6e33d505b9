/** Ids with Stripe-like prefixes, as template literal types and zod schemas. */
import { z } from 'zod';

export const ID_PREFIXES = {
  room: 'room_',
  ticket: 'ticket_',
  tip: 'tip_',
  topup: 'topup_',
  message: 'msg_',
  entitlement: 'ent_',
  checkout: 'checkout_',
  refund: 'refund_',
  removal: 'removal_',
  ledgerTransaction: 'ltx_',
  event: 'evt_',
  session: 'sess_',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;
export type Id<K extends IdKind> = `${(typeof ID_PREFIXES)[K]}${string}`;

export type RoomId = Id<'room'>;
export type TicketId = Id<'ticket'>;
export type TipId = Id<'tip'>;
export type TopupId = Id<'topup'>;
export type MessageId = Id<'message'>;
export type SessionId = Id<'session'>;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARS = 20;

/** A new unguessable id: the kind's prefix and 20 characters of base 62, about 119 bits from the platform's CSPRNG. */
export function createId<K extends IdKind>(kind: K): Id<K> {
  let text = '';
  while (text.length < RANDOM_CHARS) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // 248 is the largest multiple of 62 below 256: larger bytes would favour some characters.
      if (byte < 248 && text.length < RANDOM_CHARS) text += ALPHABET[byte % 62];
    }
  }
  return `${ID_PREFIXES[kind]}${text}` as Id<K>;
}

/** Parses an id of one kind; anything else is refused. */
export function idSchema<K extends IdKind>(kind: K) {
  return z.templateLiteral([ID_PREFIXES[kind], z.string().regex(/[0-9A-Za-z]{8,40}/)]) as unknown as z.ZodType<Id<K>>;
}

export const roomId = idSchema('room');
export const ticketId = idSchema('ticket');
export const tipId = idSchema('tip');
export const topupId = idSchema('topup');
export const messageId = idSchema('message');
export const sessionId = idSchema('session');
