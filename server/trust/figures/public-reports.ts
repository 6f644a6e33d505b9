/**
 * Quarterly reports for everybody: the figures as `publication.ts` lets them be public. A quarter that is over has its
 * breakdowns; one that is running has totals up to the last midnight. What concerns the house alone, such as whether it
 * answered its committee, is public whole. Called by the gateway.
 */
import { type Clock, iso, MINUTE_MS } from '../../platform/clock.ts';
import { midnightIn, type Period, quarterIn, quartersUntil } from '../../platform/house-dates.ts';
import { Remembered } from '../../platform/remembered.ts';
import { AppError } from '../../protocol/errors.ts';
import type { TransparencyReport, VigilanceFigures } from '../../protocol/trust/figures.ts';
import type { Counts } from './figures.store.ts';
import type { Figures } from './figures.ts';
import { publishCount, publishCounts, publishPart, SMALLEST_COUNT } from './publication.ts';
import { ratio } from './ratio.ts';

/** Ten years; older ones are no longer published here. */
const QUARTERS_MAX = 40;
/** Everybody may ask, so all quarters are read once for all of them. */
const REMEMBERED_MS = MINUTE_MS;
/** Which of the larger counts join `others` where one has to (`publication.ts`): the least grave, and what is left. */
export const JOIN_FIRST = {
  category: ['other', 'spam', 'fraud', 'privacy', 'harassment', 'sexual', 'hate', 'illegal', 'self_harm', 'consent'],
  source: ['form', 'order'],
  measure: ['mute', 'remove_message', 'remove_from_room', 'freeze_earnings', 'refund_room', 'stop_live'],
  kind: ['second_look', 'reporter'],
} as const;

interface PublicReportsOptions {
  figures: Pick<Figures, 'read' | 'findFirst'>;
  clock: Clock;
  timeZone: string;
}

interface Quarter {
  name: string;
  bounds: Period;
  counted: Period;
  isOver: boolean;
}

export class PublicReports {
  readonly #options: PublicReportsOptions;
  readonly #known: Remembered<'all', TransparencyReport[]>;

  constructor(options: PublicReportsOptions) {
    this.#options = options;
    this.#known = new Remembered({ clock: options.clock, forMs: REMEMBERED_MS, max: 1 });
  }

  /** From the quarter of the first report, or of the first opinion, on, newest first. Remembered for a minute. */
  list(): Promise<TransparencyReport[]> {
    return this.#known.find('all', () => this.#read());
  }

  /** Throws `report_not_found`. */
  async get(period: string): Promise<TransparencyReport> {
    const found = (await this.list()).find((report) => report.period === period);
    if (!found) throw new AppError('report_not_found', 'There is no report of this quarter.');
    return found;
  }

  async #read(): Promise<TransparencyReport[]> {
    const { figures, clock, timeZone } = this.#options;
    const first = await figures.findFirst();
    if (first === undefined) return [];
    const nowMs = clock.now();
    const midnight = midnightIn(timeZone, nowMs);
    const quarters = quartersUntil(timeZone, nowMs, QUARTERS_MAX)
      .map((name): Quarter => {
        const bounds = quarterIn(timeZone, name);
        const isOver = Date.parse(bounds.untilIso) <= nowMs;
        return { name, bounds, isOver, counted: isOver ? bounds : { ...bounds, untilIso: midnight } };
      })
      .filter(({ bounds }) => Date.parse(first) < Date.parse(bounds.untilIso));
    const read = await figures.read(quarters.map(({ counted }) => counted));
    return quarters.map((quarter, index) => toReport(quarter, read[index] as VigilanceFigures, timeZone));
  }
}

/** All that is public of a quarter. */
function toReport(
  { name, bounds, counted, isOver }: Quarter,
  { liveHours, reports, orders, decisions, appeals, disputes, committee }: VigilanceFigures,
  timeZone: string,
): TransparencyReport {
  const breakdown = (counts: Counts, joinFirst: readonly string[] = []) =>
    isOver ? breakdownOf(counts, joinFirst) : null;
  const part = (count: number, total: number) => (isOver ? publishPart(count, total) : null);
  const total = publishCount(reports.total);
  const byCategory = breakdown(reports.byCategory, JOIN_FIRST.category);
  const bySource = breakdown(reports.bySource, JOIN_FIRST.source);
  // Orders are one of the sources: their number is public where it is among these.
  const orderCount = bySource === null ? null : (bySource.counts.order ?? (bySource.others === 0 ? 0 : null));
  const ofOrders = (counts: Counts) => (orderCount === null ? null : breakdown(counts));
  const byOutcome = breakdown(appeals.byOutcome);
  const answered = publishCount(appeals.answered);
  const isTimed = decisions.first >= SMALLEST_COUNT;
  return {
    ...{ period: name, from: iso(bounds.fromIso), until: iso(bounds.untilIso), countedUntil: iso(counted.untilIso) },
    ...{ isOver, timeZone, liveHours },
    reports: {
      ...{ total, byCategory, bySource, perLiveHour: total === null ? null : ratio(total, liveHours) },
      perLiveHourByCategory: ratesOf(byCategory?.counts ?? {}, liveHours),
    },
    orders: {
      total: orderCount,
      byAuthority: ofOrders(orders.byAuthority),
      byLegalGround: ofOrders(orders.byLegalGround),
    },
    decisions: {
      total: publishCount(decisions.total),
      byMeasure: breakdown(decisions.byHeaviestMeasure, JOIN_FIRST.measure),
      byGround: breakdown(decisions.byGround),
      automated: part(decisions.automated, decisions.total),
      late: part(decisions.late, decisions.total),
      medianHours: isTimed ? decisions.medianHours : null,
      p90Hours: isTimed ? decisions.p90Hours : null,
      provisional: publishCount(decisions.provisional),
    },
    appeals: {
      total: publishCount(appeals.total),
      byKind: breakdown(appeals.byKind, JOIN_FIRST.kind),
      answered,
      byOutcome,
      grantedShare: byOutcome && byOutcome.others === 0 ? ratio(byOutcome.counts.granted ?? 0, appeals.answered) : null,
      late: publishCount(appeals.late),
    },
    disputes: { perTenThousandCardPayments: publishCount(disputes.total) === null ? null : disputes.perTenThousand },
    committee,
  };
}

/** Null: the total is from one to four. */
export function breakdownOf(of: Counts, joinFirst: readonly string[] = []): { counts: Counts; others: number } | null {
  const { counts, others } = publishCounts(of, joinFirst);
  return others === null ? null : { counts, others };
}

function ratesOf(counts: Counts, liveHours: number): Record<string, number> {
  if (liveHours <= 0) return {};
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / liveHours]));
}
