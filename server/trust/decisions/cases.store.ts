import { iso } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, inArray, isNotNull, isNull, lt, notInArray, or, type SQL, sql } from '../../platform/db/sql.ts';
import { AppError } from '../../protocol/errors.ts';
import type { CaseQuery } from '../../protocol/trust/decisions.ts';
import { reports } from '../reports/reports.schema.ts';
import { caseLooks, reviewCases } from './decisions.schema.ts';
import { LOOK_MS } from './review-rules.ts';

export type CaseRow = typeof reviewCases.$inferSelect;
export type ReportRow = typeof reports.$inferSelect;

/** The last row of a page. */
export interface CaseCursor {
  severity: number;
  dueAt: string;
  id: string;
}

/** Who files the order of an authority does not complain. */
const isComplaint = sql`${reports.source} <> 'order'`;

export class CasesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Opens the case of a subject, or adds to the open one what is worse in the new report. */
  async gather(tx: Orm, row: CaseRow): Promise<CaseRow> {
    const isWorse = sql`excluded.severity < ${reviewCases.severity}`;
    const worse = (name: string) => sql`case when ${isWorse} then excluded.${sql.identifier(name)}
      else ${reviewCases}.${sql.identifier(name)} end`;
    const [gathered] = await tx
      .insert(reviewCases)
      .values(row)
      .onConflictDoUpdate({
        target: reviewCases.subjectKey,
        targetWhere: sql`${reviewCases.state} = 'open'`,
        set: {
          category: worse('category'),
          article: worse('article'),
          charterVersion: worse('charter_version'),
          severity: sql`least(${reviewCases.severity}, excluded.severity)`,
          isOrder: sql`${reviewCases.isOrder} or excluded.is_order`,
          dueAt: sql`least(${reviewCases.dueAt}, excluded.due_at)`,
          decideBy: sql`least(${reviewCases.decideBy}, excluded.decide_by)`,
        },
      })
      .returning();
    return gathered as CaseRow;
  }

  async find(id: string, tx: Orm = this.#orm): Promise<CaseRow | undefined> {
    const [row] = await tx.select().from(reviewCases).where(eq(reviewCases.id, id));
    return row;
  }

  async lock(tx: Orm, id: string): Promise<CaseRow> {
    const [row] = await tx.select().from(reviewCases).where(eq(reviewCases.id, id)).for('update');
    return row as CaseRow;
  }

  async update(tx: Orm, id: string, change: Pick<CaseRow, 'state' | 'owed'> & Partial<CaseRow>): Promise<void> {
    await tx.update(reviewCases).set(change).where(eq(reviewCases.id, id));
  }

  /** What is owed first, or with a state `decided` the newest first; without cases about those who are `hidden`. */
  async list(
    query: Omit<CaseQuery, 'after'> & { hidden: string[]; after: CaseCursor | undefined; now: string },
  ): Promise<(CaseRow & { reportCount: number })[]> {
    const { state, category, accused, late, hidden, after, limit, now } = query;
    const isDecided = state === 'decided';
    const { severity, dueAt, id } = reviewCases;
    let isBehind: SQL | undefined;
    if (after && isDecided) isBehind = lt(id, after.id);
    else if (after)
      isBehind = sql`(${severity}, ${dueAt}, ${id}) > (${after.severity}::int, ${after.dueAt}::timestamptz, ${after.id})`;
    const rows = await this.#orm
      .select()
      .from(reviewCases)
      .where(
        and(
          state === undefined ? isNotNull(reviewCases.owed) : eq(reviewCases.state, state),
          category && eq(reviewCases.category, category),
          accused === undefined ? undefined : eq(reviewCases.accused, accused),
          late && and(isNotNull(reviewCases.owed), lt(dueAt, now)),
          or(isNull(reviewCases.accused), notInArray(reviewCases.accused, hidden)),
          isBehind,
        ),
      )
      .orderBy(...(isDecided ? [desc(id)] : [severity, dueAt, id]))
      .limit(limit);
    const counts = await this.countReports(rows.map((row) => row.id));
    return rows.map((row) => ({ ...row, reportCount: counts.get(row.id) ?? 0 }));
  }

  async countReports(cases: string[]): Promise<Map<string, number>> {
    if (cases.length === 0) return new Map();
    const rows = await this.#orm
      .select({ case: reports.case, count: sql<number>`count(*)::int` })
      .from(reports)
      .where(inArray(reports.case, cases))
      .groupBy(reports.case);
    return new Map(rows.map((row) => [row.case, row.count]));
  }

  listReports(id: string, limit: number, tx: Orm = this.#orm): Promise<ReportRow[]> {
    return tx.select().from(reports).where(eq(reports.case, id)).orderBy(desc(reports.number)).limit(limit);
  }

  /** Reports whose sender may be told: a person, or by the form one who left a contact. */
  listReporters(tx: Orm, id: string): Promise<Pick<ReportRow, 'id' | 'number' | 'reporter'>[]> {
    return tx
      .select({ id: reports.id, number: reports.number, reporter: reports.reporter })
      .from(reports)
      .where(and(eq(reports.case, id), isComplaint, or(isNotNull(reports.reporter), isNotNull(reports.language))));
  }

  /** Whether a case gathers this report by the form. */
  async hasReport(id: string, report: string): Promise<boolean> {
    const isIt = and(eq(reports.id, report), eq(reports.case, id), eq(reports.source, 'form'));
    return (await this.#orm.select({ id: reports.id }).from(reports).where(isIt).limit(1)).length > 0;
  }

  /** Which of these cases a person has reported. */
  async listReported(person: string, cases: string[]): Promise<string[]> {
    if (cases.length === 0) return [];
    const rows = await this.#orm
      .selectDistinct({ case: reports.case })
      .from(reports)
      .where(and(inArray(reports.case, cases), eq(reports.reporter, person), isComplaint));
    return rows.map((row) => row.case);
  }

  /** Looks of one reviewer that follow each other closely are one. */
  async noteLook(row: typeof caseLooks.$inferInsert): Promise<void> {
    await this.#orm.execute(sql`insert into case_looks ("case", by, at)
      select ${row.case}, ${row.by}, ${row.at}::timestamptz where not exists (
        select 1 from case_looks where "case" = ${row.case} and by = ${row.by}
          and at > ${row.at}::timestamptz - interval '1 millisecond' * ${LOOK_MS}::int)
      on conflict do nothing`);
  }

  async listLooks(id: string, limit: number): Promise<{ by: string; at: string }[]> {
    const { by, at } = caseLooks;
    return this.#orm.select({ by, at }).from(caseLooks).where(eq(caseLooks.case, id)).orderBy(desc(at)).limit(limit);
  }
}

export function cursorOf({ severity, dueAt, id }: CaseCursor, isDecided: boolean): string {
  return isDecided ? `0~0~${id}` : `${severity}~${Date.parse(dueAt)}~${id}`;
}

export function parseCursor(cursor: string): CaseCursor {
  const [, severity, due, id] = /^(\d{1,3})~(\d{1,14})~(case_\w{1,60})$/.exec(cursor) ?? [];
  if (!severity || !due || !id) throw new AppError('cursor_invalid');
  return { severity: Number(severity), dueAt: iso(Number(due)), id };
}
