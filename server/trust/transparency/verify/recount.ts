/** Computes the published figures of a quarter anew, from what the entries of the record tell everybody. */
import { isDeepStrictEqual } from 'node:util';
import type { TransparencyReport } from '../../../protocol/trust/figures.ts';
import { breakdownOf, JOIN_FIRST } from '../../figures/public-reports.ts';
import { publishCount, publishCounts, publishPart } from '../../figures/publication.ts';
import { ratio } from '../../figures/ratio.ts';
import type { KnownEntry } from './entries.ts';

export interface Recount {
  period: string;
  /** Figures that fit. */
  fitting: string[];
  /** Figures that do not, with what is published and what follows from the entries. */
  wrong: { figure: string; published: unknown; counted: unknown }[];
  /** Figures of which no entry tells anything: the house states them. */
  stated: string[];
}

/** What no entry tells. Sums and rates of these are computed. */
const STATED = [
  ...['liveHours', 'reports.total', 'reports.byCategory', 'reports.bySource', 'orders', 'decisions.medianHours'],
  ...['decisions.p90Hours', 'appeals.total', 'appeals.byKind', 'appeals.late', 'disputes'],
];

export function recount(report: TransparencyReport, entries: readonly KnownEntry[]): Recount {
  const counted = { ...fromEntries(report, entries), ...fromFigures(report) };
  const fitting: string[] = [];
  const wrong: Recount['wrong'] = [];
  for (const [figure, value] of Object.entries(counted)) {
    const published = figure
      .split('.')
      .reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], report);
    if (isDeepStrictEqual(published, value)) fitting.push(figure);
    else wrong.push({ figure, published, counted: value });
  }
  return { period: report.period, fitting, wrong, stated: STATED };
}

function fromEntries(report: TransparencyReport, entries: readonly KnownEntry[]): Record<string, unknown> {
  const months = monthsOf(report.period);
  const isOfQuarter = ({ month }: KnownEntry) => months.includes(month);
  const isDueInQuarter = (date: unknown) => months.includes(String(date).slice(0, 7));
  const of = (kind: string) => entries.filter((entry) => entry.kind === kind);
  const within = (kind: string) => of(kind).filter(isOfQuarter);

  const decisions = within('decision').filter(({ stage }) => stage === 'final');
  const provisional = within('decision').length - decisions.length;
  const appeals = within('appeal');
  const byOutcome = publishCounts(countBy(appeals, ({ outcome }) => outcome));
  const answers = of('answer');
  const answerTo = (number: unknown) => answers.find(({ opinion }) => opinion === number);
  const isDone = (opinion: unknown, at: number) =>
    of('step').some((step) => step.opinion === opinion && step.step === at && step.late === false);
  const stepsLate = answers.flatMap(({ opinion, steps }) =>
    (steps as { due: string }[]).filter(({ due }, at) => isDueInQuarter(due) && !isDone(opinion, at)),
  );
  return {
    'decisions.total': publishCount(decisions.length),
    'decisions.byMeasure': breakdownOf(
      countBy(decisions, ({ measure }) => measure),
      JOIN_FIRST.measure,
    ),
    'decisions.byGround': breakdownOf(countBy(decisions, ({ article }) => article ?? 'law')),
    'decisions.automated': publishPart(decisions.filter(({ machine }) => machine).length, decisions.length),
    'decisions.late': publishPart(decisions.filter(({ late }) => late).length, decisions.length),
    'decisions.provisional': publishCount(provisional),
    'appeals.answered': publishCount(appeals.length),
    'appeals.byOutcome': breakdownOf(countBy(appeals, ({ outcome }) => outcome)),
    'appeals.grantedShare': byOutcome.others === 0 ? ratio(byOutcome.counts.granted ?? 0, appeals.length) : null,
    'committee.opinions': within('opinion').length,
    'committee.byAnswer': countBy(within('answer'), ({ outcome }) => outcome),
    'committee.answersLate': of('opinion').filter(
      ({ number, answerDue }) => isDueInQuarter(answerDue) && answerTo(number)?.late !== false,
    ).length,
    'committee.casesOpened': within('case').length,
    'committee.alarms': within('alarm').length,
    'committee.stepsDone': within('step').length,
    'committee.stepsLate': stepsLate.length,
  };
}

/** Sums and rates of what the house states. */
function fromFigures({ liveHours, reports }: TransparencyReport): Record<string, unknown> {
  const { total, byCategory, bySource } = reports;
  const rates = Object.entries(byCategory?.counts ?? {}).map(([name, count]) => [name, count / liveHours]);
  const orderCount = bySource && (bySource.counts.order ?? (bySource.others === 0 ? 0 : null));
  return {
    'reports.perLiveHour': total === null ? null : ratio(total, liveHours),
    'reports.perLiveHourByCategory': Object.fromEntries(liveHours > 0 ? rates : []),
    ...(byCategory && { 'reports.total': sumOf(byCategory) }),
    ...(bySource && sumOf(bySource) !== total && { 'reports.bySource': 'its sum is not the total' }),
    ...(bySource && { 'orders.total': orderCount }),
  };
}

function sumOf({ counts, others }: { counts: Record<string, number>; others: number }): number {
  return Object.values(counts).reduce((sum, count) => sum + count, others);
}

/** `2026-Q4`: October to December. */
function monthsOf(period: string): string[] {
  const [year, quarter] = period.split('-Q');
  return [2, 1, 0].map((back) => `${year}-${String(Number(quarter) * 3 - back).padStart(2, '0')}`);
}

function countBy(entries: readonly KnownEntry[], nameOf: (entry: KnownEntry) => unknown): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of entries) {
    const name = String(nameOf(entry));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
