import { sql } from '../../platform/db/sql.ts';
import { index, integer, jsonb, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import type { FiledReport, Report, ReportCategory } from '../../protocol/trust/reports.ts';

/** Reports that were found to be manifestly unfounded: who files several may file fewer. */
export const unfoundedReports = pgTable(
  'unfounded_reports',
  {
    report: text('report').primaryKey(),
    reporter: text('reporter').notNull(),
    /** Who found it. */
    by: text('by').notNull(),
    markedAt: time('marked_at').notNull(),
  },
  (table) => [index('unfounded_reports_reporter').on(table.reporter, table.markedAt)],
);

/** Reports with a copy of their evidence. Never changed, but for what erasure and the end of retention take out. */
export const reports = pgTable(
  'reports',
  {
    id: text('id').primaryKey(),
    number: integer('number').notNull().unique().generatedAlwaysAsIdentity(),
    source: text('source').$type<'room' | 'form' | 'order'>().notNull(),
    /** Null for a report by the form. */
    room: text('room'),
    /** In which it is decided. */
    case: text('case').notNull(),
    /** Of the order of an authority. */
    authorityOrder: jsonb('authority_order').$type<FiledReport['order']>(),
    subjectKind: text('subject_kind').$type<Report['subject']>().notNull(),
    /** Equal for reports of the same thing, which are decided together. */
    subjectKey: text('subject_key').notNull(),
    /** Whom it is about, as far as known. */
    accused: text('accused'),
    category: text('category').$type<ReportCategory>().notNull(),
    article: text('article'),
    charterVersion: integer('charter_version'),
    note: text('note'),
    /** Null for a report by the form, and after erasure. */
    reporter: text('reporter'),
    contact: text('contact'),
    /** Of the letters to a contact; null: no letter goes to it. */
    language: text('language').$type<Language>(),
    evidence: jsonb('evidence').$type<unknown>(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('reports_once')
      .on(table.case, table.reporter, table.category)
      .where(sql`${table.reporter} is not null and ${table.source} <> 'order'`),
    uniqueIndex('reports_form').on(table.subjectKey).where(sql`${table.source} = 'form'`),
    index('reports_case').on(table.case, table.number),
    index('reports_reporter').on(table.reporter, table.number),
    index('reports_subject').on(table.subjectKey),
    index('reports_accused').on(table.accused),
    index('reports_created').on(table.createdAt),
  ],
);
