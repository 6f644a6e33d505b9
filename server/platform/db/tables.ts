/** What `*.schema.ts` use of drizzle-orm, and the columns that many tables have. */
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { orm, pgCore } from './drizzle.ts';

export type { AnyPgColumn, PgDatabase, PgQueryResultHKT, PgTable } from 'drizzle-orm/pg-core';

export const {
  alias,
  bigint,
  bigserial,
  boolean,
  check,
  customType,
  doublePrecision,
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

/** Columns of a table whose rows are work; `platform/jobs/due-rows.ts` claims and attempts them. */
export const dueColumns = () => ({
  /** When it is attempted again, also if the process that claimed it dies. Null: there is nothing to do. */
  dueAt: time('due_at'),
  /** How often it was claimed. */
  attempts: pgCore.integer('attempts').notNull().default(0),
  /** Why attempts fail, and since when. Null: the last one did not. */
  fault: pgCore.text('fault'),
  failingSince: time('failing_since'),
});

/** `by` are columns of the lanes in which the rows are claimed. */
export const dueIndexes = (
  name: string,
  { dueAt, failingSince }: Record<'dueAt' | 'failingSince', AnyPgColumn>,
  ...by: AnyPgColumn[]
) => {
  const [first = dueAt, ...rest] = [...by, dueAt];
  return [
    pgCore
      .index(`${name}_due`)
      .on(first, ...rest)
      .where(orm.sql`${dueAt} is not null`),
    pgCore.index(`${name}_failing`).on(failingSince).where(orm.sql`${failingSince} is not null`),
  ];
};
