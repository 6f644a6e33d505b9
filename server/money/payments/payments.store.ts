/** Owns the table of payments: every kind is written, found, searched and marked refunded here. */
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, inArray, isNull, ne, type SQL, sql } from '../../platform/db/sql.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import { PERSON_ID_LIKE } from '../../protocol/accounts/people.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { PAYMENT_KINDS, type PaymentKind } from '../../protocol/money/payment-kind.ts';
import { execute, type Source } from '../ledger/ledger.store.ts';
import type { TransactionKind } from '../ledger/ledger.ts';
import type { CountryEvidence } from '../sales/country-evidence.ts';
import type { PageEdge } from './payment-pages.ts';
import { payments } from './payments.schema.ts';

export type PaymentRow = typeof payments.$inferSelect;
export type NewPayment = typeof payments.$inferInsert;

/** A payment and what became of it. */
export interface StandingPayment extends PaymentRow {
  /** Given back by the house, or by hand at the provider. */
  refundedMinor: number;
  isDisputed: boolean;
}

export interface Search {
  /** Any value by which a payment can be found. */
  query?: string | undefined;
  kind?: PaymentKind | undefined;
  /** Without payments of people of the house, or to its creators. */
  ofEmbedders?: boolean | undefined;
  after?: PageEdge | undefined;
  limit: number;
}

interface LegRow {
  transaction: string;
  kind: string;
  at: string;
  account: string;
  owner: string;
  amount: string;
}

/** Each has an index that continues with the kind, the time and the id. */
const SEARCHED = [sql`p.id`, sql`p.identity`, sql`p.room`, sql`p.creator`, sql`p.item`];
const IS_OF_HOUSE = sql`(p.identity like ${PERSON_ID_LIKE} or coalesce(p.creator, '') like ${PERSON_ID_LIKE})`;

const REFUNDED_MINOR = sql<string>`coalesce((select sum(amount) from (
    select r.amount_minor as amount from refunds r where r.payment = payments.id
    union all select h.amount_minor - h.settled_minor - h.loss_minor from provider_refunds h
      where h.source_id = payments.id and h.returned_at is null
  ) given), 0)`;
const IS_DISPUTED = sql<boolean>`exists (select 1 from disputes d
  where d.source_id = payments.id and d.status in ('inquiry', 'open', 'under_review', 'lost'))`;

/** The ids of a page. Each kind and column has its own query, because no index serves an `or` of them. */
export function searchStatement({ query, kind, ofEmbedders, after, limit }: Search): SQL {
  const isBeyond = after ? sql`(p.paid_at, p.id) < (${after.at}::timestamptz, ${after.id})` : sql`true`;
  const isShown = ofEmbedders ? sql`${isBeyond} and not ${IS_OF_HOUSE}` : isBeyond;
  const newest = (isFound: SQL) => sql`(select p.id, p.paid_at from payments p
    where p.kind = k.kind and ${isFound} and ${isShown} order by p.paid_at desc, p.id desc limit ${limit})`;
  const found = query === undefined ? [newest(sql`true`)] : SEARCHED.map((column) => newest(sql`${column} = ${query}`));
  const kinds = kind ? [kind] : PAYMENT_KINDS;
  // A payment that several queries find is listed once.
  return sql`select n.id from unnest(${sql.param(kinds)}::text[]) as k (kind)
    cross join lateral (select * from (${sql.join(found, sql` union `)}) f order by paid_at desc, id desc limit ${limit}) n
    order by n.paid_at desc, n.id desc limit ${limit}`;
}

/** The transaction that booked a payment as a sale or a top-up; one that bought nothing has none of this kind. */
export function saleOf({ kind, id }: { kind: string; id: string }): { kind: TransactionKind; source: Source } {
  return { kind: kind as TransactionKind, source: { type: kind as PaymentKind, id } };
}

