/** The numbers of the review of reports: what comes first, by when, what counts how long. */
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import type { MeasureKind } from '../../protocol/trust/decisions.ts';
import type { ReportCategory } from '../../protocol/trust/reports.ts';

/** The hours within which the house decides, by category, the worst first. */
const HOURS: Readonly<Record<ReportCategory, number>> = {
  minors: 4,
  violence: 4,
  consent: 12,
  self_harm: 4,
  illegal: 24,
  hate: 24,
  sexual: 24,
  harassment: 48,
  privacy: 48,
  fraud: 72,
  spam: 168,
  other: 168,
};
const WORST_FIRST = Object.keys(HOURS);
const ORDER_HOURS = 12;
const OUTSIDE_CLAIM_HOURS = 4;

/**
 * Severity 0 is the worst. The order of an authority has it, whatever its category, and a claim of consent from
 * outside: what it is about stays up until a reviewer has looked.
 */
export function urgencyOf(
  category: ReportCategory,
  { isOrder, isOutsideClaim }: { isOrder: boolean; isOutsideClaim: boolean },
): { severity: number; dueMs: number } {
  const hours = HOURS[category];
  if (isOrder) return { severity: 0, dueMs: Math.min(ORDER_HOURS, hours) * HOUR_MS };
  if (isOutsideClaim) return { severity: 0, dueMs: OUTSIDE_CLAIM_HOURS * HOUR_MS };
  return { severity: WORST_FIRST.indexOf(category), dueMs: hours * HOUR_MS };
}

/** What a decision adds to the strikes of a person: the points of its heaviest measure. */
const POINTS: Readonly<Record<MeasureKind, number>> = {
  remove_message: 1,
  mute: 1,
  remove_from_room: 2,
  stop_live: 3,
  refund_room: 3,
  freeze_earnings: 3,
  suspend_account: 4,
};

export function pointsOf(kinds: readonly MeasureKind[]): number {
  return Math.max(0, ...kinds.map((kind) => POINTS[kind]));
}

/** How long the points of a decision count. */
export const STRIKE_MS = 365 * DAY_MS;
/** By when another reviewer looks at a live that was stopped. */
export const SECOND_LOOK_MS = DAY_MS;
/** By when an appeal is answered. */
export const APPEAL_MS = 14 * DAY_MS;
const APPEAL_MONTHS = 6;
/** Looks of one reviewer at one case within this time are one. */
export const LOOK_MS = 10 * 60_000;

export function appealUntil(decidedAt: string): string {
  const until = new Date(decidedAt);
  until.setUTCMonth(until.getUTCMonth() + APPEAL_MONTHS);
  return until.toISOString();
}
