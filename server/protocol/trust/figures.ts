/** The figures of vigilance: what was reported, decided, appealed and disputed in a period, each defined once. */
import { z } from 'zod';
import { moment } from '../moments.ts';
import { reportCategory } from './reports.ts';

export const figuresQuery = z.object({
  from: moment.optional(),
  until: moment.optional(),
});

const count = z.number().int();
const counts = z.record(z.string(), count);

/**
 * Figures of a period; `reviewFigures` asks for all of time by default. What happens in the period counts, so a period
 * that is over changes no more: a report by its arrival, a decision by when it was made, an appeal by its arrival, its
 * answer by when it was given. Absent names count zero.
 */
export const figures = z.object({
  /** How long rooms were live, summed over rooms. */
  liveHours: z.number(),
  reports: z.object({
    total: count,
    byCategory: counts,
    bySource: counts,
    /** Null where nothing was live. */
    perLiveHour: z.number().nullable(),
    perLiveHourByCategory: z.record(z.string(), z.number()),
  }),
  orders: z.object({ total: count, byAuthority: counts, byLegalGround: counts }),
  /** Final decisions, also those that answer an appeal. */
  decisions: z.object({
    total: count,
    /** The first of their cases; the others answer an appeal. */
    first: count,
    /** A decision with two measures counts for both. */
    byMeasure: counts,
    /** Each decision once, by the heaviest of its measures, or `none`. */
    byHeaviestMeasure: counts,
    /** By article, or `law`. */
    byGround: counts,
    automated: count,
    withoutMeasure: count,
    /** Made after their date. */
    late: count,
    /** From opening a case to its first final decision. */
    medianHours: z.number().nullable(),
    /** Nine of ten were faster. */
    p90Hours: z.number().nullable(),
    /** Taken at once, by a rule of the house or in one gesture; a final decision follows. */
    provisional: count,
    /** Decisions that stop a live; the final one that confirms a stop does not count again. */
    livesStopped: count,
    /** The points of final decisions. */
    strikes: count,
  }),
  appeals: z.object({
    total: count,
    byKind: counts,
    /** Of the answers that were given in the period. */
    byOutcome: counts,
    /** Answers. */
    answered: count,
    /** Of the answers. Null without any. */
    grantedShare: z.number().nullable(),
    /** Whose date passed in the period, while the house owed an answer. */
    late: count,
  }),
});
export type Figures = z.infer<typeof figures>;

/** Cases in which the house owes something now, whatever the period. */
const waiting = z.object({ total: count, late: count });

export const reviewFigures = figures.extend({ waiting });
export type ReviewFigures = z.infer<typeof reviewFigures>;

const committee = z.object({
  /** Adopted in the period. */
  opinions: count,
  /** Answers of the management that were given in the period. */
  byAnswer: counts,
  /** Opinions whose date passed in the period, while the management owed the answer. */
  answersLate: count,
  casesOpened: count,
  /** Thresholds of the committee that were crossed. */
  alarms: count,
  /** Steps that the management had promised and did in the period. */
  stepsDone: count,
  /** Promised steps that were due in the period and not done by then. */
  stepsLate: count,
});

/** With what concerns money, which reviewers are not shown: a short period would tell what one creator has earned. */
export const vigilanceFigures = figures.extend({
  disputes: z.object({
    /** Disputes and inquiries that banks opened. */
    total: count,
    cardPayments: count,
    /** Null without card payments. */
    perTenThousand: z.number().nullable(),
  }),
  holds: z.object({
    /** Creators whose payouts a freeze or a suspension began to hold, by operators or by decisions. */
    payoutsHeld: count,
    /** Creators whose earnings a decision froze. */
    creatorsFrozen: count,
    /** What these had earned and not been paid when the freeze began. */
    frozenMinor: count,
  }),
  committee,
});
export type VigilanceFigures = z.infer<typeof vigilanceFigures>;

export const FIGURE_UNITS = ['count', 'hours', 'per_live_hour', 'share', 'per_ten_thousand', 'minor'] as const;
export type FigureUnit = (typeof FIGURE_UNITS)[number];

type CategoryFigure = `reports_${z.infer<typeof reportCategory>}`;

/** Reports of one category. */
export const categoryFigure = (category: z.infer<typeof reportCategory>): CategoryFigure => `reports_${category}`;

const OF_CATEGORIES = Object.fromEntries(
  reportCategory.options.flatMap((category) => [
    [categoryFigure(category), 'count'],
    [`${categoryFigure(category)}_per_live_hour`, 'per_live_hour'],
  ]),
) as Record<CategoryFigure, 'count'> & Record<`${CategoryFigure}_per_live_hour`, 'per_live_hour'>;

