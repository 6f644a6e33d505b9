/** What `*.schema.ts` use of drizzle-orm, and the columns that many tables have. */
import { pgCore } from './drizzle.ts';

export type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

export const {
  alias,
  bigint,
  bigserial,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} = pgCore;

export const time = (name: string) => pgCore.timestamp(name, { withTimezone: true, mode: 'string' });

/** Minor units. A JavaScript number holds them exactly up to 2^53, far above what a house can turn over. */
export const minor = (name: string) => pgCore.bigint(name, { mode: 'number' });
