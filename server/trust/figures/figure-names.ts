/** Which part of a period's figures each stable name stands for. */
import { categoryFigure, type FigureName, type VigilanceFigures } from '../../protocol/trust/figures.ts';
import { reportCategory } from '../../protocol/trust/reports.ts';

type Value = (figures: VigilanceFigures) => number | null;

/** Where nothing was live, there is no rate; where something was, a category without reports has the rate 0. */
const OF_CATEGORIES = Object.fromEntries(
  reportCategory.options.flatMap((category): [string, Value][] => [
    [categoryFigure(category), ({ reports }) => reports.byCategory[category] ?? 0],
    [
      `${categoryFigure(category)}_per_live_hour`,
      ({ reports }) => (reports.perLiveHour === null ? null : (reports.perLiveHourByCategory[category] ?? 0)),
    ],
  ]),
);

const VALUES = {
  live_hours: ({ liveHours }) => liveHours,
  reports: ({ reports }) => reports.total,
  reports_per_live_hour: ({ reports }) => reports.perLiveHour,
  ...OF_CATEGORIES,
  orders: ({ orders }) => orders.total,
  decisions: ({ decisions }) => decisions.total,
  decisions_provisional: ({ decisions }) => decisions.provisional,
  decisions_automated: ({ decisions }) => decisions.automated,
  decisions_without_measure: ({ decisions }) => decisions.withoutMeasure,
  decisions_late: ({ decisions }) => decisions.late,
  decision_hours_median: ({ decisions }) => decisions.medianHours,
  decision_hours_p90: ({ decisions }) => decisions.p90Hours,
  lives_stopped: ({ decisions }) => decisions.livesStopped,
  strikes: ({ decisions }) => decisions.strikes,
  appeals: ({ appeals }) => appeals.total,
  appeals_answered: ({ appeals }) => appeals.answered,
  appeals_granted: ({ appeals }) => appeals.byOutcome.granted ?? 0,
  appeals_granted_share: ({ appeals }) => appeals.grantedShare,
  appeals_late: ({ appeals }) => appeals.late,
  disputes: ({ disputes }) => disputes.total,
  dispute_rate: ({ disputes }) => disputes.perTenThousand,
  payouts_held: ({ holds }) => holds.payoutsHeld,
  creators_frozen: ({ holds }) => holds.creatorsFrozen,
  earnings_frozen: ({ holds }) => holds.frozenMinor,
} as Record<FigureName, Value>;

/** Null: nothing to divide by, or nothing to measure. */
export function figureOf(figures: VigilanceFigures, name: FigureName): number | null {
  return VALUES[name](figures);
}