/** The stable names of single figures, for charts over time and for thresholds, with the unit of each. */
export const FIGURE_NAMES = {
  live_hours: 'hours',
  reports: 'count',
  reports_per_live_hour: 'per_live_hour',
  ...OF_CATEGORIES,
  orders: 'count',
  decisions: 'count',
  decisions_provisional: 'count',
  decisions_automated: 'count',
  decisions_without_measure: 'count',
  decisions_late: 'count',
  decision_hours_median: 'hours',
  decision_hours_p90: 'hours',
  lives_stopped: 'count',
  strikes: 'count',
  appeals: 'count',
  appeals_answered: 'count',
  appeals_granted: 'count',
  appeals_granted_share: 'share',
  appeals_late: 'count',
  disputes: 'count',
  dispute_rate: 'per_ten_thousand',
  payouts_held: 'count',
  creators_frozen: 'count',
  earnings_frozen: 'minor',
} as const satisfies Record<string, FigureUnit>;
export type FigureName = keyof typeof FIGURE_NAMES;
export const figureName = z.enum(Object.keys(FIGURE_NAMES) as [FigureName, ...FigureName[]]);

const series = z.object({
  name: figureName,
  unit: z.enum(FIGURE_UNITS),
  /** One for each of the periods. Null: nothing to divide by, or nothing to measure. */
  values: z.array(z.number().nullable()),
});

/** The figures over time, in steps of one length, oldest first. */
export const vigilance = z.object({
  timeZone: z.string(),
  currency: z.string(),
  periods: z.array(
    z.object({
      from: z.string(),
      until: z.string(),
      /** Whether it is over; the last one is not. */
      isOver: z.boolean(),
    }),
  ),
  figures: z.array(series),
  waiting,
});
export type Vigilance = z.infer<typeof vigilance>;

/** A breakdown as it is published: counts from one to four are in `others`, with at least one larger count. */
const breakdown = z.object({
  counts,
  /** 0: nothing is held back, and absent names count zero. */
  others: count,
});
/** Null: from one to four, or it could be computed from such a count. */
const published = count.nullable();

/**
 * A quarter of the house as everybody may see it. Breakdowns are null while the quarter is running, since the
 * difference of two days would be a small count, and where their total is null.
 */
export const transparencyReport = z.object({
  period: z.string(),
  from: z.string(),
  until: z.string(),
  /** A running quarter counts up to this midnight in the time zone of the house. */
  countedUntil: z.string(),
  isOver: z.boolean(),
  timeZone: z.string(),
  liveHours: z.number(),
  reports: z.object({
    total: published,
    byCategory: breakdown.nullable(),
    bySource: breakdown.nullable(),
    perLiveHour: z.number().nullable(),
    /** Of the categories that are shown. */
    perLiveHourByCategory: z.record(z.string(), z.number()),
  }),
  orders: z.object({ total: published, byAuthority: breakdown.nullable(), byLegalGround: breakdown.nullable() }),
  decisions: z.object({
    total: published,
    /** Each decision once, by the heaviest of its measures, or `none`. */
    byMeasure: breakdown.nullable(),
    /** By article, or `law`. */
    byGround: breakdown.nullable(),
    automated: published,
    /** Made after their date. */
    late: published,
    /** From opening a case to its first decision; of five cases at least. */
    medianHours: z.number().nullable(),
    p90Hours: z.number().nullable(),
    /** Taken at once; a final decision follows. */
    provisional: published,
  }),
  appeals: z.object({
    total: published,
    byKind: breakdown.nullable(),
    /** Answers that were given in the quarter. */
    answered: published,
    byOutcome: breakdown.nullable(),
    /** Of the answers. */
    grantedShare: z.number().nullable(),
    /** Whose date passed in the quarter, while the house owed an answer. */
    late: published,
  }),
  disputes: z.object({ perTenThousandCardPayments: z.number().nullable() }),
  /** It concerns the house alone: no number is held back. */
  committee,
});
export type TransparencyReport = z.infer<typeof transparencyReport>;

/** Newest first. Empty: nothing was reported yet, and the committee gave no opinion. */
export const transparencyReports = z.object({
  reports: z.array(transparencyReport.pick({ period: true, from: true, until: true, isOver: true })),
});

export const statementsQuery = z.object({
  period: z
    .string()
    .regex(/^[12]\d{3}-(Q[1-4]|0[1-9]|1[0-2])$/, 'A period is a quarter like 2026-Q4 or a month like 2026-11'),
});
