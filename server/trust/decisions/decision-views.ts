/** Rows of cases, decisions and appeals as the wire has them. */
import { iso, isoOrNull } from '../../platform/clock.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Appeal, AppealKind, Decision, Ground, OwnAppeal, ReviewCase } from '../../protocol/trust/decisions.ts';
import type { FiledReport } from '../../protocol/trust/reports.ts';
import type { CaseRow, ReportRow } from './cases.store.ts';
import {
  type AppealRow,
  type DecisionRow,
  isInForce,
  type StandingAppeal,
  type StandingRow,
} from './decisions.store.ts';
import { appealUntil } from './review-rules.ts';

export type Appellant = Exclude<AppealKind, 'second_look' | 'committee'>;

export function toCase({ reportCount, ...row }: CaseRow & { reportCount: number }, nowMs: number): ReviewCase {
  const { state, room, accused, category, severity, isOrder, owed } = row;
  return {
    id: row.id as ReviewCase['id'],
    subject: row.subjectKind,
    ...{ state, room: room as RoomId | null, accused, category, severity, isOrder, reportCount, owed },
    openedAt: iso(row.openedAt),
    dueAt: iso(row.dueAt),
    isLate: owed !== null && Date.parse(row.dueAt) < nowMs,
  };
}

export function toFiledReport(row: ReportRow): Omit<FiledReport, 'sameSubject'> {
  const { number, source, category, article, charterVersion, note, accused, reporter, contact, evidence } = row;
  return {
    ...{ number, source, category, article, charterVersion, note, accused, reporter, contact, evidence },
    id: row.id as FiledReport['id'],
    room: row.room as RoomId | null,
    subject: row.subjectKind,
    order: row.authorityOrder,
    case: row.case as FiledReport['case'],
    createdAt: iso(row.createdAt),
  };
}

/** The article that is cited or, without one, the law. */
export function groundOf({
  article,
  charterVersion,
  law,
}: Pick<DecisionRow, 'article' | 'charterVersion' | 'law'>): Ground {
  return article !== null && charterVersion !== null ? { article, version: charterVersion } : { law: law ?? '' };
}

export function stateOf({ isReplaced, isUndone }: Pick<StandingRow, 'isReplaced' | 'isUndone'>): Decision['state'] {
  if (isUndone) return 'undone';
  return isReplaced ? 'replaced' : 'in_force';
}

/** Null: it cannot be appealed. Who reported can appeal when it was undone too, because nothing is done then. */
export function appealUntilOf(row: StandingRow, by: Appellant): string | null {
  const stands = by === 'reporter' ? !row.isReplaced : isInForce(row);
  return row.kind === 'final' && stands ? appealUntil(row.at) : null;
}

export function mayAppeal(row: StandingRow, by: Appellant, nowMs: number): boolean {
  return Date.parse(appealUntilOf(row, by) ?? '') > nowMs;
}

export function toMade(row: StandingRow): Omit<Decision, 'by' | 'accused' | 'appealUntil' | 'appeals'> {
  const { kind, measures, reasons, language, automated, points } = row;
  return {
    ...{ kind, measures: measures.map(toMeasure), reasons, language, automated, points },
    id: row.id as Decision['id'],
    case: row.case as Decision['case'],
    at: iso(row.at),
    ground: groundOf(row),
    state: stateOf(row),
  };
}

function toMeasure({ kind, room, message, until }: DecisionRow['measures'][number]): Decision['measures'][number] {
  return { kind, room: room as RoomId | null, message: message as RemovableId | null, until };
}

export function toDecision(row: StandingRow, appeals: StandingAppeal[], nowMs: number): Decision {
  return {
    ...toMade(row),
    by: row.by,
    accused: row.accused,
    appealUntil: appealUntilOf(row, 'accused'),
    appeals: appeals.filter(({ decision }) => decision === row.id).map((appeal) => toAppeal(appeal, nowMs)),
  };
}

export function toOwnAppeal(row: AppealRow): OwnAppeal {
  const { text, outcome, reasons } = row;
  return {
    ...{ text, outcome, reasons },
    id: row.id as OwnAppeal['id'],
    decision: row.decision as OwnAppeal['decision'],
    createdAt: iso(row.createdAt),
    dueAt: iso(row.dueAt),
    decidedAt: isoOrNull(row.decidedAt),
  };
}

/** What lapsed is not late: nobody waits for it. */
function toAppeal(row: StandingAppeal, nowMs: number): Appeal {
  const { kind, by, decidedBy, isWaiting } = row;
  const dueMs = Date.parse(row.dueAt);
  const isLate = row.decidedAt === null ? isWaiting && dueMs < nowMs : dueMs < Date.parse(row.decidedAt);
  return { ...toOwnAppeal(row), kind, by, decidedBy, isLate };
}
