import { index, integer, minor, pgTable, primaryKey, text, time, uniqueIndex } from '../../platform/db/tables.ts';

/** The last number of each series. Its row lock keeps the numbers gapless. */
export const invoiceSeries = pgTable(
  'invoice_series',
  { seller: text('seller').notNull(), year: integer('year').notNull(), lastNumber: integer('last_number').notNull() },
  (table) => [primaryKey({ columns: [table.seller, table.year] })],
);

/**
 * The number of a sale's receipt, or of a reversal's, with both parties as they were when it was given. Append-only,
 * but for the buyer, who is erased after the term of the law.
 */
export const invoices = pgTable(
  'invoices',
  {
    /** The sale's or the reversal's transaction in the ledger. */
    transaction: text('transaction').primaryKey(),
    /** The seller's VAT number, or name. */
    seller: text('seller').notNull(),
    year: integer('year').notNull(),
    number: integer('number').notNull(),
    /** The buyer; empty once erased. */
    identity: text('identity').notNull(),
    sellerName: text('seller_name').notNull(),
    sellerAddress: text('seller_address').notNull(),
    sellerVatNumber: text('seller_vat_number'),
    /** As the buyer wants it; null if they gave no name. */
    buyerName: text('buyer_name'),
    /** The VAT on it; negative on a credit note. Invariants compare it with the books. */
    vatMinor: minor('vat_minor').notNull(),
    issuedAt: time('issued_at').notNull(),
  },
  (table) => [
    uniqueIndex('invoices_number').on(table.seller, table.year, table.number),
    index('invoices_identity').on(table.identity),
  ],
);

/** The name that a person wants on their receipts. */
export const billingNames = pgTable('billing_names', {
  identity: text('identity').primaryKey(),
  name: text('name').notNull(),
  notedAt: time('noted_at').notNull(),
});
