import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, desc, eq, gt, isNull, max } from '../../platform/db/sql.ts';
import type { PublicText } from '../../protocol/trust/committee.ts';
import { committeeDeclarations, committeeSeats, committeeTerms } from './committee.schema.ts';

type SeatRow = typeof committeeSeats.$inferSelect;
export type TermRow = typeof committeeTerms.$inferSelect;
export type DeclarationRow = typeof committeeDeclarations.$inferSelect;
type Ending = Pick<TermRow, 'endedAt' | 'endedHow' | 'endedBy' | 'endReason'>;

export class CommitteeStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async countSeats(): Promise<number> {
    return this.#orm.$count(committeeSeats, isNull(committeeSeats.removedAt));
  }

  /** Removed ones too, in the order in which they are shown. */
  async listSeats(tx: Orm = this.#orm): Promise<SeatRow[]> {
    const rows = await tx.select().from(committeeSeats).orderBy(asc(committeeSeats.position), asc(committeeSeats.id));
    return rows.map((row) => ({
      ...row,
      createdAt: iso(row.createdAt),
      removedAt: isoOrNull(row.removedAt),
    }));
  }

  /** A seat that exists; locked, so that of two appointments to it one waits. */
  async lockSeat(tx: Orm, id: string): Promise<SeatRow | undefined> {
    const [row] = await tx
      .select()
      .from(committeeSeats)
      .where(and(eq(committeeSeats.id, id), isNull(committeeSeats.removedAt)))
      .for('update');
    return row;
  }

  async insertSeat(tx: Orm, row: Omit<typeof committeeSeats.$inferInsert, 'position'>): Promise<void> {
    const [last] = await tx.select({ position: max(committeeSeats.position) }).from(committeeSeats);
    await tx.insert(committeeSeats).values({ ...row, position: (last?.position ?? 0) + 1 });
  }

  async updateSeat(
    tx: Orm,
    id: string,
    change: { name: PublicText } | { removedAt: string; removedBy: string },
  ): Promise<void> {
    await tx.update(committeeSeats).set(change).where(eq(committeeSeats.id, id));
  }

  /** Of everybody and ever, the latest first; or of one seat or person. */
  async listTerms(which: { seat?: string; person?: string } = {}, tx: Orm = this.#orm): Promise<TermRow[]> {
    const isOfSeat = which.seat === undefined ? undefined : eq(committeeTerms.seat, which.seat);
    const isOfPerson = which.person === undefined ? undefined : eq(committeeTerms.person, which.person);
    const rows = await tx
      .select()
      .from(committeeTerms)
      .where(and(isOfSeat, isOfPerson))
      .orderBy(desc(committeeTerms.from), desc(committeeTerms.id));
    return rows.map((row) => ({
      ...row,
      appointedAt: iso(row.appointedAt),
      from: iso(row.from),
      until: iso(row.until),
      endedAt: isoOrNull(row.endedAt),
    }));
  }

  async hasOpenTerm(person: string, at: string, tx: Orm = this.#orm): Promise<boolean> {
    const isTheirs = and(eq(committeeTerms.person, person), isOpen(at));
    return (await tx.$count(committeeTerms, isTheirs)) > 0;
  }

  async insertTerm(tx: Orm, row: typeof committeeTerms.$inferInsert): Promise<void> {
    await tx.insert(committeeTerms).values(row);
  }

  /** False unless it goes on. */
  async saveBiography(term: string, biography: PublicText | null, at: string): Promise<boolean> {
    const saved = await this.#orm
      .update(committeeTerms)
      .set({ biography })
      .where(and(eq(committeeTerms.id, term), isOpen(at)))
      .returning({ id: committeeTerms.id });
    return saved.length > 0;
  }

  /** One statement, so that of two endings one counts: undefined for the other. */
  async endTerm(term: string, ending: Ending & { endedAt: string }, tx: Orm = this.#orm): Promise<TermRow | undefined> {
    const [row] = await tx
      .update(committeeTerms)
      .set(ending)
      .where(and(eq(committeeTerms.id, term), isOpen(ending.endedAt)))
      .returning();
    return row;
  }

  async insertDeclaration(row: typeof committeeDeclarations.$inferInsert): Promise<void> {
    await this.#orm.insert(committeeDeclarations).values(row);
  }

  /** The latest one of each term. */
  async listDeclarations(): Promise<DeclarationRow[]> {
    const rows = await this.#orm
      .selectDistinctOn([committeeDeclarations.term])
      .from(committeeDeclarations)
      .orderBy(committeeDeclarations.term, desc(committeeDeclarations.declaredAt), desc(committeeDeclarations.id));
    return rows.map((row) => ({ ...row, declaredAt: iso(row.declaredAt) }));
  }
}

/** Has neither ended nor run out. */
function isOpen(at: string) {
  return and(isNull(committeeTerms.endedAt), gt(committeeTerms.until, at));
}
