/** Facts that money commits to the outbox, by topic. */

import type { RoomId, TipId, TopupId } from '../protocol/ids.ts';
import type { Membership } from '../protocol/money/memberships.ts';
import type { Refund, Ticket, Tip, Wallet } from '../protocol/money/money.ts';
import type { CreatorAccount, Dispute, Payout } from '../protocol/money/payouts.ts';
import type { Promotion } from '../protocol/money/pricing.ts';
import type { PrivateSession } from '../protocol/money/private-sessions.ts';
import type { TipMenu } from '../protocol/money/tipping.ts';

export interface SettledTopup {
  id: TopupId;
  identity: string;
  amountMinor: number;
  currency: string;
  settledAt: string;
}

export type MembershipChange = 'started' | 'renewed' | 'updated' | 'past_due' | 'ended';

export interface MoneyFacts {
  'membership.changed': { change: MembershipChange; membership: Membership };
  'wallet.changed': { identity: string; wallet: Wallet };
  /** The same of everybody whose tips were booked together. */
  'wallets.changed': { wallets: { identity: string; wallet: Wallet }[] };
  'topup.settled': { topup: SettledTopup };
  'ticket.bought': { ticket: Ticket };
  'ticket.refunded': { ticket: Ticket };
  /** Tips of one room that were booked together, in their order. */
  'tips.settled': { tips: Tip[] };
  'tip.refunded': { tip: TipId; room: RoomId; identity: string; amountMinor: number; currency: string };
  'private_session.requested': { session: PrivateSession };
  'private_session.started': { session: PrivateSession };
  /** A request came to nothing: declined, withdrawn or expired. */
  'private_session.closed': { session: PrivateSession };
  'private_session.ended': { session: PrivateSession };
  /** What the room has earned is another sum now. */
  'earnings.changed': { room: RoomId };
  /** A goal was set or taken away; its progress goes with `earnings.changed`. */
  'goal.changed': { room: RoomId };
  'tipMenu.changed': { menu: TipMenu };
  'promotion.granted': { promotion: Promotion };
  /** A room was over without a live, and every ticket of it has been given back. */
  'room.notHeld': { room: RoomId; reason: 'not_held'; ticketCount: number; refundedMinor: number; currency: string };
  /** A refund was decided, or the provider has carried one out or refused it. */
  'refund.changed': { refund: Refund };
  /** A payout was decided, carried out, refused and given back, or taken back by hand. */
  'payout.changed': { payout: Payout };
  'creator.account_changed': { account: CreatorAccount };
  /** The house has stopped payouts to a creator, or lets them go on. */
  'creator.payouts_changed': { creator: string; frozen: boolean; reason: string };
  'dispute.changed': { dispute: Dispute };
}

/** A fact and whom it is about, its data checked against its topic. */
export type MoneyFact = {
  [T in keyof MoneyFacts]: [topic: T, data: MoneyFacts[T], about: { room?: RoomId; identity?: string }];
}[keyof MoneyFacts];
