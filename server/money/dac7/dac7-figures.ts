/** The figures of one seller as a report has them: whole units of the currency, none below zero. */
import { CURRENCIES } from '../../protocol/money/currencies.ts';
import type { Dac7Quarter } from './dac7-message.ts';

/** Of a quarter, in minor units, as the books have them. */
export interface SellerQuarter {
  considerationMinor: number;
  activities: number;
  feesMinor: number;
  taxesMinor: number;
}

/**
 * What was taken back of an earlier quarter can exceed what a quarter has brought. Schemas of authorities refuse
 * amounts below zero, so the excess lowers the quarters before, the latest first; what is left lowers those after it.
 */
export function toReported(quarters: readonly SellerQuarter[], currency: string): Dac7Quarter[] {
  const unit = 10 ** CURRENCIES[currency as keyof typeof CURRENCIES];
  const spread = (read: (quarter: SellerQuarter) => number) =>
    carryBack(quarters.map(read)).map((amount) => Math.round(amount / unit));
  const considerations = spread(({ considerationMinor }) => considerationMinor);
  const fees = spread(({ feesMinor }) => feesMinor);
  const taxes = spread(({ taxesMinor }) => taxesMinor);
  return quarters.map(({ activities }, index) => ({
    consideration: considerations[index] ?? 0,
    activities,
    fees: fees[index] ?? 0,
    taxes: taxes[index] ?? 0,
  }));
}

/** Keeps the sum, as long as that is not below zero; then all are zero. */
function carryBack(amounts: number[]): number[] {
  const left = [...amounts];
  const settle = (from: number, to: number) => {
    const [debt = 0, credit = 0] = [left[from], left[to]];
    const moved = Math.max(0, Math.min(-debt, credit));
    left[from] = debt + moved;
    left[to] = credit - moved;
  };
  for (const from of left.keys()) for (let to = from - 1; to >= 0; to -= 1) settle(from, to);
  for (const from of left.keys()) for (let to = from + 1; to < left.length; to += 1) settle(from, to);
  return left.map((amount) => Math.max(0, amount));
}

export function isNothing(quarters: readonly Dac7Quarter[]): boolean {
  return quarters.every((quarter) => Object.values(quarter).every((figure) => figure === 0));
}
