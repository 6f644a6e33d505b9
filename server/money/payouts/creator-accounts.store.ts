import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, lte, sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import type { ProviderAccount } from '../provider/payment-provider.ts';
import { creatorAccounts } from './payouts.schema.ts';

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

  /** Stores a new account, also instead of the one that is gone, unless a concurrent request has stored one. */
  async keep(
    creator: string,
    found: ProviderAccount,
    { at, dueAt, gone }: { at: string; dueAt: string; gone: string | undefined },
  ): Promise<CreatorAccountRow | undefined> {
    const row = { createdAt: at, checkedAt: sql`now()`, dueAt, ...toRow(found) };
    await this.#db.orm
      .insert(creatorAccounts)
      .values({ creator, ...row })
      .onConflictDoUpdate({
        target: creatorAccounts.creator,
        set: row,
        setWhere: eq(creatorAccounts.providerAccount, gone ?? ''),
      });
    return this.find(creator);
  }

  /** Orders the answers of the provider; gateways' own clocks differ. */
  async readClock(): Promise<string> {
    const { rows } = await execute<{ now: string }>(this.#db.orm, sql`select now()::text as now`);
    return rows[0]?.now ?? '';
  }

  /**
   * Locks the account until the caller's transaction ends; undefined if a later answer is stored, or the creator has
   * another account now.
   */
  async lock(
    tx: Orm,
    { creator, account, askedAt }: { creator: string; account: string; askedAt: string },
  ): Promise<CreatorAccountRow | undefined> {
    const isSame = and(eq(creatorAccounts.creator, creator), eq(creatorAccounts.providerAccount, account));
    const isNewer = lte(creatorAccounts.checkedAt, askedAt);
    const [row] = await tx.select().from(creatorAccounts).where(and(isSame, isNewer)).for('update');
    return row;
  }

  async update(tx: Orm, { creator, found, askedAt, dueAt }: Answer): Promise<CreatorAccountRow | undefined> {
    const [row] = await tx
      .update(creatorAccounts)
      .set({ ...toRow(found), checkedAt: askedAt, dueAt })
      .where(eq(creatorAccounts.creator, creator))
      .returning();
    return row;
  }

  async setNextCheck(creator: string, dueAt: string): Promise<void> {
    await this.#db.orm.update(creatorAccounts).set({ dueAt }).where(eq(creatorAccounts.creator, creator));
  }

  /** Whether the creator has a pending payout, or earnings that have changed since then. */
  async isEarning(creator: string, { currency, since }: { currency: string; since: string }): Promise<boolean> {
    const { rows } = await execute<{ found: boolean }>(
      this.#db.orm,
      sql`select exists (select 1 from payouts p where p.creator = ${creator} and p.status = 'pending')
          or exists (select 1 from ledger_accounts a cross join lateral (
              select x.created_at from ledger_entries e join ledger_transactions x on x.id = e.transaction
              where e.account = a.id order by e.seq desc limit 1
            ) latest
            where a.owner = ${creator} and a.kind in ('creator_pending', 'creator_available') and a.currency = ${currency}
              and latest.created_at > ${since}) as found`,
    );
    return rows[0]?.found === true;
  }
}

interface Answer {
  creator: string;
  found: ProviderAccount;
  askedAt: string;
  dueAt: string;
}

function toRow({ account, ...state }: ProviderAccount) {
  return { providerAccount: account, ...state };
}
