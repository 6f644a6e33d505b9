/**
 * Opinions of the committee: drafted and voted on by members alone, then addressed to the management, which answers in
 * writing within a set time. The model are the recommendations of Meta's Oversight Board, and how their answers are
 * followed until they are done.
 */
import { z } from 'zod';
import { multiLine, pageLocale, singleLine } from '../accounts/accounts.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { moment } from '../moments.ts';
import { articleChange, articles } from './charter.ts';
import { longTexts, memberText, publicText, shortTexts } from './committee.ts';

const time = z.iso.datetime();
const opinionId = idSchema('opinion');
const caseId = idSchema('committeeCase');
const words = multiLine(LIMITS.opinionChars, 1);
/** Whether a picture returns that came down because consent to it is in dispute. It binds the house. */
const ruling = z.enum(['returns', 'stays_down']);
const opinionText = z.object({
  title: shortTexts,
  text: z.object({ en: words, fr: words }),
  /** In a case with such a picture, and in no other. */
  ruling: ruling.nullable().default(null),
  /**
   * Of a proposal to the charter: all articles as they would be. An opinion on the rules of the house alone can be one,
   * and stays one.
   */
  articles: articles.nullable().default(null),
});
export type OpinionText = z.infer<typeof opinionText>;

export const opinionInput = opinionText.extend({
  /** Absent: on the rules of the house. */
  case: caseId.optional(),
});
export type OpinionInput = z.infer<typeof opinionInput>;
export const opinionRevision = opinionText.extend({
  /** The version that was read. Another one is not replaced. */
  basedOn: z.number().int().min(1).max(1_000_000),
});
export const commentPeriodInput = z.object({
  /** The version that everybody reads and comments on: the latest one, as it was read. */
  version: z.number().int().min(1).max(1_000_000),
});
export const remarkInput = z.object({ text: memberText });
export const voteCallInput = z.object({
  /** The version that is voted on: the latest one, as it was read. */
  version: z.number().int().min(1).max(1_000_000),
});
export const voteChoice = z.enum(['for', 'against', 'abstain']);
export type VoteChoice = z.infer<typeof voteChoice>;
/** A dissent is published with the opinion, under the member's name. */
export const voteInput = z.union([
  z.object({ vote: z.literal('for') }),
  z.object({ vote: voteChoice.exclude(['for']), dissent: longTexts.optional() }),
]);
export type VoteInput = z.infer<typeof voteInput>;

export const answerOutcome = z.enum(['follows', 'follows_in_part', 'does_not_follow']);
export const answerInput = z.object({
  outcome: answerOutcome,
  reasons: z.object({ en: words, fr: words }),
  /** What the house will do, and by when. */
  steps: z
    .array(z.object({ text: shortTexts, dueAt: moment }))
    .max(LIMITS.opinionSteps)
    .default([]),
});
export type AnswerInput = z.infer<typeof answerInput>;
export const stepDoneInput = z.object({ note: singleLine(LIMITS.reasonChars) });

/**
 * - `draft`
 * - `voting`
 * - `adopted`: the management has to answer.
 * - `rejected`: not more votes for it than against it.
 * - `no_quorum`: too few votes.
 * - `withdrawn`: by the member who wrote it, before a vote.
 */
export const opinionState = z.enum(['draft', 'voting', 'adopted', 'rejected', 'no_quorum', 'withdrawn']);
export type OpinionState = z.infer<typeof opinionState>;

const about = z.object({
  id: opinionId,
  number: z.number().int(),
  title: publicText,
  /** The number of the case; null: on the rules of the house. */
  case: z.object({ id: caseId, number: z.number().int(), title: publicText }).nullable(),
});
const tally = z.object({
  for: z.number().int(),
  against: z.number().int(),
  abstain: z.number().int(),
  /** How many votes it takes. */
  quorum: z.number().int(),
});
export type Tally = z.infer<typeof tally>;
const dissent = z.object({ name: z.string(), text: publicText });

