import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
import type { PaymentKind } from '../protocol/desk.ts';
import { AppError } from '../protocol/errors.ts';
import { execute } from './ledger.store.ts';
import { creatorFreezes, deskActs } from './payouts.schema.ts';
import { isSessionGivenBack } from './receipts.store.ts';

export type FreezeRow = typeof creatorFreezes.$inferSelect;
export type DeskActRow = typeof deskActs.$inferSelect;

/** Name of the unique index that makes one freeze of a creator at a time. */
export const ONE_FREEZE = 'creator_freezes_standing';

export interface PaymentRow {
  kind: PaymentKind;
  id: string;
  identity: string;
  creator: string | null;
  room: string | null;
  amount: string;
  refunded: string;
  paid_by: 'wallet' | 'card';
  is_disputed: boolean;
  is_refunded: boolean;
  at: string;
  provider_payment: string | null;
}

/** Where a page of payments goes on: the moment and the id of the last one before. */
export interface PageEdge {
  at: string;
  id: string;
}

export interface Search {
  query?: string | undefined;
  kind?: PaymentKind | undefined;
  after?: PageEdge | undefined;
  limit: number;
}

/** Every kind of payment in one shape; `%filter%` is applied in each branch, where the indexes are. */
const BRANCHES: Record<PaymentKind, (filter: SQL) => SQL> = {
  topup: (
    filter,
  ) => sql`select 'topup' as kind, p.id, p.identity, null as creator, null as room, p.amount_minor as amount,
      'card' as paid_by, false as is_refunded, p.settled_at as at, c.provider_payment
    from topups p left join checkouts c on c.source_id = p.id where p.status = 'settled' and ${filter}`,
  ticket: (
    filter,
  ) => sql`select 'ticket' as kind, p.id, p.identity, r.creator, p.room, p.price_minor as amount, p.paid_from as paid_by,
      p.status = 'refunded' as is_refunded, coalesce(p.bought_at, p.created_at) as at, c.provider_payment
    from tickets p join rooms r on r.id = p.room left join checkouts c on c.source_id = p.id
    where p.status in ('valid', 'refunded', 'disputed') and ${filter}`,
  tip: (filter) => sql`select 'tip' as kind, p.id, p.identity, r.creator, p.room, p.amount_minor as amount,
      case when c.id is null then 'wallet' else 'card' end as paid_by, p.status = 'refunded' as is_refunded, p.sent_at as at,
      c.provider_payment
    from tips p join rooms r on r.id = p.room left join checkouts c on c.source_id = p.id where ${filter}`,
  membership: (
    filter,
  ) => sql`select 'membership' as kind, p.id, m.identity, m.creator, null as room, p.amount_minor as amount,
      'card' as paid_by, false as is_refunded, p.paid_at as at, p.provider_payment
    from membership_invoices p join memberships m on m.id = p.membership where ${filter}`,
  private_session: (
    filter,
  ) => sql`select 'private_session' as kind, p.id, p.identity, p.creator, p.room, p.charged_minor as amount,
      'wallet' as paid_by, ${isSessionGivenBack(sql`p.id`)} as is_refunded, p.ended_at as at, null as provider_payment
    from private_sessions p where p.status = 'ended' and p.charged_minor > 0 and ${filter}`,
};

/** What a search looks for in each kind: the payment itself, its buyer, its creator, its room. */
const MATCHES: Record<PaymentKind, (query: string) => SQL> = {
  topup: (query) => sql`(p.id = ${query} or p.identity = ${query})`,
  ticket: (query) => sql`(p.id = ${query} or p.identity = ${query} or p.room = ${query} or r.creator = ${query})`,
  tip: (query) => sql`(p.id = ${query} or p.identity = ${query} or p.room = ${query} or r.creator = ${query})`,
  membership: (query) =>
    sql`(p.id = ${query} or p.membership = ${query} or m.identity = ${query} or m.creator = ${query})`,
  private_session: (query) =>
    sql`(p.id = ${query} or p.identity = ${query} or p.room = ${query} or p.creator = ${query})`,
};

/** When each was paid, by the expression that its index has. */
const PAID_AT: Record<PaymentKind, SQL> = {
  topup: sql`p.settled_at`,
  ticket: sql`coalesce(p.bought_at, p.created_at)`,
  tip: sql`p.sent_at`,
  membership: sql`p.paid_at`,
  private_session: sql`p.ended_at`,
};

const KINDS = Object.keys(BRANCHES) as PaymentKind[];

