import { inChunks } from '../../platform/db/chunks.ts';
import type { Database } from '../../platform/db/db.ts';
import { eq, inArray, lt, sql } from '../../platform/db/sql.ts';
import { ERASED_NAME } from '../../protocol/accounts/erased-name.ts';
import { execute } from '../ledger/ledger.store.ts';
import { creatorBusinesses } from './creator-papers.schema.ts';

export type BusinessRow = typeof creatorBusinesses.$inferSelect;

export class CreatorBusinessesStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find(creator: string): Promise<BusinessRow | undefined> {
    const [row] = await this.#db.orm.select().from(creatorBusinesses).where(eq(creatorBusinesses.creator, creator));
    return row;
  }

  async findAll(creators: string[]): Promise<BusinessRow[]> {
    const rows: BusinessRow[] = [];
    for (const some of inChunks(creators))
      rows.push(
        ...(await this.#db.orm.select().from(creatorBusinesses).where(inArray(creatorBusinesses.creator, some))),
      );
    return rows;
  }

  async save(row: typeof creatorBusinesses.$inferInsert): Promise<void> {
    const { creator, ...set } = row;
    await this.#db.orm
      .insert(creatorBusinesses)
      .values(row)
      .onConflictDoUpdate({ target: creatorBusinesses.creator, set });
  }

  /** The last year in which a creator has earned something. */
  async findLastYear(creator: string, timeZone: string): Promise<number | null> {
    const { rows } = await execute<{ year: number | null }>(
      this.#db.orm,
      sql`select max(extract(year from x.created_at at time zone ${timeZone}))::integer as year from ledger_accounts a
        join ledger_entries e on e.account = a.id join ledger_transactions x on x.id = e.transaction
        where a.owner = ${creator} and a.kind in ('creator_pending', 'creator_available')
          and x.kind not in ('release', 'payout', 'payout_returned', 'payout_reversed', 'write_off')`,
    );
    return rows[0]?.year ?? null;
  }

  /** Keeps what was given; of who gave nothing, the name. */
  async keep(creator: string, term: { untilYear: number; reason: string; nowIso: string }): Promise<void> {
    const { untilYear, reason, nowIso } = term;
    await execute(
      this.#db.orm,
      sql`insert into ${creatorBusinesses} (creator, legal_name, updated_at, until_year, reason)
        select identity, name, ${nowIso}::timestamptz, ${untilYear}::integer, ${reason} from creators
        where identity = ${creator}
          and (name <> ${ERASED_NAME} or exists (select 1 from ${creatorBusinesses} b where b.creator = identity))
        on conflict (creator) do update set until_year = excluded.until_year, reason = excluded.reason`,
    );
  }

  async eraseBefore(year: number): Promise<void> {
    await this.#db.orm.delete(creatorBusinesses).where(lt(creatorBusinesses.untilYear, year));
  }
}
