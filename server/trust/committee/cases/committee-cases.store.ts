import { iso, isoOrNull } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import { and, asc, desc, eq, inArray, isNull, sql } from '../../../platform/db/sql.ts';
import type { DecisionRegisterQuery } from '../../../protocol/trust/committee-cases.ts';
import type { AppealOutcome, Measure } from '../../../protocol/trust/decisions.ts';
import type { ReportCategory } from '../../../protocol/trust/reports.ts';
import {
  committeeCaseFiles,
  committeeCasePeople,
  committeeCases,
  committeeEvidenceRequests,
  committeeRecusals,
  committeeRequests,
} from './cases.schema.ts';

export type CommitteeCaseRow = typeof committeeCases.$inferSelect;
export type CasePersonRow = typeof committeeCasePeople.$inferSelect;
export type RecusalRow = typeof committeeRecusals.$inferSelect;
type RequestRow = typeof committeeRequests.$inferSelect;

/** A final decision, as the list of those that the committee can take has it. */
interface RegisterRow {
  id: string;
  month: string;
  category: ReportCategory;
  measures: Measure[];
  article: string | null;
  charterVersion: number | null;
  law: string | null;
  automated: boolean;
  isReplaced: boolean;
  isUndone: boolean;
  appeal: AppealOutcome | null;
  isTaken: boolean;
}

/** A request with the decision that it is about. */
export interface AskedRow extends RequestRow {
  decision: string;
  reviewCase: string;
  category: ReportCategory;
  case: string | null;
}

