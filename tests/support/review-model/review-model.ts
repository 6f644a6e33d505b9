/** What the review of reports should hold after each act, in plain arrays: the reference of `review-model.test.ts`. */
import type { AppealKind, CaseState, MeasureKind } from '../../../server/protocol/trust/decisions.ts';
import type { ReportCategory } from '../../../server/protocol/trust/reports.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STRIKE_MS = 365 * DAY_MS;

/** Severity and time limit of the categories that the model uses. */
const URGENCY = { minors: [0, 4], violence: [1, 4], consent: [2, 12], harassment: [7, 48], spam: [10, 168] } as const;
export const CATEGORIES = Object.keys(URGENCY) as (keyof typeof URGENCY)[];
const POINTS: Record<MeasureKind, number> = {
  ...{ remove_message: 1, mute: 1, remove_from_room: 2, stop_live: 3, refund_room: 3, freeze_earnings: 3 },
  suspend_account: 4,
};

export interface ModelMeasure {
  kind: MeasureKind;
  room: string | null;
  message: string | null;
  untilMs: number | null;
}

export interface ModelReport {
  id: string;
  case: string;
  subject: string;
  category: keyof typeof URGENCY;
  source: 'room' | 'form' | 'order';
  reporter: string | null;
  /** By the form: a letter may be sent. */
  hasContact: boolean;
  /** The authority's own number; null for reports. */
  reference: string | null;
  /** By somebody who was not inside the room. */
  isOutside: boolean;
}

export interface ModelCase {
  id: string;
  subject: string;
  kind: 'message' | 'person' | 'live' | 'form';
  room: string | null;
  accused: string | null;
  category: ReportCategory;
  severity: number;
  isOrder: boolean;
  isDecided: boolean;
  decideByMs: number;
}

export interface ModelDecision {
  id: string;
  case: string;
  kind: 'provisional' | 'final';
  by: string | null;
  accused: string | null;
  measures: ModelMeasure[];
  atMs: number;
  isReplaced: boolean;
  isUndone: boolean;
  undoneBy?: string;
}

export interface ModelAppeal {
  id: string;
  decision: string;
  case: string;
  kind: AppealKind;
  by: string | null;
  report: string | null;
  dueMs: number;
  outcome: 'granted' | 'upheld' | null;
}

export class ReviewModel {
  readonly reports: ModelReport[] = [];
  readonly cases: ModelCase[] = [];
  readonly decisions: ModelDecision[] = [];
  readonly appeals: ModelAppeal[] = [];
  /** Facts that inform somebody, by topic. */
  readonly told = { 'decision.made': 0, 'decision.undone': 0, 'report.decided': 0, 'appeal.decided': 0 };

  caseOf(id: string): ModelCase {
    return found(this.cases, id);
  }

  decisionOf(id: string): ModelDecision {
    return found(this.decisions, id);
  }

  openCase(subject: string): ModelCase | undefined {
    return this.cases.find((each) => each.subject === subject && !each.isDecided);
  }

  same(reporter: string, subject: string, category: string): ModelReport | undefined {
    return this.#open(subject, category).find((each) => each.source !== 'order' && each.reporter === reporter);
  }

  /** Whoever filed it. */
  sameOrder(reference: string, subject: string, category: string): ModelReport | undefined {
    return this.#open(subject, category).find((each) => each.reference === reference);
  }

