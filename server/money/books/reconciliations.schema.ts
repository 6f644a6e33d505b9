import { index, integer, jsonb, minor, pgTable, text, time } from '../../platform/db/tables.ts';

export type ReconciliationVerdict =
  | 'in_flight'
  | 'fee_not_known'
  | 'unknown_payment'
  | 'amount_differs'
  | 'missing_here'
  | 'missing_there'
  | 'bank_payout'
  | 'provider_charge'
  | 'provider_reserve'
  | 'provider_other'
  | 'period_shortened';

/** A difference between the books and the provider, with its explanation. */
export interface ReconciliationItem {
  verdict: ReconciliationVerdict;
  /** Whether the difference will close by itself or needs no action. */
  isExplained: boolean;
  /** The provider's object or our record. */
  reference: string;
  /** The provider's amount minus the books' amount. */
  differenceMinor: number;
  text: string;
}

export const reconciliations = pgTable(
  'reconciliations',
  {
    id: text('id').primaryKey(),
    startedAt: time('started_at').notNull(),
    finishedAt: time('finished_at').notNull(),
    /** Start of the compared movements. */
    since: time('since').notNull(),
    currency: text('currency').notNull(),
    movementCount: integer('movement_count').notNull(),
    ledgerMinor: minor('ledger_minor').notNull(),
    providerMinor: minor('provider_minor').notNull(),
    /** The unexplained difference. */
    differenceMinor: minor('difference_minor').notNull(),
    unexplainedCount: integer('unexplained_count').notNull(),
    items: jsonb('items').$type<ReconciliationItem[]>().notNull(),
  },
  (table) => [index('reconciliations_started').on(table.startedAt)],
);
