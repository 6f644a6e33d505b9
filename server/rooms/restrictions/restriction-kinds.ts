/**
 * What may be taken from a person or a room. A new restriction is a row of `TAKES`; the method of the domain that
 * grants the right asks `restrictions.ts` for the strictest restriction that takes it.
 */
export type Right = 'enter' | 'chat' | 'publish' | 'be_paid' | 'pay_by_card';

/** The rights that each kind of restriction takes. */
export const TAKES = {
  /** From one room, or a block from all rooms of a creator. */
  removal: ['enter'],
  /** In a chat, or in all chats of a creator. Messages say which of both it is. */
  timeout: ['chat'],
  ban: ['chat'],
  /** In the whole house. */
  suspension: ['enter', 'publish', 'be_paid'],
  /** Of a room: nobody goes live in it. */
  stop: ['publish'],
  /** Of payouts to a creator. */
  freeze: ['be_paid'],
  /** After a dispute that the house lost, until an operator says otherwise. */
  card_hold: ['pay_by_card'],
} as const satisfies Record<string, readonly Right[]>;

export type AnyRestrictionKind = keyof typeof TAKES;

export function kindsTaking(right: Right): AnyRestrictionKind[] {
  const kinds = Object.entries(TAKES) as [AnyRestrictionKind, readonly Right[]][];
  return kinds.filter(([, rights]) => rights.includes(right)).map(([kind]) => kind);
}

/** Given, replaced and lifted by moderators, and erased by the chat. */
export const MODERATED_KINDS = kindsTaking('chat');
