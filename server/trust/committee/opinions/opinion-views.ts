/** Opinions from rows, as members, the management and the public see them. */
import { iso } from '../../../platform/clock.ts';
import type { Id } from '../../../protocol/ids.ts';
import type { PublicText } from '../../../protocol/trust/committee.ts';
import type { OpinionState, PublicOpinion } from '../../../protocol/trust/opinions.ts';
import type { CommitteeCaseRow, RecusalRow } from '../cases/committee-cases.store.ts';
import type { AnswerRow, OpinionRow, OpinionTextRow, StepRow, VoteRow } from './opinions.store.ts';
import { eligibleAt, type Roll } from './votes.ts';

/** What belongs to some opinions. */
export interface Parts {
  cases: ReadonlyMap<string, CommitteeCaseRow>;
  /** Newest first. */
  texts: readonly OpinionTextRow[];
  /** In the order in which they were cast. */
  votes: readonly VoteRow[];
  recusals: readonly RecusalRow[];
  answers: readonly AnswerRow[];
  steps: readonly StepRow[];
  names: ReadonlyMap<string, string>;
  roll: Roll;
}

/** An opinion that the committee has given. */
export type AdoptedRow = OpinionRow & Record<'endedAt' | 'answerDueAt', string> & { tally: PublicOpinion['tally'] };

export function isAdopted(row: OpinionRow): row is AdoptedRow {
  return row.outcome === 'adopted';
}

export function stateOf({ outcome, votedVersion }: OpinionRow): OpinionState {
  if (outcome !== null) return outcome;
  return votedVersion === null ? 'draft' : 'voting';
}

/** The version that is voted on, or was; else the latest. */
export function textOf({ id, votedVersion }: OpinionRow, { texts }: Pick<Parts, 'texts'>): OpinionTextRow {
  const found = texts.find(({ opinion, version }) => opinion === id && (votedVersion ?? version) === version);
  if (!found) throw new Error(`${id} has no text.`);
  return found;
}

export function aboutOf(row: OpinionRow, parts: Pick<Parts, 'texts' | 'cases'>) {
  const its = row.case === null ? undefined : parts.cases.get(row.case);
  return {
    id: row.id as Id<'opinion'>,
    number: row.number,
    title: textOf(row, parts).title,
    case: its ? { id: its.id as Id<'committeeCase'>, number: its.number, title: its.title } : null,
  };
}

export function givenOf(row: AdoptedRow, parts: Parts, nowMs: number) {
  const answer = parts.answers.find(({ opinion }) => opinion === row.id);
  return {
    ...aboutOf(row, parts),
    ...{ adoptedAt: row.endedAt, answerDueAt: row.answerDueAt, tally: row.tally },
    ruling: textOf(row, parts).ruling,
    isLate: !answer && Date.parse(row.answerDueAt) <= nowMs,
    answer: answer ? toAnswer(answer, { steps: parts.steps, dueAt: row.answerDueAt, nowMs }) : null,
  };
}

function toAnswer(
  { opinion, outcome, reasons, at }: AnswerRow,
  { steps, dueAt, nowMs }: { steps: readonly StepRow[]; dueAt: string; nowMs: number },
) {
  const isLate = Date.parse(at) >= Date.parse(dueAt);
  const own = steps.filter((step) => step.opinion === opinion);
  return { outcome, reasons, at, isLate, steps: own.map((step) => toStep(step, nowMs)) };
}

function toStep({ id, text, dueAt, doneAt, doneNote }: StepRow, nowMs: number) {
  return {
    ...{ id: id as Id<'opinionStep'>, text, dueAt },
    done: doneAt === null ? null : { at: iso(doneAt), note: doneNote ?? '' },
    isLate: Date.parse(doneAt ?? iso(nowMs)) > Date.parse(dueAt),
  };
}

/** `isWhole`: with the text, also before it is public. */
export function publicOf(row: AdoptedRow, parts: Parts, { nowMs, isWhole }: { nowMs: number; isWhole: boolean }) {
  const given = givenOf(row, parts, nowMs);
  // Everybody has read a proposal to the charter before the vote.
  const isShown = isWhole || given.answer !== null || given.isLate || row.commentVersion !== null;
  const shown: PublicOpinion = {
    ...given,
    text: isShown ? textOf(row, parts).text : null,
    question: isShown && row.case !== null ? (parts.cases.get(row.case)?.question ?? null) : null,
    dissents: isShown ? dissentsOf(row, parts) : [],
    recusals: isShown
      ? parts.recusals
          .filter((each) => each.case === row.case)
          .map(({ member, reason }) => ({ name: parts.names.get(member) ?? '', reason }))
      : [],
  };
  return shown;
}

/** Of votes that counted. */
function dissentsOf(row: AdoptedRow, { votes, recusals, roll, names }: Parts): { name: string; text: PublicText }[] {
  const own = recusals.filter((each) => each.case === row.case);
  const recused = own.map(({ member, at }) => ({ member, atMs: Date.parse(at) }));
  const eligible = eligibleAt(roll, { recusals: recused }, Date.parse(row.endedAt));
  return latestVotes(votes.filter(({ opinion }) => opinion === row.id)).flatMap(({ member, dissent }) =>
    dissent && eligible.has(member) ? [{ name: names.get(member) ?? '', text: dissent }] : [],
  );
}

/** Of each member the last one. */
export function latestVotes(votes: readonly VoteRow[]): VoteRow[] {
  return [...new Map(votes.map((vote) => [vote.member, vote])).values()];
}
