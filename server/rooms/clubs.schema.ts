import { sql } from '../platform/db/sql.ts';
import { boolean, index, jsonb, minor, pgTable, text, time } from '../platform/db/tables.ts';

/** A creator's membership tiers. A tier's price never changes: for another price, a new tier replaces it. */
export const clubTiers = pgTable(
  'club_tiers',
  {
    id: text('id').primaryKey(),
    creator: text('creator').notNull(),
    name: text('name').notNull(),
    priceMinor: minor('price_minor').notNull(),
    currency: text('currency').notNull(),
    interval: text('interval').$type<'month' | 'year'>().notNull(),
    /** The yearly price; a higher tier opens everything that a lower one does. */
    rank: minor('rank').notNull(),
    perks: jsonb('perks').$type<string[]>().notNull(),
    isActive: boolean('is_active').notNull().default(true),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('club_tiers_creator').on(table.creator, table.rank)],
);

/** Access to all members-only rooms of a creator. One per membership. */
export const clubEntitlements = pgTable(
  'club_entitlements',
  {
    membership: text('membership').primaryKey(),
    creator: text('creator').notNull(),
    identity: text('identity').notNull(),
    rank: minor('rank').notNull(),
    validUntil: time('valid_until').notNull(),
    revokedAt: time('revoked_at'),
    revokedReason: text('revoked_reason'),
    createdAt: time('created_at').notNull(),
    /** Since when the membership lasts. */
    startedAt: time('started_at').notNull(),
  },
  (table) => [
    index('club_entitlements_holder').on(table.creator, table.identity),
    index('club_entitlements_expiring').on(table.validUntil).where(sql`${table.revokedAt} is null`),
  ],
);
