/**
 * Maps facts to embedders' events: which facts are public, under which type, with which payload. Payloads are parsed
 * with their schemas, which also strips internal fields.
 */
import type { Fact } from '../platform/outbox/outbox.ts';
import { isPersonId } from '../protocol/accounts/people.ts';
import { EVENT_PAYLOADS, type EventPayload, type EventType } from '../protocol/events.ts';

export interface MappedEvent {
  type: EventType;
  data: unknown;
  /** The person concerned, if not the fact's. */
  identity?: string;
}

/** One event, several, or none. */
type Mapping = (fact: Fact) => MappedEvent | MappedEvent[] | undefined;

/** Passes the fact's data on. */
const as =
  (type: EventType): Mapping =>
  ({ data }) => ({ type, data });

/** The fact's data, with its room and person. */
const withRoomAndPerson =
  (type: EventType): Mapping =>
  ({ room, identity, data }) => ({ type, data: { ...data, room, identity } });

const MAPPINGS: Readonly<Record<string, Mapping>> = {
  'tips.settled': ({ data }) =>
    (data as { tips: EventPayload<'tip.succeeded'>['tip'][] }).tips.map((tip) => ({
      type: 'tip.succeeded',
      data: { tip },
      identity: tip.from.identity,
    })),
  'tip.refunded': as('tip.refunded'),
  'ticket.bought': as('ticket.purchased'),
  'ticket.refunded': as('ticket.refunded'),
  'topup.settled': as('topup.succeeded'),
  'withdrawal.made': ({ identity, data }) => ({ type: 'withdrawal.made', data: { ...data, identity } }),
  'refund.changed': ({ data }) => {
    const { status } = (data as EventPayload<'refund.succeeded'>).refund;
    return status === 'pending' ? undefined : { type: `refund.${status}`, data };
  },
  'membership.changed': ({ data: { change, membership } }) => ({
    type: `membership.${change}` as EventType,
    data: { membership },
  }),
  'private_session.requested': as('private_session.requested'),
  'private_session.started': as('private_session.started'),
  'private_session.closed': as('private_session.closed'),
  'private_session.ended': as('private_session.ended'),
  'payout.changed': ({ data }) => {
    const { status, reversedMinor } = (data as EventPayload<'payout.paid'>).payout;
    if (reversedMinor > 0) return { type: 'payout.reversed', data };
    return { type: status === 'pending' ? 'payout.created' : `payout.${status}`, data };
  },
  'dispute.changed': ({ data }) => {
    const { status, closedAt } = (data as EventPayload<'dispute.opened'>).dispute;
    if (closedAt !== null) return { type: 'dispute.closed', data };
    if (status === 'inquiry') return { type: 'dispute.inquiry_opened', data };
    return { type: status === 'under_review' ? 'dispute.updated' : 'dispute.opened', data };
  },
  'creator.account_changed': as('creator.account_updated'),
  'creator.payouts_changed': ({ data: { creator, frozen, reason } }) => ({
    type: frozen ? 'creator.payouts_frozen' : 'creator.payouts_resumed',
    data: { creator, reason },
  }),
  'promotion.granted': as('promotion.granted'),
  'room.notHeld': as('room.not_held'),
  'live.started': withRoomAndPerson('live.started'),
  'live.ended': withRoomAndPerson('live.ended'),
  'room.ended': withRoomAndPerson('room.ended'),
  'reminder.due': withRoomAndPerson('reminder.due'),
  'room.changed': withRoomAndPerson('room.updated'),
  'participant.removed': withRoomAndPerson('participant.removed'),
  'participant.blocked': ({ data: { creator, identity, change } }) => ({
    type: change.isBlocked ? 'participant.blocked' : 'participant.unblocked',
    data: { creator, identity, ...change },
  }),
  'decision.made': ({ data: { event } }) => event && { type: 'decision.made', data: event },
  'decision.undone': withRoomAndPerson('decision.undone'),
  'appeal.decided': ({ data: { event } }) => event && { type: 'appeal.decided', data: event },
  'follower.added': withRoomAndPerson('follower.added'),
  'follower.removed': withRoomAndPerson('follower.removed'),
  'access.changed': ({ data: { room, identity, change } }) => {
    return change.granted
      ? { type: 'access.granted', data: { room, identity, source: change.source, until: change.until ?? null } }
      : { type: 'access.revoked', data: { room, identity, reason: change.reason } };
  },
};

export const PUBLIC_TOPICS = Object.keys(MAPPINGS);

/**
 * The events of a fact, in order; none about people of the house and their rooms, which embedders do not see.
 * `roomCreator` is the creator of the fact's room. Throws if the data does not match its schema.
 */
export function toEvents(fact: Fact, roomCreator: string | null): MappedEvent[] {
  if ([roomCreator, fact.identity, fact.data.creator].some(isOfHouse)) return [];
  const mapping = Object.hasOwn(MAPPINGS, fact.topic) ? MAPPINGS[fact.topic] : undefined;
  const mapped = [mapping?.(fact) ?? []].flat().filter((event) => !isOfHouse(event.identity));
  return mapped.map((event) => ({ ...event, data: EVENT_PAYLOADS[event.type].parse(event.data) }));
}

function isOfHouse(identity: string | null | undefined): boolean {
  return isPersonId(identity ?? '');
}