export class CommitteeCasesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Newest first; ids of decisions sort by time. */
  async listRegister({ category, after, limit }: DecisionRegisterQuery, timeZone: string): Promise<RegisterRow[]> {
    const { rows } = (await this.#orm.execute(sql`
      select d.id, to_char(d.at at time zone ${timeZone}, 'YYYY-MM') as month, c.category, d.measures, d.article,
        d.charter_version as "charterVersion", d.law, d.automated,
        exists (select 1 from decisions newer where newer.replaces = d.id) as "isReplaced",
        exists (select 1 from appeals a where a.decision = d.id and a.outcome = 'granted') as "isUndone",
        (select a.outcome from appeals a where a.decision = d.id and a.outcome is not null
          order by a.outcome limit 1) as appeal,
        exists (select 1 from committee_case_files f where f.review_case = d."case") as "isTaken"
      from decisions d join review_cases c on c.id = d."case"
      where d.kind = 'final' ${category === undefined ? sql`` : sql`and c.category = ${category}`}
        ${after === undefined ? sql`` : sql`and d.id < ${after}`}
      order by d.id desc limit ${limit}`)) as unknown as { rows: RegisterRow[] };
    return rows;
  }

  /** Of final decisions: their cases. Locked, so that of two cases of the committee one takes them. */
  async lockReviewCases(tx: Orm, decisions: string[]): Promise<{ decision: string; reviewCase: string }[]> {
    if (decisions.length === 0) return [];
    const { rows } = (await tx.execute(sql`
      select d.id as decision, c.id as "reviewCase" from decisions d join review_cases c on c.id = d."case"
      where d.id in ${decisions} and d.kind = 'final' order by c.id for update of c`)) as unknown as {
      rows: { decision: string; reviewCase: string }[];
    };
    return rows;
  }

  /** The number of an open case of the committee that has one of these cases of the house. */
  async findOpenWith(tx: Orm, reviewCases: string[]): Promise<number | undefined> {
    if (reviewCases.length === 0) return undefined;
    const [row] = await tx
      .select({ number: committeeCases.number })
      .from(committeeCaseFiles)
      .innerJoin(committeeCases, eq(committeeCases.id, committeeCaseFiles.case))
      .where(and(inArray(committeeCaseFiles.reviewCase, reviewCases), isNull(committeeCases.closedAt)))
      .limit(1);
    return row?.number;
  }

  async insert(tx: Orm, row: typeof committeeCases.$inferInsert, reviewCases: string[]): Promise<void> {
    await tx.insert(committeeCases).values(row);
    if (reviewCases.length === 0) return;
    const files = reviewCases.map((reviewCase, index) => ({ case: row.id, number: index + 1, reviewCase }));
    await tx.insert(committeeCaseFiles).values(files);
  }

  async insertPeople(tx: Orm, rows: CasePersonRow[]): Promise<void> {
    if (rows.length > 0) await tx.insert(committeeCasePeople).values(rows).onConflictDoNothing();
  }

  async findAll(ids: string[]): Promise<CommitteeCaseRow[]> {
    if (ids.length === 0) return [];
    const rows = await this.#orm.select().from(committeeCases).where(inArray(committeeCases.id, ids));
    return rows.map(toCaseRow);
  }

  async find(id: string, tx: Orm = this.#orm): Promise<CommitteeCaseRow | undefined> {
    const [row] = await tx.select().from(committeeCases).where(eq(committeeCases.id, id));
    return row && toCaseRow(row);
  }

  /** Locked until the transaction ends. */
  async lock(tx: Orm, id: string): Promise<CommitteeCaseRow | undefined> {
    const [row] = await tx.select().from(committeeCases).where(eq(committeeCases.id, id)).for('update');
    return row && toCaseRow(row);
  }

  /** Newest first. */
  async list(limit: number): Promise<CommitteeCaseRow[]> {
    const rows = await this.#orm.select().from(committeeCases).orderBy(desc(committeeCases.number)).limit(limit);
    return rows.map(toCaseRow);
  }

  async listFiles(of: string, tx: Orm = this.#orm): Promise<{ number: number; reviewCase: string }[]> {
    const { number, reviewCase } = committeeCaseFiles;
    const isOf = eq(committeeCaseFiles.case, of);
    return tx.select({ number, reviewCase }).from(committeeCaseFiles).where(isOf).orderBy(asc(number));
  }

  async listPeople(of: string, tx: Orm = this.#orm): Promise<CasePersonRow[]> {
    const isOf = eq(committeeCasePeople.case, of);
    return tx.select().from(committeeCasePeople).where(isOf).orderBy(asc(committeeCasePeople.number));
  }

  /** Cases in which a person has a part. */
  async listConcerned(person: string): Promise<string[]> {
    const rows = await this.#orm
      .select({ case: committeeCasePeople.case })
      .from(committeeCasePeople)
      .where(eq(committeeCasePeople.person, person));
    return rows.map((row) => row.case);
  }

  async listRecusals(of: string[], tx: Orm = this.#orm): Promise<RecusalRow[]> {
    if (of.length === 0) return [];
    const isOf = inArray(committeeRecusals.case, of);
    const rows = await tx.select().from(committeeRecusals).where(isOf).orderBy(asc(committeeRecusals.at));
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  /** Cases from which a member is recused. */
  async listRecused(member: string): Promise<string[]> {
    const { case: of, member: by } = committeeRecusals;
    return (await this.#orm.select({ of }).from(committeeRecusals).where(eq(by, member))).map((row) => row.of);
  }

  async insertRecusal(tx: Orm, row: RecusalRow): Promise<void> {
    await tx.insert(committeeRecusals).values(row).onConflictDoNothing();
  }

  async listEvidenceRequests(of: string): Promise<(typeof committeeEvidenceRequests.$inferSelect)[]> {
    const isOf = eq(committeeEvidenceRequests.case, of);
    const rows = await this.#orm
      .select()
      .from(committeeEvidenceRequests)
      .where(isOf)
      .orderBy(asc(committeeEvidenceRequests.at));
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  async insertEvidenceRequest(row: typeof committeeEvidenceRequests.$inferInsert): Promise<void> {
    await this.#orm.insert(committeeEvidenceRequests).values(row).onConflictDoNothing();
  }

  /** False: it is closed already. `by` is null where an opinion closes it. */
  async close(tx: Orm, id: string, end: { closedAt: string; closedBy: string | null; closeReason: string | null }) {
    const isOpen = and(eq(committeeCases.id, id), isNull(committeeCases.closedAt));
    const closed = await tx.update(committeeCases).set(end).where(isOpen).returning({ id: committeeCases.id });
    return closed.length > 0;
  }

  /** It has a claim of consent, and an open case has it, or an opinion has ruled that what came down stays down. */
  async isBound(tx: Orm, reviewCase: string): Promise<boolean> {
    const { rows } = (await tx.execute(sql`
      select 1 from committee_case_files f join committee_cases c on c.id = f."case"
      where f.review_case = ${reviewCase}
        and exists (select 1 from reports r where r."case" = f.review_case and r.category = 'consent')
        and (c.closed_at is null or exists (
        select 1 from committee_opinions o
          join committee_opinion_texts t on t.opinion = o.id and t.version = o.voted_version
        where o."case" = c.id and o.outcome = 'adopted' and t.ruling = 'stays_down'))
      limit 1`)) as unknown as { rows: unknown[] };
    return rows.length > 0;
  }

  /** Whose appeal it is, and how it ended. */
  async findAppeal(id: string): Promise<{ by: string | null; outcome: AppealOutcome | null } | undefined> {
    const { rows } = (await this.#orm.execute(sql`select by, outcome from appeals where id = ${id}`)) as unknown as {
      rows: { by: string | null; outcome: AppealOutcome | null }[];
    };
    return rows[0];
  }

  async insertRequest(row: RequestRow): Promise<void> {
    await this.#orm.insert(committeeRequests).values(row).onConflictDoNothing();
  }

  /** Newest first, older than the one `after`; or the one with this id, about this appeal, or those of this person. */
  async listRequests(which: {
    id?: string;
    appeal?: string;
    by?: string;
    after?: string | undefined;
    limit?: number;
  }): Promise<AskedRow[]> {
    const { id, appeal, by, after, limit = 1 } = which;
    const { rows } = (await this.#orm.execute(sql`
      select r.*, a.decision, a."case" as "reviewCase", rc.category, c.id as "case"
      from committee_requests r join appeals a on a.id = r.appeal join review_cases rc on rc.id = a."case"
        left join committee_cases c on c.request = r.id
      where true ${id === undefined ? sql`` : sql`and r.id = ${id}`}
        ${appeal === undefined ? sql`` : sql`and r.appeal = ${appeal}`}
        ${by === undefined ? sql`` : sql`and r.by = ${by}`}
        ${after === undefined ? sql`` : sql`and (r.at, r.id) < (select at, id from committee_requests where id = ${after})`}
      order by r.at desc, r.id desc limit ${limit}`)) as unknown as { rows: AskedRow[] };
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }
}

function toCaseRow(row: CommitteeCaseRow): CommitteeCaseRow {
  return { ...row, openedAt: iso(row.openedAt), closedAt: isoOrNull(row.closedAt) };
}
