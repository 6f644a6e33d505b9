import type { Database, Run } from '../../platform/db/db.ts';
import type { CommittedFact, NewFact, Outbox } from '../../platform/outbox/outbox.ts';
import type { Leg } from '../ledger/ledger.ts';
import { accountId, fanPromo } from '../ledger/ledger.ts';
import type { TipRow } from './tips.store.ts';

/** A tip with its legs in the books, on its way into them. */
export interface TipPosting {
  /** Id of the ledger's transaction. */
  transaction: string;
  row: TipRow;
  legs: Leg[];
}

/**
 * Locks the wallets in one order, so that two processes never wait for each other in a circle. Everything else about a fan's tips is asked
 * for afterwards and therefore up to date: whoever tips from the same wallet at this moment waits here.
 */
const LOCK_WALLETS = `select id, balance - held as available from ledger_accounts where id = any($1::text[]) order by id for update`;

/** One look into the index for each key, however few tips there are yet: reading them all instead would soon be reading many. */
const FIND_KEYS = `select sent.* from unnest($1::text[], $2::text[], $3::text[]) as key (room, identity, idempotency_key)
  cross join lateral (
    select * from tips where (room, identity, idempotency_key) = (key.room, key.identity, key.idempotency_key) limit 1
  ) as sent`;

/** Keys whose tip is about to be paid by card: paid from the wallet as well, it would be paid twice. */
const FIND_KEYS_BY_CARD = `select key.* from unnest($1::text[], $2::text[], $3::text[]) as key (room, identity, idempotency_key)
  cross join lateral (
    select 1 from card_tips where status = 'pending'
      and (room, identity, idempotency_key) = (key.room, key.identity, key.idempotency_key) limit 1
  ) as pending`;

/** One statement for everything that the books and the tips gain. Nothing in it is joined, so that its plan suits any number of rows. */
const BOOK = `with wallets as (
      update ledger_accounts set balance = balance - spent.amount
      from unnest($1::text[], $2::bigint[]) as spent (account, amount) where id = spent.account
    ), transactions as (
      insert into ledger_transactions (id, kind, source_type, source_id, currency, created_at)
      select id, 'tip', 'tip', source, $3, at::timestamptz
      from unnest($4::text[], $5::text[], $6::text[]) as booked (id, source, at)
    ), entries as (
      insert into ledger_entries (transaction, account, amount_minor)
      select * from unnest($7::text[], $8::text[], $9::bigint[])
    )
    insert into tips (id, sent_at, room, identity, name, role, amount_minor, currency, message, menu_item,
      idempotency_key, status, fee_policy, creator_minor, terms)
    select id, at::timestamptz, room, identity, name, role, amount, $3, message, item, key, 'settled', policy, creator, terms
    from unnest($5::text[], $6::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::text[],
      $16::text[], $17::text[], $18::text[], $19::bigint[], $20::text[])
      as sent (id, at, room, identity, name, role, amount, message, item, key, policy, creator, terms)`;

/** What a batch of tips is decided on. */
export interface SeenBefore {
  availableMinor: ReadonlyMap<string, number>;
  earlier: readonly TipRow[];
  /** Keys of tips whose page to pay by card is open. */
  byCard: ReadonlySet<string>;
}

interface KeyOfTip {
  room: string;
  identity: string;
  idempotency_key: string;
}

interface KeyedRow extends KeyOfTip {
  id: string;
  name: string;
  role: TipRow['role'];
  amount_minor: string | number;
  currency: string;
  message: string | null;
  menu_item: string | null;
  status: TipRow['status'];
  fee_policy: string;
  creator_minor: string | number;
  terms: string | null;
  sent_at: string | Date;
}

export class TipBatchesStore {
  readonly #db: Database;
  readonly #outbox: Outbox;

