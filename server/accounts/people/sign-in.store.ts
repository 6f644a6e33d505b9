import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, gt, isNull, lt, type SQL, sql } from '../../platform/db/sql.ts';
import { signInRequests } from './people.schema.ts';

export type SignInRequestRow = typeof signInRequests.$inferSelect;

/** Which request: by the digest of its link, or by its id. */
export type SignInKey = { linkDigest: string } | { id: string };

export class SignInStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: typeof signInRequests.$inferInsert): Promise<void> {
    await tx.insert(signInRequests).values(row);
  }

  async findOpen(key: SignInKey, at: string): Promise<SignInRequestRow | undefined> {
    const [row] = await this.#orm.select().from(signInRequests).where(isOpen(key, at));
    return row;
  }

  /** Counts a try before the code is compared, so that concurrent tries are counted too. */
  async countTry(id: string, at: string, max: number): Promise<SignInRequestRow | undefined> {
    const [row] = await this.#orm
      .update(signInRequests)
      .set({ tries: sql`${signInRequests.tries} + 1` })
      .where(and(isOpen({ id }, at), lt(signInRequests.tries, max)))
      .returning();
    return row;
  }

  /** One statement, so that of concurrent requests only one uses it. */
  async use(tx: Orm, key: SignInKey, at: string): Promise<SignInRequestRow | undefined> {
    const [row] = await tx.update(signInRequests).set({ usedAt: at }).where(isOpen(key, at)).returning();
    return row;
  }

  async deleteExpired(before: string): Promise<void> {
    await this.#orm.delete(signInRequests).where(lt(signInRequests.expiresAt, before));
  }
}

function isOpen(key: SignInKey, at: string): SQL | undefined {
  const isIt = 'id' in key ? eq(signInRequests.id, key.id) : eq(signInRequests.linkDigest, key.linkDigest);
  return and(isIt, isNull(signInRequests.usedAt), gt(signInRequests.expiresAt, at));
}
