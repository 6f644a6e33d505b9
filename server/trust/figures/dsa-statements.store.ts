import type { Database } from '../../platform/db/db.ts';
import { and, asc, eq, getTableColumns, gt, gte, lt, or, sql } from '../../platform/db/sql.ts';
import type { Period } from '../../platform/house-dates.ts';
import { decisions, reviewCases } from '../decisions/decisions.schema.ts';

/** Of one read. */
const PAGE = 500;

/** A decision with measures, and what its case says of the content. */
export type StatedDecision = typeof decisions.$inferSelect &
  Pick<typeof reviewCases.$inferSelect, 'subjectKind' | 'category' | 'isOrder' | 'openedAt'>;

export class DsaStatementsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By time, oldest first. */
  async *read({ fromIso, untilIso }: Period): AsyncGenerator<StatedDecision[]> {
    const { subjectKind, category, isOrder, openedAt } = reviewCases;
    let last: StatedDecision | undefined;
    do {
      const isBehind = last && or(gt(decisions.at, last.at), and(eq(decisions.at, last.at), gt(decisions.id, last.id)));
      const page: StatedDecision[] = await this.#db.orm
        .select({ ...getTableColumns(decisions), subjectKind, category, isOrder, openedAt })
        .from(decisions)
        .innerJoin(reviewCases, eq(reviewCases.id, decisions.case))
        .where(
          and(
            gte(decisions.at, fromIso),
            lt(decisions.at, untilIso),
            sql`jsonb_array_length(${decisions.measures}) > 0`,
            isBehind,
          ),
        )
        .orderBy(asc(decisions.at), asc(decisions.id))
        .limit(PAGE);
      if (page.length > 0) yield page;
      last = page.length === PAGE ? page.at(-1) : undefined;
    } while (last);
  }
}
