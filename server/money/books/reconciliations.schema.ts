import { index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { minor, time } from '../columns.ts';

export type ReconciliationVerdict =
  | 'in_flight'
  | 'fee_not_known'
  | 'unknown_payment'
  | 'amount_differs'
  | 'missing_here'
  | 'missing_there'
  | 'bank_payout'
  | 'provider_charge';

/** One difference between the books and the provider, in words. */
export interface ReconciliationItem {
  verdict: ReconciliationVerdict;
  /** Whether it is as it should be, and will close by itself or needs nothing. */
  isExplained: boolean;
  /** The provider's object or our record. */
  reference: string;
  /** What the provider has beyond the books; negative where the books have more. */
  differenceMinor: number;
  text: string;
}

export const reconciliations = pgTable(
  'reconciliations',
  {
    id: text('id').primaryKey(),
    startedAt: time('started_at').notNull(),
    finishedAt: time('finished_at').notNull(),
    /** From when on the provider's movements were compared one by one. */
    since: time('since').notNull(),
    currency: text('currency').notNull(),
    movementCount: integer('movement_count').notNull(),
    ledgerMinor: minor('ledger_minor').notNull(),
    providerMinor: minor('provider_minor').notNull(),
    /** What is left of the difference after everything that was explained. */
    differenceMinor: minor('difference_minor').notNull(),
    unexplainedCount: integer('unexplained_count').notNull(),
    items: jsonb('items').$type<ReconciliationItem[]>().notNull(),
  },
  (table) => [index('reconciliations_started').on(table.startedAt)],
);
