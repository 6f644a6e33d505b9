import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { AccessKind } from '../protocol/rooms.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

export const rooms = pgTable(
  'rooms',
  {
    id: text('id').primaryKey(),
    creator: text('creator').notNull(),
    title: text('title').notNull(),
    accessKind: text('access_kind').$type<AccessKind>().notNull(),
    priceMinor: integer('price_minor'),
    ratePerMinuteMinor: integer('rate_per_minute_minor'),
    /** Of a room for members: the lowest tier that opens it. */
    minTier: text('min_tier'),
    currency: text('currency').notNull(),
    chatEnabled: boolean('chat_enabled').notNull().default(true),
    /** Whether the first-party site shows it to everybody. */
    listed: boolean('listed').notNull().default(false),
    /** Most tickets that are sold; absent means any number. */
    capacity: integer('capacity'),
    startsAt: time('starts_at'),
    liveStartedAt: time('live_started_at'),
    /** The gateway that holds the live; when that one is silent, it is over. */
    liveGateway: text('live_gateway'),
    /** Which going-live holds the stage, by the key that its page made; only that one may restore the live. */
    livePublication: text('live_publication'),
    /**
     * Counts how often the stage was taken: an SFU node refuses a publisher who took it earlier than the one that it
     * has.
     */
    liveFence: integer('live_fence').notNull().default(0),
    /** When the first live began; absent as long as none was held. */
    firstLiveAt: time('first_live_at'),
    endedAt: time('ended_at'),
    createdAt: time('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('rooms_creator').on(table.creator),
    index('rooms_created').on(table.createdAt),
    index('rooms_listed').on(table.createdAt).where(sql`${table.listed} and ${table.endedAt} is null`),
    index('rooms_live').on(table.liveGateway).where(sql`${table.liveStartedAt} is not null`),
    index('rooms_never_live').on(table.endedAt, table.startsAt).where(sql`${table.firstLiveAt} is null`),
  ],
);

export type EntitlementSource = 'ticket' | 'membership' | 'private' | 'gift' | 'embedder';

/** The fact that an identity may enter a room. Revoked rather than deleted: access has a history. */
export const entitlements = pgTable(
  'entitlements',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    source: text('source').$type<EntitlementSource>().notNull(),
    /** The ticket, membership or token that it comes from; one source gives one entitlement. */
    sourceId: text('source_id').notNull(),
    validUntil: time('valid_until'),
    revokedAt: time('revoked_at'),
    revokedReason: text('revoked_reason'),
    createdAt: time('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('entitlements_source').on(table.source, table.sourceId),
    index('entitlements_holder').on(table.room, table.identity),
    index('entitlements_expiring').on(table.validUntil).where(sql`${table.revokedAt} is null`),
  ],
);

/**
 * What the latest token says of its holder in a room (`token-grants.ts`): it holds while they are not connected as well. Whoever was a fan all along,
 * and of whom no token says whether access was sold, has no row.
 */
export const tokenGrants = pgTable(
  'token_grants',
  {
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    creator: text('creator').notNull(),
    role: text('role').$type<'moderator' | 'fan'>().notNull(),
    moderates: boolean('moderates').notNull(),
    /** Seconds since 1970, as in tokens. */
    rankIssuedAtSeconds: integer('rank_issued_at_seconds').notNull(),
    entitled: boolean('entitled'),
    entitledIssuedAtSeconds: integer('entitled_issued_at_seconds').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.room, table.identity] }),
    index('token_grants_moderators').on(table.creator, table.identity).where(sql`${table.moderates}`),
  ],
);

export const removals = pgTable(
  'removals',
  {
    id: text('id').notNull().unique(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    by: text('by').notNull(),
    reason: text('reason').notNull(),
    removedAt: time('removed_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.room, table.identity] })],
);
