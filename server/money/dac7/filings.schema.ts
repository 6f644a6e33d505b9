import { sql } from '../../platform/db/sql.ts';
import { index, integer, jsonb, pgTable, text, time } from '../../platform/db/tables.ts';
import type { Dac7MessageType } from '../../protocol/money/dac7.ts';
import type { ReportedDocument } from './dac7-plan.ts';

/** Reports that operators have made. All but the refusal stays as it was made; erased after the term of the law. */
export const dac7Filings = pgTable(
  'dac7_filings',
  {
    id: text('id').primaryKey(),
    year: integer('year').notNull(),
    type: text('type').$type<Dac7MessageType>().notNull(),
    /** The file. */
    xml: text('xml').notNull(),
    /** The schema's file that it is valid against. */
    schema: text('schema'),
    by: text('by').notNull(),
    createdAt: time('created_at').notNull(),
    refusedAt: time('refused_at'),
    refusedBy: text('refused_by'),
    refusalReason: text('refusal_reason'),
  },
  (table) => [index('dac7_filings_year').on(table.year)],
);

/** The documents of those reports, which corrections refer to. One that is sent again unchanged is not repeated. */
export const dac7Documents = pgTable(
  'dac7_documents',
  {
    /** `DocRefId` */
    id: text('id').primaryKey(),
    filing: text('filing').notNull(),
    type: text('type').$type<ReportedDocument['type']>().notNull(),
    /** Null: the house itself. */
    creator: text('creator'),
    /** `CorrDocRefId` */
    corrects: text('corrects'),
    content: jsonb('content').$type<ReportedDocument['content']>().notNull(),
  },
  (table) => [
    index('dac7_documents_filing').on(table.filing),
    index('dac7_documents_creator').on(table.creator),
    index('dac7_documents_corrects').on(table.corrects).where(sql`${table.corrects} is not null`),
  ],
);
