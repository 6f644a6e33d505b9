import { iso } from '../platform/clock.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import { inArray } from '../platform/db/sql.ts';
import type { Creator, CreatorInput } from '../protocol/accounts/accounts.ts';
import { creators } from './accounts.schema.ts';

export class AccountsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Inserts unless the creator exists. */
  async insertCreator(input: CreatorInput): Promise<void> {
    await this.#orm.insert(creators).values(input).onConflictDoNothing();
  }

  async findCreators(identities: string[]): Promise<Creator[]> {
    if (identities.length === 0) return [];
    const rows = await this.#orm.select().from(creators).where(inArray(creators.identity, identities));
    return rows.map((row) => ({ ...row, createdAt: iso(row.createdAt) }));
  }
}
