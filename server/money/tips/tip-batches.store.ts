import { iso } from '../../platform/clock.ts';
import type { Database, Run } from '../../platform/db/db.ts';
import type { CommittedFact, NewFact, Outbox } from '../../platform/outbox/outbox.ts';
import type { TipMenuItem } from '../../protocol/money/tipping.ts';
import type { Leg } from '../ledger/ledger.ts';
import { accountId, fanPromo } from '../ledger/ledger.ts';
import type { PaymentRow } from '../payments/payments.store.ts';
import type { TipRow } from './tips.store.ts';

/** A tip with how it is split, and its legs. */
export interface TipDraft {
  /** Without the label of a menu item until it is decided. */
  row: TipRow;
  sold: Pick<PaymentRow, 'shares' | 'terms'> & { creator: string };
  legs: Leg[];
}

/** One that is ready to be booked. */
export interface TipPosting extends TipDraft {
  /** Id of the transaction in the ledger. */
  transaction: string;
}

/**
 * Locks the wallets in a fixed order, which prevents deadlocks. Everything else about a fan's tips is read afterwards
 * and is therefore current: concurrent tips from the same wallet wait here.
 */
const LOCK_WALLETS = `select id, balance - held as available from ledger_accounts where id = any($1::text[]) order by id for update`;

/**
 * One index look-up per key. The planner would otherwise scan a small table, whose plan stays cached when the table
 * grows.
 */
const FIND_KEYS = `select sent.* from unnest($1::text[], $2::text[], $3::text[]) as key (room, identity, idempotency_key)
  cross join lateral (
    select * from tips where (room, identity, idempotency_key) = (key.room, key.identity, key.idempotency_key) limit 1
  ) as sent`;

/** Keys with an open card payment: a tip from the wallet with the same key would charge the fan twice. */
const FIND_KEYS_BY_CARD = `select key.* from unnest($1::text[], $2::text[], $3::text[]) as key (room, identity, idempotency_key)
  cross join lateral (
    select 1 from card_tips where status = 'pending'
      and (room, identity, idempotency_key) = (key.room, key.identity, key.idempotency_key) limit 1
  ) as pending`;

const FIND_ROOMS = `select id, ended_at is not null as is_ended, items as menu
  from rooms left join tip_menus on tip_menus.room = rooms.id where id = any($1::text[])`;

/** Inserts all entries, payments and tips in one statement. It joins nothing, so its plan suits any number of rows. */
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
    ), payments as (
      insert into payments (id, kind, identity, room, creator, amount_minor, currency, shares, terms, paid_from,
        created_at, paid_at)
      select id, 'tip', identity, room, creator, amount, $3, shares::jsonb, terms, 'wallet', at::timestamptz, at::timestamptz
      from unnest($5::text[], $6::text[], $10::text[], $11::text[], $14::bigint[], $20::text[], $21::text[], $22::text[])
        as paid (id, at, room, identity, amount, creator, shares, terms)
    )
    insert into tips (id, sent_at, room, identity, name, role, amount_minor, currency, message, menu_item,
      menu_label, request, anonymous, idempotency_key)
    select id, at::timestamptz, room, identity, name, role, amount, $3, message, item, label, request, anonymous, key
    from unnest($5::text[], $6::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::text[],
      $16::text[], $17::text[], $18::text[], $23::boolean[], $19::text[])
      as sent (id, at, room, identity, name, role, amount, message, item, label, request, anonymous, key)`;

/** What the decision on a batch of tips depends on. */
export interface SeenBefore {
  availableMinor: ReadonlyMap<string, number>;
  earlier: readonly TipRow[];
  /** Keys of tips with an open payment page. */
  byCard: ReadonlySet<string>;
  /**
   * By id, read with the wallets locked: otherwise a retry at another gateway could be refused by the new menu or for
   * the end of the room, while the first request, checked before that, is still booked.
   */
  rooms: ReadonlyMap<string, TippedRoom>;
}

export interface TippedRoom {
  isEnded: boolean;
  menu: readonly TipMenuItem[];
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
  menu_label: string | null;
  request: TipRow['request'];
  anonymous: boolean;
  sent_at: string | Date;
}

export class TipBatchesStore {
  readonly #db: Database;
  readonly #outbox: Outbox;

  constructor(db: Database, outbox: Outbox) {
    this.#db = db;
    this.#outbox = outbox;
  }

  /**
   * One transaction for many tips. `decide` sees the locked wallets and earlier tips, and returns what to book and
   * which facts to add.
   */
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
        rooms: await this.#findRooms(run, drafts),
        byCard: new Set(byCard.map((row) => tipKey({ ...row, idempotencyKey: row.idempotency_key }))),
      });
      if (postings.length === 0) return [];
      await this.#book(run, postings);
      return this.#outbox.addAll(run, facts);
    });
  }

  async #findRooms(run: Run, drafts: TipRow[]): Promise<SeenBefore['rooms']> {
    const rooms = [...new Set(drafts.map(({ room }) => room))];
    const rows = await run<{ id: string; is_ended: boolean; menu: TipMenuItem[] | null }>(FIND_ROOMS, [rooms]);
    return new Map(rows.map(({ id, is_ended: isEnded, menu }) => [id, { isEnded, menu: menu ?? [] }]));
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
      menuLabel: row.menu_label,
      request: row.request,
      anonymous: row.anonymous,
      idempotencyKey: row.idempotency_key,
      sentAt: iso(row.sent_at),
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
      rows.map((row) => row.menuLabel),
      rows.map((row) => row.request),
      rows.map((row) => row.idempotencyKey),
      postings.map(({ sold }) => sold.creator),
      postings.map(({ sold }) => JSON.stringify(sold.shares)),
      postings.map(({ sold }) => sold.terms),
      rows.map((row) => row.anonymous),
    ]);
  }
}

/** Unambiguous: ids and keys have a narrow alphabet, and identities contain no line feed. */
export function tipKey({
  room,
  identity,
  idempotencyKey,
}: Pick<TipRow, 'room' | 'identity' | 'idempotencyKey'>): string {
  return `${room}\n${identity}\n${idempotencyKey}`;
}

/** The fan's promotional account, which pays first. */
export function promoOf({ identity, currency }: Pick<TipRow, 'identity' | 'currency'>): string {
  return accountId(fanPromo(identity, currency));
}

/** The fan's wallet. */
export function walletOf({ identity, currency }: Pick<TipRow, 'identity' | 'currency'>): string {
  return accountId({ kind: 'fan_wallet', owner: identity, currency });
}