  constructor(db: Database, outbox: Outbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  /** One transaction over many tips. `decide` sees the locked wallets and earlier tips, and says what is booked and told. */
  async commit(
    drafts: TipRow[],
    decide: (seen: SeenBefore) => { postings: TipPosting[]; facts: NewFact[] },
  ): Promise<CommittedFact[]> {
    const wallets = [...new Set(drafts.flatMap((draft) => [walletOf(draft), promoOf(draft)]))];
    return this.#db.bulkTransaction(async (run) => {
      const locked = await run<{ id: string; available: string | number }>(LOCK_WALLETS, [wallets]);
      const keys = [
        drafts.map((row) => row.room),
        drafts.map((row) => row.identity),
        drafts.map((row) => row.idempotencyKey),
      ];
      const earlier = await this.#findKeys(run, keys);
      const byCard = await run<KeyOfTip>(FIND_KEYS_BY_CARD, keys);
      const availableMinor = new Map(locked.map((row) => [row.id, Number(row.available)]));
      const { postings, facts } = decide({
        availableMinor,
        earlier,
        byCard: new Set(byCard.map((row) => tipKey({ ...row, idempotencyKey: row.idempotency_key }))),
      });
      if (postings.length === 0) return [];
      await this.#book(run, postings);
      return this.#outbox.addAll(run, facts);
    });
  }

  async #findKeys(run: Run, keys: string[][]): Promise<TipRow[]> {
    const rows = await run<KeyedRow>(FIND_KEYS, keys);
    return rows.map((row) => ({
      id: row.id,
      room: row.room,
      identity: row.identity,
      name: row.name,
      role: row.role,
      amountMinor: Number(row.amount_minor),
      currency: row.currency,
      message: row.message,
      menuItem: row.menu_item,
      idempotencyKey: row.idempotency_key,
      status: row.status,
      feePolicy: row.fee_policy,
      creatorMinor: Number(row.creator_minor),
      terms: row.terms,
      sentAt: new Date(row.sent_at).toISOString(),
    }));
  }

  async #book(run: Run, postings: TipPosting[]): Promise<void> {
    const spent = new Map<string, number>();
    const entries = { transactions: [] as string[], accounts: [] as string[], amounts: [] as number[] };
    for (const { transaction, legs } of postings) {
      for (const leg of legs) {
        if (leg.account.kind === 'fan_wallet' || leg.account.kind === 'fan_promo') {
          const account = accountId(leg.account);
          spent.set(account, (spent.get(account) ?? 0) - leg.amountMinor);
        }
        entries.transactions.push(transaction);
        entries.accounts.push(accountId(leg.account));
        entries.amounts.push(leg.amountMinor);
      }
    }
    const rows = postings.map((posting) => posting.row);
    await run(BOOK, [
      [...spent.keys()],
      [...spent.values()],
      rows[0]?.currency,
      postings.map((posting) => posting.transaction),
      rows.map((row) => row.id),
      rows.map((row) => row.sentAt),
      entries.transactions,
      entries.accounts,
      entries.amounts,
      rows.map((row) => row.room),
      rows.map((row) => row.identity),
      rows.map((row) => row.name),
      rows.map((row) => row.role),
      rows.map((row) => row.amountMinor),
      rows.map((row) => row.message),
      rows.map((row) => row.menuItem),
      rows.map((row) => row.idempotencyKey),
      rows.map((row) => row.feePolicy),
      rows.map((row) => row.creatorMinor),
      rows.map((row) => row.terms),
    ]);
  }
}

/** No part can hold the separator: ids and keys are of a narrow alphabet, identities have no line feed. */
export function tipKey({
  room,
  identity,
  idempotencyKey,
}: Pick<TipRow, 'room' | 'identity' | 'idempotencyKey'>): string {
  return `${room}\n${identity}\n${idempotencyKey}`;
}

/** The promotional account of whoever tips, from which a tip is paid first. */
export function promoOf({ identity, currency }: Pick<TipRow, 'identity' | 'currency'>): string {
  return accountId(fanPromo(identity, currency));
}

/** The account that a tip is paid from. */
export function walletOf({ identity, currency }: Pick<TipRow, 'identity' | 'currency'>): string {
  return accountId({ kind: 'fan_wallet', owner: identity, currency });
}
