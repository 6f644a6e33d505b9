import { index, integer, jsonb, pgTable, primaryKey, text, time, uniqueIndex } from '../../../platform/db/tables.ts';
import type { PublicText } from '../../../protocol/trust/committee.ts';
import type { CasePerson, CommitteeCaseOrigin } from '../../../protocol/trust/committee-cases.ts';

/** Cases of the committee. A trigger refuses deletion and all changes but the end, which is written once. */
export const committeeCases = pgTable(
  'committee_cases',
  {
    id: text('id').primaryKey(),
    number: integer('number').notNull().unique().generatedAlwaysAsIdentity(),
    title: jsonb('title').$type<PublicText>().notNull(),
    question: jsonb('question').$type<PublicText>().notNull(),
    origin: text('origin').$type<CommitteeCaseOrigin>().notNull(),
    request: text('request').unique(),
    /** Null: an alarm. */
    openedBy: text('opened_by'),
    openedAt: time('opened_at').notNull(),
    closedAt: time('closed_at'),
    /** Null: by an opinion. */
    closedBy: text('closed_by'),
    closeReason: text('close_reason'),
  },
  (table) => [
    index('committee_cases_opened_by').on(table.openedBy),
    index('committee_cases_closed_by').on(table.closedBy),
  ],
);

/** Which cases of the house are in a case of the committee. Append-only. */
export const committeeCaseFiles = pgTable(
  'committee_case_files',
  {
    case: text('case').notNull(),
    number: integer('number').notNull(),
    reviewCase: text('review_case').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.case, table.number] }),
    uniqueIndex('committee_case_files_once').on(table.case, table.reviewCase),
    index('committee_case_files_review_case').on(table.reviewCase),
  ],
);

/** The number that a person has in a case, for good: erasure takes out the person alone. */
export const committeeCasePeople = pgTable(
  'committee_case_people',
  {
    case: text('case').notNull(),
    number: integer('number').notNull(),
    person: text('person'),
    part: text('part').$type<CasePerson['part']>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.case, table.number] }),
    uniqueIndex('committee_case_people_once').on(table.case, table.person),
    index('committee_case_people_person').on(table.person),
  ],
);

/** Who recused themselves from a case, and why. Append-only. */
export const committeeRecusals = pgTable(
  'committee_recusals',
  {
    case: text('case').notNull(),
    member: text('member').notNull(),
    reason: jsonb('reason').$type<PublicText>().notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.case, table.member] }), index('committee_recusals_member').on(table.member)],
);

/** Who asked for the evidence of a file, and why. Append-only. */
export const committeeEvidenceRequests = pgTable(
  'committee_evidence_requests',
  {
    case: text('case').notNull(),
    file: integer('file').notNull(),
    member: text('member').notNull(),
    reason: text('reason').notNull(),
    at: time('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.case, table.file, table.member] }),
    index('committee_evidence_requests_member').on(table.member),
  ],
);

/** What people ask of the committee whose appeals failed. Never changed, but for what erasure takes out. */
export const committeeRequests = pgTable(
  'committee_requests',
  {
    id: text('id').primaryKey(),
    appeal: text('appeal').notNull().unique(),
    by: text('by').notNull(),
    text: text('text'),
    at: time('at').notNull(),
  },
  (table) => [index('committee_requests_by').on(table.by)],
);
