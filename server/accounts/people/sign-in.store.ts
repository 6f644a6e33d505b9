import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, gt, isNull, lt, or, type SQL, sql } from '../../platform/db/sql.ts';
import { signInRequests } from './people.schema.ts';

export type SignInRequestRow = typeof signInRequests.$inferSelect;

export interface UsedSignIn extends SignInRequestRow {
  /** The session of a use that this one repeats. */
  previous: string | null;
}

/** Which request: by the digest of its link, or by its id. */
export type SignInKey = { linkDigest: string } | { id: string };

/** Who uses it, and since when they may have used it before. */
export interface SignInUse {
  at: string;
  /** Null: a browser that cannot prove later that it was the one. */
  usedBy: string | null;
  repeatedSince: string;
}

export class SignInStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: typeof signInRequests.$inferInsert): Promise<void> {
    await tx.insert(signInRequests).values(row);
  }

  async find(key: SignInKey): Promise<SignInRequestRow | undefined> {
    const [row] = await this.#orm.select().from(signInRequests).where(isOf(key));
    return row;
  }

  /** Counts a try before the code is compared, so that concurrent tries are counted too. */
  async countTry(id: string, use: SignInUse, max: number): Promise<SignInRequestRow | undefined> {
    const [row] = await this.#orm
      .update(signInRequests)
      .set({ tries: sql`${signInRequests.tries} + 1` })
      .where(and(isUsable({ id }, use), lt(signInRequests.tries, max)))
      .returning();
    return row;
  }

  /** Concurrent uses wait for each other. */
  async use(
    tx: Orm,
    { key, use, session }: { key: SignInKey; use: SignInUse; session: string },
  ): Promise<UsedSignIn | undefined> {
    const [before] = await tx.select().from(signInRequests).where(isUsable(key, use)).for('update');
    if (!before) return undefined;
    const [row] = await tx
      .update(signInRequests)
      .set({ usedAt: before.usedAt ?? use.at, usedBy: use.usedBy, session })
      .where(eq(signInRequests.id, before.id))
      .returning();
    return row && { ...row, previous: before.session };
  }

  async deleteExpired(before: string): Promise<void> {
    await this.#orm.delete(signInRequests).where(lt(signInRequests.expiresAt, before));
  }
}

function isOf(key: SignInKey): SQL {
  return 'id' in key ? eq(signInRequests.id, key.id) : eq(signInRequests.linkDigest, key.linkDigest);
}

function isUsable(key: SignInKey, { at, usedBy, repeatedSince }: SignInUse): SQL | undefined {
  const { usedAt, expiresAt } = signInRequests;
  const isOpen = and(isNull(usedAt), gt(expiresAt, at));
  const isRepeat = usedBy === null ? undefined : and(eq(signInRequests.usedBy, usedBy), gt(usedAt, repeatedSince));
  return and(isOf(key), or(isOpen, isRepeat));
}
