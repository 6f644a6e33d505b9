/**
 * Which fact goes to whom: the one table of the outbox' topics. A domain commits a fact in the transaction that makes
 * it true. The gateway that dispatches it runs `dispatch` in order, then publishes the fact to the gateways that have
 * people in its room, which run `room`.
 */
import type { AccountFacts } from './accounts/account-facts.ts';
import type { MoneyFacts } from './money/money-facts.ts';
import type { NoticeFacts } from './notices/notice-facts.ts';
import type { Fact, Outbox } from './platform/outbox/outbox.ts';
import type { RoomFacts } from './rooms/room-facts.ts';
import type { TrustFacts } from './trust/trust-facts.ts';

/** Runs once for each fact, or again after a failure or a crash: what it does is idempotent by the fact's id. */
type DispatchListener =
  /** Shows tips in the chat, and that they have reached the goal. */
  | 'tips'
  /** Shows in the chat which tips were paid back. */
  | 'tipRefunds'
  /** Finds the rooms in which a person has become a moderator, or is one no longer. */
  | 'ranks'
  /** Freezes the credit that private sessions held, once a dispute has ended them. */
  | 'disputes'
  /** Returns what people paid for and can use no more: removed, blocked, or suspended for good. */
  | 'blockedBuyers'
  /** Ends private sessions of a room or a person. */
  | 'privateSessions'
  /**
   * Stops the renewals of a suspended creator's club, and lets them go on afterwards. Ends memberships that a
   * suspension for good makes useless.
   */
  | 'renewals'
  /** Carries out what the house has decided, and undoes it. */
  | 'measures'
  /** Queues letters about money, roles, reports and decisions to people of the house (`fact-letters.ts`). */
  | 'letters'
  /** Queues notices to many people about a room (`notices/`). */
  | 'notices'
  /** Writes events for embedders (`webhooks/event-mapping.ts`) and delivers them. */
  | 'webhooks'
  /** Sends a notification to sockets of all gateways. */
  | 'sockets'
  /** Ends the media of people who have no socket. */
  | 'media';

/** Runs on every gateway with people in the room. The bus may lose a fact; `FactTail` reads it from the table then. */
export type RoomListener =
  | 'access'
  | 'earnings'
  | 'goal'
  | 'live'
  | 'places'
  | 'privateSession'
  | 'requests'
  | 'roomChange'
  | 'roomEnd';

export type PersonListener =
  /**
   * Decides the person's access to each room again in which they have a socket, and whether they are a member. Ends
   * media that waits for one.
   */
  | 'access'
  /** Closes the sockets that tokens of an ended sign-in opened. Ends media that waits for one. */
  | 'signIn';

interface Listeners {
  dispatch?: readonly DispatchListener[];
  room?: readonly RoomListener[];
  /** On every gateway, for facts about a person in any room. */
  person?: readonly PersonListener[];
}

type Topic = keyof AccountFacts | keyof RoomFacts | keyof MoneyFacts | keyof NoticeFacts | keyof TrustFacts;

