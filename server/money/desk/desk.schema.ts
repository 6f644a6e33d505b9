import { sql } from '../../platform/db/sql.ts';
import { index, pgTable, text, time } from '../../platform/db/tables.ts';
import type { DeskActView } from '../../protocol/money/desk.ts';

export type DeskAct = DeskActView['act'];

/** Acts of operators on money and on people, with their reason: written before the act is carried out. Append-only. */
export const deskActs = pgTable(
  'desk_acts',
  {
    id: text('id').primaryKey(),
    act: text('act').$type<DeskAct>().notNull(),
    /** The payment, dispute, person or policy. */
    subject: text('subject').notNull(),
    by: text('by').notNull(),
    reason: text('reason'),
    at: time('at').notNull(),
  },
  (table) => [index('desk_acts_subject').on(table.subject), index('desk_acts_at').on(table.at)],
);

/**
 * The outcome of an act, once. Append-only. An act without an outcome was interrupted, and an operator must check
 * whether it was carried out.
 */
export const deskActOutcomes = pgTable(
  'desk_act_outcomes',
  {
    act: text('act').primaryKey(),
    outcome: text('outcome').$type<'done' | 'failed'>().notNull(),
    /** The subject, if it is known only afterwards. */
    subject: text('subject'),
    /** Error code of a refusal. */
    failure: text('failure'),
    at: time('at').notNull(),
  },
  (table) => [index('desk_act_outcomes_subject').on(table.subject).where(sql`${table.subject} is not null`)],
);
