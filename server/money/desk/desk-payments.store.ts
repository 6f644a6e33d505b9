/** The desk's search: payments of every kind in one shape, newest first, always by an index. */

import type { Database, Orm } from '../../platform/db/db.ts';
import { type SQL, sql } from '../../platform/db/sql.ts';
import { PERSON_ID_LIKE } from '../../protocol/accounts/people.ts';
import type { PaymentKind } from '../../protocol/money/desk.ts';
import { isRefunded } from '../invoices/receipts.store.ts';
import { execute } from '../ledger/ledger.store.ts';

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

interface LegRow {
  transaction: string;
  kind: string;
  at: string;
  account: string;
  owner: string;
  amount: string;
}

/** Cursor of a page: time and id of the previous page's last payment. */
export interface PageEdge {
  at: string;
  id: string;
}

export interface Search {
  /** Any value by which a payment can be found. */
  query?: string | undefined;
  /** The payment's own id. */
  id?: string | undefined;
  kind?: PaymentKind | undefined;
  /** Without payments of people of the house, or in rooms of its creators. */
  ofEmbedders?: boolean | undefined;
  after?: PageEdge | undefined;
  limit: number;
}

/**
 * How to search one kind of payment, and how it maps to the common shape. Every searchable column has an index that
 * starts with it and continues with the time and the id.
 */
interface Kind {
  /** Aliased as `p`. */
  table: SQL;
  /** Its id, if that is not `p.id`. */
  id?: SQL;
  isPaid: SQL;
  /** When it was paid; the same expression as in the indexes. */
  paidAt: SQL;
  columns: SQL[];
  /** Whether a person of the house paid it, or one of its creators earned it. */
  isOfHouse: SQL;
  /**
   * The owners of payments, which are found first: for example the rooms of a creator, and then the payments of each
   * room.
   */
  owners: { table: SQL; column: SQL; link: SQL }[];
  shape: SQL;
  joins: SQL;
}

const PAID_BY_PERSON = sql`p.identity like ${PERSON_ID_LIKE}`;
const OF_HOUSE_ROOM = sql`(${PAID_BY_PERSON}
  or exists (select 1 from rooms h where h.id = p.room and h.creator like ${PERSON_ID_LIKE}))`;

const ROOMS_OF_CREATOR = { table: sql`rooms o`, column: sql`o.creator`, link: sql`p.room = o.id` };
const MEMBERSHIPS = { table: sql`memberships o`, link: sql`p.membership = o.id` };

// Looked up by key, only for the rows of the page.
const WITH_ROOM = sql`cross join lateral (select creator from rooms where id = p.room limit 1) r`;
const WITH_CHECKOUT = sql`left join lateral (select id, provider_payment from checkouts where source_id = p.id limit 1) c on true`;
const WITH_MEMBERSHIP = sql`cross join lateral (select identity, creator from memberships where id = p.membership limit 1) m`;

const KINDS: Record<PaymentKind, Kind> = {
  topup: {
    table: sql`topups p`,
    isPaid: sql`p.status = 'settled'`,
    paidAt: sql`p.settled_at`,
    columns: [sql`p.id`, sql`p.identity`],
    isOfHouse: PAID_BY_PERSON,
    owners: [],
    shape: sql`'topup' as kind, p.id, p.identity, null as creator, null as room, p.amount_minor as amount, 'card' as paid_by,
      false as is_refunded, k.at, c.provider_payment`,
    joins: WITH_CHECKOUT,
  },
  ticket: {
    table: sql`tickets p`,
    isPaid: sql`p.status in ('valid', 'refunded', 'disputed')`,
    paidAt: sql`coalesce(p.bought_at, p.created_at)`,
    columns: [sql`p.id`, sql`p.identity`, sql`p.room`],
    isOfHouse: OF_HOUSE_ROOM,
    owners: [ROOMS_OF_CREATOR],
    shape: sql`'ticket' as kind, p.id, p.identity, r.creator, p.room, p.price_minor as amount, p.paid_from as paid_by,
      p.status = 'refunded' as is_refunded, k.at, c.provider_payment`,
    joins: sql`${WITH_ROOM} ${WITH_CHECKOUT}`,
  },
  tip: {
    table: sql`tips p`,
    isPaid: sql`true`,
    paidAt: sql`p.sent_at`,
    columns: [sql`p.id`, sql`p.identity`, sql`p.room`],
    isOfHouse: OF_HOUSE_ROOM,
    owners: [ROOMS_OF_CREATOR],
    shape: sql`'tip' as kind, p.id, p.identity, r.creator, p.room, p.amount_minor as amount,
      case when c.id is null then 'wallet' else 'card' end as paid_by, p.status = 'refunded' as is_refunded, k.at, c.provider_payment`,
    joins: sql`${WITH_ROOM} ${WITH_CHECKOUT}`,
  },
  membership: {
    table: sql`membership_invoices p`,
    isPaid: sql`true`,
    paidAt: sql`p.paid_at`,
    columns: [sql`p.id`, sql`p.membership`],
    isOfHouse: sql`exists (select 1 from memberships h
      where h.id = p.membership and (h.identity like ${PERSON_ID_LIKE} or h.creator like ${PERSON_ID_LIKE}))`,
    owners: [
      { ...MEMBERSHIPS, column: sql`o.identity` },
      { ...MEMBERSHIPS, column: sql`o.creator` },
    ],
    shape: sql`'membership' as kind, p.id, m.identity, m.creator, null as room, p.amount_minor as amount, 'card' as paid_by,
      false as is_refunded, k.at, p.provider_payment`,
    joins: WITH_MEMBERSHIP,
  },
  private_session: {
    table: sql`private_sessions p`,
    isPaid: sql`p.status = 'ended' and p.charged_minor > 0`,
    paidAt: sql`p.ended_at`,
    columns: [sql`p.id`, sql`p.identity`, sql`p.room`, sql`p.creator`],
    isOfHouse: sql`(${PAID_BY_PERSON} or p.creator like ${PERSON_ID_LIKE})`,
    owners: [],
    shape: sql`'private_session' as kind, p.id, p.identity, p.creator, p.room, p.charged_minor as amount, 'wallet' as paid_by,
      ${isRefunded('private_session', sql`p.id`)} as is_refunded, k.at, null as provider_payment`,
    joins: sql``,
  },
  unusable: {
    table: sql`checkouts p`,
    id: sql`p.source_id`,
    // A ticket that was refunded at once is found as a ticket.
    isPaid: sql`p.unusable_because is not null and not exists (select 1 from tickets t where t.id = p.source_id)`,
    paidAt: sql`p.paid_at`,
    columns: [sql`p.source_id`, sql`p.identity`],
    isOfHouse: PAID_BY_PERSON,
    owners: [],
    shape: sql`'unusable' as kind, p.source_id as id, p.identity, null as creator, null as room, p.amount_minor as amount,
      'card' as paid_by, false as is_refunded, k.at, p.provider_payment`,
    joins: sql``,
  },
};
const ID = sql`p.id`;
const ALL_KINDS = Object.keys(KINDS) as PaymentKind[];

