import type { Database, Orm } from '../../platform/db/db.ts';
import { type SQL, sql } from '../../platform/db/sql.ts';
import type { Figures } from '../../protocol/trust/decisions.ts';
import { IS_WAITING } from './decisions.store.ts';

interface Period {
  from: string;
  until: string;
}

/** Counts alone: nobody can be found in them. */
export class FiguresStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async read(period: Period, now: string): Promise<Figures> {
    const within = (column: SQL) =>
      sql`${column} >= ${period.from}::timestamptz and ${column} < ${period.until}::timestamptz`;
    const filed = within(sql`created_at`);
    const made = sql`${within(sql`at`)} and kind = 'final'`;
    const orders = sql`reports where source = 'order' and ${filed}`;
    const [byCategory, bySource, byAuthority, byLegalGround] = await Promise.all([
      this.#count(sql`category`, sql`reports where ${filed}`),
      this.#count(sql`source`, sql`reports where ${filed}`),
      this.#count(sql`authority_order ->> 'authority'`, orders),
      this.#count(sql`authority_order ->> 'legalGround'`, orders),
    ]);
    const [byMeasure, byGround, byKind, byOutcome] = await Promise.all([
      this.#count(sql`measure ->> 'kind'`, sql`decisions, jsonb_array_elements(measures) measure where ${made}`),
      this.#count(sql`coalesce(article, 'law')`, sql`decisions where ${made}`),
      this.#count(sql`kind`, sql`appeals where ${filed}`),
      this.#count(sql`outcome`, sql`appeals where ${filed} and outcome is not null`),
    ]);
    const [decided] = await this.#rows(sql`select count(*)::int as total,
        count(*) filter (where automated)::int as automated,
        count(*) filter (where measures = '[]'::jsonb)::int as "withoutMeasure",
        count(*) filter (where at > due_at)::int as late,
        percentile_cont(0.5) within group (order by extract(epoch from at - opened_at) / 3600)::float as "medianHours"
      from (select d.*, c.opened_at from decisions d join review_cases c on c.id = d."case") d where ${made}`);
    const answeredAt = sql`coalesce(decided_at, case when ${IS_WAITING} then ${now}::timestamptz end)`;
    const [late] = await this.#rows(
      sql`select count(*) filter (where ${answeredAt} > due_at)::int as late from appeals where ${filed}`,
    );
    const [waiting] = await this.#rows(sql`select count(*)::int as total,
        count(*) filter (where due_at < ${now}::timestamptz)::int as late from review_cases where owed is not null`);
    return {
      reports: { total: sum(bySource), byCategory, bySource },
      orders: { total: sum(byAuthority), byAuthority, byLegalGround },
      decisions: { ...(decided as Omit<Figures['decisions'], 'byMeasure' | 'byGround'>), byMeasure, byGround },
      appeals: { total: sum(byKind), byKind, byOutcome, late: Number(late?.late ?? 0) },
      waiting: waiting as Figures['waiting'],
    };
  }

  async #count(name: SQL, from: SQL): Promise<Record<string, number>> {
    const rows = await this.#rows(
      sql`select ${name} as name, count(*)::int as count from ${from} group by 1 order by 1`,
    );
    return Object.fromEntries(
      rows.flatMap(({ name: found, count }) => (found === null ? [] : [[found, Number(count)]])),
    );
  }

  async #rows(query: SQL): Promise<Record<string, unknown>[]> {
    return ((await this.#orm.execute(query)) as unknown as { rows: Record<string, unknown>[] }).rows;
  }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
