/**
 * How much of a large database each of these calls reads: a few pages through an index, not the whole history. Postgres
 * counts the pages.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { removeMessagesOf } from '../../../server/chat/moderation/moderation.store.ts';
import { PollsStore } from '../../../server/chat/moderation/polls.store.ts';
import { PersonalDataStore } from '../../../server/chat/records/personal-data.store.ts';
import { RecordsStore } from '../../../server/chat/records/records.store.ts';
import { ReconciliationsStore } from '../../../server/money/books/reconciliations.store.ts';
import { InvoicesStore } from '../../../server/money/invoices/invoices.store.ts';
import { ReceiptsStore } from '../../../server/money/invoices/receipts.store.ts';
import { LedgerStore } from '../../../server/money/ledger/ledger.store.ts';
import { PaymentsStore } from '../../../server/money/payments/payments.store.ts';
import { RefundsStore } from '../../../server/money/refunds/refunds.store.ts';
import { CancellationsStore } from '../../../server/money/sales/cancellations.store.ts';
import { Database } from '../../../server/platform/db/db.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import { RestrictionsStore } from '../../../server/rooms/restrictions/restrictions.store.ts';
import { RoomsStore } from '../../../server/rooms/rooms.store.ts';
import { hasPostgres } from '../../support/databases/databases.ts';
import { createTestDatabase, type TestPostgres } from '../../support/databases/postgres.ts';

const MANY = 20_000;
/** A history of `MANY` rows has hundreds of pages, in each table and index. */
const PAGES_MAX = 60;

const NOW = new Date().toISOString();
const A_YEAR_AGO = new Date(Date.now() - 365 * 24 * 60 * 60_000).toISOString();
const HOUSE = { identity: 'house', name: 'House', role: 'server' } as const;

const HISTORY = [
  `insert into ledger_accounts (id, owner, kind, currency, balance)
    select kind || ':eur', '#house', kind, 'eur', null from unnest(array['provider_clearing', 'platform_revenue']) kind`,
  `insert into ledger_transactions (id, kind, source_type, source_id, currency, created_at)
    select 'ltx_' || n, 'tip', 'tip', 'tip_' || n, 'eur', now() from generate_series(1, ${MANY}) n`,
  `insert into ledger_transactions (id, kind, source_type, source_id, currency, created_at)
    select 'ltx_charge_' || n, 'provider_charge', 'provider_movement', 'txn_' || n, 'eur', now()
    from generate_series(1, ${MANY}) n`,
  `insert into ledger_entries (transaction, account, amount_minor)
    select id, account, amount from ledger_transactions,
      (values ('provider_clearing:eur', -5), ('platform_revenue:eur', 5)) as leg (account, amount)`,
  `insert into invoices (seller, year, number, transaction, identity, issued_at, seller_name, seller_address, vat_minor)
    select 'Loge', 2026, n, 'ltx_' || n, 'fan', now(), 'Loge', 'Paris', 0 from generate_series(1, ${MANY}) n`,
  `insert into chat_rooms (room, creator) select 'room_' || n, 'ada' from generate_series(0, 99) n`,
  `insert into chat_entries (room, seq, kind, id, identity, name, role, text, client_id, sent_at)
    select 'room_' || n % 100, n, 'message', 'msg_' || n, 'person-' || n % 4000, 'Léa', 'fan', 'Bravo', n, now()
    from generate_series(1, ${MANY}) n`,
  `insert into chat_entries (room, seq, kind, id, identity, name, role, sent_at, erased_at)
    select 'room_old', n, 'message', 'msg_old_' || n, 'erased', 'Erased', 'fan', now() - interval '2 years', now()
    from generate_series(1, ${MANY}) n`,
  `insert into chat_polls (id, room, question, options, votes, started_by, started_at, closes_at, closed_at)
    select 'poll_' || n, 'room_' || n % 100, 'Which song?', '[]', '[]', 'ada', at, at, at
    from generate_series(1, ${MANY}) n, (select now() - interval '2 years' as at) past`,
  `insert into rooms (id, creator, title, access_kind, currency, first_live_at, live_ended_at, ended_at)
    select 'room_' || n, 'ada', 'An evening', 'ticket', 'eur', at, at, at
    from generate_series(1, ${MANY}) n, (select now() - interval '2 years' as at) past`,
  `insert into tickets (id, room, identity, price_minor, currency, paid_from, status, terms,
      created_at, bought_at)
    select 'ticket_' || n, 'room_' || n, 'fan', 500, 'eur', 'wallet', 'valid', 'none', at, at
    from generate_series(1, ${MANY}) n, (select now() - interval '3 years' as at) past`,
  `insert into refunds (id, payment, identity, amount_minor, settled_minor, currency, "to", status, reason, by, created_at)
    select 'refund_' || n, 'tip_' || n, 'fan', 500, 500, 'eur', 'wallet', 'succeeded', 'A mistake', 'operator', '2019-01-01'
    from generate_series(1, ${MANY}) n`,
  `insert into restrictions (id, kind, identity, creator, room, decision, reason, by, by_role, created_at, lifted_at)
    select 'restriction_' || n, (array['removal', 'ban', 'suspension', 'freeze'])[1 + n % 4], 'person-' || n % 4000,
      case when n % 4 < 2 then 'ada' end, case when n % 8 < 2 then 'room_' || n end, 'decision_' || n, '', 'ada', 'creator',
      now() + n * interval '1 second', case when n % 3 = 0 then now() end
    from generate_series(1, ${MANY}) n`,
  `insert into cancellations (room, reason, min_live_seconds, decided_at, completed_at)
    select id, 'live_over', 300, ended_at, ended_at from rooms`,
];

