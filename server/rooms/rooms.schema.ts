import { sql } from '../platform/db/sql.ts';
import { boolean, index, integer, pgTable, primaryKey, text, time, uniqueIndex } from '../platform/db/tables.ts';
import type { AccessKind } from '../protocol/rooms.ts';

export const rooms = pgTable(
  'rooms',
  {
    id: text('id').primaryKey(),
    creator: text('creator').notNull(),
    title: text('title').notNull(),
    text: text('text'),
    accessKind: text('access_kind').$type<AccessKind>().notNull(),
    priceMinor: integer('price_minor'),
    ratePerMinuteMinor: integer('rate_per_minute_minor'),
    /** For a members-only room: the lowest tier that opens it. */
    minTier: text('min_tier'),
    currency: text('currency').notNull(),
    chatEnabled: boolean('chat_enabled').notNull().default(true),
    /** Whether public lists and search engines may show it. */
    listed: boolean('listed').notNull().default(false),
    /** Maximum number of tickets; absent means unlimited. */
    capacity: integer('capacity'),
    startsAt: time('starts_at'),
    /** Without a date: until when it needs one, since tickets are sold. */
    dateDueAt: time('date_due_at'),
    /** When its date was last changed. Tickets that were ordered before can be returned. */
    movedAt: time('moved_at'),
    /** The end of that return, if later than the beginning of the first live. */
    returnUntil: time('return_until'),
    liveStartedAt: time('live_started_at'),
    /** Since when the live counts: later than its start after a restart, as `live_seconds` has the time before. */
    liveCountedFrom: time('live_counted_from'),
    /** The gateway that holds the live; the live ends when that gateway is silent. */
    liveGateway: text('live_gateway'),
    /** The publication that holds the stage, by its page's key; only that one can restore the live. */
    livePublication: text('live_publication'),
    /** Since when it holds the stage: a live that continues after a restart began here. */
    stageTakenAt: time('stage_taken_at'),
    /** Whether the last live ended for want of its publisher or its gateway, and not by anybody's act. */
    liveInterrupted: boolean('live_interrupted').notNull().default(false),
    /** Incremented whenever the stage is taken: an SFU node refuses a publisher with an older fence. */
    liveFence: integer('live_fence').notNull().default(0),
    /** When the first live began; absent if there was none. */
    firstLiveAt: time('first_live_at'),
    /** When the last live ended, or the room ended without one; null while live, and before the first live. */
    liveEndedAt: time('live_ended_at'),
    /** After a live: when the room ends by itself unless a live begins; null: it does not. */
    pausedUntil: time('paused_until'),
    /** Whether the creator has said so; otherwise their live has ended without a word. */
    pauseAnnounced: boolean('pause_announced').notNull().default(false),
    /** Time on stage in all lives that have ended. */
    liveSeconds: integer('live_seconds').notNull().default(0),
    endedAt: time('ended_at'),
    createdAt: time('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('rooms_creator').on(table.creator),
    index('rooms_created').on(table.createdAt),
    index('rooms_listed').on(table.createdAt).where(sql`${table.listed} and ${table.endedAt} is null`),
    index('rooms_live').on(table.liveGateway).where(sql`${table.liveStartedAt} is not null`),
    index('rooms_never_live').on(table.startsAt).where(sql`${table.firstLiveAt} is null and ${table.endedAt} is null`),
    index('rooms_date_due')
      .on(table.dateDueAt)
      .where(sql`${table.startsAt} is null and ${table.firstLiveAt} is null and ${table.endedAt} is null`),
    index('rooms_paused').on(table.pausedUntil).where(sql`${table.pausedUntil} is not null`),
    // Whose tickets may go back.
    index('rooms_ended').on(table.endedAt).where(sql`${table.accessKind} = 'ticket' and ${table.endedAt} is not null`),
  ],
);

export type EntitlementSource = 'ticket' | 'membership' | 'private' | 'gift' | 'embedder';

/** An identity's access to a room. Revoked, never deleted: access has a history. */
export const entitlements = pgTable(
  'entitlements',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    source: text('source').$type<EntitlementSource>().notNull(),
    /** The ticket, membership or token behind it; one entitlement per source. */
    sourceId: text('source_id').notNull(),
    validUntil: time('valid_until'),
    /** When its holder was first inside while the room was live, to the minute; of tickets only. */
    usedAt: time('used_at'),
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
 * What the latest token says of its holder in a room (`token-grants.ts`), also while they are disconnected. People who
 * are plain fans by every token have no row.
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
