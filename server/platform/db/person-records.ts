/**
 * Export and erasure of a person over all tables, by the list that the composition gives (`personal-tables.ts`). It knows no domain: what a table
 * holds of people, and what of it stays, is said there.
 */
import type { Database, Run } from './db.ts';

export interface PersonalTable {
  /** The folder of `server/` whose table it is. */
  domain: string;
  /** SQL condition for the rows of the person `$1`: what an export holds. */
  rows: string;
  /** Columns that an export leaves out: secrets, and the people on the other side. */
  hidden?: string[];
  /** Deletes the person's rows, all of them or those that meet a condition; or sets columns to these SQL values. */
  erase?: { delete: string | true } | { set: Record<string, string> };
  /** Why something stays after erasure, or who else erases it. */
  kept?: string;
}

/** Rows of one table in an export; a person with more gets the rest by the domain's own lists. */
export const EXPORTED_ROWS_MAX = 10_000;

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

  /** Removes names and words in one transaction; doing it again changes nothing more. */
  async erase(identity: string): Promise<void> {
    await this.#db.bulkTransaction(async (run) => {
      for (const [table, rule] of Object.entries(this.#tables)) await eraseFrom(run, table, rule, identity);
    });
  }
}

async function eraseFrom(run: Run, table: string, { rows, erase }: PersonalTable, identity: string): Promise<void> {
  if (!erase) return;
  if ('set' in erase) {
    const assignments = Object.entries(erase.set).map(([column, value]) => `${column} = ${value}`);
    await run(`update ${table} set ${assignments.join(', ')} where ${rows}`, [identity]);
  } else {
    const condition = erase.delete === true ? 'true' : erase.delete;
    await run(`delete from ${table} where ${rows} and ${condition}`, [identity]);
  }
}
