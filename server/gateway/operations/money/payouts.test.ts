/** Earnings, payouts, statements, disputes and reconciliation as an operator and a creator use them, over real HTTP. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { payCheckout } from '../../../../tests/support/people/checkout.ts';
import { eventually } from '../../../../tests/support/run/eventually.ts';
import type { Room } from '../../../protocol/rooms.ts';

/** Longer than a webhook takes on a busy machine. */
const SETTLE_MS = 20_000;

let http: TestHttp;
let room: Room;
let creator: string;
const thisMonth = new Date().toISOString().slice(0, 7);
const thisQuarter = `${thisMonth.slice(0, 4)}-Q${Math.ceil(Number(thisMonth.slice(5)) / 3)}`;

beforeAll(async () => {
  http = await startHttp();
  room = await http.createRoom({ kind: 'ticket', priceMinor: 500 });
  creator = http.token({ room: room.id, identity: 'ada', role: 'creator' });
  const fan = http.token({ room: room.id, identity: 'lea' });
  const bought = await http.participant(fan, 'POST', `/v1/rooms/${room.id}/tickets`, { from: 'card' });
  await payCheckout(bought.json.checkoutUrl);
  await eventually(async () => (await http.server('GET', '/v1/creators/ada/earnings')).json.pendingMinor > 0);
});

afterAll(() => http[Symbol.asyncDispose]());

test('only the operator and the creator may read earnings', async () => {
  const operators = await http.server('GET', '/v1/creators/ada/earnings');
  expect(operators.status).toBe(200);
  expect(operators.json).toMatchObject({
    creator: 'ada',
    availableMinor: 0,
    holds: [{ kind: 'ticket', room: room.id }],
  });
  expect((await http.participant(creator, 'GET', '/v1/earnings')).json).toEqual(operators.json);
  const fan = http.token({ room: room.id, identity: 'lea' });
  for (const path of ['/v1/earnings', '/v1/earnings/payouts', '/v1/earnings.csv', '/v1/earnings/onboarding']) {
    const refused = await http.participant(fan, 'GET', path);
    expect([path, refused.status, refused.json.error.code]).toEqual([path, 403, 'forbidden']);
  }
  expect((await http.call('GET', '/v1/creators/ada/earnings')).status).toBe(401);
  expect((await http.call('GET', '/v1/creators/ada/earnings.csv')).status).toBe(401);
  expect((await http.server('GET', '/v1/creators/nobody/earnings')).json.error.code).toBe('creator_not_found');
});

test('the statement and the figures of the quarter match the sales', async () => {
  const { json } = await http.server('GET', `/v1/creators/ada/statement?month=${thisMonth}`);
  expect(json).toMatchObject({
    openingMinor: 0,
    saleCount: 1,
    refundCount: 0,
    payoutsMinor: 0,
    sales: { grossMinor: 500 },
  });
  expect(json.closingMinor).toBe(json.sales.netMinor);
  expect((await http.participant(creator, 'GET', `/v1/earnings/statement?month=${thisMonth}`)).json).toEqual(json);
  expect((await http.server('GET', '/v1/creators/ada/statement?month=2026-13')).json.error.code).toBe(
    'invalid_request',
  );
  const report = await http.server('GET', `/v1/reports/dac7?quarter=${thisQuarter}`);
  expect(report.json.sellers).toMatchObject([
    { creator: 'ada', activities: 1, considerationMinor: json.sales.netMinor, taxesMinor: json.sales.vatMinor },
  ]);
  const csv = await http.server('GET', `/v1/reports/dac7.csv?quarter=${thisQuarter}`);
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect(csv.text.split('\r\n')[0]).toBe(
    'creator,name,country,currency,considerationMinor,activities,feesMinor,taxesMinor,charityMinor',
  );
});

test('exports every entry as JSON and as CSV with the same contents', async () => {
  const { json } = await http.server('GET', '/v1/creators/ada/earnings.json');
  expect(json.entries).toMatchObject([{ category: 'sale', kind: 'ticket', grossMinor: 500, room: room.id }]);
  const csv = await http.participant(creator, 'GET', `/v1/earnings.csv?month=${thisMonth}`);
  expect(csv.headers.get('content-disposition')).toContain('earnings.csv');
  const lines = csv.text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`,500,${json.entries[0].vatMinor},`);
  expect((await http.server('GET', '/v1/creators/ada/earnings.csv?month=May')).json.error.code).toBe('invalid_request');
});

test('stores an empty batch, and does not find an unknown one', async () => {
  const made = await http.server('POST', '/v1/payout-batches', {});
  expect([made.status, made.json.totalMinor, made.json.payouts]).toEqual([201, 0, []]);
  expect((await http.server('GET', `/v1/payout-batches/${made.json.id}`)).json).toEqual(made.json);
  const missing = await http.server('GET', '/v1/payout-batches/payouts_00000000000000000000');
  expect([missing.status, missing.json.error.code]).toEqual([404, 'payout_batch_not_found']);
});

test('onboarding returns to allowed sites only', async () => {
  expect((await http.server('GET', '/v1/creators/ada/onboarding')).json).toMatchObject({ status: 'none' });
  const begun = await http.server('POST', '/v1/creators/ada/onboarding', {});
  expect(begun.status).toBe(201);
  expect(URL.canParse(begun.json.onboardingUrl)).toBe(true);
  expect((await http.participant(creator, 'GET', '/v1/earnings/onboarding')).json).toMatchObject({ status: 'pending' });
  const away = await http.server('POST', '/v1/creators/ada/onboarding', { returnUrl: 'https://elsewhere.example/' });
  expect(away.json.error.code).toBe('origin_not_allowed');
  const bad = await http.server('POST', '/v1/creators/ada/onboarding', { returnUrl: 'javascript:alert(1)' });
  expect(bad.json.error.code).toBe('invalid_request');
});

test('lists disputes, and refuses evidence for an unknown one', async () => {
  expect((await http.server('GET', '/v1/disputes')).json).toEqual({ disputes: [] });
  expect((await http.server('GET', '/v1/disputes?status=strange')).json.error.code).toBe('invalid_request');
  const missing = await http.server('POST', '/v1/disputes/dispute_00000000000000000000/evidence', {});
  expect([missing.status, missing.json.error.code]).toEqual([404, 'dispute_not_found']);
});

test('reconciles with the provider without differences', async () => {
  const early = await http.server('GET', '/v1/reconciliations/latest');
  expect([200, 404]).toContain(early.status);
  await expect
    .poll(async () => (await http.server('POST', '/v1/reconciliations', {})).json.items, { timeout: SETTLE_MS })
    .toEqual([]);
  const { json } = await http.server('GET', '/v1/reconciliations/latest');
  expect(json).toMatchObject({ differenceMinor: 0, unexplainedCount: 0, ledgerMinor: json.providerMinor });
});

test('`npm run reconcile` calls the running server and prints the result', async () => {
  const program = fileURLToPath(new URL('../../../reconcile.ts', import.meta.url));
  const env = { ...process.env, NODE_ENV: 'test', PORT: new URL(http.url).port };
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--all'], { env });
  expect(stdout).toContain('They agree.');
});
