/** Exports and erases a person's rows in all tables that `personal-tables.ts` lists. It knows no domain. */
import { type Database, type Orm, runIn } from './db.ts';

export interface PersonalTable {
  /** The folder of `server/` that owns the table. */
  domain: string;
  /** SQL condition for the rows of the person `$1`, which an export contains. */
  rows: string;
  /** The house may not read it: only an export that the person asked for has it. */
  isOwnOnly?: true;
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

/** Of a stream of all rows. They are written and compressed in one piece, for which others wait. */
const ROWS_AT_ONCE = 500;

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

  /** For the house. Tables without rows of the person are left out. */
  async export(identity: string): Promise<ExportedTable[]> {
    const exported: ExportedTable[] = [];
    for (const [table, rule] of Object.entries(this.#tables)) {
      if (rule.isOwnOnly) continue;
      const { some } = statementsOf(table, rule);
      const found = await this.#db.bulk<{ row: Record<string, unknown> }>(some, [identity, rule.hidden ?? []]);
      if (found.length === 0) continue;
      const rows = found.slice(0, EXPORTED_ROWS_MAX).map(({ row }) => row);
      exported.push({ domain: rule.domain, table, rows, isTruncated: found.length > EXPORTED_ROWS_MAX });
    }
    return exported;
  }

  /** The tables that may have rows of a person. */
  get tables(): { domain: string; table: string }[] {
    return Object.entries(this.#tables).map(([table, { domain }]) => ({ domain, table }));
  }

  /** All rows of a person in a table, some at a time. A row that changes meanwhile may come twice. */
  async *read(identity: string, table: string): AsyncGenerator<Record<string, unknown>[]> {
    const rule = this.#tables[table] as PersonalTable;
    const { places, rows } = statementsOf(table, rule);
    const seen = new Set<string>();
    for (;;) {
      // A changed row has another place.
      const found = await this.#db.bulk<{ place: string }>(places, [identity]);
      const unseen = found.map(({ place }) => place).filter((place) => !seen.has(place));
      if (unseen.length === 0) return;
      for (let from = 0; from < unseen.length; from += ROWS_AT_ONCE) {
        const some = unseen.slice(from, from + ROWS_AT_ONCE);
        for (const place of some) seen.add(place);
        const read = await this.#db.bulk<{ row: Record<string, unknown> }>(rows, [identity, rule.hidden ?? [], some]);
        yield read.map(({ row }) => row);
      }
    }
  }

  /** Removes names and texts in one transaction, in which `then` runs last. Idempotent. */
  async erase(identity: string, then?: (tx: Orm) => Promise<unknown>): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const run = runIn(tx);
      for (const [table, rule] of Object.entries(this.#tables)) {
        const { erase } = statementsOf(table, rule);
        if (erase) await run(erase, [identity]);
      }
      await then?.(tx);
    });
  }
}

/**
 * The statements on a table. `$1` is the person, `$2` the hidden columns, `$3` places of rows in the table, which every
 * table has. Each finds its rows by an index: a test explains them all.
 */
export function statementsOf(table: string, rule: PersonalTable) {
  const row = `to_jsonb(${table}) - $2::text[] as row`;
  return {
    some: `select ${row} from ${table} where ${rule.rows} limit ${EXPORTED_ROWS_MAX + 1}`,
    places: `select ctid::text as place from ${table} where ${rule.rows}`,
    rows: `select ${row} from ${table} where ctid = any ($3::tid[]) and (${rule.rows})`,
    erase: rule.erase && eraseStatement(table, rule.rows, rule.erase),
  };
}

function eraseStatement(table: string, own: string, erase: NonNullable<PersonalTable['erase']>): string {
  if ('delete' in erase)
    return `delete from ${table} where ${own}${erase.delete === true ? '' : ` and ${erase.delete}`}`;
  const assignments = Object.entries(erase.set).map(([column, value]) => `${column} = ${value}`);
  return `update ${table} set ${assignments.join(', ')} where ${erase.rows ?? own}`;
}
