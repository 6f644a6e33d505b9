import { iso } from '../platform/clock.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import { eq, inArray } from '../platform/db/sql.ts';
import type { Creator, CreatorInput } from '../protocol/accounts/accounts.ts';
import { creators } from './accounts.schema.ts';

export class AccountsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Inserts unless the creator exists; true if inserted. */
  async insertCreator(input: CreatorInput): Promise<boolean> {
    const rows = await this.#orm
      .insert(creators)
      .values(input)
      .onConflictDoNothing()
      .returning({ id: creators.identity });
    return rows.length > 0;
  }

  async findCreator(identity: string): Promise<Creator | undefined> {
    const [row] = await this.#orm.select().from(creators).where(eq(creators.identity, identity));
    return row && toCreator(row);
  }

  async findCreators(identities: string[]): Promise<Creator[]> {
    if (identities.length === 0) return [];
    const rows = await this.#orm.select().from(creators).where(inArray(creators.identity, identities));
    return rows.map(toCreator);
  }
}

function toCreator(row: typeof creators.$inferSelect): Creator {
  return { ...row, createdAt: iso(row.createdAt) };
}
