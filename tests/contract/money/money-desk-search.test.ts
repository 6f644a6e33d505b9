/**
 * The desk's search over many payments: finds each matching payment once, and reads no more than a page through the
 * indexes.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { searchStatement } from '../../../server/money/desk/desk-payments.store.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { type SQL, sql } from '../../../server/platform/db/sql.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';

const MANY = 40_000;
const PEOPLE = 400;
const PAGE = 100;
/**
 * The most rows that a search may read: some pages of each searched kind and their joined rows; half of all rows would
 * be far more.
 */
const READ_MAX = 2_500;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Plan[];
}

/** A naive search per kind: `or` over everything that a payment can be found by. */
const REFERENCE: Record<string, (query: string) => SQL> = {
  topup: (query) => sql`select id, settled_at as at from topups
    where status = 'settled' and (id = ${query} or identity = ${query})`,
  ticket: (
    query,
  ) => sql`select p.id, coalesce(bought_at, p.created_at) as at from tickets p join rooms r on r.id = p.room
    where status in ('valid', 'refunded', 'disputed')
      and (p.id = ${query} or p.identity = ${query} or p.room = ${query} or r.creator = ${query})`,
  tip: (query) => sql`select p.id, sent_at as at from tips p join rooms r on r.id = p.room
    where p.id = ${query} or p.identity = ${query} or p.room = ${query} or r.creator = ${query}`,
  membership: (
    query,
  ) => sql`select p.id, paid_at as at from membership_invoices p join memberships m on m.id = p.membership
    where p.id = ${query} or m.id = ${query} or m.identity = ${query} or m.creator = ${query}`,
  private_session: (query) => sql`select id, ended_at as at from private_sessions
    where status = 'ended' and charged_minor > 0
      and (id = ${query} or identity = ${query} or room = ${query} or creator = ${query})`,
};

