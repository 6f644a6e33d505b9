import type { Database, Orm } from '../../platform/db/db.ts';
import {
  aliasedTable,
  and,
  asc,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  inArray,
  isNull,
  ne,
  not,
  notInArray,
  or,
  type SQL,
  sql,
} from '../../platform/db/sql.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Measure, MeasureKind } from '../../protocol/trust/decisions.ts';
import { reports, unfoundedReports } from '../reports/reports.schema.ts';
import type { Sender } from '../reports/reports.ts';
import { appeals, decisions, reviewCases } from './decisions.schema.ts';

export type DecisionRow = typeof decisions.$inferSelect;
export type AppealRow = typeof appeals.$inferSelect;
/** An appeal, and whether the house owes an answer to it. */
export type StandingAppeal = AppealRow & { isWaiting: boolean };
/** A decision and what became of it. */
export type StandingRow = DecisionRow & { isReplaced: boolean; isUndone: boolean };

/** What a claim would take down; older acts than `since` do not count for room and person. */
export interface TakeDownTarget {
  subjectKey: string;
  room: string;
  accused: string | null;
  since: string;
}

/**
 * For a query of appeals: whether the house owes an answer. They lapse when another decision takes the place of theirs,
 * and where what they ask for is done.
 */
export const IS_WAITING = sql<boolean>`(appeals.outcome is null
  and not exists (select 1 from decisions newer where newer.replaces = appeals.decision)
  and (appeals.kind = 'reporter' or not exists (
    select 1 from appeals other where other.decision = appeals.decision and other.outcome = 'granted')))`;

const later = aliasedTable(decisions, 'later');