export class PaymentsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: NewPayment): Promise<PaymentRow> {
    const [inserted] = await tx.insert(payments).values(row).returning();
    return inserted as PaymentRow;
  }

  async find(id: string, tx: Orm = this.#orm): Promise<PaymentRow | undefined> {
    const [row] = await tx.select().from(payments).where(eq(payments.id, id));
    return row;
  }

  /** By the provider's id, which is all that an event about a dispute or a refund names. */
  async findByProvider(providerPayment: string): Promise<PaymentRow | undefined> {
    const [row] = await this.#orm.select().from(payments).where(eq(payments.providerPayment, providerPayment));
    return row;
  }

  /** The latest of the payments for an item. */
  async findLatestFor(item: string): Promise<PaymentRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(payments)
      .where(eq(payments.item, item))
      .orderBy(desc(payments.paidAt))
      .limit(1);
    return row;
  }

  /** False when it was refunded before. */
  async markRefunded(tx: Orm, id: string, at: string): Promise<boolean> {
    const marked = await tx
      .update(payments)
      .set({ refundedAt: at })
      .where(and(eq(payments.id, id), isNull(payments.refundedAt)))
      .returning({ id: payments.id });
    return marked.length > 0;
  }

  /** True when the fee was not known before. */
  async setFee(tx: Orm, id: string, feeMinor: number): Promise<boolean> {
    const set = await tx
      .update(payments)
      .set({ feeMinor, ...NOT_DUE })
      .where(and(eq(payments.id, id), isNull(payments.feeMinor)))
      .returning({ id: payments.id });
    return set.length > 0;
  }

  /** Its fee is not known yet: the next lookup. */
  async setFeeLookup(id: string, dueAt: string | null): Promise<void> {
    await this.#orm
      .update(payments)
      .set({ dueAt })
      .where(and(eq(payments.id, id), isNull(payments.feeMinor)));
  }

  /**
   * What a person's payments by card say of their country: that of the top-up whose credit is spent next, or the latest
   * one, and that of the latest payment of any kind.
   */
  async findEvidence(identity: string): Promise<Record<'wallet' | 'card', CountryEvidence[]>> {
    const { rows } = await execute<Record<'wallet' | 'card', CountryEvidence[] | null>>(
      this.#orm,
      sql`with unspent as (
          select payments.paid_at, payments.id, payments.evidence,
            sum(payments.amount_minor - ${REFUNDED_MINOR}) over (order by payments.paid_at desc, payments.id desc) as upto
          from payments where payments.identity = ${identity} and payments.kind = 'topup' and payments.evidence <> '[]'
        ), wallet as (
          select coalesce(sum(balance), 0) as balance from ledger_accounts where owner = ${identity} and kind = 'fan_wallet'
        )
        select coalesce(
            (select evidence from unspent, wallet where upto >= balance order by upto, paid_at desc, id desc limit 1),
            (select evidence from unspent order by paid_at desc, id desc limit 1), latest.evidence) as wallet,
          latest.evidence as card
        from (select 1) as one left join lateral (select evidence from payments
          where identity = ${identity} and paid_from = 'card' and evidence <> '[]'
          order by paid_at desc, id desc limit 1) as latest on true`,
    );
    return { wallet: rows[0]?.wallet ?? [], card: rows[0]?.card ?? [] };
  }

  async findStanding(id: string): Promise<StandingPayment | undefined> {
    return (await this.#listStanding(eq(payments.id, id), 1))[0];
  }

  /** A person's payments by card, newest first: top-ups, or all others. */
  listByCard(
    identity: string,
    { isTopup, after, limit }: { isTopup: boolean; after: PageEdge | undefined; limit: number },
    tx: Orm = this.#orm,
  ): Promise<StandingPayment[]> {
    const isOf = and(eq(payments.identity, identity), eq(payments.paidFrom, 'card'));
    const isBeyond = after && sql`(payments.paid_at, payments.id) < (${after.at}::timestamptz, ${after.id})`;
    return this.#listStanding(and(isOf, (isTopup ? eq : ne)(payments.kind, 'topup'), isBeyond), limit, tx);
  }

  /** Top-ups with what of this credit they paid, newest first: the newest counts as spent last. */
  async listUnspent(
    identity: string,
    creditMinor: number,
    tx: Orm = this.#orm,
  ): Promise<{ topup: StandingPayment; unspentMinor: number }[]> {
    const unspent: { topup: StandingPayment; unspentMinor: number }[] = [];
    const limit = LIMITS.listPageItems;
    let [leftMinor, after]: [number, PageEdge | undefined] = [creditMinor, undefined];
    do {
      const page: StandingPayment[] = await this.listByCard(identity, { isTopup: true, after, limit }, tx);
      for (const topup of page) {
        if (leftMinor <= 0) return unspent;
        const unspentMinor = topup.isDisputed ? 0 : Math.min(leftMinor, topup.amountMinor - topup.refundedMinor);
        if (unspentMinor > 0) unspent.push({ topup, unspentMinor });
        leftMinor -= Math.max(0, unspentMinor);
      }
      const last = page.length === limit ? page.at(-1) : undefined;
      after = last && { at: last.paidAt, id: last.id };
    } while (after);
    return unspent;
  }

  /** Payments of every kind, newest first, always by an index. */
  async search(search: Search): Promise<StandingPayment[]> {
    const { rows } = await execute<{ id: string }>(this.#orm, searchStatement(search));
    const ids = rows.map(({ id }) => id);
    return ids.length > 0 ? this.#listStanding(inArray(payments.id, ids), search.limit) : [];
  }

  async #listStanding(isFound: SQL | undefined, limit: number, tx: Orm = this.#orm): Promise<StandingPayment[]> {
    const rows = await tx
      .select({ payment: payments, refunded: REFUNDED_MINOR, isDisputed: IS_DISPUTED })
      .from(payments)
      .where(isFound)
      .orderBy(desc(payments.paidAt), desc(payments.id))
      .limit(limit);
    return rows.map(({ payment, refunded, isDisputed }) => ({
      ...payment,
      refundedMinor: Number(refunded),
      isDisputed,
    }));
  }

  /** Those of some payments, by their own id or that of their item, that `ofEmbedders` hides. */
  async findOfHouse(ids: string[]): Promise<Set<string>> {
    const { rows } = await execute<{ id: string }>(
      this.#orm,
      sql`select p.id from payments p where p.id in ${ids} and ${IS_OF_HOUSE}
        union select p.item from payments p where p.item in ${ids} and ${IS_OF_HOUSE}`,
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** All ledger entries of a payment: its sale, reversals and the provider's fee. */
  async listLegs(id: string): Promise<LegRow[]> {
    const { rows } = await execute<LegRow>(
      this.#orm,
      sql`with own as (
          select id from ledger_transactions where source_id = ${id}
        ), all_of_it as (
          select id from own union select r.id from ledger_transactions r join own on r.reverses_id = own.id
        )
        select x.id as transaction, x.kind, x.created_at as at, a.kind as account, a.owner, e.amount_minor as amount
        from all_of_it join ledger_transactions x on x.id = all_of_it.id
        join ledger_entries e on e.transaction = x.id join ledger_accounts a on a.id = e.account
        order by e.seq limit 500`,
    );
    return rows;
  }
}
