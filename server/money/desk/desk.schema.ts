import { sql } from 'drizzle-orm';
import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { time } from '../columns.ts';

export type DeskAct = 'refund' | 'evidence' | 'payouts' | 'freeze' | 'unfreeze' | 'reconciliation' | 'fee_policy';

/** What people of the house did with money, who and why: written before it is done. Append-only. */
export const deskActs = pgTable(
  'desk_acts',
  {
    id: text('id').primaryKey(),
    act: text('act').$type<DeskAct>().notNull(),
    /** The payment, dispute, creator or policy. */
    subject: text('subject').notNull(),
    by: text('by').notNull(),
    reason: text('reason'),
    at: time('at').notNull(),
  },
  (table) => [index('desk_acts_subject').on(table.subject), index('desk_acts_at').on(table.at)],
);

/** How an act went, once. Append-only. An act without an outcome was cut off: whether it was done is to be looked up. */
export const deskActOutcomes = pgTable(
  'desk_act_outcomes',
  {
    act: text('act').primaryKey(),
    outcome: text('outcome').$type<'done' | 'failed'>().notNull(),
    /** What the act turned out to be about, where that is known only afterwards. */
    subject: text('subject'),
    /** The code of what refused it. */
    failure: text('failure'),
    at: time('at').notNull(),
  },
  (table) => [index('desk_act_outcomes_subject').on(table.subject).where(sql`${table.subject} is not null`)],
);
