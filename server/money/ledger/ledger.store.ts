import type { Orm } from '../../platform/db/db.ts';
import { and, eq, isNotNull, type SQL, sql } from '../../platform/db/sql.ts';
import { createId } from '../../protocol/ids.ts';
import type { PaymentKind } from '../../protocol/money/payment-kind.ts';
import { ledgerAccounts, ledgerEntries, ledgerTransactions } from './ledger.schema.ts';
import {
  type Account,
  accountId,
  creatorAvailable,
  creatorPending,
  houseAccount,
  type Leg,
  mergeLegs,
  type TransactionKind,
} from './ledger.ts';

/** What a transaction is booked for. A source has at most one transaction of each kind. */
export interface Source {
  type: PaymentKind | 'refund' | 'promotion' | 'desk_booking' | PayoutSourceType;
  id: string;
}

/** Sources of creators' earnings and of disputes. */
export type PayoutSourceType =
  | 'release'
  | 'payout'
  | 'provider_reversal'
  | 'dispute'
  | 'dispute_movement'
  | 'provider_refund'
  | 'provider_movement';

export interface Posting {
  kind: TransactionKind;
  source: Source;
  legs: Leg[];
  at: string;
  reversesId?: string;
}

export interface BookedTransaction {
  id: string;
  legs: Leg[];
  /** Legs of all its reversals so far. */
  earlier: Leg[];
  /** An open dispute may reverse it: nothing else may. */
  isFrozen: boolean;
}

const KNOWN_ACCOUNTS_MAX = 20_000;

/** What an entry of a reversal takes back of the sale; less than nothing where the loss of a dispute is undone. */
export function takenBack(reversal = 'r', entry = 'e'): SQL {
  const sign = `case ${reversal}.kind when 'dispute_undone' then -1 else 1 end`;
  return sql.raw(`(greatest(${entry}.amount_minor, 0) * ${sign})`);
}

/** Of the freeze `f`. A bank that only asks about a payment keeps earnings held, and nothing else. */
export const IS_FROZEN = sql`(f.lifted_at is null
  and exists (select 1 from disputes asked where asked.id = f.dispute and asked.status <> 'inquiry'))`;

/**
 * Locks transactions of the ledger until the caller's transaction ends, in the order of their ids. Uses advisory locks,
 * because a row lock needs the right to update the row, which the server's database role does not have. `from` is a
 * relation with a column `id`.
 */
export async function lockTransactions(tx: Orm, from: SQL): Promise<void> {
  await execute(
    tx,
    sql`select pg_advisory_xact_lock(hashtextextended(ordered.id, 0)) from (select id from ${from} order by id) as ordered`,
  );
}

export class LedgerStore {
  readonly #orm: Orm;
  /** Accounts that exist, so that a sale need not look them up. Accounts are never deleted. */
  readonly #known = new Set<string>();

  constructor(orm: Orm) {
    this.#orm = orm;
  }

  async createHouseAccounts(currency: string): Promise<void> {
    await this.ensureAccounts([
      houseAccount('platform_revenue', currency),
      houseAccount('vat_payable', currency),
      houseAccount('provider_clearing', currency),
      houseAccount('provider_fees', currency),
      houseAccount('refund_payable', currency),
      houseAccount('promotion_cost', currency),
      houseAccount('payout_payable', currency),
      houseAccount('disputes_open', currency),
      houseAccount('chargeback_loss', currency),
      houseAccount('house_bank', currency),
      houseAccount('written_off', currency),
      houseAccount('provider_reserve', currency),
      houseAccount('provider_other', currency),
    ]);
  }

