/** Converts rows to the wire format. */
import { iso, isoOrNull } from '../platform/clock.ts';
import type { EmbedderEvent, EventType, WebhookDelivery, WebhookEndpoint } from '../protocol/events.ts';
import type { EventId, RoomId, WebhookDeliveryId, WebhookEndpointId } from '../protocol/ids.ts';
import type { EventRow } from './event-log.store.ts';
import type { AttemptRow, ListedDelivery } from './webhook-deliveries.store.ts';
import type { EndpointRow } from './webhook-endpoints.store.ts';

export function toWire({ id, type, seq, room, roomSeq, createdAt, data }: EventRow): EmbedderEvent {
  return {
    id: id as EventId,
    type: type as EventType,
    seq,
    room: room as RoomId | null,
    roomSeq,
    createdAt: iso(createdAt),
    data,
  };
}

export function toEndpoint(row: EndpointRow, nowMs: number): WebhookEndpoint {
  const { previousSecretUntil } = row;
  const isRotating = previousSecretUntil !== null && Date.parse(previousSecretUntil) > nowMs;
  return {
    id: row.id as WebhookEndpointId,
    url: row.url,
    events: row.types,
    description: row.description,
    status: row.disabledAt ? 'disabled' : 'enabled',
    disabledReason: row.disabledReason,
    failingSince: isoOrNull(row.failingSince),
    previousSecretUntil: isRotating ? iso(previousSecretUntil) : null,
    createdAt: iso(row.createdAt),
  };
}

export function toDelivery({ delivery, type, nextAttemptAt }: ListedDelivery, attempts: AttemptRow[]): WebhookDelivery {
  return {
    id: delivery.id as WebhookDeliveryId,
    event: delivery.event as EventId,
    type,
    seq: delivery.eventSeq,
    status: delivery.status,
    isReplay: delivery.isReplay,
    attemptCount: delivery.attempts,
    attempts: attempts.map(({ at, status, latencyMs, error }) => ({ at: iso(at), status, latencyMs, error })),
    nextAttemptAt: isoOrNull(nextAttemptAt),
    createdAt: iso(delivery.createdAt),
  };
}
