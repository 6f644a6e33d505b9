/**
 * The figures of vigilance of any period, read from the records: for reviewers, members of the committee, public
 * reports and thresholds. Each figure is defined once, here and in `figures.store.ts`; `figure-names.ts` gives single
 * figures their stable names. Called by the gateway; rooms and money are behind ports.
 */
import { type Clock, DAY_MS, iso, isoIn } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { type Period, weeksUntil } from '../../platform/house-dates.ts';
import type { MeasureKind } from '../../protocol/trust/decisions.ts';
import {
  FIGURE_NAMES,
  type FigureName,
  type Figures as FiguresView,
  figureName,
  type ReviewFigures,
  type Vigilance,
  type VigilanceFigures,
} from '../../protocol/trust/figures.ts';
import { figureOf } from './figure-names.ts';
import { type Counts, FiguresStore } from './figures.store.ts';
import { heaviestOf } from './heaviest-measure.ts';
import { ratio } from './ratio.ts';

/** How many weeks members see. The last one is not over. */
const WEEKS = 26;
const EVER = { fromIso: '1970-01-01T00:00:00.000Z', untilIso: '9999-01-01T00:00:00.000Z' };

/** What other domains count, one answer for each period. */
export interface FigurePorts {
  liveHours(periods: readonly Period[], nowIso: string): Promise<number[]>;
  disputes(periods: readonly Period[]): Promise<{ disputes: number; cardPayments: number }[]>;
  holds(periods: readonly Period[]): Promise<VigilanceFigures['holds'][]>;
}

interface FiguresOptions {
  db: Database;
  clock: Clock;
  timeZone: string;
  currency: string;
  ports: FigurePorts;
}

export class Figures {
  readonly #options: FiguresOptions;
  readonly #store: FiguresStore;

  constructor(options: FiguresOptions) {
    this.#options = options;
    this.#store = new FiguresStore(options.db);
  }

  /** Bounds in any form that is a moment; without one, from the first record on, or up to now. */
  async review({ from, until }: { from?: string | undefined; until?: string | undefined }): Promise<ReviewFigures> {
    const period = {
      fromIso: from === undefined ? EVER.fromIso : iso(from),
      untilIso: until === undefined ? EVER.untilIso : iso(until),
    };
    const [read, waiting] = await Promise.all([this.#readOwn([period]), this.#countWaiting()]);
    return { ...(read[0] as FiguresView), waiting };
  }

  /** One answer for each period. */
  async read(periods: readonly Period[]): Promise<VigilanceFigures[]> {
    const { ports } = this.#options;
    const [own, committee, disputes, holds] = await Promise.all([
      this.#readOwn(periods),
      this.#store.countCommittee(periods, isoIn(this.#options.clock)),
      ports.disputes(periods),
      ports.holds(periods),
    ]);
    return own.map((figures, index) => {
      const { disputes: total = 0, cardPayments = 0 } = disputes[index] ?? {};
      return {
        ...figures,
        disputes: { total, cardPayments, perTenThousand: ratio(total * 10_000, cardPayments) },
        holds: holds[index] ?? { payoutsHeld: 0, creatorsFrozen: 0, frozenMinor: 0 },
        committee: committee[index] as VigilanceFigures['committee'],
      };
    });
  }

  /** A single figure of the last days, up to now. Null: there is nothing to divide by, or nothing to measure. */
  async findValue(name: FigureName, days: number): Promise<number | null> {
    const nowMs = this.#options.clock.now();
    const [figures] = await this.read([{ fromIso: iso(nowMs - days * DAY_MS), untilIso: iso(nowMs) }]);
    return figures ? figureOf(figures, name) : null;
  }

  /** For members of the committee, by week, nothing held back. */
  async vigilance(): Promise<Vigilance> {
    const { clock, timeZone, currency } = this.#options;
    const nowMs = clock.now();
    const periods = weeksUntil(timeZone, nowMs, WEEKS);
    const [read, waiting] = await Promise.all([this.read(periods), this.#countWaiting()]);
    return {
      ...{ timeZone, currency, waiting },
      periods: periods.map(({ fromIso, untilIso }) => ({
        from: iso(fromIso),
        until: iso(untilIso),
        isOver: Date.parse(untilIso) <= nowMs,
      })),
      figures: figureName.options.map((name) => ({
        ...{ name, unit: FIGURE_NAMES[name] },
        values: read.map((figures) => figureOf(figures, name)),
      })),
    };
  }

  /** When the first report came, or the committee gave its first opinion; undefined: there is none. */
  findFirst(): Promise<string | undefined> {
    return this.#store.findFirst();
  }

  #countWaiting() {
    return this.#store.countWaiting(isoIn(this.#options.clock));
  }

  async #readOwn(periods: readonly Period[]): Promise<FiguresView[]> {
    const nowIso = isoIn(this.#options.clock);
    const [counts, decisions, late, liveHours] = await Promise.all([
      this.#store.countAll(periods),
      this.#store.readDecisions(periods),
      this.#store.countLateAppeals(periods, nowIso),
      this.#options.ports.liveHours(periods, nowIso),
    ]);
    return counts.map((of, index) => {
      const hours = liveHours[index] ?? 0;
      return {
        liveHours: hours,
        reports: withRates(of.reportsByCategory, of.reportsBySource, hours),
        orders: {
          total: sum(of.ordersByAuthority),
          byAuthority: of.ordersByAuthority,
          byLegalGround: of.ordersByLegalGround,
        },
        decisions: {
          ...(decisions[index] as (typeof decisions)[number]),
          ...byMeasures(of.decisionsByKinds),
          byGround: of.decisionsByGround,
        },
        appeals: withAnswers(of.appealsByKind, of.appealsByOutcome, late[index] ?? 0),
      };
    });
  }
}

function withRates(byCategory: Counts, bySource: Counts, liveHours: number): FiguresView['reports'] {
  const total = sum(bySource);
  const rates = Object.entries(byCategory).map(([name, count]) => [name, ratio(count, liveHours)] as const);
  return {
    ...{ total, byCategory, bySource, perLiveHour: ratio(total, liveHours) },
    perLiveHourByCategory: Object.fromEntries(rates.flatMap(([name, rate]) => (rate === null ? [] : [[name, rate]]))),
  };
}

function byMeasures(byKinds: Counts) {
  const byMeasure: Counts = {};
  const byHeaviestMeasure: Counts = {};
  for (const [names, count] of Object.entries(byKinds)) {
    const kinds = names === '' ? [] : (names.split(',') as MeasureKind[]);
    for (const kind of kinds) byMeasure[kind] = (byMeasure[kind] ?? 0) + count;
    const heaviest = heaviestOf(kinds);
    byHeaviestMeasure[heaviest] = (byHeaviestMeasure[heaviest] ?? 0) + count;
  }
  return { byMeasure, byHeaviestMeasure, withoutMeasure: byHeaviestMeasure.none ?? 0 };
}

function withAnswers(byKind: Counts, byOutcome: Counts, late: number): FiguresView['appeals'] {
  const answered = sum(byOutcome);
  const grantedShare = ratio(byOutcome.granted ?? 0, answered);
  return { total: sum(byKind), byKind, byOutcome, answered, grantedShare, late };
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
