import { type Database, isClaimed, type Orm } from '../../platform/db/db.ts';
import { and, asc, eq, inArray, lte, sql } from '../../platform/db/sql.ts';
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
    { at, nextCheckAt, gone }: { at: string; nextCheckAt: string; gone: string | undefined },
  ): Promise<CreatorAccountRow | undefined> {
    const row = { createdAt: at, checkedAt: sql`now()`, nextCheckAt, ...toRow(found) };
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

  async update(tx: Orm, { creator, found, askedAt, nextCheckAt }: Answer): Promise<CreatorAccountRow | undefined> {
    const [row] = await tx
      .update(creatorAccounts)
      .set({ ...toRow(found), checkedAt: askedAt, nextCheckAt })
      .where(eq(creatorAccounts.creator, creator))
      .returning();
    return row;
  }

  async setNextCheck(creators: string[], nextCheckAt: string): Promise<void> {
    if (creators.length === 0) return;
    await this.#db.orm.update(creatorAccounts).set({ nextCheckAt }).where(inArray(creatorAccounts.creator, creators));
  }

  /** Claims due accounts for the lease. */
  claimDue(claim: { nowIso: string; leaseUntil: string; limit: number }): Promise<CreatorAccountRow[]> {
    const due = this.#db.orm
      .select({ creator: creatorAccounts.creator })
      .from(creatorAccounts)
      .where(lte(creatorAccounts.nextCheckAt, claim.nowIso))
      .orderBy(asc(creatorAccounts.nextCheckAt))
      .limit(claim.limit)
      .for('update', { skipLocked: true });
    return this.#db.orm
      .update(creatorAccounts)
      .set({ nextCheckAt: claim.leaseUntil })
      .where(isClaimed(creatorAccounts.creator, due))
      .returning();
  }

  /** Those with a pending payout, or with earnings that have changed since then. */
  async findEarning(
    creators: string[],
    { currency, since }: { currency: string; since: string },
  ): Promise<Set<string>> {
    if (creators.length === 0) return new Set();
    const { rows } = await execute<{ creator: string }>(
      this.#db.orm,
      sql`select c.creator from creator_accounts c where c.creator in ${creators} and (
          exists (select 1 from payouts p where p.creator = c.creator and p.status = 'pending')
          or exists (select 1 from ledger_accounts a cross join lateral (
              select x.created_at from ledger_entries e join ledger_transactions x on x.id = e.transaction
              where e.account = a.id order by e.seq desc limit 1
            ) latest
            where a.owner = c.creator and a.kind in ('creator_pending', 'creator_available') and a.currency = ${currency}
              and latest.created_at > ${since}))`,
    );
    return new Set(rows.map((row) => row.creator));
  }
}

interface Answer {
  creator: string;
  found: ProviderAccount;
  askedAt: string;
  nextCheckAt: string;
}

function toRow({ account, ...state }: ProviderAccount) {
  return { providerAccount: account, ...state };
}
