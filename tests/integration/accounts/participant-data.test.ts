/** Export and erasure of a person over all domains, over HTTP with a real database. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { StripeProvider } from '../../../server/money/provider/stripe-provider.ts';
import { IMPERSONAL_TABLES, PERSONAL_TABLES } from '../../../server/personal-tables.ts';
import { serializeError } from '../../../server/platform/log.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { startHttp, type TestHttp } from '../../support/houses/http.ts';

const FAN = 'lea-of-the-erasure';
const NAME = 'Léa Unmistakable';
const WORDS = ['brava unmistakably', 'chat unmistakably'];
let http: TestHttp;

beforeAll(async () => {
  http = await startHttp();
});

afterAll(() => http[Symbol.asyncDispose]());

async function tableNames(): Promise<string[]> {
  const rows = await http.context.db.bulk<{ name: string }>(
    "select table_name::text as name from information_schema.tables where table_schema = 'public' order by 1",
    [],
  );
  return rows.map(({ name }) => name);
}

/** Every row of every table that contains one of the texts, as `table: row`. */
async function findTexts(texts: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tableNames()) {
    const rows = await http.context.db.bulk<{ row: string }>(
      `select to_jsonb(${table})::text as row from ${table} where exists (
         select 1 from unnest($1::text[]) as wanted where strpos(to_jsonb(${table})::text, wanted) > 0)`,
      [texts],
    );
    found.push(...rows.map(({ row }) => `${table}: ${row}`));
  }
  return found;
}

test('every table declares its personal data', async () => {
  const listed = [...Object.keys(PERSONAL_TABLES), ...Object.keys(IMPERSONAL_TABLES)];
  expect(listed.sort()).toEqual(await tableNames());
});

test('exports a person from all domains, and erases their name and texts', async () => {
  const { context } = http;
  const room = await http.createRoom({ kind: 'free' });
  const fan = { identity: FAN, name: NAME, role: 'fan' as const };
  const grant = { identity: FAN, amountMinor: 500, reason: 'a gift' };
  expect((await http.server('POST', '/v1/promotions', { ...grant, idempotencyKey: 'gift-0001' })).status).toBe(201);
  await context.money.tips.send({
    room,
    from: fan,
    input: { amountMinor: 500, message: WORDS[0], idempotencyKey: 'tip-00001' },
  });
  await context.chat.send({ room: room.id, from: fan, input: { clientId: createId('event'), text: WORDS[1] ?? '' } });
  await http.server('POST', `/v1/rooms/${room.id}/removals`, { identity: FAN, reason: 'for this test' });
  await context.outbox.idle();
  await expect.poll(async () => (await findTexts([NAME])).some((row) => row.startsWith('events:'))).toBe(true);

  const exported = (await http.server('GET', `/v1/participants/${FAN}/data`)).json;
  const tables = exported.tables.map(({ table }: { table: string }) => table);
  expect(tables).toEqual(expect.arrayContaining(['tips', 'promotions', 'restrictions', 'ledger_entries', 'events']));
  expect(JSON.stringify(exported)).toContain(WORDS[0]);

  const erased = await http.server('DELETE', `/v1/participants/${FAN}/data`);
  expect([erased.status, erased.json.identity]).toEqual([200, FAN]);
  const left = await findTexts([NAME, ...WORDS]);
  // Facts that every listener has handled are deleted an hour later.
  expect(left.filter((row) => !row.startsWith('outbox:'))).toEqual([]);
  await context.db.bulk("update outbox set dispatched_at = now() - interval '2 hours', published_at = now()", []);
  await context.outbox.prune();
  expect(await findTexts([NAME, ...WORDS])).toEqual([]);
  expect(await context.money.checkInvariants()).toEqual([]);
});

test('an erasure that the payment provider did not answer is completed by repeating it', async () => {
  const identity = 'iris-of-the-erasure';
  await http.context.db.bulk(
    `insert into provider_customers (identity, club, customer, created_at)
      values ($1, '', 'cus_own', now()), ($1, 'ada', 'cus_club', now())`,
    [identity],
  );
  const deleteCustomer = vi.spyOn(StripeProvider.prototype, 'deleteCustomer');
  deleteCustomer.mockRejectedValueOnce(new AppError('provider_unavailable'));
  const erase = async () => (await http.server('DELETE', `/v1/participants/${identity}/data`)).status;
  expect(await erase()).toBe(503);
  expect(await findTexts(['cus_own', 'cus_club'])).toHaveLength(2);
  expect(await erase()).toBe(200);
  expect(deleteCustomer.mock.calls.flat()).toEqual(expect.arrayContaining(['cus_own', 'cus_club']));
  expect(deleteCustomer).toHaveBeenCalledTimes(3);
  expect(await findTexts(['cus_own', 'cus_club'])).toEqual([]);
  deleteCustomer.mockRestore();
});

test('erasure is refused while money or a live is open, naming it', async () => {
  const room = await http.createRoom({ kind: 'free' });
  const refused = await http.server('DELETE', `/v1/participants/${room.creator.identity}/data`);
  expect([refused.status, refused.json.error.code]).toEqual([409, 'erasure_blocked']);
  expect(refused.json.error.message).toMatch(/Still open: .*room/);
});

test('facts that a listener has not handled stay in the outbox, at any age', async () => {
  const { db, outbox } = http.context;
  const id = createId('event');
  await db.bulk(
    `insert into outbox (id, topic, data, created_at, dispatched_at, published_at, claimed_by, claimed_until) values
      ($1, 'test', '{}', now() - interval '2 days', now() - interval '2 days', null, 'somebody', now() + interval '1 hour')`,
    [id],
  );
  await db.bulk('update outbox set published_at = null where id = $1', [id]);
  await outbox.prune();
  expect(await db.bulk('select id from outbox where id = $1', [id])).toHaveLength(1);
});

test('deletes old facts that all listeners have handled', async () => {
  const { db, bus, log, metrics } = http.context;
  const id = createId('event');
  await db.bulk(
    `insert into outbox (id, topic, data, created_at, dispatched_at, published_at) values
      ($1, 'test', '{}', now() - interval '2 days', now() - interval '2 days', now() - interval '2 days')`,
    [id],
  );
  const outbox = new Outbox({ db, bus, log, metrics, owner: 'another' });
  outbox.start();
  await expect.poll(() => db.bulk('select id from outbox where id = $1', [id])).toEqual([]);
  await outbox.close();
});

test('the log of a failed statement does not contain its values', async () => {
  const secret = 'a-value-that-nobody-logs';
  const failures = await Promise.all(
    [`select 1 from nowhere where $1 = ''`, 'select $1::int'].map((statement) =>
      http.context.db.bulk(statement, [secret]).catch((error: unknown) => error),
    ),
  );
  const wrapped = new Error(`Failed query: select $1\nparams: ${secret}`, { cause: failures[0] });
  for (const error of [...failures, wrapped]) {
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify(serializeError(error))).not.toContain(secret);
  }
});
