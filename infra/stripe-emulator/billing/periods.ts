/** The periods of a subscription, counted from its anchor, so that the 31st stays the 31st. */
import type Stripe from 'stripe';

const DAY_SECONDS = 24 * 60 * 60;

type Recurring = Pick<Stripe.Price.Recurring, 'interval' | 'interval_count'>;

/** The end of the period that begins at `start`, in seconds. */
export function periodEndAfter(anchor: number, recurring: Recurring, start: number): number {
  for (let count = 1; ; count += 1) {
    const end = added(anchor, recurring, count);
    if (end > start) return end;
  }
}

/** Adds intervals; in a month without the anchor's day, the last day. */
function added(anchor: number, { interval, interval_count: each }: Recurring, count: number): number {
  const steps = count * each;
  switch (interval) {
    case 'day':
      return anchor + steps * DAY_SECONDS;
    case 'week':
      return anchor + steps * 7 * DAY_SECONDS;
    case 'year':
      return monthsLater(anchor, steps * 12);
    default:
      return monthsLater(anchor, steps);
  }
}

function monthsLater(anchor: number, months: number): number {
  const date = new Date(anchor * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return Math.floor(date.getTime() / 1000);
}