export class DecisionsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: DecisionRow): Promise<void> {
    await tx.insert(decisions).values(row);
  }

  async find(id: string, tx: Orm = this.#orm): Promise<StandingRow | undefined> {
    const [row] = await this.#select(tx).where(eq(decisions.id, id));
    return row;
  }

  /** The newest decision of a case. */
  async findLast(case_: string, tx: Orm): Promise<StandingRow | undefined> {
    const [row] = await this.#select(tx).where(and(eq(decisions.case, case_), not(this.#isReplaced(tx))));
    return row;
  }

  /** Newest first. */
  listOfCase(case_: string, tx: Orm = this.#orm): Promise<StandingRow[]> {
    return this.#select(tx).where(eq(decisions.case, case_)).orderBy(desc(decisions.at), desc(decisions.id));
  }

  /** Of other cases of the same subject, newest first. */
  listOfSubject({ id, subjectKey }: { id: string; subjectKey: string }, limit: number): Promise<StandingRow[]> {
    const { id: of, subjectKey: key } = reviewCases;
    const cases = this.#orm
      .select({ id: of })
      .from(reviewCases)
      .where(and(eq(key, subjectKey), ne(of, id)));
    return this.#select(this.#orm)
      .where(inArray(decisions.case, cases))
      .orderBy(desc(decisions.at), desc(decisions.id))
      .limit(limit);
  }

  /** About a person, newest first, without those of one subject. */
  listAbout(accused: string, { without, limit }: { without: string; limit: number }): Promise<StandingRow[]> {
    const { id, subjectKey } = reviewCases;
    const cases = this.#orm.select({ id }).from(reviewCases).where(eq(subjectKey, without));
    return this.#select(this.#orm)
      .where(and(eq(decisions.accused, accused), notInArray(decisions.case, cases)))
      .orderBy(desc(decisions.at), desc(decisions.id))
      .limit(limit);
  }

  /** With measures: what a person gets a statement of. */
  async listStatements(accused: string, limit: number) {
    const rows = await this.#select(this.#orm)
      .where(and(eq(decisions.accused, accused), sql`jsonb_array_length(${decisions.measures}) > 0`))
      .orderBy(desc(decisions.at), desc(decisions.id))
      .limit(limit);
    const ids = [...new Set(rows.map((row) => row.case))];
    const { id, room, subjectKind } = reviewCases;
    const found = await this.#orm.select({ id, room, subjectKind }).from(reviewCases).where(inArray(id, ids));
    const cases = new Map(found.map((row) => [row.id, row]));
    return rows.map((row) => ({
      ...row,
      room: cases.get(row.case)?.room ?? null,
      subject: cases.get(row.case)?.subjectKind,
    }));
  }

  /** The strikes of a person from decisions since a moment. */
  async sumPoints(accused: string, since: string): Promise<number> {
    const [row] = await this.#orm
      .select({ points: sql<number>`coalesce(sum(${decisions.points}), 0)::int` })
      .from(decisions)
      .where(
        and(
          eq(decisions.accused, accused),
          eq(decisions.kind, 'final'),
          gt(decisions.at, since),
          not(this.#isReplaced(this.#orm)),
          not(this.#isUndone(this.#orm)),
        ),
      );
    return row?.points ?? 0;
  }

  /** Whether another decision in force does the same to the same message. */
  async removesToo(decision: string, measure: Measure): Promise<boolean> {
    const same = JSON.stringify([{ kind: measure.kind, message: measure.message }]);
    const rows = await this.#orm
      .select({ id: decisions.id })
      .from(decisions)
      .where(
        and(
          ne(decisions.id, decision),
          sql`${decisions.measures} @> ${same}::jsonb`,
          not(this.#isReplaced(this.#orm)),
          not(this.#isUndone(this.#orm)),
        ),
      )
      .limit(1);
    return rows.length > 0;
  }

  /**
   * Whether a claim takes something down by itself, counted by who claims and by what it is about. Concurrent callers
   * wait until the transaction ends.
   */
  async mayTakeDown(tx: Orm, reporter: string, target: TakeDownTarget): Promise<boolean> {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('consent'))`);
    return (await this.#isTrusted(tx, reporter)) && (await this.#isWithinBudget(tx, target));
  }

  /**
   * Not where an earlier claim of the person waits for a reviewer or was decided without a measure, nor where a report
   * of theirs was manifestly unfounded.
   */
  async #isTrusted(tx: Orm, reporter: string): Promise<boolean> {
    const claims = await tx
      .select({ id: decisions.id })
      .from(decisions)
      .innerJoin(reports, eq(reports.case, decisions.case))
      .where(
        and(
          eq(reports.reporter, reporter),
          eq(reports.category, 'consent'),
          or(
            and(eq(decisions.kind, 'provisional'), isNull(decisions.by)),
            and(eq(decisions.kind, 'final'), sql`${decisions.measures} = '[]'::jsonb`),
          ),
          not(this.#isReplaced(tx)),
        ),
      )
      .limit(1);
    const { report, reporter: of } = unfoundedReports;
    const marked = await tx.select({ report }).from(unfoundedReports).where(eq(of, reporter)).limit(1);
    return claims.length === 0 && marked.length === 0;
  }

  /**
   * A subject comes down by itself once: after a cleared claim only a reviewer takes it down. A room and a person have
   * `LIMITS.takeDownsPerDay` each.
   */
  async #isWithinBudget(tx: Orm, { subjectKey, room, accused, since }: TakeDownTarget): Promise<boolean> {
    const { id, subjectKey: key, room: ofRoom, accused: ofPerson } = reviewCases;
    const countIf = (isCounted: SQL) => sql<number>`(count(*) filter (where ${isCounted}))::int`;
    const [made] = await tx
      .select({
        ofSubject: countIf(sql`${key} = ${subjectKey}`),
        ofRoom: countIf(sql`${ofRoom} = ${room} and ${decisions.at} > ${since}::timestamptz`),
        ofPerson: countIf(sql`${ofPerson} = ${accused} and ${decisions.at} > ${since}::timestamptz`),
      })
      .from(decisions)
      .innerJoin(reviewCases, eq(id, decisions.case))
      .where(
        and(
          eq(decisions.kind, 'provisional'),
          decisions.automated,
          or(eq(key, subjectKey), eq(ofRoom, room), accused === null ? undefined : eq(ofPerson, accused)),
        ),
      );
    return made?.ofSubject === 0 && made.ofRoom < LIMITS.takeDownsPerDay && made.ofPerson < LIMITS.takeDownsPerDay;
  }

  async insertAppeal(tx: Orm, row: AppealRow): Promise<boolean> {
    const inserted = await tx.insert(appeals).values(row).onConflictDoNothing().returning({ id: appeals.id });
    return inserted.length > 0;
  }

  async findAppeal(id: string): Promise<AppealRow | undefined> {
    const [row] = await this.#orm.select().from(appeals).where(eq(appeals.id, id));
    return row;
  }

  async findAppealBy(decision: string, sender: Sender): Promise<AppealRow | undefined> {
    const isTheirs = 'person' in sender ? eq(appeals.by, sender.person) : eq(appeals.report, sender.report);
    const [row] = await this.#orm
      .select()
      .from(appeals)
      .where(and(eq(appeals.decision, decision), isTheirs));
    return row;
  }

  async closeAppeal(
    tx: Orm,
    id: string,
    end: Required<Pick<AppealRow, 'outcome' | 'decidedBy' | 'decidedAt' | 'reasons' | 'language'>>,
  ): Promise<void> {
    await tx
      .update(appeals)
      .set(end)
      .where(and(eq(appeals.id, id), isNull(appeals.outcome)));
  }

  async listAppeals(ofDecisions: string[], tx: Orm = this.#orm): Promise<StandingAppeal[]> {
    if (ofDecisions.length === 0) return [];
    return tx
      .select({ ...getTableColumns(appeals), isWaiting: IS_WAITING })
      .from(appeals)
      .where(inArray(appeals.decision, ofDecisions))
      .orderBy(desc(appeals.createdAt), desc(appeals.id));
  }

  /** Those of a case that the house owes an answer to, by date. */
  listWaiting(tx: Orm, case_: string): Promise<AppealRow[]> {
    return tx
      .select()
      .from(appeals)
      .where(and(eq(appeals.case, case_), IS_WAITING))
      .orderBy(asc(appeals.dueAt));
  }

  /** The final decisions of cases, without those that another has replaced. */
  async listOutcomes(cases: string[]): Promise<StandingRow[]> {
    if (cases.length === 0) return [];
    return this.#select(this.#orm).where(
      and(inArray(decisions.case, cases), eq(decisions.kind, 'final'), not(this.#isReplaced(this.#orm))),
    );
  }

  #select(tx: Orm) {
    return tx
      .select({
        ...getTableColumns(decisions),
        isReplaced: sql<boolean>`${this.#isReplaced(tx)}`,
        isUndone: sql<boolean>`${this.#isUndone(tx)}`,
      })
      .from(decisions)
      .$dynamic();
  }

  #isReplaced(tx: Orm) {
    return exists(tx.select({ it: sql`1` }).from(later).where(eq(later.replaces, decisions.id)));
  }

  #isUndone(tx: Orm) {
    return exists(
      tx
        .select({ it: sql`1` })
        .from(appeals)
        .where(and(eq(appeals.decision, decisions.id), eq(appeals.outcome, 'granted'))),
    );
  }
}

export function measureOf({ measures }: Pick<DecisionRow, 'measures'>, kind: MeasureKind): Measure | undefined {
  return measures.find((measure) => measure.kind === kind);
}

/** Whether it takes a message or a live away. */
export function takesDown(row: Pick<DecisionRow, 'measures'>): boolean {
  return measureOf(row, 'remove_message') !== undefined || measureOf(row, 'stop_live') !== undefined;
}

export function isInForce({ isReplaced, isUndone }: StandingRow): boolean {
  return !isReplaced && !isUndone;
}
