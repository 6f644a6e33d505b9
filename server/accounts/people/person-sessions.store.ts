import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from '../../platform/db/sql.ts';
import { personSessions } from './people.schema.ts';
import type { SignInMethod } from './session-strength.ts';

export type PersonSessionRow = typeof personSessions.$inferSelect;

const NO_NEXT = { nextDigest: null, nextIssuedAt: null, nextMethod: null, nextProvedAt: null } as const;

export class PersonSessionsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm | undefined, row: typeof personSessions.$inferInsert): Promise<void> {
    await (tx ?? this.#orm).insert(personSessions).values(row);
  }

  /** By its current secret, or by the next one. */
  async findLive(digest: string, at: string): Promise<PersonSessionRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(personSessions)
      .where(and(or(eq(personSessions.secretDigest, digest), eq(personSessions.nextDigest, digest)), isLive(at)));
    return row;
  }

  listLive(person: string, at: string): Promise<PersonSessionRow[]> {
    return this.#orm
      .select()
      .from(personSessions)
      .where(and(eq(personSessions.person, person), isLive(at)))
      .orderBy(desc(personSessions.lastUsedAt), desc(personSessions.id));
  }

  async noteUse(id: string, { at, expiresAt }: { at: string; expiresAt: string }): Promise<void> {
    await this.#orm.update(personSessions).set({ lastUsedAt: at, expiresAt }).where(eq(personSessions.id, id));
  }

  /** False if another request has issued one since, or the session has another secret: a copy of the old one ends. */
  async issueNext(
    { id, secretDigest, nextIssuedAt }: Pick<PersonSessionRow, 'id' | 'secretDigest' | 'nextIssuedAt'>,
    next: { digest: string; at: string },
  ): Promise<boolean> {
    const issued = await this.#orm
      .update(personSessions)
      .set({ nextDigest: next.digest, nextIssuedAt: next.at, nextMethod: null, nextProvedAt: null })
      .where(
        and(
          eq(personSessions.id, id),
          eq(personSessions.secretDigest, secretDigest),
          nextIssuedAt === null ? isNull(personSessions.nextIssuedAt) : eq(personSessions.nextIssuedAt, nextIssuedAt),
        ),
      )
      .returning({ id: personSessions.id });
    return issued.length > 0;
  }

  /** The next secret becomes the only one. */
  async promoteNext(id: string, digest: string): Promise<void> {
    const { nextIssuedAt, nextMethod, nextProvedAt, method, provedAt } = personSessions;
    await this.#orm
      .update(personSessions)
      .set({
        secretDigest: digest,
        secretIssuedAt: sql`${nextIssuedAt}`,
        method: sql`coalesce(${nextMethod}, ${method})`,
        provedAt: sql`coalesce(${nextProvedAt}, ${provedAt})`,
        ...NO_NEXT,
      })
      .where(and(eq(personSessions.id, id), eq(personSessions.nextDigest, digest)));
  }

  /** False if the session has ended. */
  async confirm(
    tx: Orm,
    { id, at, ...next }: { id: string; at: string; nextDigest: string; nextMethod: SignInMethod; nextProvedAt: string },
  ): Promise<boolean> {
    const confirmed = await tx
      .update(personSessions)
      .set({ ...next, nextIssuedAt: at })
      .where(and(eq(personSessions.id, id), isLive(at)))
      .returning({ id: personSessions.id });
    return confirmed.length > 0;
  }

  /** Returns the session if it was live. */
  async revoke(tx: Orm, { person, id, at }: { person: string; id: string; at: string }): Promise<string[]> {
    const ended = await tx
      .update(personSessions)
      .set({ revokedAt: at })
      .where(and(eq(personSessions.id, id), eq(personSessions.person, person), isLive(at)))
      .returning({ id: personSessions.id });
    return ended.map((row) => row.id);
  }

  /** Returns those that were live. */
  async revokeAll(tx: Orm, { person, at }: { person: string; at: string }): Promise<string[]> {
    const ended = await tx
      .update(personSessions)
      .set({ revokedAt: at })
      .where(and(eq(personSessions.person, person), isLive(at)))
      .returning({ id: personSessions.id });
    return ended.map((row) => row.id);
  }

  /** Which of these are live. */
  async findLiveIds(ids: string[], at: string): Promise<Set<string>> {
    const rows = await this.#orm
      .select({ id: personSessions.id })
      .from(personSessions)
      .where(and(inArray(personSessions.id, ids), isLive(at)));
    return new Set(rows.map((row) => row.id));
  }

  async deleteEnded(before: string): Promise<void> {
    const { revokedAt, expiresAt } = personSessions;
    await this.#orm.delete(personSessions).where(lt(sql`coalesce(${revokedAt}, ${expiresAt})`, before));
  }
}

function isLive(at: string) {
  return and(isNull(personSessions.revokedAt), gt(personSessions.expiresAt, at));
}
