import { sql } from '../../../platform/db/sql.ts';
import { index, integer, jsonb, pgTable, primaryKey, text, time, uniqueIndex } from '../../../platform/db/tables.ts';
import type { Article } from '../../../protocol/trust/charter.ts';
import type { PublicText } from '../../../protocol/trust/committee.ts';
import type { AnswerInput, OpinionState, Tally, VoteChoice } from '../../../protocol/trust/opinions.ts';

/**
 * Opinions of the committee. A trigger refuses deletion and all changes but three, each of which is written once: when
 * everybody can comment, that a vote was called, and how it ended.
 */
export const committeeOpinions = pgTable(
  'committee_opinions',
  {
    id: text('id').primaryKey(),
    number: integer('number').notNull().unique().generatedAlwaysAsIdentity(),
    /** Null: on the rules of the house. */
    case: text('case'),
    by: text('by').notNull(),
    createdAt: time('created_at').notNull(),
    /** Of a proposal to the charter, whose text everybody reads from then on. */
    commentVersion: integer('comment_version'),
    commentsFrom: time('comments_from'),
    commentsUntil: time('comments_until'),
    votedVersion: integer('voted_version'),
    voteCalledBy: text('vote_called_by'),
    voteCalledAt: time('vote_called_at'),
    voteUntil: time('vote_until'),
    outcome: text('outcome').$type<Exclude<OpinionState, 'draft' | 'voting'>>(),
    endedAt: time('ended_at'),
    tally: jsonb('tally').$type<Tally>(),
    /** Of one that was adopted. */
    answerDueAt: time('answer_due_at'),
  },
  (table) => [
    index('committee_opinions_case').on(table.case),
    index('committee_opinions_by').on(table.by),
    index('committee_opinions_called_by').on(table.voteCalledBy),
    index('committee_opinions_voting')
      .on(table.voteUntil)
      .where(sql`${table.voteUntil} is not null and ${table.outcome} is null`),
  ],
);

/** Versions of drafts. Append-only. */
export const committeeOpinionTexts = pgTable(
  'committee_opinion_texts',
  {
    opinion: text('opinion').notNull(),
    version: integer('version').notNull(),
    title: jsonb('title').$type<PublicText>().notNull(),
    text: jsonb('text').$type<PublicText>().notNull(),
    /** Of a case with a picture that came down. */
    ruling: text('ruling').$type<'returns' | 'stays_down'>(),
    /** Of a proposal to the charter. */
    articles: jsonb('articles').$type<Article[]>(),
    by: text('by').notNull(),
    at: time('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.opinion, table.version] }),
    index('committee_opinion_texts_by').on(table.by),
  ],
);

/** What people say about a proposal to the charter, each once. Hidden once by a member, erased with its person. */
export const proposalComments = pgTable(
  'proposal_comments',
  {
    id: text('id').primaryKey(),
    opinion: text('opinion').notNull(),
    by: text('by').notNull(),
    text: text('text'),
    at: time('at').notNull(),
    hiddenAt: time('hidden_at'),
    hiddenBy: text('hidden_by'),
    hideReason: text('hide_reason'),
  },
  (table) => [
    uniqueIndex('proposal_comments_once').on(table.opinion, table.by),
    index('proposal_comments_by').on(table.by),
  ],
);

/** What members say about a draft. Append-only. */
export const committeeRemarks = pgTable(
  'committee_remarks',
  {
    id: text('id').primaryKey(),
    opinion: text('opinion').notNull(),
    by: text('by').notNull(),
    text: text('text').notNull(),
    at: time('at').notNull(),
  },
  (table) => [
    index('committee_remarks_opinion').on(table.opinion, table.at),
    index('committee_remarks_by').on(table.by),
  ],
);

/** Each time a member votes; the last one counts. Append-only, until the vote has ended. */
export const committeeVotes = pgTable(
  'committee_votes',
  {
    seq: integer('seq').primaryKey().generatedAlwaysAsIdentity(),
    opinion: text('opinion').notNull(),
    member: text('member').notNull(),
    vote: text('vote').$type<VoteChoice>().notNull(),
    dissent: jsonb('dissent').$type<PublicText>(),
    at: time('at').notNull(),
  },
  (table) => [index('committee_votes_opinion').on(table.opinion), index('committee_votes_member').on(table.member)],
);

/** The management's answer to an opinion. Append-only. */
export const committeeAnswers = pgTable(
  'committee_answers',
  {
    opinion: text('opinion').primaryKey(),
    outcome: text('outcome').$type<AnswerInput['outcome']>().notNull(),
    reasons: jsonb('reasons').$type<PublicText>().notNull(),
    by: text('by').notNull(),
    at: time('at').notNull(),
  },
  (table) => [index('committee_answers_by').on(table.by)],
);

/** What the management has promised. A trigger refuses all changes but that it was done, which is written once. */
export const committeeSteps = pgTable(
  'committee_steps',
  {
    id: text('id').primaryKey(),
    opinion: text('opinion').notNull(),
    position: integer('position').notNull(),
    text: jsonb('text').$type<PublicText>().notNull(),
    dueAt: time('due_at').notNull(),
    doneAt: time('done_at'),
    doneBy: text('done_by'),
    doneNote: text('done_note'),
  },
  (table) => [
    index('committee_steps_opinion').on(table.opinion, table.position),
    index('committee_steps_done_by').on(table.doneBy),
  ],
);
