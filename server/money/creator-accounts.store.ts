import { eq } from 'drizzle-orm';
import type { Database } from '../platform/db.ts';
import { creatorAccounts } from './payouts.schema.ts';
import type { ProviderAccount } from './settlement-provider.ts';

export type CreatorAccountRow = typeof creatorAccounts.$inferSelect;

export class CreatorAccountsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find(creator: string): Promise<CreatorAccountRow | undefined> {
    const [row] = await this.#db.orm.select().from(creatorAccounts).where(eq(creatorAccounts.creator, creator));
    return row;
  }

  async findByProviderAccount(account: string): Promise<CreatorAccountRow | undefined> {
    const [row] = await this.#db.orm.select().from(creatorAccounts).where(eq(creatorAccounts.providerAccount, account));
    return row;
  }

  /** Keeps a new account, unless another request has kept one meanwhile. */
  async keep(creator: string, found: ProviderAccount, at: string): Promise<CreatorAccountRow | undefined> {
    await this.#db.orm
      .insert(creatorAccounts)
      .values({ creator, createdAt: at, ...toRow(found, at) })
      .onConflictDoNothing();
    return this.find(creator);
  }

  async update(creator: string, found: ProviderAccount, at: string): Promise<void> {
    await this.#db.orm.update(creatorAccounts).set(toRow(found, at)).where(eq(creatorAccounts.creator, creator));
  }
}

function toRow({ account, ...state }: ProviderAccount, at: string) {
  return { providerAccount: account, ...state, checkedAt: at };
}