export class DeskStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async search({ query, kind, after, limit }: Search): Promise<PaymentRow[]> {
    const kinds = kind ? [kind] : KINDS;
    // A page of each kind, of which the newest make the page of all: none is read further than that.
    const branches = kinds.map((each) => {
      const place = sql`(${PAID_AT[each]}, p.id)`;
      const isWanted = query === undefined ? sql`true` : MATCHES[each](query);
      const isBeyond = after ? sql`${place} < (${after.at}::timestamptz, ${after.id})` : sql`true`;
      const page = BRANCHES[each](sql`${isWanted} and ${isBeyond}`);
      return sql`(${page} order by ${PAID_AT[each]} desc, p.id desc limit ${limit})`;
    });
    const { rows } = await execute<PaymentRow>(
      this.#orm,
      sql`with found as (
          select * from (${sql.join(branches, sql` union all `)}) s order by s.at desc, s.id desc limit ${limit}
        )
        select f.*, coalesce((select sum(amount) from (
            select r.amount_minor as amount from refunds r
              where f.id in (r.ticket, r.tip, r.topup, r.membership_invoice, r.private_session)
            union all select h.amount_minor - h.loss_minor from provider_made_refunds h where h.source_id = f.id
          ) given), 0) as refunded,
          exists (select 1 from disputes d where d.source_id = f.id and d.status in ('inquiry', 'open', 'under_review', 'lost')) as is_disputed
        from found f order by f.at desc, f.id desc`,
    );
    return rows;
  }

  /** The payment that a refund has given back. */
  async findRefunded(refund: string): Promise<string | undefined> {
    const { rows } = await execute<{ payment: string }>(
      this.#orm,
      sql`select coalesce(ticket, tip, topup, membership_invoice, private_session) as payment from refunds where id = ${refund}`,
    );
    return rows[0]?.payment;
  }

  /** Every line of the books of a payment: its sale, what took it back, the provider's fee. */
  async listLegs(
    sourceIds: string[],
  ): Promise<{ transaction: string; kind: string; at: string; account: string; owner: string; amount: string }[]> {
    const { rows } = await execute<{
      transaction: string;
      kind: string;
      at: string;
      account: string;
      owner: string;
      amount: string;
    }>(
      this.#orm,
      sql`with own as (
          select id from ledger_transactions where source_id in ${sourceIds}
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

  async findInvoice(id: string): Promise<string | undefined> {
    const { rows } = await execute<{ invoice: string }>(
      this.#orm,
      sql`select invoice from membership_invoices where id = ${id}`,
    );
    return rows[0]?.invoice;
  }

  async findCheckout(sourceId: string): Promise<string | undefined> {
    const { rows } = await execute<{ id: string }>(
      this.#orm,
      sql`select id from checkouts where source_id = ${sourceId}`,
    );
    return rows[0]?.id;
  }

  async countTrouble(): Promise<
    Record<
      'open' | 'open_minor' | 'refunds' | 'payouts' | 'events' | 'frozen' | 'pending' | 'pending_minor',
      string
    > & { due_at: string | null }
  > {
    const { rows } = await execute<
      Record<
        'open' | 'open_minor' | 'refunds' | 'payouts' | 'events' | 'frozen' | 'pending' | 'pending_minor',
        string
      > & {
        due_at: string | null;
      }
    >(
      this.#orm,
      sql`select d.n as open, d.sum as open_minor, d.due_at,
          (select count(*) from refunds where status = 'failed') as refunds,
          (select count(*) from payouts p where p.status = 'failed'
            and not exists (select 1 from payouts later where later.creator = p.creator and later.created_at > p.created_at)) as payouts,
          (select count(*) from provider_events where processed_at is null and error is not null) as events,
          (select count(*) from creator_freezes where lifted_at is null) as frozen,
          w.n as pending, w.sum as pending_minor
        from (select count(*) as n, coalesce(sum(amount_minor), 0) as sum, min(evidence_due_at) filter (where submitted_at is null) as due_at
            from disputes where status in ('inquiry', 'open', 'under_review')) d,
          (select count(*) as n, coalesce(sum(amount_minor), 0) as sum from payouts where status = 'pending') w`,
    );
    const [row] = rows;
    if (!row) throw new AppError('internal', 'An aggregate has one row.');
    return row;
  }

  async listFrozen(limit: number): Promise<FreezeRow[]> {
    return this.#orm
      .select()
      .from(creatorFreezes)
      .where(isNull(creatorFreezes.liftedAt))
      .orderBy(desc(creatorFreezes.frozenAt))
      .limit(limit);
  }

  async findFreeze(creator: string, tx: Orm = this.#orm): Promise<FreezeRow | undefined> {
    const [row] = await tx
      .select()
      .from(creatorFreezes)
      .where(and(eq(creatorFreezes.creator, creator), isNull(creatorFreezes.liftedAt)));
    return row;
  }

  async insertFreeze(tx: Orm, row: typeof creatorFreezes.$inferInsert): Promise<void> {
    await tx.insert(creatorFreezes).values(row);
  }

  async liftFreeze(
    tx: Orm,
    creator: string,
    lift: { by: string; reason: string; at: string },
  ): Promise<FreezeRow | undefined> {
    const [row] = await tx
      .update(creatorFreezes)
      .set({ liftedAt: lift.at, liftedBy: lift.by, liftReason: lift.reason })
      .where(and(eq(creatorFreezes.creator, creator), isNull(creatorFreezes.liftedAt)))
      .returning();
    return row;
  }

  async insertAct(row: typeof deskActs.$inferInsert, tx: Orm = this.#orm): Promise<void> {
    await tx.insert(deskActs).values(row);
  }

  /** How it went, once: what is settled stays as it is. */
  async settleAct(id: string, how: { outcome: 'done' | 'failed'; subject?: string; failure?: string }): Promise<void> {
    await this.#orm
      .update(deskActs)
      .set(how)
      .where(and(eq(deskActs.id, id), eq(deskActs.outcome, 'begun')));
  }

  async listActs(subject: string | undefined, limit: number): Promise<DeskActRow[]> {
    return this.#orm
      .select()
      .from(deskActs)
      .where(subject === undefined ? undefined : eq(deskActs.subject, subject))
      .orderBy(desc(deskActs.at))
      .limit(limit);
  }
}
