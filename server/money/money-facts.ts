/** Facts that money commits to the outbox, by topic. */

import type { Id, MembershipId, RoomId, TipId, TopupId } from '../protocol/ids.ts';
import type { Membership } from '../protocol/money/memberships.ts';
import type { Refund, Ticket, Tip, Wallet } from '../protocol/money/money.ts';
import type { CreatorAccount, Dispute, Payout } from '../protocol/money/payouts.ts';
import type { Promotion, Withdrawal } from '../protocol/money/pricing.ts';
import type { PrivateSession } from '../protocol/money/private-sessions.ts';
import type { SelfBill } from '../protocol/money/self-bills.ts';
import type { TipMenu } from '../protocol/money/tipping.ts';

export interface SettledTopup {
  id: TopupId;
  identity: string;
  amountMinor: number;
  currency: string;
  settledAt: string;
}

export interface MembershipPayment {
  id: Id<'membershipInvoice'>;
  identity: string;
  /** The name of what was paid. */
  tier: string;
  amountMinor: number;
  currency: string;
  paidAt: string;
  paidUntil: string;
}

export type MembershipChange = 'started' | 'renewed' | 'updated' | 'past_due' | 'ended';

export interface MoneyFacts {
  /** The first payment of a membership, a renewal, or the difference to a higher tier. */
  'membership.paid': { payment: MembershipPayment };
  /** A yearly renewal is some weeks ahead. */
  'membership.renewal_ahead': {
    membership: MembershipId;
    tier: string;
    amountMinor: number;
    currency: string;
    renewsAt: string;
  };
  'membership.changed': { change: MembershipChange; membership: Membership };
  'wallet.changed': { identity: string; wallet: Wallet };
  /** One fact for all fans whose tips were booked in one batch. */
  'wallets.changed': { wallets: { identity: string; wallet: Wallet }[] };
  'topup.settled': { topup: SettledTopup };
  'ticket.bought': { ticket: Ticket };
  'ticket.refunded': { ticket: Ticket };
  /** A place in a room with limited tickets was taken by an open payment page, or became free. */
  'places.changed': { room: RoomId };
  /** Tips of one room that were booked in one batch, in order. */
  'tips.settled': { tips: Tip[]; byCard?: true };
  'tip.refunded': { tip: TipId; room: RoomId; identity: string; amountMinor: number; currency: string };
  'private_session.requested': { session: PrivateSession };
  'private_session.started': { session: PrivateSession };
  /** A request was declined, withdrawn or has expired. */
  'private_session.closed': { session: PrivateSession };
  'private_session.ended': { session: PrivateSession };
  /** The earnings of the room have changed. */
  'earnings.changed': { room: RoomId };
  /** A request of a tip was done. New ones and undone ones follow `earnings.changed`. */
  'request.changed': { room: RoomId };
  /** A goal was set or cleared. Its progress follows `earnings.changed`. */
  'goal.changed': { room: RoomId };
  'tipMenu.changed': { menu: TipMenu };
  'promotion.granted': { promotion: Promotion };
  /** A room ended without a live, and all its tickets are refunded. */
  'room.notHeld': { room: RoomId; reason: 'not_held'; ticketCount: number; refundedMinor: number; currency: string };
  /** A person has withdrawn from a contract. */
  'withdrawal.made': { withdrawal: Withdrawal };
  /** A refund was decided, succeeded or failed. */
  'refund.changed': { refund: Refund };
  /** A payout was created, sent, refused or reversed. */
  'payout.changed': { payout: Payout };
  'creator.account_changed': { account: CreatorAccount };
  /** The house stopped or resumed payouts to a creator. */
  'creator.payouts_changed': { creator: string; frozen: boolean; reason: string; isByDecision: boolean };
  /** What is held back of a creator's sales has changed; a share of 0: nothing. */
  'creator.reserve_changed': { creator: string; shareBps: number; days: number; reason: string };
  /** The house has written a creator's bill of a month. */
  'self_bill.issued': { bill: SelfBill };
  'dispute.changed': { dispute: Dispute };
  /** A booking by the desk waits for a second operator. */
  'booking.waiting': { by: string; amountMinor: number; currency: string; reason: string };
}

/** A fact with its scope; the data is typed by the topic. */
export type MoneyFact = {
  [T in keyof MoneyFacts]: [topic: T, data: MoneyFacts[T], about: { room?: RoomId; identity?: string }];
}[keyof MoneyFacts];
