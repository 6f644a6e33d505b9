import { inChunks } from '../../platform/db/chunks.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gt, inArray, isNull, lt, type SQL, sql } from '../../platform/db/sql.ts';
import { AppError } from '../../protocol/errors.ts';
import { execute, lockTransactions } from '../ledger/ledger.store.ts';
import type { CurrentDocuments } from './dac7-plan.ts';
import { dac7Documents, dac7Filings } from './filings.schema.ts';

type FilingRow = typeof dac7Filings.$inferSelect;
type DocumentRow = typeof dac7Documents.$inferSelect;

export interface CountedFiling extends FilingRow {
  /** How many sellers it is about. */
  sellerCount: number;
}

export class Dac7FilingsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Keeps other reports out until the transaction ends. */
  async lockAll(tx: Orm): Promise<void> {
    await lockTransactions(tx, sql`(select 'dac7_filings' as id) as named`);
  }

  /** What holds of a year: the latest document about the house and about each seller, unless it was deleted. */
  async listCurrent(year: number, tx: Orm = this.#orm): Promise<CurrentDocuments> {
    const { rows } = await execute<DocumentRow>(
      tx,
      sql`with kept as (
          select d.* from dac7_documents d join dac7_filings f on f.id = d.filing
          where f.year = ${year} and f.refused_at is null
        )
        select * from kept where type <> 'OECD3' and not exists (select 1 from kept later where later.corrects = kept.id)
        order by id`,
    );
    return new Map(rows.map((row) => [row.creator, row] as const));
  }

  /** Those of a year, in the order in which they were made. */
  list(year: number): Promise<CountedFiling[]> {
    return this.#select(this.#orm, eq(dac7Filings.year, year));
  }

  /** `report_not_found` */
  async get(tx: Orm, id: string): Promise<CountedFiling> {
    const [filing] = await this.#select(tx, eq(dac7Filings.id, id));
    if (!filing) throw new AppError('report_not_found');
    return filing;
  }

  async #select(tx: Orm, which: SQL): Promise<CountedFiling[]> {
    const sellerCount = sql<string>`(select count(*) from dac7_documents d
      where d.filing = dac7_filings.id and d.creator is not null)`;
    const rows = await tx
      .select({ filing: dac7Filings, sellerCount })
      .from(dac7Filings)
      .where(which)
      .orderBy(asc(dac7Filings.createdAt), asc(dac7Filings.type));
    return rows.map((row) => ({ ...row.filing, sellerCount: Number(row.sellerCount) }));
  }

  async insert(tx: Orm, filing: FilingRow, documents: DocumentRow[]): Promise<void> {
    await tx.insert(dac7Filings).values(filing);
    for (const some of inChunks(documents)) await tx.insert(dac7Documents).values(some);
  }

  /** Whether a later report about the same year stands, which then relies on this one. */
  async hasLater(tx: Orm, { year, createdAt }: FilingRow): Promise<boolean> {
    const [row] = await tx
      .select({ id: dac7Filings.id })
      .from(dac7Filings)
      .where(and(eq(dac7Filings.year, year), isNull(dac7Filings.refusedAt), gt(dac7Filings.createdAt, createdAt)))
      .limit(1);
    return row !== undefined;
  }

  async refuse(tx: Orm, id: string, set: { refusedAt: string; refusedBy: string; refusalReason: string }) {
    await tx
      .update(dac7Filings)
      .set(set)
      .where(and(eq(dac7Filings.id, id), isNull(dac7Filings.refusedAt)));
  }

  async eraseBefore(year: number): Promise<void> {
    const old = this.#orm.select({ id: dac7Filings.id }).from(dac7Filings).where(lt(dac7Filings.year, year));
    await this.#orm.delete(dac7Documents).where(inArray(dac7Documents.filing, old));
    await this.#orm.delete(dac7Filings).where(lt(dac7Filings.year, year));
  }
}
