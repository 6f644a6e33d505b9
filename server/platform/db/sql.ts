/** What stores use of drizzle-orm. */
import { orm } from './drizzle.ts';

export type { AnyColumn, SQL, SQLWrapper } from 'drizzle-orm';

export const {
  aliasedTable,
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  max,
  min,
  ne,
  not,
  notExists,
  notInArray,
  notLike,
  or,
  sql,
  sum,
} = orm;