  /** Creates missing accounts. Call it before a transaction, never inside: a rollback would make the cache wrong. */
  async ensureAccounts(accounts: Account[]): Promise<void> {
    const missing = accounts.filter((account) => !this.#known.has(accountId(account)));
    if (missing.length === 0) return;
    const rows = missing.map((account) => ({
      id: accountId(account),
      ...account,
      ...(account.kind === 'fan_wallet' || account.kind === 'fan_promo' ? { balance: 0 } : {}),
    }));
    await this.#orm.insert(ledgerAccounts).values(rows).onConflictDoNothing();
    if (this.#known.size > KNOWN_ACCOUNTS_MAX) this.#known.clear();
    for (const row of rows) this.#known.add(row.id);
  }

  /**
   * Books a transaction in one statement. A fan's wallet among its legs is updated first, which locks only that row. If
   * the wallet holds too little, nothing is booked and the result is undefined; otherwise it is the wallet's available
   * amount, or 0 without a wallet. A promotional account is updated as well: callers who debit it have locked it and
   * checked its balance.
   */
  async post(tx: Orm, { kind, source, legs, at, reversesId }: Posting): Promise<number | undefined> {
    const currency = legs[0]?.account.currency ?? '';
    const id = createId('ledgerTransaction');
    const wallet = legs.find((leg) => leg.account.kind === 'fan_wallet');
    const walletSql = wallet
      ? sql`update ledger_accounts set balance = balance + ${wallet.amountMinor}::bigint
          where id = ${accountId(wallet.account)}
            and (${wallet.amountMinor}::bigint > 0 or balance - held + ${wallet.amountMinor}::bigint >= 0)
          returning balance - held as available`
      : sql`select 0 as available`;
    const promo = legs.find((leg) => leg.account.kind === 'fan_promo');
    const promoSql = promo
      ? sql`promo as (update ledger_accounts set balance = balance + ${promo.amountMinor}::bigint
          from wallet where id = ${accountId(promo.account)}),`
      : sql``;
    const values = legs.map((leg) => sql`(${accountId(leg.account)}, ${leg.amountMinor}::bigint)`);
    const { rows } = await execute<{ available: string | number }>(
      tx,
      sql`with wallet as (${walletSql}),
        ${promoSql}
        booked as (
          insert into ledger_transactions (id, kind, source_type, source_id, reverses_id, currency, created_at)
          select ${id}, ${kind}, ${source.type}, ${source.id}, ${reversesId ?? null}, ${currency}, ${at}::timestamptz from wallet
        ),
        legs as (
          insert into ledger_entries (transaction, account, amount_minor)
          select ${id}, leg.account, leg.amount from wallet, (values ${sql.join(values, sql`, `)}) as leg (account, amount)
        )
        select available from wallet`,
    );
    return rows[0] && Number(rows[0].available);
  }

  /**
   * Reads a transaction and its reversals, and locks it until the caller's transaction ends, which serialises its
   * refund, release and dispute. The creator's part is shown on the accounts where it lies now: what was released is
   * available.
   */
  async findTransaction(
    tx: Orm,
    key: { kind: TransactionKind; source: Source },
  ): Promise<BookedTransaction | undefined> {
    const id = await this.#findId(tx, key);
    return id === undefined ? undefined : this.getTransaction(tx, id);
  }

  /** Whether the source has a transaction of this kind. Locks nothing. */
  async isBooked(tx: Orm, { kind, source }: { kind: TransactionKind; source: Source }): Promise<boolean> {
    return (await this.#findId(tx, { kind, source })) !== undefined;
  }

  async #findId(tx: Orm, { kind, source }: { kind: TransactionKind; source: Source }): Promise<string | undefined> {
    const { id, kind: ofKind, sourceType, sourceId } = ledgerTransactions;
    const [row] = await tx
      .select({ id })
      .from(ledgerTransactions)
      .where(and(eq(ofKind, kind), eq(sourceType, source.type), eq(sourceId, source.id)));
    return row?.id;
  }

  /** The legs of one transaction as they were booked; empty if there is none. */
  async findLegs(tx: Orm, { kind, source }: { kind: TransactionKind; source: Source }): Promise<Leg[]> {
    const id = await this.#findId(tx, { kind, source });
    return id === undefined ? [] : this.#selectLegs(tx).where(eq(ledgerTransactions.id, id));
  }

  /** Like `findTransaction`, by the transaction's own id. */
  async getTransaction(tx: Orm, id: string): Promise<BookedTransaction> {
    await lockTransactions(tx, sql`(select ${id}::text as id) as named`);
    return this.#readTransaction(tx, id);
  }

  async #readTransaction(tx: Orm, id: string): Promise<BookedTransaction> {
    const legs = await this.#selectLegs(tx).where(eq(ledgerTransactions.id, id));
    const earlier = await this.#selectLegs(tx).where(eq(ledgerTransactions.reversesId, id));
    const { rows } = await execute<{ released: string; is_over: boolean; frozen: boolean }>(
      tx,
      sql`select (select coalesce(sum(amount_minor), 0) from released_earnings where sale = ${id}) as released,
        exists (select 1 from released_earnings where sale = ${id} and reserve_due_at is null) as is_over,
        exists (select 1 from dispute_freezes f where f.transaction = ${id} and ${IS_FROZEN}) as frozen`,
    );
    const { released, is_over: isOver, frozen: isFrozen } = rows[0] ?? { released: 0, is_over: false, frozen: false };
    if (isOver) return { id, legs: legs.map(asAvailable), earlier: earlier.map(asAvailable), isFrozen };
    return { id, legs: withReleased(legs, Number(released)), earlier, isFrozen };
  }

  #selectLegs(tx: Orm) {
    return tx
      .select({
        account: { kind: ledgerAccounts.kind, owner: ledgerAccounts.owner, currency: ledgerAccounts.currency },
        amountMinor: ledgerEntries.amountMinor,
      })
      .from(ledgerEntries)
      .innerJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transaction))
      .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, ledgerEntries.account))
      .orderBy(ledgerEntries.seq)
      .$dynamic();
  }

  /** The available amount of a wallet; 0 if it does not exist. */
  async findAvailable(wallet: Account, tx: Orm = this.#orm): Promise<number> {
    const [row] = await tx
      .select({ available: sql<string>`${ledgerAccounts.balance} - ${ledgerAccounts.held}` })
      .from(ledgerAccounts)
      .where(eq(ledgerAccounts.id, accountId(wallet)));
    return Number(row?.available ?? 0);
  }

  /** Locks a wallet's row until the transaction ends. Lock order: the wallet before the row of a payment. */
  async lockWallet(tx: Orm, wallet: Account): Promise<number> {
    const [row] = await tx
      .select({ available: sql<string>`${ledgerAccounts.balance} - ${ledgerAccounts.held}` })
      .from(ledgerAccounts)
      .where(eq(ledgerAccounts.id, accountId(wallet)))
      .for('update');
    return Number(row?.available ?? 0);
  }

  /** Nobody can open the wallet any more. The caller has locked it. */
  async closeWallet(tx: Orm, wallet: Account, at: string): Promise<void> {
    await tx
      .update(ledgerAccounts)
      .set({ closedAt: at })
      .where(eq(ledgerAccounts.id, accountId(wallet)));
  }

  async isClosed(tx: Orm, wallet: Account): Promise<boolean> {
    const [row] = await tx
      .select({ closedAt: ledgerAccounts.closedAt })
      .from(ledgerAccounts)
      .where(eq(ledgerAccounts.id, accountId(wallet)));
    return row !== undefined && row.closedAt !== null;
  }

  /** What a creator has earned and not been paid, held or available. Locks their account, which keeps payouts out. */
  async lockEarnings(tx: Orm, owner: string, currency: string): Promise<number> {
    const accounts = [creatorAvailable(owner, currency), creatorPending(owner, currency)].map(accountId);
    await execute(tx, sql`select id from ledger_accounts where id = ${accounts[0]} for update`);
    const { rows } = await execute<{ sum: string }>(
      tx,
      sql`select coalesce(sum(amount_minor), 0) as sum from ledger_entries where account in ${accounts}`,
    );
    return Number(rows[0]?.sum ?? 0);
  }

  /** Balances summed by kind of account. */
  async sumByKind(currency: string): Promise<Map<string, number>> {
    const rows = await this.#orm
      .select({ kind: ledgerAccounts.kind, sum: sql<string>`sum(${ledgerEntries.amountMinor})` })
      .from(ledgerEntries)
      .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, ledgerEntries.account))
      .where(eq(ledgerAccounts.currency, currency))
      .groupBy(ledgerAccounts.kind);
    return new Map(rows.map((row) => [row.kind, Number(row.sum)]));
  }

  /** Checks the rules of the books inside the database. Each row is a violation. */
  async findViolations(): Promise<string[]> {
    const unbalanced = await this.#orm
      .select({ id: ledgerEntries.transaction })
      .from(ledgerEntries)
      .groupBy(ledgerEntries.transaction)
      .having(sql`sum(${ledgerEntries.amountMinor}) <> 0 or count(*) < 2`);
    const empty = await this.#orm
      .select({ id: ledgerTransactions.id })
      .from(ledgerTransactions)
      .where(sql`not exists (select 1 from ledger_entries e where e.transaction = ${ledgerTransactions.id})`);
    const wrongCache = await this.#orm
      .select({ id: ledgerAccounts.id, balance: ledgerAccounts.balance })
      .from(ledgerAccounts)
      .leftJoin(ledgerEntries, eq(ledgerEntries.account, ledgerAccounts.id))
      .where(isNotNull(ledgerAccounts.balance))
      .groupBy(ledgerAccounts.id)
      .having(sql`coalesce(sum(${ledgerEntries.amountMinor}), 0) <> ${ledgerAccounts.balance}`);
    const overdrawn = await this.#orm
      .select({ id: ledgerAccounts.id })
      .from(ledgerAccounts)
      .where(sql`${ledgerAccounts.balance} < 0 or ${ledgerAccounts.held} > ${ledgerAccounts.balance}`);
    return [
      ...unbalanced.map((row) => `transaction ${row.id} does not sum to zero over two legs or more`),
      ...empty.map((row) => `transaction ${row.id} has no entries`),
      ...wrongCache.map((row) => `account ${row.id} caches ${row.balance}, which is not the sum of its entries`),
      ...overdrawn.map((row) => `account ${row.id} is overdrawn`),
    ];
  }
}

/** Of a sale that is wholly released. */
function asAvailable(leg: Leg): Leg {
  const { account } = leg;
  return account.kind === 'creator_pending' ? { ...leg, account: { ...account, kind: 'creator_available' } } : leg;
}

/** Of a sale whose reserve is still held: moves what was released of the creator's part to where it lies. */
function withReleased(legs: Leg[], releasedMinor: number): Leg[] {
  const pending = legs.find(({ account }) => account.kind === 'creator_pending');
  if (!pending || releasedMinor === 0) return legs;
  const { account } = pending;
  return mergeLegs([
    ...legs,
    { account, amountMinor: -releasedMinor },
    { account: { ...account, kind: 'creator_available' }, amountMinor: releasedMinor },
  ]);
}

/** Runs a raw statement. The results of the two drivers have only `rows` in common. */
export async function execute<Row>(tx: Orm, statement: ReturnType<typeof sql>): Promise<{ rows: Row[] }> {
  return (await tx.execute(statement)) as unknown as { rows: Row[] };
}
