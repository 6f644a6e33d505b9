import type { Database, Orm } from '../platform/db/db.ts';
import { and, eq, gt, isNull, lt, sql } from '../platform/db/sql.ts';
import { deskSessions } from './accounts.schema.ts';

export type DeskSessionRow = typeof deskSessions.$inferSelect;

export class DeskSessionsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(row: typeof deskSessions.$inferInsert): Promise<void> {
    await this.#orm.insert(deskSessions).values(row);
  }

  async find(id: string): Promise<DeskSessionRow | undefined> {
    const [row] = await this.#orm.select().from(deskSessions).where(eq(deskSessions.id, id));
    return row;
  }

  /** The session whose link can still be opened. */
  async findUnopened(linkDigest: string, at: string): Promise<DeskSessionRow | undefined> {
    const [row] = await this.#orm.select().from(deskSessions).where(isUnopened(linkDigest, at));
    return row;
  }

  /** One statement, so that of two concurrent requests only one opens it. */
  async open(
    linkDigest: string,
    { at, expiresAt }: { at: string; expiresAt: string },
  ): Promise<DeskSessionRow | undefined> {
    const [row] = await this.#orm
      .update(deskSessions)
      .set({ openedAt: at, expiresAt })
      .where(isUnopened(linkDigest, at))
      .returning();
    return row;
  }

  async revoke(id: string, at: string): Promise<void> {
    await this.#orm
      .update(deskSessions)
      .set({ revokedAt: at })
      .where(and(eq(deskSessions.id, id), isNull(deskSessions.revokedAt)));
  }

  /** Deletes what ended before then: revoked, expired, and unopened. */
  async deleteEnded(before: string): Promise<void> {
    const { revokedAt, expiresAt, linkExpiresAt } = deskSessions;
    await this.#orm.delete(deskSessions).where(lt(sql`coalesce(${revokedAt}, ${expiresAt}, ${linkExpiresAt})`, before));
  }
}

function isUnopened(linkDigest: string, at: string) {
  return and(
    eq(deskSessions.linkDigest, linkDigest),
    isNull(deskSessions.openedAt),
    isNull(deskSessions.revokedAt),
    gt(deskSessions.linkExpiresAt, at),
  );
}
