/**
 * Which numbers may be public. A count of one to four could let somebody be recognised, so it is not published, and
 * cannot be computed from what is: it is a part of `others` together with at least one larger count, whose share nobody
 * knows. Which larger ones join is decided by an order that does not depend on the counts: the next smallest one would
 * tell that the shown ones are not smaller, and that can leave a hidden count a single value. The test of this file
 * finds every breakdown that fits an answer. Shown or hidden, a zero says nothing of anybody.
 */
import type { Counts } from './figures.store.ts';

/** A smaller count is not published. */
export const SMALLEST_COUNT = 5;
/** With the larger count the others of the class may be anything that a small count may be. */
const SMALLEST_CLASS = SMALLEST_COUNT + SMALLEST_COUNT - 1;

/** A breakdown whose parts add up to a total. */
export interface PublishedCounts {
  /** Null: from one to four. */
  total: number | null;
  /** Absent names are zero, or a part of `others`. */
  counts: Counts;
  /** The sum of what is not shown; null where the total is. */
  others: number | null;
}

/** Null: from one to four. */
export function publishCount(count: number): number | null {
  return count > 0 && count < SMALLEST_COUNT ? null : count;
}

/** `joinFirst`: which of the larger counts join `others` where it is needed; names that it lacks come last. */
export function publishCounts(counts: Counts, joinFirst: readonly string[] = []): PublishedCounts {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (publishCount(total) === null) return { total: null, counts: {}, others: null };
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  const hidden = present.filter(([, count]) => count < SMALLEST_COUNT);
  const larger = present.filter(([, count]) => count >= SMALLEST_COUNT).sort(inOrder(joinFirst));
  const sumHidden = () => hidden.reduce((sum, [, count]) => sum + count, 0);
  if (hidden.length > 0) {
    hidden.push(...larger.splice(0, 1));
    while (sumHidden() < SMALLEST_CLASS && larger.length > 0) hidden.push(...larger.splice(0, 1));
  }
  return { total, counts: Object.fromEntries(larger.sort(inOrder([]))), others: sumHidden() };
}

/** A part of a total, by the same rule: the part and the rest are a breakdown. Null: not published. */
export function publishPart(part: number, total: number): number | null {
  const { counts, others } = publishCounts({ part, rest: total - part });
  return counts.part ?? (others === 0 ? 0 : null);
}

function inOrder(first: readonly string[]) {
  const place = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  return ([one]: [string, number], [other]: [string, number]): number =>
    place(one) - place(other) || (one < other ? -1 : 1);
}
