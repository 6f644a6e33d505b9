import { creators } from '../../accounts/accounts.schema.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, desc, eq, gt } from '../../platform/db/sql.ts';
import { follows } from './followers.schema.ts';

export type FollowRow = typeof follows.$inferSelect;
type FollowKey = Pick<FollowRow, 'creator' | 'follower'>;

export class FollowersStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
  }

  /** Keeps a block apart from what it must see or refuse, such as a follow or a sale: a block excludes all others. */
  async lockCreator(tx: Orm, creator: string, lock: 'share' | 'update'): Promise<void> {
    await tx.select({ identity: creators.identity }).from(creators).where(eq(creators.identity, creator)).for(lock);
  }

  /** False if they follow already. */
  async insert(tx: Orm, row: FollowRow): Promise<boolean> {
    const inserted = await tx.insert(follows).values(row).onConflictDoNothing().returning({ creator: follows.creator });
    return inserted.length > 0;
  }

  /** False if they do not follow. */
  async delete(tx: Orm, key: FollowKey): Promise<boolean> {
    const deleted = await tx.delete(follows).where(isOf(key)).returning({ creator: follows.creator });
    return deleted.length > 0;
  }

  async has(key: FollowKey): Promise<boolean> {
    return (await this.#db.orm.select().from(follows).where(isOf(key))).length > 0;
  }

  count(creator: string): Promise<number> {
    return this.#db.orm.$count(follows, eq(follows.creator, creator));
  }

  /** Whom a person follows, the latest first. */
  listFollowed(follower: string, limit: number): Promise<FollowRow[]> {
    return this.#db.orm
      .select()
      .from(follows)
      .where(eq(follows.follower, follower))
      .orderBy(desc(follows.since))
      .limit(limit);
  }

  /** The followers of a creator, in pages by identity. */
  async listFollowers(creator: string, { after, limit }: { after: string; limit: number }): Promise<string[]> {
    const rows = await this.#db.orm
      .select({ follower: follows.follower })
      .from(follows)
      .where(and(eq(follows.creator, creator), gt(follows.follower, after)))
      .orderBy(asc(follows.follower))
      .limit(limit);
    return rows.map(({ follower }) => follower);
  }
}

function isOf({ creator, follower }: FollowKey) {
  return and(eq(follows.creator, creator), eq(follows.follower, follower));
}
