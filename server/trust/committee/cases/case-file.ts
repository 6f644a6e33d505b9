/** What the house decided, as a file in a case of the committee: from rows, with numbers in the place of people. */
import { HOUR_MS } from '../../../platform/clock.ts';
import type { CaseEvidence, CaseFile, CasePerson } from '../../../protocol/trust/committee-cases.ts';
import type { Ground } from '../../../protocol/trust/decisions.ts';
import type { CaseRow, ReportRow } from '../../decisions/cases.store.ts';
import { groundOf, stateOf } from '../../decisions/decision-views.ts';
import { type AppealRow, isInForce, type StandingRow, takesDown } from '../../decisions/decisions.store.ts';
import type { CasePeople } from './case-people.ts';

/** A case of the house with all that belongs to it. */
export interface HouseCase {
  row: CaseRow;
  /** Oldest first, as all lists here. */
  reports: ReportRow[];
  decisions: StandingRow[];
  appeals: AppealRow[];
}

/** As reports keep it, of whatever kind. */
interface StoredEvidence {
  message?: StoredMessage;
  before?: StoredMessage[];
  after?: StoredMessage[];
  place?: string | { title?: string };
}
interface StoredMessage {
  from?: { identity?: string; name?: string };
  text?: string;
  removed?: unknown;
}

/** Everybody in it with their part, each once, in the order in which they appear. */
export function peopleOf({
  row,
  reports,
  decisions,
  appeals,
}: HouseCase): { person: string; part: CasePerson['part'] }[] {
  const parts = new Map<string, CasePerson['part']>();
  const add = (part: CasePerson['part'], person: string | null | undefined) => {
    if (person && !parts.has(person)) parts.set(person, part);
  };
  add('accused', row.accused);
  for (const report of reports) {
    add('accused', report.accused);
    add('reporter', report.reporter);
  }
  for (const decision of decisions) {
    add('accused', decision.accused);
    add('reviewer', decision.by);
  }
  for (const appeal of appeals) {
    add('other', appeal.by);
    add('reviewer', appeal.decidedBy);
  }
  for (const { evidence } of reports) for (const { from } of messagesOf(evidence)) add('other', from?.identity);
  return [...parts].map(([person, part]) => ({ person, part }));
}

/** Whether something came down because consent to it is in dispute, and is down still. */
export function isPictureDown({ reports, decisions }: HouseCase): boolean {
  const last = decisions.at(-1);
  // Another report of the same picture can be the worst of the case.
  const isDisputed = reports.some(({ category }) => category === 'consent');
  return isDisputed && last !== undefined && isInForce(last) && takesDown(last);
}

/** What people are called in evidence: as their names were then. */
export function namesIn({ reports }: HouseCase): [person: string, name: string][] {
  return reports
    .flatMap(({ evidence }) => messagesOf(evidence))
    .flatMap(({ from }) => (from?.identity && from.name ? [[from.identity, from.name] as [string, string]] : []));
}

export function fileOf(
  { row, reports, decisions, appeals }: HouseCase,
  people: CasePeople,
): Omit<CaseFile, 'number' | 'strikes' | 'evidenceRequests' | 'evidence'> {
  const beganMs = Math.min(Date.parse(row.openedAt), ...reports.map(({ createdAt }) => Date.parse(createdAt)));
  const hoursOf = (at: string) => Math.floor((Date.parse(at) - beganMs) / HOUR_MS);
  return {
    category: row.category,
    subject: row.subjectKind,
    accused: people.numberOf(row.accused),
    article: row.article,
    reports: reports.map(({ createdAt, source, category, reporter }) => ({
      ...{ hours: hoursOf(createdAt), source, category, by: people.numberOf(reporter) },
    })),
    decisions: decisions.map((decision) => ({
      hours: hoursOf(decision.at),
      kind: decision.kind,
      by: people.numberOf(decision.by),
      measures: decision.measures.map(({ kind }) => kind),
      ground: groundWithout(decision, people),
      reasons: people.hide(decision.reasons),
      automated: decision.automated,
      state: stateOf(decision),
      isLate: Date.parse(decision.at) > Date.parse(decision.dueAt),
    })),
    appeals: appeals.map((appeal) => ({
      hours: hoursOf(appeal.createdAt),
      by: people.numberOf(appeal.by),
      kind: appeal.kind,
      text: people.hide(appeal.text),
      outcome: appeal.outcome,
      decidedBy: people.numberOf(appeal.decidedBy),
      decidedAfterHours: appeal.decidedAt === null ? null : hoursOf(appeal.decidedAt),
      reasons: people.hide(appeal.reasons),
    })),
  };
}

/** A reviewer writes the law in their own words. */
function groundWithout(decision: StandingRow, people: CasePeople): Ground {
  const ground = groundOf(decision);
  return 'law' in ground ? { law: people.hide(ground.law) } : ground;
}

export function evidenceOf({ reports }: HouseCase, people: CasePeople): CaseEvidence {
  return {
    reports: reports.map(({ note, evidence }) => {
      const { message, place } = (evidence ?? {}) as StoredEvidence;
      return {
        note: people.hide(note),
        place: typeof place === 'string' ? people.hide(place) : null,
        messages: messagesOf(evidence).map((each) => ({
          by: people.numberOf(each.from?.identity ?? null),
          text: people.hide(each.text ?? ''),
          isReported: each === message,
          isRemoved: Boolean(each.removed),
        })),
      };
    }),
  };
}

function messagesOf(evidence: unknown): StoredMessage[] {
  if (typeof evidence !== 'object' || evidence === null) return [];
  const { before = [], message, after = [] } = evidence as StoredEvidence;
  return message ? [...before, message, ...after] : [];
}