const step = z.object({
  id: idSchema('opinionStep'),
  text: publicText,
  dueAt: time,
  done: z.object({ at: time, note: z.string() }).nullable(),
  isLate: z.boolean(),
});
const answer = z.object({
  outcome: answerOutcome,
  reasons: publicText,
  at: time,
  /** Whether it came after its date. */
  isLate: z.boolean(),
  steps: z.array(step),
});

/** An opinion that the committee has given. */
const given = about.extend({
  adoptedAt: time,
  answerDueAt: time,
  /** Whether the management is late with its answer. */
  isLate: z.boolean(),
  tally,
  ruling: ruling.nullable(),
  answer: answer.nullable(),
});
/** Null: it is not public yet. It is once it was answered, or should have been. */
export const publicOpinion = given.extend({
  text: publicText.nullable(),
  question: publicText.nullable(),
  dissents: z.array(dissent),
  recusals: z.array(z.object({ name: z.string(), reason: publicText })),
});
export type PublicOpinion = z.infer<typeof publicOpinion>;
/** Newest first, at most a hundred. */
export const publicOpinionList = z.object({ opinions: z.array(publicOpinion) });

/** A proposal to the charter, as everybody sees it from the beginning of its comment period on. */
const proposal = about.omit({ case: true }).extend({
  state: opinionState,
  commentsFrom: time,
  commentsUntil: time,
  isOpen: z.boolean(),
  commentCount: z.number().int(),
  /** Of one that was adopted: what the management has decided is with the opinion of the same number. */
  adoptedAt: time.nullable(),
  /** The version of the charter that says the same; null: none that was announced does. */
  charterVersion: z.number().int().nullable(),
});
export type Proposal = z.infer<typeof proposal>;
/** Newest first, at most a hundred. */
export const proposalList = z.object({ proposals: z.array(proposal) });
export const proposalQuery = z.object({ lang: pageLocale.default('en') });
export const proposalView = proposal.extend({
  /** Why. */
  text: publicText,
  /** Compared with the charter that was in force when the comments began, in the language that was asked for. */
  articles: z.array(articleChange),
  /** What people commented on, where the committee adopted another text; null: the same. */
  commented: z.object({ text: publicText, articles: z.array(articleChange) }).nullable(),
  /** Newest first, without hidden ones. */
  comments: z.array(z.object({ id: idSchema('proposalComment'), name: z.string(), text: z.string(), at: time })),
  /** How many members have hidden. */
  hiddenCount: z.number().int(),
});
export type ProposalView = z.infer<typeof proposalView>;
export const commentInput = z.object({ text: memberText });
export const commentHidingInput = z.object({ reason: memberText });

/** As members see it. */
const listedOpinion = about.extend({
  isProposal: z.boolean(),
  /** Of a proposal whose comment period has begun. */
  commentsUntil: time.nullable(),
  state: opinionState,
  by: z.string(),
  createdAt: time,
  /** Of the latest version, or of the one that is voted on. */
  version: z.number().int(),
  /** By when the vote ends at the latest; null: none was called. */
  voteUntil: time.nullable(),
  /** The reader's own. */
  ownVote: voteChoice.nullable(),
  /** Whether the reader's vote counts now. */
  mayVote: z.boolean(),
});
/** Newest first, at most a hundred; without those of cases that the reader may not read. */
export const opinionList = z.object({ opinions: z.array(listedOpinion) });
export type OpinionList = z.infer<typeof opinionList>;

export const opinionView = listedOpinion.extend({
  text: publicText,
  ruling: ruling.nullable(),
  articles: articles.nullable(),
  /** Newest first. */
  versions: z.array(z.object({ version: z.number().int(), by: z.string(), at: time })),
  /** Oldest first. */
  remarks: z.array(z.object({ id: idSchema('opinionRemark'), by: z.string(), text: z.string(), at: time })),
  /** While the vote goes on, who has voted; after it, how. */
  votes: z.array(z.object({ name: z.string(), vote: voteChoice.nullable(), dissent: publicText.nullable() })),
  /** Null while no vote has ended. */
  given: given.nullable(),
});
export type OpinionView = z.infer<typeof opinionView>;
