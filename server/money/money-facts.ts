/** Facts that money commits to the outbox, by topic. */
import type { RoomId, TipId, TopupId } from '../protocol/ids.ts';
import type { Refund, Ticket, Tip, Wallet } from '../protocol/money.ts';

export interface SettledTopup {
  id: TopupId;
  identity: string;
  amountMinor: number;
  currency: string;
  settledAt: string;
}

export interface MoneyFacts {
  'wallet.changed': { identity: string; wallet: Wallet };
  'topup.settled': { topup: SettledTopup };
  'ticket.bought': { ticket: Ticket };
  'ticket.refunded': { ticket: Ticket };
  'tip.settled': { tip: Tip };
  'tip.refunded': { tip: TipId; room: RoomId; identity: string; amountMinor: number; currency: string };
  /** What the room has earned is another sum now. */
  'earnings.changed': { room: RoomId };
  /** A refund was decided, or the provider has carried one out or refused it. */
  'refund.changed': { refund: Refund };
}

/** A fact and whom it is about, its data checked against its topic. */
export type MoneyFact = {
  [T in keyof MoneyFacts]: [topic: T, data: MoneyFacts[T], about: { room?: RoomId; identity?: string }];
}[keyof MoneyFacts];
