import { index, pgTable, text, time } from '../../platform/db/tables.ts';

/** Invitations to be an operator: one link for the person with this mail address. */
export const operatorInvitations = pgTable(
  'operator_invitations',
  {
    id: text('id').primaryKey(),
    address: text('address').notNull(),
    linkDigest: text('link_digest').notNull().unique(),
    createdAt: time('created_at').notNull(),
    /** The command, or the API key. */
    createdBy: text('created_by').notNull(),
    expiresAt: time('expires_at').notNull(),
    usedAt: time('used_at'),
    usedBy: text('used_by'),
  },
  (table) => [
    index('operator_invitations_expiry').on(table.expiresAt),
    index('operator_invitations_used_by').on(table.usedBy),
  ],
);
