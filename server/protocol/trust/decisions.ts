/** The review of reports: cases, what reviewers decide, statements of reasons, and appeals. */
import { z } from 'zod';
import { identity, multiLine, pageLocale, singleLine } from '../accounts/accounts.ts';
import { removableId } from '../chat/chat.ts';
import { chatAct } from '../chat/chat-moderation.ts';
import { idSchema, roomId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { moment } from '../moments.ts';
import { articleId } from './charter.ts';
import { filedReport, reportCategory, reportSubject } from './reports.ts';

export const caseId = idSchema('case');
export const decisionId = idSchema('decision');
export const appealId = idSchema('appeal');

/**
 * - `remove_message`: its text is shown to nobody any more.
 * - `mute`: the person writes nothing in the chat of the room.
 * - `remove_from_room`: the person cannot enter the room.
 * - `stop_live`: the live ends, and nobody goes live in the room.
 * - `suspend_account`: the person enters no room, their lives end, they get no tokens, and as a creator they are paid
 *   nothing out.
 * - `freeze_earnings`: the creator is paid nothing out, without being suspended.
 * - `refund_room`: the room ends, and all of its tickets are paid back. It is not undone.
 */
export const measureKind = z.enum([
  'remove_message',
  'mute',
  'remove_from_room',
  'stop_live',
  'suspend_account',
  'freeze_earnings',
  'refund_room',
]);
export type MeasureKind = z.infer<typeof measureKind>;

const measureInput = z.object({
  kind: measureKind,
  /** Absent: the room of the case. */
  room: roomId.optional(),
  /** For `remove_message`; absent: the message of the case. */
  message: removableId.optional(),
  /** For `mute` and `suspend_account`; absent: without an end. */
  until: moment.optional(),
});

/** A measure with what it applies to. Measures on a person apply to the accused. */
const measure = z.object({
  kind: measureKind,
  room: roomId.nullable(),
  message: removableId.nullable(),
  until: z.string().nullable(),
});
export type Measure = z.infer<typeof measure>;

/** An article of a published version of the charter, or a law. */
export const ground = z.union([
  z.object({ article: articleId, version: z.number().int().min(1).max(1_000_000) }),
  z.object({ law: singleLine(LIMITS.reasonChars) }),
]);
export type Ground = z.infer<typeof ground>;

const decisionFields = {
  /** Empty: nothing is done. */
  measures: z
    .array(measureInput)
    .max(measureKind.options.length)
    .refine((list) => new Set(list.map(({ kind }) => kind)).size === list.length, 'Two measures are of the same kind'),
  ground,
  /** For the person, in their language. */
  reasons: multiLine(LIMITS.reportNoteChars, 1).max(LIMITS.reportNoteChars),
  language: pageLocale,
  /** Whether a machine took part in finding or deciding. */
  automated: z.boolean().default(false),
  /** Whom it is about, for a report by the public form, which does not say so; absent: as decided before. */
  accused: identity.optional(),
};
export const decisionInput = z.object(decisionFields);
export type DecisionInput = z.infer<typeof decisionInput>;

export const secondDecisionInput = z.object({
  /** `granted`: the decision is undone. */
  outcome: z.enum(['granted', 'upheld']),
  /** For who appealed, or for the record of a second look. */
  reasons: multiLine(LIMITS.reportNoteChars, 1).max(LIMITS.reportNoteChars),
  language: pageLocale,
  /** What is decided instead, if granted; needed where a reporter appealed. */
  instead: z.object(decisionFields).optional(),
});
export type SecondDecisionInput = z.infer<typeof secondDecisionInput>;

/**
 * `second_look`: nobody appealed; the house owes it after a live was stopped. `committee`: nobody appealed; the
 * committee has ruled that a picture returns.
 */
export const appealKind = z.enum(['accused', 'reporter', 'second_look', 'committee']);
export type AppealKind = z.infer<typeof appealKind>;
export const appealOutcome = z.enum(['granted', 'upheld']);
export type AppealOutcome = z.infer<typeof appealOutcome>;

export const appealInput = z.object({
  decision: decisionId,
  text: multiLine(LIMITS.reportNoteChars, 1).max(LIMITS.reportNoteChars),
});

/** An appeal as who made it sees it. */
export const ownAppeal = z.object({
  id: appealId,
  decision: decisionId,
  text: z.string().nullable(),
  createdAt: z.string(),
  /** When the house has to have answered. */
  dueAt: z.string(),
  outcome: appealOutcome.nullable(),
  decidedAt: z.string().nullable(),
  reasons: z.string().nullable(),
});
export type OwnAppeal = z.infer<typeof ownAppeal>;

/** An appeal as reviewers see it. */
const appeal = ownAppeal.extend({
  kind: appealKind,
  /** Null for a second look, and after erasure. */
  by: identity.nullable(),
  isLate: z.boolean(),
  decidedBy: identity.nullable(),
});
export type Appeal = z.infer<typeof appeal>;

/**
 * - `in_force`
 * - `replaced`: a later decision on the case took its place.
 * - `undone`: by an appeal or a second look.
 */
export const decisionState = z.enum(['in_force', 'replaced', 'undone']);

const madeDecision = z.object({
  id: decisionId,
  case: caseId,
  /** `provisional`: taken at once; the final one follows. */
  kind: z.enum(['provisional', 'final']),
  at: z.string(),
  measures: z.array(measure),
  ground,
  /** Null after erasure. */
  reasons: z.string().nullable(),
  language: pageLocale,
  automated: z.boolean(),
  state: decisionState,
  /** What it adds to the strikes of the accused while it counts. */
  points: z.number().int(),
});

/** A decision as reviewers see it. */
export const decision = madeDecision.extend({
  /** Null: by a rule of the house. */
  by: identity.nullable(),
  accused: identity.nullable(),
  /** Null: it cannot be appealed. */
  appealUntil: z.string().nullable(),
  appeals: z.array(appeal),
});
export type Decision = z.infer<typeof decision>;

/** The statement of reasons to the person concerned (article 17 of the Digital Services Act). */
const statement = madeDecision.extend({
  room: roomId.nullable(),
  subject: z.enum(['message', 'person', 'live', 'form']),
  /** The title of the article in both languages; null where a law is cited. */
  article: z.object({ en: z.string(), fr: z.string() }).nullable(),
  /** Whether its suspension also holds the payouts of this person, who is a creator, to its end. */
  holdsPayouts: z.boolean(),
  appealUntil: z.string().nullable(),
  /** Whether this person can appeal now. */
  mayAppeal: z.boolean(),
  appeal: ownAppeal.nullable(),
});
export type Statement = z.infer<typeof statement>;
export const statementList = z.object({
  /** Newest first, at most a hundred. */
  statements: z.array(statement),
  strikes: z.number().int(),
});
export type StatementList = z.infer<typeof statementList>;

export const caseState = z.enum(['open', 'decided', 'appealed']);
export type CaseState = z.infer<typeof caseState>;

/** Reports of one subject, decided together. */
export const reviewCase = z.object({
  id: caseId,
  state: caseState,
  subject: z.enum(['message', 'person', 'live', 'form']),
  room: roomId.nullable(),
  accused: identity.nullable(),
  /** The worst of its reports. */
  category: reportCategory,
  /** 0 is the worst. */
  severity: z.number().int(),
  /** Whether an authority has ordered something. */
  isOrder: z.boolean(),
  reportCount: z.number().int(),
  openedAt: z.string(),
  /** What the house owes: a decision, an answer to an appeal, or a second look. Null: nothing. */
  owed: z.enum(['decision', 'appeal', 'second_look']).nullable(),
  /** By when; the last date if nothing is owed. */
  dueAt: z.string(),
  isLate: z.boolean(),
});
export type ReviewCase = z.infer<typeof reviewCase>;

/** A case as a reviewer finds it in the queue. */
const queuedCase = reviewCase.extend({
  /** Why the reader may not decide it, or answer an appeal against its final decision; null: they may. */
  mayNotDecide: z.enum(['reported_it', 'decided_it']).nullable(),
});
export type QueuedCase = z.infer<typeof queuedCase>;

export const caseQuery = z.object({
  /** Absent: those in which the house owes something. */
  state: caseState.optional(),
  category: reportCategory.optional(),
  accused: identity.optional(),
  late: z.enum(['true']).optional(),
  after: z.string().max(120).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(20),
});
export type CaseQuery = z.infer<typeof caseQuery>;
/** What is owed first: by severity, then by date. With `state=decided` the newest first. */
export const caseList = z.object({
  cases: z.array(queuedCase),
  /** Pass it as `after` for the next page; null: there is none. */
  next: z.string().nullable(),
});
export type CaseList = z.infer<typeof caseList>;

export const caseView = queuedCase.extend({
  /** The newest hundred, with their evidence. */
  reports: z.array(filedReport.omit({ sameSubject: true })),
  /** Newest first. */
  decisions: z.array(decision),
  /** Of earlier cases of the same subject, newest first. */
  earlier: z.array(decision.omit({ appeals: true })),
  /** Who has looked at this case, newest first. */
  looks: z.array(z.object({ by: identity, at: z.string() })),
  /** Whether the accused is the creator of the room, whose live can be stopped and whose tickets paid back. */
  isAboutCreator: z.boolean(),
  /** Whether the room is live, so that there is something to stop. */
  isLive: z.boolean(),
  /** Of the accused; null: not known to the house. */
  language: pageLocale.nullable(),
  /** What is on record of the accused. */
  history: z.object({
    strikes: z.number().int(),
    /** Of other cases, newest first. */
    decisions: z.array(decision.omit({ appeals: true })),
    /** Acts of moderators and of the house in chats. */
    chat: z.array(chatAct),
  }),
  /** The article that the worst category stands for, in the version that the report cites. */
  article: z
    .object({
      id: articleId,
      version: z.number().int(),
      title: z.object({ en: z.string(), fr: z.string() }),
      text: z.object({ en: z.string(), fr: z.string() }),
    })
    .nullable(),
});
export type CaseView = z.infer<typeof caseView>;

/** What an authority orders. It becomes a report of its own kind. */
export const orderInput = z.object({
  room: roomId,
  subject: reportSubject,
  category: reportCategory.default('illegal'),
  /** Such as `Tribunal judiciaire de Paris`. */
  authority: singleLine(200),
  legalGround: singleLine(LIMITS.reasonChars),
  /** The authority's own number. */
  reference: singleLine(200).optional(),
  note: multiLine(LIMITS.reportNoteChars).max(LIMITS.reportNoteChars).optional(),
});
export type OrderInput = z.infer<typeof orderInput>;