export const FACTS: Readonly<Record<Topic, Listeners>> = {
  'access.changed': { dispatch: ['webhooks', 'media'], room: ['access'] },
  // No webhook: it follows from a token that the embedder issued.
  'rank.changed': { dispatch: ['media'], room: ['access'] },
  'participant.removed': { dispatch: ['privateSessions', 'blockedBuyers', 'webhooks'] },
  'participant.blocked': { dispatch: ['blockedBuyers', 'webhooks'] },
  'block.changed': { dispatch: ['privateSessions', 'media'], room: ['access'] },
  // No webhooks: `decision.made` reports why.
  'suspension.changed': {
    dispatch: ['media', 'privateSessions', 'renewals', 'blockedBuyers'],
    room: ['access'],
    person: ['access'],
  },
  'live.stopped': { dispatch: ['media'] },
  'follower.added': { dispatch: ['webhooks'] },
  'follower.removed': { dispatch: ['webhooks'] },
  // No webhook: these people are the house's own.
  'role.changed': { dispatch: ['ranks', 'letters'] },
  'sessions.ended': { person: ['signIn'] },
  'live.started': { dispatch: ['webhooks', 'notices'], room: ['live'] },
  'live.ended': { dispatch: ['webhooks'], room: ['live'] },
  'room.paused': { room: ['live'] },
  'room.changed': { dispatch: ['webhooks', 'notices'], room: ['roomChange'] },
  'room.ended': { dispatch: ['privateSessions', 'webhooks', 'media'], room: ['roomEnd', 'earnings'] },
  'room.notHeld': { dispatch: ['webhooks'] },

  // No webhook: the measure has its own.
  'measure.due': { dispatch: ['measures'] },
  'decision.made': { dispatch: ['webhooks', 'letters'] },
  'decision.undone': { dispatch: ['webhooks', 'letters'] },
  'report.decided': { dispatch: ['letters'] },
  'appeal.decided': { dispatch: ['webhooks', 'letters'] },
  // No webhook: members and operators are the house's own.
  'committee.news': { dispatch: ['letters'] },

  'reminder.due': { dispatch: ['webhooks'] },

  // No webhooks: who reports is told to nobody.
  'report.filed': { dispatch: ['letters'] },
  'report.unfounded': { dispatch: ['letters'] },

  // The chat comes first: webhooks are sent after participants have seen it.
  'tips.settled': { dispatch: ['tips', 'webhooks', 'letters'] },
  'tip.refunded': { dispatch: ['tipRefunds', 'webhooks'] },
  'topup.settled': { dispatch: ['webhooks', 'letters'] },
  'ticket.bought': { dispatch: ['webhooks', 'letters'], room: ['places'] },
  'ticket.refunded': { dispatch: ['webhooks'], room: ['places'] },
  'withdrawal.made': { dispatch: ['webhooks', 'letters'] },
  'refund.changed': { dispatch: ['webhooks', 'letters'] },
  'membership.paid': { dispatch: ['letters'] },
  'membership.renewal_ahead': { dispatch: ['letters'] },
  'membership.changed': { dispatch: ['webhooks', 'letters'], person: ['access'] },
  'promotion.granted': { dispatch: ['webhooks'] },
  'private_session.requested': { dispatch: ['webhooks'], room: ['privateSession'] },
  'private_session.started': { dispatch: ['webhooks'], room: ['privateSession'] },
  'private_session.closed': { dispatch: ['webhooks'], room: ['privateSession'] },
  'private_session.ended': { dispatch: ['webhooks'], room: ['privateSession'] },
  'payout.changed': { dispatch: ['webhooks', 'letters'] },
  'dispute.changed': { dispatch: ['privateSessions', 'disputes', 'webhooks', 'letters'] },
  'creator.account_changed': { dispatch: ['webhooks'] },
  'creator.payouts_changed': { dispatch: ['webhooks', 'letters'] },
  // No webhooks: embedders set the reserves of their own creators.
  'creator.reserve_changed': { dispatch: ['letters'] },
  // No webhooks: creators of the site alone agree to self-billing.
  'self_bill.issued': { dispatch: ['letters'] },
  'booking.waiting': { dispatch: ['letters'] },
  // No webhooks: these follow from sales, top-ups and refunds, or concern open pages alone.
  'wallet.changed': { dispatch: ['sockets'] },
  'wallets.changed': { dispatch: ['sockets'] },
  'tipMenu.changed': { dispatch: ['sockets'] },
  'earnings.changed': { room: ['earnings', 'goal', 'requests'] },
  'request.changed': { room: ['requests'] },
  'goal.changed': { room: ['goal'] },
  'places.changed': { room: ['places'] },
};

/** Consecutive facts of one topic come together. */
type HandleFacts = (facts: Fact[]) => Promise<void> | void;

/** Registers what this process has of the listeners; each may be registered by another call. */
export function listenToFacts(outbox: Outbox, listeners: Partial<Record<DispatchListener, HandleFacts>>): void {
  for (const [topic, { dispatch = [] }] of Object.entries(FACTS)) {
    for (const name of dispatch) {
      const listener = listeners[name];
      if (listener) outbox.onBatch(topic, listener);
    }
  }
}

export function listenersOf(topic: string): Listeners {
  return Object.hasOwn(FACTS, topic) ? FACTS[topic as Topic] : {};
}
