import { sql } from '../platform/db/sql.ts';
import {
  bigint,
  bigserial,
  boolean,
  dueColumns,
  dueIndexes,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../platform/db/tables.ts';

const number = (name: string) => bigint(name, { mode: 'number' });

/**
 * The last assigned number: of the whole log under the empty scope, of a room under its id. The row of the whole log
 * also serves as its lock.
 */
export const eventCounters = pgTable('event_counters', {
  scope: text('scope').primaryKey(),
  value: number('value').notNull(),
});

/** The log of embedders' events. Numbers are assigned under a lock, so a reader that has one has all before it. */
export const events = pgTable(
  'events',
  {
    seq: number('seq').primaryKey(),
    /** The fact's id for its first event. */
    id: text('id').notNull().unique(),
    type: text('type').notNull(),
    room: text('room'),
    roomSeq: number('room_seq'),
    identity: text('identity'),
    data: jsonb('data').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('events_room').on(table.room, table.roomSeq),
    index('events_type').on(table.type, table.seq),
    index('events_created').on(table.createdAt),
    index('events_identity').on(table.identity).where(sql`${table.identity} is not null`),
  ],
);

export const webhookEndpoints = pgTable('webhook_endpoints', {
  id: text('id').primaryKey(),
  url: text('url').notNull(),
  description: text('description'),
  /** Types that are sent; null for all. */
  types: jsonb('types').$type<string[]>(),
  secret: text('secret').notNull(),
  /** The replaced ones that still sign until `previousSecretUntil`, the latest first. */
  previousSecrets: jsonb('previous_secrets').$type<string[]>().notNull().default([]),
  previousSecretUntil: time('previous_secret_until'),
  disabledAt: time('disabled_at'),
  disabledReason: text('disabled_reason').$type<'request' | 'failing' | 'gone'>(),
  failingSince: time('failing_since'),
  createdAt: time('created_at').notNull(),
});

/**
 * The unit of ordered delivery: a room's events, or a person's outside rooms, at one endpoint. Only its first delivery
 * is ever sent.
 */
export const webhookLanes = pgTable(
  'webhook_lanes',
  {
    endpoint: text('endpoint').notNull(),
    lane: text('lane').notNull(),
    ...dueColumns(),
  },
  (table) => [
    primaryKey({ columns: [table.endpoint, table.lane] }),
    ...dueIndexes('webhook_lanes', table, table.endpoint),
  ],
);

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    endpoint: text('endpoint').notNull(),
    lane: text('lane').notNull(),
    event: text('event').notNull(),
    eventSeq: number('event_seq').notNull(),
    status: text('status').$type<'pending' | 'delivered' | 'failed'>().notNull(),
    isReplay: boolean('is_replay').notNull().default(false),
    attempts: integer('attempts').notNull().default(0),
    createdAt: time('created_at').notNull(),
    /** An attempt that fails after this time is the last. */
    expiresAt: time('expires_at').notNull(),
    settledAt: time('settled_at'),
  },
  (table) => [
    index('webhook_deliveries_waiting')
      .on(table.endpoint, table.lane, table.eventSeq)
      .where(sql`${table.status} = 'pending'`),
    index('webhook_deliveries_endpoint').on(table.endpoint, table.eventSeq),
    index('webhook_deliveries_settled').on(table.settledAt).where(sql`${table.settledAt} is not null`),
    // Each fact is delivered once unless a replay is requested.
    uniqueIndex('webhook_deliveries_once').on(table.endpoint, table.event).where(sql`not ${table.isReplay}`),
  ],
);

/** All attempts, to diagnose missing events. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    delivery: text('delivery').notNull(),
    at: time('at').notNull(),
    status: integer('status'),
    latencyMs: integer('latency_ms').notNull(),
    error: text('error'),
  },
  (table) => [index('webhook_attempts_delivery').on(table.delivery, table.seq)],
);
