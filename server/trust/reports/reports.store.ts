import { iso } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, count, desc, eq, gt, isNotNull, lt, ne, or, type SQL, sql } from '../../platform/db/sql.ts';
import { PERSON_ID_LIKE } from '../../protocol/accounts/people.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { FiledReport, Report } from '../../protocol/trust/reports.ts';
import { reports, unfoundedReports } from './reports.schema.ts';

export type NewReport = Omit<typeof reports.$inferInsert, 'number'>;
/** Without the case that it is gathered in. */
export type UnfiledReport = Omit<NewReport, 'case'>;
/** Without what became of it. */
export type ReportLine = Omit<Report, 'state' | 'outcome'> & { case: string };

const shown = {
  id: reports.id,
  number: reports.number,
  room: reports.room,
  subject: reports.subjectKind,
  category: reports.category,
  article: reports.article,
  note: reports.note,
  createdAt: reports.createdAt,
  case: reports.case,
};

const IS_OF_EMBEDDERS = sql`reports.source <> 'form'
  and coalesce(reports.reporter, '') not like ${PERSON_ID_LIKE} and coalesce(reports.accused, '') not like ${PERSON_ID_LIKE}
  and not exists (select 1 from rooms where rooms.id = reports.room and rooms.creator like ${PERSON_ID_LIKE})`;

export class ReportsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Undefined if this person has filed the same report in the same case before. */
  async insert(tx: Orm, row: NewReport): Promise<ReportLine | undefined> {
    const [inserted] = await tx.insert(reports).values(row).onConflictDoNothing().returning(shown);
    return inserted && toReport(inserted);
  }

  /** As long as the case is not decided. An order is the same order if another person files it. */
  async findSame({
    reporter = null,
    authorityOrder = null,
    source,
    subjectKey,
    category,
  }: UnfiledReport): Promise<ReportLine | undefined> {
    if (source === 'form') return this.findByForm(subjectKey);
    if (reporter === null) return undefined;
    const isSame = authorityOrder
      ? eq(reports.authorityOrder, authorityOrder)
      : and(eq(reports.reporter, reporter), ne(reports.source, 'order'));
    const [first] = await this.#orm
      .select(shown)
      .from(reports)
      .where(
        and(
          isSame,
          eq(reports.subjectKey, subjectKey),
          eq(reports.category, category),
          sql`${reports.case} in (select id from review_cases where subject_key = ${subjectKey} and state = 'open')`,
        ),
      );
    return first && toReport(first);
  }

  /** A report by the form. */
  findOfForm(id: string): Promise<ReportLine | undefined> {
    return this.#findForm(eq(reports.id, id));
  }

  /** The report of one form, which is filed once. */
  findByForm(subjectKey: string): Promise<ReportLine | undefined> {
    return this.#findForm(eq(reports.subjectKey, subjectKey));
  }

  async #findForm(isIt: SQL): Promise<ReportLine | undefined> {
    const [row] = await this.#orm
      .select(shown)
      .from(reports)
      .where(and(isIt, eq(reports.source, 'form')));
    return row && toReport(row);
  }

  /** Who made a report and how to reach them, for those who decide. */
  async findSender(
    id: string,
    ofEmbedders = false,
  ): Promise<Pick<typeof reports.$inferSelect, 'number' | 'case' | 'reporter' | 'contact' | 'language'> | undefined> {
    const { number, case: of, reporter, contact, language } = reports;
    const [row] = await this.#orm
      .select({ number, case: of, reporter, contact, language })
      .from(reports)
      .where(and(eq(reports.id, id), ofEmbedders ? IS_OF_EMBEDDERS : undefined));
    return row;
  }

  async countBy(reporter: string, since: string): Promise<number> {
    const [row] = await this.#orm
      .select({ filed: count() })
      .from(reports)
      .where(and(eq(reports.reporter, reporter), gt(reports.createdAt, since)));
    return row?.filed ?? 0;
  }

  /** False if it was marked before. */
  async insertUnfounded(tx: Orm, row: typeof unfoundedReports.$inferInsert): Promise<boolean> {
    const inserted = await tx.insert(unfoundedReports).values(row).onConflictDoNothing().returning({ it: sql`1` });
    return inserted.length > 0;
  }

  /** When reports of a person were found to be manifestly unfounded, newest first. */
  async listUnfounded(orm: Orm | undefined, reporter: string, { since, limit }: { since: string; limit: number }) {
    const rows = await (orm ?? this.#orm)
      .select({ markedAt: unfoundedReports.markedAt })
      .from(unfoundedReports)
      .where(and(eq(unfoundedReports.reporter, reporter), gt(unfoundedReports.markedAt, since)))
      .orderBy(desc(unfoundedReports.markedAt))
      .limit(limit);
    return rows.map(({ markedAt }) => markedAt);
  }

  /** Newest first, without the orders of authorities that they filed. */
  async listBy(reporter: string, limit: number): Promise<ReportLine[]> {
    const rows = await this.#orm
      .select(shown)
      .from(reports)
      .where(and(eq(reports.reporter, reporter), ne(reports.source, 'order')))
      .orderBy(desc(reports.number))
      .limit(limit);
    return rows.map(toReport);
  }

  /** Newest first, without those about the reader: the case knows them also of a report by the form. */
  async list(
    reader: string,
    { before, limit, ofEmbedders }: { before?: number | undefined; limit: number; ofEmbedders?: boolean },
  ): Promise<FiledReport[]> {
    const { source, charterVersion, accused, reporter, contact, evidence } = reports;
    // A column in a single table's selection is written without its table, which would name the inner one.
    const sameSubject = sql<number>`(select count(*)::int from reports same where same.subject_key = reports.subject_key)`;
    const rows = await this.#orm
      .select({
        ...shown,
        source,
        charterVersion,
        accused,
        reporter,
        contact,
        evidence,
        sameSubject,
        order: reports.authorityOrder,
      })
      .from(reports)
      .where(
        and(
          sql`not exists (select from review_cases where id = ${reports.case} and review_cases.accused = ${reader})`,
          before === undefined ? undefined : lt(reports.number, before),
          ofEmbedders ? IS_OF_EMBEDDERS : undefined,
        ),
      )
      .orderBy(desc(reports.number))
      .limit(limit);
    return rows.map((row) => ({ ...row, ...toReport(row), case: row.case as FiledReport['case'] }));
  }

  /** Takes people and their words out of old reports, and out of appeals by the form; the lines stay. */
  async retire(before: string): Promise<void> {
    await this.#orm.execute(sql`update appeals set text = null from reports
      where reports.id = appeals.report and reports.created_at < ${before}::timestamptz and appeals.text is not null`);
    await this.#orm
      .update(reports)
      .set({ evidence: null, note: null, contact: null, reporter: null })
      .where(
        and(
          lt(reports.createdAt, before),
          or(
            isNotNull(reports.evidence),
            isNotNull(reports.note),
            isNotNull(reports.contact),
            isNotNull(reports.reporter),
          ),
        ),
      );
  }
}

type ShownRow = Omit<ReportLine, 'id' | 'room'> & { id: string; room: string | null };

function toReport({ id, room, createdAt, ...row }: ShownRow): ReportLine {
  return {
    ...row,
    id: id as Report['id'],
    room: room as RoomId | null,
    createdAt: iso(createdAt),
  };
}