describe.each(DATABASES)('search on the desk, on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db, isRunning: false });
    await fill();
  });

  afterAll(async () => {
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /**
   * Payments of every kind, many with the same timestamp; people are fans and creators at once, and every second tip is
   * the whale's.
   */
  async function fill() {
    const at = sql`now() - (n / 3) * interval '1 minute'`;
    const who = (part: number) => sql`'person-' || (n * ${part}) % ${PEOPLE}`;
    const room = sql`'room_' || n % 400`;
    const series = (count: number) => sql`generate_series(1, ${sql.raw(String(count))}) n`;
    const statements = [
      sql`insert into rooms (id, creator, title, access_kind, currency)
        select 'room_' || n, ${who(7)}, 'An evening', 'free', 'eur' from ${series(MANY)}`,
      sql`insert into topups (id, identity, amount_minor, currency, status, created_at, settled_at)
        select 'topup_' || n, ${who(11)}, 1000, 'eur', case when n % 9 = 0 then 'pending' else 'settled' end, ${at},
          ${at}
        from ${series(MANY)}`,
      sql`insert into tickets (id, room, identity, price_minor, currency, paid_from, status, fee_policy,
        terms, creator_minor, created_at, bought_at)
        select 'ticket_' || n, ${room}, ${who(13)}, 500, 'eur', 'wallet',
          case when n % 5 = 0 then 'expired' else 'refunded' end, 'f', 't', 400,
          ${at}, case when n % 4 = 0 then null else ${at} end from ${series(MANY)}`,
      sql`insert into tips (id, room, identity, name, role, amount_minor, currency, idempotency_key, status,
        fee_policy, terms, creator_minor, sent_at)
        select 'tip_' || n, ${room}, case when n % 2 = 0 then 'whale' else ${who(17)} end, 'Léa', 'fan', 100, 'eur',
          n::text, 'settled', 'f', 't',
          80, ${at} from ${series(MANY)}`,
      sql`insert into memberships (id, tier, renewal_tier, creator, identity, name, status, success_url, cancel_url,
        created_at, expires_at)
        select 'mbr_' || n, 'tier_1', 'tier_1', ${who(3)}, 'person-' || n % 1000, 'Léa', 'ended', '', '', ${at},
          ${at} from ${series(MANY)}`,
      sql`insert into membership_invoices (invoice, id, membership, tier, amount_minor, currency, fee_policy, terms,
        creator_minor, period_end, paid_at,
          booked_at)
        select 'in_' || n, 'invoice_' || n, 'mbr_' || n % 3000, 'tier_1', 900, 'eur', 'f', 't', 700, ${at}, ${at},
          ${at} from ${series(MANY)}`,
      sql`insert into private_sessions (id, room, creator, identity, name, status, rate_minor, currency, fee_policy,
        terms, held_minor,
          charged_minor, requested_at, expires_at, ended_at)
        select 'private_' || n, ${room}, ${who(7)}, ${who(19)}, 'Léa',
          case when n % 6 = 0 then 'declined' else 'ended' end, 100, 'eur', 'f', 't',
          500, n % 3 * 100, ${at}, ${at}, ${at} from ${series(MANY)}`,
      sql`insert into refunds (id, topup, identity, amount_minor, settled_minor, currency, "to", status, reason,
        "by", created_at)
        select 'refund_' || n, 'topup_' || n, ${who(11)}, 100, 100, 'eur', 'card', 'succeeded', 'r', 'ada',
          ${at} from ${series(MANY)}`,
    ];
    for (const statement of statements) await db.orm.execute(statement);
    await db.orm.execute(sql`analyze`);
  }

  async function findAll(query: string, kind?: 'tip'): Promise<string[]> {
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await house.money.desk.payments.search({ query, kind, after, limit: PAGE });
      found.push(...page.payments.map(({ id }) => id));
      after = page.next ?? undefined;
    } while (after);
    return found;
  }

  const rowsOf = async (statement: SQL) =>
    ((await db.orm.execute(statement)) as unknown as { rows: Record<string, unknown>[] }).rows;

  /** `person-300` is the fan and the creator of the same private sessions. */
  const QUERIES = [
    'person-3',
    'person-300',
    'room_35',
    'topup_77',
    'ticket_78',
    'tip_79',
    'mbr_80',
    'invoice_81',
    'private_82',
    'nobody',
  ];

  test.each(QUERIES)('%s finds its payments in order, each once', async (query) => {
    const all = sql.join(
      Object.values(REFERENCE).map((of) => of(query)),
      sql` union all `,
    );
    const expected = await rowsOf(sql`select id from (${all}) s order by at desc, id desc`);
    expect(await findAll(query)).toEqual(expected.map(({ id }) => id));
    if (query !== 'nobody' && query !== 'private_82') expect(expected.length).toBeGreaterThan(0);
  });

  test.each([...QUERIES, 'whale', undefined])('a page of %s is read by index only', async (query) => {
    const after = { at: new Date(Date.now() - 60_000).toISOString(), id: 'x' };
    for (const search of [
      { query, limit: PAGE },
      { query, after, limit: PAGE },
    ]) {
      const [row] = await rowsOf(sql`explain (analyze, format json) ${searchStatement(search)}`);
      const plans = Object.values(row ?? {})[0];
      const [{ Plan: plan }] = (typeof plans === 'string' ? JSON.parse(plans) : plans) as [{ Plan: Plan }];
      const nodes = flatten(plan);
      const scanned = nodes
        .filter((node) => node['Node Type'].endsWith('Seq Scan'))
        .map((node) => node['Relation Name']);
      // These tables are empty, so an index would cost more.
      expect(scanned.filter((name) => name && !EMPTY.includes(name))).toEqual([]);
      const read = nodes.filter((node) => node['Node Type'].includes('Scan') && node['Relation Name']);
      expect(Math.max(...read.map((node) => node['Actual Rows'] * node['Actual Loops']))).toBeLessThan(READ_MAX);
    }
  });

  test('an id finds only its own payment', async () => {
    const { payment } = await house.money.desk.payments.get('tip_79').catch(() => ({ payment: undefined }));
    expect(payment).toMatchObject({ id: 'tip_79', kind: 'tip' });
    await expect(house.money.desk.payments.get('whale')).rejects.toMatchObject({ code: 'payment_not_found' });
  });
});

const EMPTY = ['checkouts', 'disputes', 'provider_refunds', 'ledger_transactions', 'ledger_entries'];

function flatten(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
}