/**
 * Times and ids of a page of one kind. Each column has its own query and index, because no index serves an `or` of
 * them.
 */
function pick(
  { table, id: key = ID, isPaid, paidAt, columns, owners, isOfHouse }: Kind,
  { query, id, ofEmbedders, after, limit }: Search,
): SQL {
  const isBeyond = after ? sql`(${paidAt}, ${key}) < (${after.at}::timestamptz, ${after.id})` : sql`true`;
  const isShown = ofEmbedders ? sql`${isPaid} and not ${isOfHouse}` : isPaid;
  const newest = (isFound: SQL) => sql`(select ${key} as id, ${paidAt} as at from ${table}
    where ${isShown} and ${isFound} and ${isBeyond} order by ${paidAt} desc, ${key} desc limit ${limit})`;
  if (id !== undefined) return newest(sql`${key} = ${id}`);
  if (query === undefined) return newest(sql`true`);
  const direct = columns.map((column) => newest(sql`${column} = ${query}`));
  const owned = owners.map(
    (owner) => sql`(select n.* from ${owner.table} cross join lateral ${newest(owner.link)} n
      where ${owner.column} = ${query} order by n.at desc, n.id desc limit ${limit})`,
  );
  // A payment that several queries find is listed once.
  return sql`(${sql.join([...direct, ...owned], sql` union `)} order by at desc, id desc limit ${limit})`;
}

/** Reads one page of each kind and merges them; the newest are the result. */
export function searchStatement(search: Search): SQL {
  const pages = (search.kind ? [search.kind] : ALL_KINDS).map((name) => {
    const { table, id: key = ID, shape, joins } = KINDS[name];
    return sql`(select ${shape} from ${pick(KINDS[name], search)} k
      cross join lateral (select * from ${table} where ${key} = k.id limit 1) p ${joins})`;
  });
  return sql`with found as (
      select * from (${sql.join(pages, sql` union all `)}) s order by s.at desc, s.id desc limit ${search.limit}
    )
    select f.*, coalesce((select sum(amount) from (
        select r.amount_minor as amount from refunds r
          where f.id in (r.ticket, r.tip, r.topup, r.membership_invoice, r.private_session)
        union all select h.amount_minor - h.settled_minor - h.loss_minor from provider_refunds h
          where h.source_id = f.id and h.returned_at is null
      ) given), 0) as refunded,
      exists (select 1 from disputes d where d.source_id = f.id and d.status in ('inquiry', 'open', 'under_review', 'lost')) as is_disputed
    from found f order by f.at desc, f.id desc`;
}

export class DeskPaymentsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async search(search: Search): Promise<PaymentRow[]> {
    return (await execute<PaymentRow>(this.#orm, searchStatement(search))).rows;
  }

  /** Those of some payments, by their own id or that of their membership, that `ofEmbedders` hides. */
  async findOfHouse(ids: string[]): Promise<Set<string>> {
    const found = Object.values(KINDS).map(
      ({ table, id = ID, isOfHouse }) => sql`select ${id} as id from ${table} where ${id} in ${ids} and ${isOfHouse}`,
    );
    const { table, isOfHouse } = KINDS.membership;
    found.push(sql`select p.membership as id from ${table} where p.membership in ${ids} and ${isOfHouse}`);
    const { rows } = await execute<{ id: string }>(this.#orm, sql.join(found, sql` union `));
    return new Set(rows.map(({ id }) => id));
  }

  /** All ledger entries of a payment: its sale, reversals and the provider's fee. */
  async listLegs(sourceIds: string[]): Promise<LegRow[]> {
    const { rows } = await execute<LegRow>(
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
}