const PERSON = { identity: 'person-7', room: 'room_7', creator: 'ada' };

const CALLS: Record<string, (db: Database) => Promise<unknown>> = {
  'sums of a receipt': (db) => new ReceiptsStore(db).find('tip', 'tip_7'),
  'what reversed a payment': (db) => new ReceiptsStore(db).listReversals('ltx_7'),
  'number of a receipt': (db) => new InvoicesStore(db).find('ltx_7'),
  'legs of a payment on the desk': (db) => new PaymentsStore(db).listLegs('tip_7'),
  "movement in the provider's books": (db) =>
    new LedgerStore(db.orm).isBooked(db.orm, {
      kind: 'bank_payout',
      source: { type: 'provider_movement', id: 'txn_7' },
    }),
  'refunds of a payment': (db) => new RefundsStore(db).listOf('tip_7'),
  'what a person wrote in rooms of a creator': (db) => new RecordsStore(db).figuresOf('ada', 'person-7'),
  'removal of a person’s messages': (db) =>
    db.bulkTransaction((run) => removeMessagesOf(run, { room: 'room_7' as RoomId, identity: 'person-7', at: NOW })),
  'export of a person’s messages': (db) => new PersonalDataStore(db).listMessages('person-7', { limit: 100 }),
  'erasure of a person': (db) =>
    new PersonalDataStore(db).erase({ identity: 'person-8', pseudonym: 'erased-8', at: NOW, actor: HOUSE }),
  'retention with nothing left to erase': (db) =>
    new PersonalDataStore(db).retire({ at: NOW, messagesBefore: A_YEAR_AGO, evidenceBefore: A_YEAR_AGO }),
  'polls to close': (db) => new PollsStore(db).findDue(NOW, 100),
  'ended rooms without a decision': (db) =>
    new CancellationsStore(db).findUndecided({ sinceIso: A_YEAR_AGO, minLiveSeconds: 300, limit: 20 }),
  'rooms of the public list': (db) =>
    new RoomsStore(db).listPublic({ nowIso: NOW, overdueIso: NOW, perCreator: 5, limit: 100 }),
  'access of a person to a room': (db) => new RoomsStore(db).findAccessRecords([PERSON], NOW),
  'the stage of a room': (db) => new RoomsStore(db).isStageClosed('room_7', NOW),
  'who may not write': (db) => new RestrictionsStore(db).findTaking('chat', [PERSON]),
  'whether a creator is paid': (db) => new RestrictionsStore(db).findStrictest('be_paid', { identity: 'ada', at: NOW }),
  'whom a creator has blocked': (db) =>
    new RestrictionsStore(db).list({ kind: 'removal', creator: 'ada', room: null, liftedAt: null }, { limit: 100 }),
  'what moved money at the provider': (db) => new ReconciliationsStore(db).readKnown('2020-01-01T00:00:00Z'),
};

describe.runIf(hasPostgres)('reads', () => {
  /** New: one that earlier tests used still has the pages of the rows that were deleted, and statements read them. */
  let postgres: TestPostgres;
  let db: Database;

  beforeAll(async () => {
    postgres = await createTestDatabase();
    db = await Database.create({ url: postgres.url });
    for (const statement of [...HISTORY, 'vacuum analyze']) await db.bulk(statement, []);
  });

  afterAll(async () => {
    await db.close();
    await postgres.close();
  });

  test.each(Object.entries(CALLS))('%s', async (_name, call) => {
    const statements = await recordStatements(() => call(db));
    expect(statements.length).toBeGreaterThan(0);
    for (const { text, values } of statements) {
      const [row] = await db.bulk<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `explain (analyze, buffers, format json) ${text}`,
        values,
      );
      const plan = row?.['QUERY PLAN'][0].Plan;
      const pages = (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
      expect(pages, JSON.stringify(plan, undefined, 1)).toBeLessThan(PAGES_MAX);
    }
  });
});

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

interface Statement {
  text: string;
  values: unknown[];
}

/** The statements that a call sends, but for those that only insert, and those that begin and end a transaction. */
async function recordStatements(call: () => Promise<unknown>): Promise<Statement[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await call();
    return query.mock.calls.flatMap(([sent, values]: unknown[]) => {
      const text = typeof sent === 'string' ? sent : (sent as { text: string }).text;
      return Array.isArray(values) && !text.startsWith('insert') ? [{ text, values }] : [];
    });
  } finally {
    query.mockRestore();
  }
}
