/** Stripe's cursor pagination: newest first, `starting_after` for older, `ending_before` for newer objects. */
import { invalidParameter, noSuch } from './errors.ts';

export interface PageParameters {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: number | { gt?: number; gte?: number; lt?: number; lte?: number };
}

export interface List<T> {
  object: 'list';
  url: string;
  has_more: boolean;
  data: T[];
}

interface Source<T> {
  url: string;
  noun: string;
  newestFirst: Iterable<T>;
  matches?: (item: T) => boolean;
}

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

export function paginate<T extends { id: string; created?: number }>(source: Source<T>, page: PageParameters): List<T> {
  const limit = page.limit ?? LIMIT_DEFAULT;
  if (limit < 1 || limit > LIMIT_MAX) {
    const message = `Invalid integer: limit must be between 1 and ${LIMIT_MAX}, got ${limit}`;
    throw invalidParameter({ param: 'limit', message });
  }
  if (page.starting_after !== undefined && page.ending_before !== undefined) {
    const message = 'You may only specify one of these parameters: starting_after, ending_before.';
    throw invalidParameter({ param: 'ending_before', message });
  }
  const isWanted = (item: T) => isInRange(item.created, page.created) && (source.matches?.(item) ?? true);
  const taken =
    page.ending_before === undefined ? older(source, page, limit, isWanted) : newer(source, page, limit, isWanted);
  return { object: 'list', url: source.url, has_more: taken.hasMore, data: taken.items };
}

interface Taken<T> {
  items: T[];
  hasMore: boolean;
}

function older<T extends { id: string; created?: number }>(
  { newestFirst, noun }: Source<T>,
  { starting_after: cursor, created }: PageParameters,
  limit: number,
  isWanted: (item: T) => boolean,
): Taken<T> {
  const items: T[] = [];
  let isPastCursor = cursor === undefined;
  for (const item of newestFirst) {
    if (isPastCursor && isWanted(item)) {
      if (items.length === limit) return { items, hasMore: true };
      items.push(item);
    }
    if (item.id === cursor) isPastCursor = true;
    // Times only decrease from here on: nothing later in the list can be in the range.
    if (isPastCursor && isBeforeRange(item.created, created)) break;
  }
  if (!isPastCursor) throw noSuch(noun, cursor ?? '', 'starting_after');
  return { items, hasMore: false };
}

/** The objects just before the cursor, still newest first. */
function newer<T extends { id: string }>(
  { newestFirst, noun }: Source<T>,
  { ending_before: cursor }: PageParameters,
  limit: number,
  isWanted: (item: T) => boolean,
): Taken<T> {
  const before: T[] = [];
  let isFound = false;
  let dropped = 0;
  for (const item of newestFirst) {
    if (item.id === cursor) {
      isFound = true;
      break;
    }
    if (!isWanted(item)) continue;
    before.push(item);
    if (before.length > limit) {
      before.shift();
      dropped += 1;
    }
  }
  if (!isFound) throw noSuch(noun, cursor ?? '', 'ending_before');
  return { items: before, hasMore: dropped > 0 };
}

function isBeforeRange(created: number | undefined, range: PageParameters['created']): boolean {
  if (range === undefined || created === undefined) return false;
  const lowest = typeof range === 'number' ? range : (range.gte ?? range.gt);
  return lowest !== undefined && created < lowest;
}

function isInRange(created: number | undefined, range: PageParameters['created']): boolean {
  if (range === undefined || created === undefined) return true;
  if (typeof range === 'number') return created === range;
  const { gt, gte, lt, lte } = range;
  return (
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte)
  );
}
