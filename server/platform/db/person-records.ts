/** Exports and erases a person's rows in all tables that `personal-tables.ts` lists. It knows no domain. */
import { type Database, type Orm, type Run, runIn } from './db.ts';

export interface PersonalTable {
  /** The folder of `server/` that owns the table. */
  domain: string;
  /** SQL condition for the rows of the person `$1`, which an export contains. */
  rows: string;
  /** Columns that an export leaves out: secrets, and other people. */
  hidden?: string[];
  /**
   * Deletes the person's rows (all, or those that match a condition), or sets columns to these SQL values; with `rows`
   * in those that match instead.
   */
  erase?: { delete: string | true } | { set: Record<string, string>; rows?: string };
  /** Why rows stay after erasure, or what else erases them. */
  kept?: string;
}

/** Limit per table; the rest is available in the domain's own lists. */
const EXPORTED_ROWS_MAX = 10_000;

/** Of a stream of all rows. */
const ROWS_AT_ONCE = 2_000;

export interface ExportedTable {
  domain: string;
  table: string;
  rows: Record<string, unknown>[];
  isTruncated: boolean;
}

export class PersonRecords {
  readonly #db: Database;
  readonly #tables: Record<string, PersonalTable>;

  constructor(db: Database, tables: Record<string, PersonalTable>) {
    this.#db = db;
    this.#tables = tables;
  }

  /** Tables without rows of the person are left out. */
  async export(identity: string): Promise<ExportedTable[]> {
    const exported: ExportedTable[] = [];
    for (const [table, { domain, rows: condition, hidden = [] }] of Object.entries(this.#tables)) {
      const found = await this.#db.bulk<{ row: Record<string, unknown> }>(
        `select to_jsonb(${table}) - $2::text[] as row from ${table} where ${condition} limit ${EXPORTED_ROWS_MAX + 1}`,
        [identity, hidden],
      );
      if (found.length === 0) continue;
      const rows = found.slice(0, EXPORTED_ROWS_MAX).map(({ row }) => row);
      exported.push({ domain, table, rows, isTruncated: found.length > EXPORTED_ROWS_MAX });
    }
    return exported;
  }

  /** The tables that may have rows of a person. */
  get tables(): { domain: string; table: string }[] {
    return Object.entries(this.#tables).map(([table, { domain }]) => ({ domain, table }));
  }

  /** All rows of a person in a table, some at a time. */
  async *read(identity: string, table: string): AsyncGenerator<Record<string, unknown>[]> {
    const { rows: condition, hidden = [] } = this.#tables[table] as PersonalTable;
    let after = '(0,0)';
    for (;;) {
      // By place in the table, which every table has; a place counts from 1.
      const found = await this.#db.bulk<{ place: string; row: Record<string, unknown> }>(
        `select ctid::text as place, to_jsonb(${table}) - $2::text[] as row from ${table}
          where (${condition}) and ctid > $3::tid order by ctid limit ${ROWS_AT_ONCE}`,
        [identity, hidden, after],
      );
      const last = found.at(-1);
      if (!last) return;
      yield found.map(({ row }) => row);
      if (found.length < ROWS_AT_ONCE) return;
      after = last.place;
    }
  }

  /** Removes names and texts in one transaction, in which `then` runs last. Idempotent. */
  async erase(identity: string, then?: (tx: Orm) => Promise<unknown>): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const run = runIn(tx);
      for (const [table, rule] of Object.entries(this.#tables)) await eraseFrom(run, table, rule, identity);
      await then?.(tx);
    });
  }
}

async function eraseFrom(run: Run, table: string, { rows, erase }: PersonalTable, identity: string): Promise<void> {
  if (!erase) return;
  if ('set' in erase) {
    const assignments = Object.entries(erase.set).map(([column, value]) => `${column} = ${value}`);
    await run(`update ${table} set ${assignments.join(', ')} where ${erase.rows ?? rows}`, [identity]);
  } else {
    const condition = erase.delete === true ? 'true' : erase.delete;
    await run(`delete from ${table} where ${rows} and ${condition}`, [identity]);
  }
}
