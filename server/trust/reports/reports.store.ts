import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, isNotNull, isNull, lt, ne, or, sql } from '../../platform/db/sql.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { FiledReport, Report } from '../../protocol/trust/reports.ts';
import { reports } from './reports.schema.ts';

type NewReport = Omit<typeof reports.$inferInsert, 'number'>;

const shown = {
  id: reports.id,
  number: reports.number,
  room: reports.room,
  subject: reports.subjectKind,
  category: reports.category,
  article: reports.article,
  note: reports.note,
  createdAt: reports.createdAt,
};

export class ReportsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** The same report of the same person returns the first one. */
  async insert(row: NewReport): Promise<Report> {
    const [inserted] = await this.#orm.insert(reports).values(row).onConflictDoNothing().returning(shown);
    if (inserted) return toReport(inserted);
    const { reporter, subjectKey, category } = row;
    const [first] = await this.#orm
      .select(shown)
      .from(reports)
      .where(
        and(eq(reports.reporter, reporter ?? ''), eq(reports.subjectKey, subjectKey), eq(reports.category, category)),
      );
    // Erased between the two statements: it is filed anew.
    return first ? toReport(first) : this.insert(row);
  }

  async listBy(reporter: string, limit: number): Promise<Report[]> {
    const rows = await this.#orm
      .select(shown)
      .from(reports)
      .where(eq(reports.reporter, reporter))
      .orderBy(desc(reports.number))
      .limit(limit);
    return rows.map(toReport);
  }

  /** Newest first, without those about the reader. */
  async list(
    reader: string,
    { before, limit }: { before?: number | undefined; limit: number },
  ): Promise<FiledReport[]> {
    const { source, charterVersion, accused, reporter, contact, evidence } = reports;
    // A column in a single table's selection is written without its table, which would name the inner one.
    const sameSubject = sql<number>`(select count(*)::int from reports same where same.subject_key = reports.subject_key)`;
    const rows = await this.#orm
      .select({ ...shown, source, charterVersion, accused, reporter, contact, evidence, sameSubject })
      .from(reports)
      .where(
        and(or(isNull(accused), ne(accused, reader)), before === undefined ? undefined : lt(reports.number, before)),
      )
      .orderBy(desc(reports.number))
      .limit(limit);
    return rows.map((row) => ({ ...row, ...toReport(row) }));
  }

  /** Takes people and their words out of old reports; the line stays. */
  async retire(before: string): Promise<void> {
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

type ShownRow = Omit<Report, 'state' | 'id' | 'room'> & { id: string; room: string | null };

function toReport({ id, room, createdAt, ...row }: ShownRow): Report {
  return {
    ...row,
    id: id as Report['id'],
    room: room as RoomId | null,
    state: 'received',
    createdAt: new Date(createdAt).toISOString(),
  };
}
