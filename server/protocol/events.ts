/**
 * Events for embedders, by webhook and at `GET /v1/events`; none is about people of the house or their rooms. Each type
 * has one payload schema; fields may be added, none is removed. Types are dotted and in the past tense: they are facts
 * that no retry can undo.
 */
import { z } from 'zod';
import { pageLocale, singleLine } from './accounts/accounts.ts';
import { idSchema, roomId, tipId, topupId } from './ids.ts';
import * as LIMITS from './limits.ts';
import { membership } from './money/memberships.ts';
import { refund, ticket, tip } from './money/money.ts';
import { creatorAccount, dispute, payout } from './money/payouts.ts';
import { promotion, withdrawal } from './money/pricing.ts';
import { privateSession } from './money/private-sessions.ts';
import { accessReason, amountMinor, currency } from './rooms.ts';

export const eventId = idSchema('event');
export const webhookEndpointId = idSchema('webhookEndpoint');
export const webhookDeliveryId = idSchema('webhookDelivery');

const ofRoom = z.object({ room: roomId });
const ofPerson = z.object({ room: roomId, identity: z.string() });
const ofCreator = z.object({ creator: z.string(), identity: z.string() });

/** Payload schemas by type. */
export const EVENT_PAYLOADS = {
  'tip.succeeded': z.object({ tip }),
  'tip.refunded': z.object({ tip: tipId, room: roomId, identity: z.string(), amountMinor, currency }),
  'ticket.purchased': z.object({ ticket }),
  'ticket.refunded': z.object({ ticket }),
  'topup.succeeded': z.object({
    topup: z.object({ id: topupId, identity: z.string(), amountMinor, currency, settledAt: z.string() }),
  }),
  /** What was received, to be confirmed to the person. */
  'withdrawal.made': z.object({ identity: z.string(), withdrawal }),
  'refund.succeeded': z.object({ refund }),
  'refund.failed': z.object({ refund }),
  'live.started': ofRoom,
  'live.ended': ofRoom,
  'room.ended': ofRoom,
  /** Tickets that were ordered before a change of the date can be returned until `returnUntil`. */
  'room.updated': ofRoom.extend({
    changed: z.array(z.enum(['title', 'text', 'priceMinor', 'startsAt', 'listed', 'poster'])),
    startsAt: z.string().nullable(),
    previousStartsAt: z.string().nullable(),
    returnUntil: z.string().nullable(),
  }),
  /** A person has access to a room. With `until`, access ends then without another event. */
  'access.granted': ofPerson.extend({ source: z.string(), until: z.string().nullable() }),
  'access.revoked': ofPerson.extend({ reason: accessReason }),
  /** A person who asked for it, has a ticket or follows the creator is to be told. Null: the live has begun. */
  'reminder.due': ofPerson.extend({ startsAt: z.string().nullable() }),
  'participant.removed': ofPerson.extend({ by: z.string(), reason: z.string() }),
  /** Removed from all rooms of the creator, also later ones; until `participant.unblocked`. */
  'participant.blocked': ofCreator.extend({ by: z.string(), reason: z.string() }),
  'participant.unblocked': ofCreator.extend({ by: z.string() }),
  /** The house has decided about one of your people, by reports or of its own; `room.*` and `access.*` follow. */
  'decision.made': z.object({
    decision: idSchema('decision'),
    identity: z.string(),
    kind: z.enum(['provisional', 'final']),
    measures: z.array(
      z.object({
        kind: z.string(),
        room: z.string().nullable(),
        message: z.string().nullable(),
        until: z.string().nullable(),
      }),
    ),
    ground: z.union([z.object({ article: z.string(), version: z.number().int() }), z.object({ law: z.string() })]),
    reasons: z.string(),
    language: pageLocale,
    automated: z.boolean(),
    at: z.string(),
    appealUntil: z.string().nullable(),
  }),
  /** A second look or a later decision has ended all measures of a decision about one of your people. */
  'decision.undone': z.object({ decision: idSchema('decision'), identity: z.string() }),
  /** `granted`: the decision is undone. `identity` is who appealed. */
  'appeal.decided': z.object({
    appeal: idSchema('appeal'),
    decision: idSchema('decision'),
    identity: z.string(),
    outcome: z.enum(['granted', 'upheld']),
    reasons: z.string(),
    language: pageLocale,
  }),
  'follower.added': ofCreator,
  'follower.removed': ofCreator,
  'membership.started': z.object({ membership }),
  'membership.renewed': z.object({ membership }),
  /** Another tier, a cancellation at the end of the paid time, or its withdrawal. */
  'membership.updated': z.object({ membership }),
  'membership.past_due': z.object({ membership }),
  'membership.ended': z.object({ membership }),
  'private_session.requested': z.object({ session: privateSession }),
  'private_session.started': z.object({ session: privateSession }),
  /** A request that did not become a session: declined, withdrawn or expired. */
  'private_session.closed': z.object({ session: privateSession }),
  'private_session.ended': z.object({ session: privateSession }),
  'payout.created': z.object({ payout }),
  'payout.paid': z.object({ payout }),
  'payout.failed': z.object({ payout }),
  /** Reversed manually at the payment provider, in full or in part. */
  'payout.reversed': z.object({ payout }),
  /** A bank inquires about a payment; no money has moved. */
  'dispute.inquiry_opened': z.object({ dispute }),
  'dispute.opened': z.object({ dispute }),
  'dispute.updated': z.object({ dispute }),
  'dispute.closed': z.object({ dispute }),
  /** Whether the payment provider can pay the creator has changed. */
  'creator.account_updated': z.object({ account: creatorAccount }),
  /** The house has frozen or resumed payouts to a creator. */
  'creator.payouts_frozen': z.object({ creator: z.string(), reason: z.string() }),
  'creator.payouts_resumed': z.object({ creator: z.string(), reason: z.string() }),
  'promotion.granted': z.object({ promotion }),
  /** A room ended without a live, and every ticket was refunded. */
  'room.not_held': ofRoom.extend({ ticketCount: z.number().int(), refundedMinor: z.number().int(), currency }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof EVENT_PAYLOADS;
export type EventPayload<T extends EventType> = z.input<(typeof EVENT_PAYLOADS)[T]>;
export const EVENT_TYPES = Object.keys(EVENT_PAYLOADS) as [EventType, ...EventType[]];
export const eventType = z.enum(EVENT_TYPES);

const envelope = z.object({
  /** The same in every delivery: store it to ignore repetitions. */
  id: eventId.meta({ description: 'The same however often the event is sent' }),
  type: eventType,
  seq: z.number().int().meta({ description: 'Place among all events, without gaps; give it as `after`' }),
  room: roomId.nullable(),
  roomSeq: z.number().int().nullable().meta({ description: 'Place among the events of the room, without gaps' }),
  createdAt: z.string(),
});

function eventOf<T extends EventType>(type: T) {
  return envelope.extend({ type: z.literal(type), data: EVENT_PAYLOADS[type] });
}
type EventSchema = ReturnType<typeof eventOf<EventType>>;

/** One event, as a webhook carries it and `GET /v1/events` lists it. */
export const embedderEvent = z.discriminatedUnion('type', EVENT_TYPES.map(eventOf) as [EventSchema, ...EventSchema[]]);
export type EmbedderEvent = z.infer<typeof envelope> & { data: unknown };

const seq = z.coerce.number().int().min(0);
export const eventListQuery = z.object({
  after: seq.default(0).meta({ description: 'The `seq` of the last event that you have' }),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(LIMITS.listPageItems),
  room: roomId.optional(),
  type: eventType.optional(),
});
export type EventListQuery = z.output<typeof eventListQuery>;
export const eventList = z.object({ events: z.array(embedderEvent), hasMore: z.boolean() });

export const webhookEndpointInput = z.object({
  url: z.url({ protocol: /^https?$/ }).max(2000),
  /** Absent: every type, including those of later versions. */
  events: z.array(eventType).min(1).max(EVENT_TYPES.length).optional(),
  description: singleLine(LIMITS.titleChars).optional(),
});
export type WebhookEndpointInput = z.output<typeof webhookEndpointInput>;

export const webhookEndpoint = z.object({
  id: webhookEndpointId,
  url: z.string(),
  events: z.array(z.string()).nullable().meta({ description: 'Types that are sent; null for all' }),
  description: z.string().nullable(),
  status: z.enum(['enabled', 'disabled']),
  /** `request`: by the API. `failing`: no delivery succeeded for days. `gone`: it answered 410. */
  disabledReason: z.enum(['request', 'failing', 'gone']).nullable(),
  /** Since when every attempt has failed; null while it works. */
  failingSince: z.string().nullable(),
  /** Until when the replaced secret also signs; null if there is only one. */
  previousSecretUntil: z.string().nullable(),
  createdAt: z.string(),
});
export type WebhookEndpoint = z.infer<typeof webhookEndpoint>;

/** Includes the signing secret, which is shown only at creation and rotation. */
export const webhookEndpointWithSecret = webhookEndpoint.extend({ secret: z.string() });
export const webhookEndpointList = z.object({ endpoints: z.array(webhookEndpoint) });
export const webhookEndpointDeleted = z.object({ id: webhookEndpointId, deleted: z.literal(true) });

export const secretRotationInput = z.object({
  /** How long the old secret signs beside the new one. */
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(7 * 24 * 3600)
    .default(24 * 3600),
});

export const replayInput = z.object({ endpoint: webhookEndpointId.optional() });

export const deliveryStatus = z.enum(['pending', 'delivered', 'failed']);
export const webhookAttempt = z.object({
  at: z.string(),
  /** HTTP status; null without an answer. */
  status: z.number().int().nullable(),
  latencyMs: z.number().int(),
  error: z.string().nullable(),
});
export const webhookDelivery = z.object({
  id: webhookDeliveryId,
  event: eventId,
  type: z.string(),
  seq: z.number().int(),
  status: deliveryStatus,
  isReplay: z.boolean(),
  attemptCount: z.number().int(),
  /** The latest ones, newest first. */
  attempts: z.array(webhookAttempt),
  /** Null when finished, or while an earlier event of the same room is queued. */
  nextAttemptAt: z.string().nullable(),
  createdAt: z.string(),
});
export type WebhookDelivery = z.infer<typeof webhookDelivery>;
export const deliveryListQuery = z.object({
  status: deliveryStatus.optional(),
  before: seq.optional().meta({ description: 'Only deliveries of events with a lower `seq`' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.listPageItems)
    .default(20)
    .meta({ description: 'The page is longer if its last event was replayed' }),
});
export type DeliveryListQuery = z.output<typeof deliveryListQuery>;
export const deliveryList = z.object({ deliveries: z.array(webhookDelivery) });
export const replayed = z.object({ deliveries: z.array(webhookDelivery) });
