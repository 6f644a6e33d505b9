import { sql } from '../../platform/db/sql.ts';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../../platform/db/tables.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import type { AppealKind, CaseState, Measure } from '../../protocol/trust/decisions.ts';
import type { Report, ReportCategory } from '../../protocol/trust/reports.ts';

/** What reports of one subject are decided in. After a decision, a further report opens another case. */
export const reviewCases = pgTable(
  'review_cases',
  {
    id: text('id').primaryKey(),
    subjectKind: text('subject_kind').$type<Report['subject']>().notNull(),
    subjectKey: text('subject_key').notNull(),
    room: text('room'),
    accused: text('accused'),
    /** The worst of its reports, and the article that this one cites. */
    category: text('category').$type<ReportCategory>().notNull(),
    article: text('article'),
    charterVersion: integer('charter_version'),
    severity: integer('severity').notNull(),
    isOrder: boolean('is_order').notNull(),
    state: text('state').$type<CaseState>().notNull(),
    owed: text('owed').$type<'decision' | 'appeal' | 'second_look'>(),
    /** Of what is owed first; the last date if nothing is. */
    dueAt: time('due_at').notNull(),
    /** Of the first final decision. */
    decideBy: time('decide_by').notNull(),
    openedAt: time('opened_at').notNull(),
  },
  (table) => [
    uniqueIndex('review_cases_open').on(table.subjectKey).where(sql`${table.state} = 'open'`),
    index('review_cases_queue').on(table.severity, table.dueAt, table.id).where(sql`${table.owed} is not null`),
    index('review_cases_subject').on(table.subjectKey),
    index('review_cases_state').on(table.state, table.id),
    index('review_cases_accused').on(table.accused),
    index('review_cases_room').on(table.room),
  ],
);

/** Never changed, but for what erasure takes out. The newest of a case counts. */
export const decisions = pgTable(
  'decisions',
  {
    id: text('id').primaryKey(),
    case: text('case').notNull(),
    kind: text('kind').$type<'provisional' | 'final'>().notNull(),
    /** The decision of the same case whose place it takes. */
    replaces: text('replaces').unique(),
    /** Null: by a rule of the house. */
    by: text('by'),
    accused: text('accused'),
    measures: jsonb('measures').$type<Measure[]>().notNull(),
    article: text('article'),
    charterVersion: integer('charter_version'),
    law: text('law'),
    reasons: text('reasons'),
    language: text('language').$type<Language>().notNull(),
    automated: boolean('automated').notNull(),
    points: integer('points').notNull(),
    /** By when it was owed. */
    dueAt: time('due_at').notNull(),
    at: time('at').notNull(),
  },
  (table) => [
    uniqueIndex('decisions_first').on(table.case).where(sql`${table.replaces} is null`),
    index('decisions_case').on(table.case),
    index('decisions_accused').on(table.accused, table.at),
    index('decisions_at').on(table.at),
  ],
);

/** Appeals of people, and second looks that the house owes. Decided once, by another than who decided. */
export const appeals = pgTable(
  'appeals',
  {
    id: text('id').primaryKey(),
    decision: text('decision').notNull(),
    case: text('case').notNull(),
    kind: text('kind').$type<AppealKind>().notNull(),
    by: text('by'),
    /** By the form, whose sender appeals. */
    report: text('report'),
    text: text('text'),
    createdAt: time('created_at').notNull(),
    dueAt: time('due_at').notNull(),
    outcome: text('outcome').$type<'granted' | 'upheld'>(),
    decidedBy: text('decided_by'),
    decidedAt: time('decided_at'),
    reasons: text('reasons'),
    language: text('language').$type<Language>(),
  },
  (table) => [
    uniqueIndex('appeals_once').on(table.decision, table.by).where(sql`${table.by} is not null`),
    uniqueIndex('appeals_by_form').on(table.decision, table.report).where(sql`${table.report} is not null`),
    uniqueIndex('appeals_second_look').on(table.decision).where(sql`${table.kind} = 'second_look'`),
    index('appeals_case').on(table.case),
    index('appeals_by').on(table.by),
    index('appeals_decision').on(table.decision),
  ],
);

/** Which reviewer looked at a case when. Append-only. */
export const caseLooks = pgTable(
  'case_looks',
  { case: text('case').notNull(), by: text('by').notNull(), at: time('at').notNull() },
  (table) => [primaryKey({ columns: [table.case, table.by, table.at] })],
);
