/**
 * drizzle-orm, loaded as CommonJS: for each of its ES modules Node parses the library's list of entries anew (130 KB),
 * which took half of a server's start.
 */
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

export const orm: typeof import('drizzle-orm') = load('drizzle-orm');
export const pgCore: typeof import('drizzle-orm/pg-core') = load('drizzle-orm/pg-core');
export const migrator: typeof import('drizzle-orm/migrator') = load('drizzle-orm/migrator');

export const loadPostgres = (): typeof import('drizzle-orm/node-postgres') => load('drizzle-orm/node-postgres');
export const loadPostgresMigrator = (): typeof import('drizzle-orm/node-postgres/migrator') =>
  load('drizzle-orm/node-postgres/migrator');

/** PGlite is large: only a house that runs on it loads it. */
export const loadPglite = (): typeof import('@electric-sql/pglite') => load('@electric-sql/pglite');
export const loadPgliteOrm = (): typeof import('drizzle-orm/pglite') => load('drizzle-orm/pglite');
export const loadPgliteMigrator = (): typeof import('drizzle-orm/pglite/migrator') =>
  load('drizzle-orm/pglite/migrator');
