/** The periods of a subscription, counted from its anchor, so that the 31st stays the 31st. */

/** The end of the period that begins at `start`, in seconds; an interval is a month or a year. */
export function periodEndAfter(anchor: number, interval: string, start: number): number {
  const months = interval === 'year' ? 12 : 1;
  for (let count = 1; ; count += 1) {
    const end = monthsLater(anchor, count * months);
    if (end > start) return end;
  }
}

/** In a month without the anchor's day, the last day. */
function monthsLater(anchor: number, months: number): number {
  const date = new Date(anchor * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return Math.floor(date.getTime() / 1000);
}
