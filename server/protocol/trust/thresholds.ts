/** Thresholds of the committee on the figures of vigilance, and the alarms that they raised. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { memberText, publicText, shortTexts } from './committee.ts';
import { figureName } from './figures.ts';

const time = z.iso.datetime();
const comparison = z.enum(['above', 'below']);

export const thresholdInput = z.object({
  /** What it watches, as the case that it opens is called. */
  title: shortTexts,
  figure: figureName,
  comparison,
  /** In the unit of the figure. */
  limit: z.number().min(0).max(1_000_000_000),
  /** Over how many days up to now. */
  windowDays: z.number().int().min(1).max(LIMITS.thresholdWindowDays),
  /** Whether operators are told too; members always are. */
  tellsOperators: z.boolean().default(false),
  reason: memberText,
});
export type ThresholdInput = z.infer<typeof thresholdInput>;
export const thresholdEndInput = z.object({ reason: memberText });

const threshold = thresholdInput.extend({
  id: idSchema('threshold'),
  title: publicText,
  reason: z.string(),
  /** The member. */
  setBy: z.string(),
  setAt: time,
  /** Null while it counts. */
  ended: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
});
export type Threshold = z.infer<typeof threshold>;

/** What fired, when, and on which number. It opened a case. */
const alarm = z.object({
  id: idSchema('alarm'),
  threshold: idSchema('threshold'),
  at: time,
  /** The figure from `from` until `at`. */
  value: z.number(),
  from: time,
  case: idSchema('committeeCase'),
});
export type Alarm = z.infer<typeof alarm>;
/** Newest first, at most a hundred each. */
export const thresholdList = z.object({ thresholds: z.array(threshold), alarms: z.array(alarm) });
export type ThresholdList = z.infer<typeof thresholdList>;

/** In the case that it opened. */
export const caseAlarm = alarm
  .omit({ case: true })
  .extend(threshold.pick({ figure: true, comparison: true, limit: true, windowDays: true }).shape);
export type CaseAlarm = z.infer<typeof caseAlarm>;