  #open(subject: string, category: string): ModelReport[] {
    return this.reports.filter(
      (each) => each.subject === subject && each.category === category && !this.caseOf(each.case).isDecided,
    );
  }

  hasReported(person: string, id: string): boolean {
    return this.reports.some((each) => each.case === id && each.reporter === person && each.source !== 'order');
  }

  /**
   * A picture whose consent is in dispute comes down at once by the claim of somebody who was inside: once each, a few
   * times a day in one room and of one person, and not where a claim of the same reporter was unfounded, or took down
   * something that nobody has looked at yet.
   */
  takesDown(report: ModelReport, hasBeenLive: boolean, nowMs: number): boolean {
    const { kind, id, room, accused } = this.caseOf(report.case);
    if (report.category !== 'consent' || report.source !== 'room' || report.isOutside) return false;
    const acts = this.decisions.filter((each) => each.kind === 'provisional' && each.by === null);
    if (acts.some((each) => this.caseOf(each.case).subject === report.subject)) return false;
    const today = acts.filter(({ atMs }) => atMs > nowMs - DAY_MS).map((each) => this.caseOf(each.case));
    const isSpent = (of: ModelCase[]) => of.length >= 3;
    if (isSpent(today.filter((each) => each.room === room))) return false;
    if (accused !== null && isSpent(today.filter((each) => each.accused === accused))) return false;
    if (kind !== 'message' && !(kind === 'live' && hasBeenLive)) return false;
    const hasPendingOrUnfoundedClaim = this.decisions.some(
      (each) =>
        (each.kind === 'final' ? each.measures.length === 0 : each.by === null) &&
        !each.isReplaced &&
        this.reports.some(
          (other) => other.case === each.case && other.reporter === report.reporter && other.category === 'consent',
        ),
    );
    return !hasPendingOrUnfoundedClaim && this.decisions.every((each) => each.case !== id);
  }

  file(report: ModelReport, opened: Pick<ModelCase, 'kind' | 'room' | 'accused'>, nowMs: number): void {
    this.reports.push(report);
    const isOrder = report.source === 'order';
    const isOutsideClaim = report.category === 'consent' && report.isOutside;
    const [ofCategory, hours] = isOutsideClaim ? [0, 4] : URGENCY[report.category];
    const severity = isOrder ? 0 : ofCategory;
    const decideByMs = nowMs + (isOrder ? Math.min(hours, 12) : hours) * HOUR_MS;
    const known = this.cases.find(({ id }) => id === report.case);
    if (!known) {
      const { case: id, subject, category } = report;
      this.cases.push({ id, subject, ...opened, category, severity, isOrder, isDecided: false, decideByMs });
      return;
    }
    if (severity < known.severity) known.category = report.category;
    known.severity = Math.min(known.severity, severity);
    known.isOrder ||= isOrder;
    known.decideByMs = Math.min(known.decideByMs, decideByMs);
  }

  last(id: string): ModelDecision | undefined {
    return this.decisions.find((each) => each.case === id && !each.isReplaced);
  }

  /** `look`: the id of the second look that the house owes, where it does. */
  decide(made: ModelDecision, look: string | undefined): void {
    const earlier = this.last(made.case);
    if (earlier) earlier.isReplaced = true;
    this.decisions.push(made);
    const of = this.caseOf(made.case);
    of.accused = of.kind === 'form' ? (made.accused ?? of.accused) : (of.accused ?? made.accused);
    if (made.measures.length > 0) this.told['decision.made'] += 1;
    const isEnd = made.measures.length === 0 || made.accused !== earlier?.accused;
    if (isEnd && earlier && !earlier.isUndone) this.tellUndone(earlier);
    if (made.kind === 'final') {
      this.caseOf(made.case).isDecided = true;
      this.told['report.decided'] += this.informed(made.case);
    }
    if (look)
      this.appeals.push({
        ...{ id: look, decision: made.id, case: made.case, kind: 'second_look', by: null, report: null, outcome: null },
        dueMs: made.atMs + DAY_MS,
      });
  }

  /** Two people look at a live that is stopped. */
  owesLook(made: Pick<ModelDecision, 'case' | 'by' | 'measures'>): boolean {
    const stops = ({ measures }: Pick<ModelDecision, 'measures'>) => measures.some(({ kind }) => kind === 'stop_live');
    const earlier = this.last(made.case);
    const isSecond = earlier?.kind === 'provisional' && earlier.by !== null && earlier.by !== made.by && stops(earlier);
    return made.by !== null && stops(made) && !isSecond;
  }

  informed(id: string): number {
    return this.reports.filter(
      (each) => each.case === id && each.source !== 'order' && (each.reporter !== null || each.hasContact),
    ).length;
  }

  isInForce({ isReplaced, isUndone }: ModelDecision): boolean {
    return !isReplaced && !isUndone;
  }

  mayAppeal(decision: ModelDecision, by: 'accused' | 'reporter', nowMs: number): boolean {
    const until = new Date(decision.atMs);
    until.setUTCMonth(until.getUTCMonth() + 6);
    const stands = by === 'reporter' ? !decision.isReplaced : this.isInForce(decision);
    return decision.kind === 'final' && stands && until.getTime() > nowMs;
  }

  /** What the house owes an answer to. A later decision, or the end of what is appealed against, makes it lapse. */
  waiting(id: string): ModelAppeal[] {
    return this.appeals.filter((each) => {
      const { isReplaced, isUndone } = this.decisionOf(each.decision);
      return each.case === id && each.outcome === null && !isReplaced && (each.kind === 'reporter' || !isUndone);
    });
  }

  /** Without another decision in its place. */
  answer(appeal: ModelAppeal, outcome: 'granted' | 'upheld', by: string): void {
    appeal.outcome = outcome;
    if (appeal.kind !== 'second_look') this.told['appeal.decided'] += 1;
    if (outcome === 'granted') Object.assign(this.decisionOf(appeal.decision), { isUndone: true, undoneBy: by });
  }

  /** What a granted appeal without another decision tells people. */
  undo(appeal: ModelAppeal): void {
    const decision = this.decisionOf(appeal.decision);
    const { kind, case: of } = decision;
    if (appeal.kind === 'second_look') this.tellUndone(decision);
    if (kind === 'final') this.told['report.decided'] += this.informed(of);
  }

  tellUndone({ accused, measures }: ModelDecision): void {
    if (measures.length > 0 && accused !== null) this.told['decision.undone'] += 1;
  }

  stateOf(id: string): { state: CaseState; owed: string | null; dueMs: number | null } {
    const { isDecided, decideByMs } = this.caseOf(id);
    const waiting = this.waiting(id);
    const owed = waiting.map(({ kind, dueMs }) => ({ what: kind === 'second_look' ? kind : 'appeal', dueMs }));
    if (!isDecided) owed.push({ what: 'decision', dueMs: decideByMs });
    const [first] = owed.sort((one, other) => one.dueMs - other.dueMs);
    const isAppealed = waiting.some(({ kind }) => kind !== 'second_look');
    const state = isDecided ? (isAppealed ? 'appealed' : 'decided') : 'open';
    return { state, owed: first?.what ?? null, dueMs: first?.dueMs ?? null };
  }

  inForce(): ModelDecision[] {
    return this.decisions.filter((each) => this.isInForce(each));
  }

  strikesOf(person: string, nowMs: number): number {
    const counted = this.inForce().filter(
      ({ kind, accused, atMs }) => kind === 'final' && accused === person && atMs > nowMs - STRIKE_MS,
    );
    return counted.reduce((sum, { measures }) => sum + Math.max(0, ...measures.map(({ kind }) => POINTS[kind])), 0);
  }

  erase(person: string): void {
    for (const each of this.reports) if (each.reporter === person) each.reporter = null;
    for (const each of this.decisions) if (each.accused === person) each.accused = null;
    for (const each of this.appeals) if (each.by === person) each.by = null;
    for (const each of this.cases) {
      if (each.accused !== person) continue;
      each.accused = null;
      if (each.kind === 'person') each.subject = `erased:${each.id}`;
    }
  }
}

function found<T extends { id: string }>(list: T[], id: string): T {
  const it = list.find((each) => each.id === id);
  if (!it) throw new Error(`The model has no ${id}.`);
  return it;
}
