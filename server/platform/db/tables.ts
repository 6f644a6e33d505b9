/** What `*.schema.ts` use of drizzle-orm. */
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
  timestamp,
  unique,
  uniqueIndex,
} = pgCore;
