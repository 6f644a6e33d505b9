/**
 * The desk's search over many payments: finds each matching payment once, and reads no more than a page through the
 * indexes.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { searchStatement } from '../../../server/money/payments/payments.store.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { type SQL, sql } from '../../../server/platform/db/sql.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';

const MANY = 40_000;
const PEOPLE = 400;
const PAGE = 100;
/** The most rows that a search may read: a page of each kind by each column; half of all rows would be far more. */
const READ_MAX = 2_500;
const ROOM = sql`'room_' || n % 400`;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Plan[];
}

/** A naive search: `or` over everything that a payment can be found by. */
const findNaively = (query: string) => sql`select id from payments
  where ${query} in (id, identity, room, creator, item) order by paid_at desc, id desc`;

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
    const at = sql`date_trunc('milliseconds', now()) - (n / 3) * interval '1 minute'`;
    const who = (part: number) => sql`'person-' || (n * ${part}) % ${PEOPLE}`;
    const series = (count: number) => sql`generate_series(1, ${sql.raw(String(count))}) n`;
    const statements = [
      ...(
        [
          ['topup', 'topup_', who(11), null, null, null],
          ['ticket', 'ticket_', who(13), ROOM, who(7), null],
          ['tip', 'tip_', sql`case when n % 2 = 0 then 'whale' else ${who(17)} end`, ROOM, who(7), null],
          ['membership', 'invoice_', sql`'person-' || n % 1000`, null, who(3), sql`'mbr_' || n % 3000`],
          ['private_session', 'private_', who(19), ROOM, who(7), null],
          ['unusable', 'unusable_', who(23), null, null, null],
        ] as const
      ).map(
        ([kind, prefix, identity, room, creator, item]) =>
          sql`insert into payments (id, kind, identity, room, creator, item, amount_minor, currency, paid_from,
              created_at, paid_at)
            select ${prefix}::text || n, ${kind}, ${identity}, ${room}, ${creator}, ${item}, 500, 'eur', 'wallet', ${at}, ${at}
            from ${series(MANY)}`,
      ),
      sql`insert into refunds (id, payment, identity, amount_minor, settled_minor, currency, "to", status, reason,
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
    const expected = await rowsOf(findNaively(query));
    expect(await findAll(query)).toEqual(expected.map(({ id }) => id));
    if (query !== 'nobody') expect(expected.length).toBeGreaterThan(0);
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
      expect(scanned).toEqual([]);
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

function flatten(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
}
