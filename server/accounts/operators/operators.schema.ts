import { index, jsonb, pgTable, text, time } from '../../platform/db/tables.ts';
import type { Appointment } from '../../protocol/trust/committee.ts';

/** Invitations to be an operator or a member of the committee: one link for the person with this mail address. */
export const operatorInvitations = pgTable(
  'operator_invitations',
  {
    id: text('id').primaryKey(),
    address: text('address').notNull(),
    linkDigest: text('link_digest').notNull().unique(),
    createdAt: time('created_at').notNull(),
    /** The command, the API key, or the operator. */
    createdBy: text('created_by').notNull(),
    /** The seat of the committee that it gives; null: it makes an operator. */
    appointment: jsonb('appointment').$type<Appointment>(),
    expiresAt: time('expires_at').notNull(),
    usedAt: time('used_at'),
    usedBy: text('used_by'),
  },
  (table) => [
    index('operator_invitations_expiry').on(table.expiresAt),
    index('operator_invitations_used_by').on(table.usedBy),
  ],
);
