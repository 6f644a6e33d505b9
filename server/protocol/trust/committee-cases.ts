/**
 * Cases of the committee. Members read what the house decided about people whose names they do not learn: in each case
 * people have other numbers, times are hours since the first report, and no id of the house is in it, so that nothing
 * in one case leads to the same person in another.
 */
import { z } from 'zod';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { articleId } from './charter.ts';
import { longTexts, memberText, publicText, shortTexts } from './committee.ts';
import { appealKind, appealOutcome, decisionState, ground, measureKind } from './decisions.ts';
import { reportCategory } from './reports.ts';
import { caseAlarm } from './thresholds.ts';

const time = z.iso.datetime();
const caseId = idSchema('committeeCase');
const requestId = idSchema('committeeRequest');
const decisionId = idSchema('decision');

/** A final decision in the list from which cases are opened. It has no names. */
const listedDecision = z.object({
  id: decisionId,
  /** Such as `2026-11`, in the house's time zone. */
  month: z.string(),
  category: reportCategory,
  measures: z.array(measureKind),
  ground,
  automated: z.boolean(),
  state: decisionState,
  /** How an appeal of the person concerned or of a reporter ended; null: nobody appealed, or it waits. */
  appeal: appealOutcome.nullable(),
  /** Whether a case of the committee has it already. */
  isTaken: z.boolean(),
});
export const decisionRegisterQuery = z.object({
  category: reportCategory.optional(),
  after: decisionId.optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(20),
});
export type DecisionRegisterQuery = z.infer<typeof decisionRegisterQuery>;
/** Newest first. */
export const decisionRegister = z.object({ decisions: z.array(listedDecision), next: decisionId.nullable() });
export type DecisionRegister = z.infer<typeof decisionRegister>;

/** What somebody asks of the committee whose appeal was not granted. */
export const committeeRequestInput = z.object({ appeal: idSchema('appeal'), text: memberText });
export const committeeRequest = z.object({
  id: requestId,
  text: z.string().nullable(),
  at: time,
  decision: decisionId,
  category: reportCategory,
  /** In which the committee looks at it; null: it was not taken. */
  case: caseId.nullable(),
});
export type CommitteeRequest = z.infer<typeof committeeRequest>;
export const committeeRequestQuery = z.object({
  after: requestId.optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(20),
});
export type CommitteeRequestQuery = z.infer<typeof committeeRequestQuery>;
/** Newest first. */
export const committeeRequestList = z.object({ requests: z.array(committeeRequest), next: requestId.nullable() });
export type CommitteeRequestList = z.infer<typeof committeeRequestList>;
/** What became of one's own. */
export const ownCommitteeRequest = z.object({ at: time, isTaken: z.boolean() });
export type OwnCommitteeRequest = z.infer<typeof ownCommitteeRequest>;

export const committeeCaseInput = z.object({
  title: shortTexts,
  /** What the committee wants to know. Published with its opinion. */
  question: longTexts,
  /** Decisions of the house; none: on the committee's own motion. Several: a pattern. */
  decisions: z.array(decisionId).max(LIMITS.committeeCaseFiles).default([]),
  /** Of who has asked; its decision is taken too. */
  request: requestId.optional(),
});
export type CommitteeCaseInput = z.infer<typeof committeeCaseInput>;
export const recusalInput = z.object({ reason: longTexts });
export const evidenceInput = z.object({
  /** The number of the file in the case. */
  file: z.number().int().min(1).max(LIMITS.committeeCaseFiles),
  /** On record. */
  reason: memberText,
});
export type EvidenceInput = z.infer<typeof evidenceInput>;
export const caseClosingInput = z.object({ reason: memberText });

export const committeeCaseOrigin = z.enum(['decision', 'pattern', 'own_motion', 'request', 'alarm']);
export type CommitteeCaseOrigin = z.infer<typeof committeeCaseOrigin>;
const memberName = z.string();

const recusal = z.object({ name: memberName, reason: publicText, at: time });

export const committeeCase = z.object({
  id: caseId,
  /** What to quote. */
  number: z.number().int(),
  title: publicText,
  question: publicText,
  origin: committeeCaseOrigin,
  /** The member; null: an alarm. */
  openedBy: memberName.nullable(),
  openedAt: time,
  /** By an opinion that was adopted, or without one, with the reason. */
  closed: z.object({ at: time, by: memberName.nullable(), reason: z.string().nullable() }).nullable(),
  recusals: z.array(recusal),
  /** Why the reader may not read it: they recused themselves, or are a person in it. */
  mayNotRead: z.enum(['recused', 'concerned']).nullable(),
});
export type CommitteeCase = z.infer<typeof committeeCase>;
/** Newest first, at most a hundred. */
export const committeeCaseList = z.object({ cases: z.array(committeeCase) });

/** The number of a person in the case, with the part that they have in it. */
const casePerson = z.object({ number: z.number().int(), part: z.enum(['accused', 'reporter', 'reviewer', 'other']) });
export type CasePerson = z.infer<typeof casePerson>;
const personNumber = z.number().int().nullable();
/** Whole hours since the first report of the file. */
const hours = z.number().int();

const evidence = z.object({
  /** Of each report in the order of the file; names in it are replaced by numbers. */
  reports: z.array(
    z.object({
      note: z.string().nullable(),
      /** In the words of who reported by the form. */
      place: z.string().nullable(),
      /** The reported message among those before and after it. */
      messages: z.array(
        z.object({ by: personNumber, text: z.string(), isReported: z.boolean(), isRemoved: z.boolean() }),
      ),
    }),
  ),
});
export type CaseEvidence = z.infer<typeof evidence>;

/** One decided matter of the house. Texts that people wrote have numbers in the place of names. */
const caseFile = z.object({
  number: z.number().int(),
  category: reportCategory,
  subject: z.enum(['message', 'person', 'live', 'form']),
  accused: personNumber,
  article: articleId.nullable(),
  reports: z.array(
    z.object({
      hours,
      source: z.enum(['room', 'form', 'order']),
      category: reportCategory,
      /** Null by the form, and after erasure. */
      by: personNumber,
    }),
  ),
  decisions: z.array(
    z.object({
      hours,
      kind: z.enum(['provisional', 'final']),
      /** Null: by a rule of the house. */
      by: personNumber,
      measures: z.array(measureKind),
      ground,
      reasons: z.string().nullable(),
      automated: z.boolean(),
      state: decisionState,
      isLate: z.boolean(),
    }),
  ),
  appeals: z.array(
    z.object({
      hours,
      by: personNumber,
      kind: appealKind,
      text: z.string().nullable(),
      outcome: appealOutcome.nullable(),
      decidedBy: personNumber,
      decidedAfterHours: hours.nullable(),
      reasons: z.string().nullable(),
    }),
  ),
  /** Earlier decisions in force against the accused, counted only: their times would lead to other cases. */
  strikes: z.number().int(),
  /** Who asked for the evidence, and why. */
  evidenceRequests: z.array(z.object({ name: memberName, reason: z.string(), at: time })),
  /** For a member who asked for it. */
  evidence: evidence.nullable(),
});
export type CaseFile = z.infer<typeof caseFile>;

export const committeeCaseView = committeeCase.extend({
  people: z.array(casePerson),
  files: z.array(caseFile),
  /** Whether an opinion rules on a picture that came down because consent to it is in dispute. */
  needsRuling: z.boolean(),
  /** What raised the alarm that opened it. */
  alarm: caseAlarm.nullable(),
  /** What the person who asked wrote. */
  request: z.string().nullable(),
});
export type CommitteeCaseView = z.infer<typeof committeeCaseView>;
