/** A creator's earnings and a buyer's receipts on the site's own routes, over real HTTP. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import type { Room } from '../../../protocol/rooms.ts';
import { seedDemo } from '../../site/demo.ts';

let http: TestHttp;
let room: Room;
let ticket: string;
const cookies = new Map<string, string>();
const month = new Date().toISOString().slice(0, 7);

beforeAll(async () => {
  http = await startHttp();
  await seedDemo(http.context);
  for (const identity of ['camille', 'lea', 'malik', 'operator']) {
    const { headers } = await http.call('POST', '/site/demo-sign-in', { body: { identity } });
    cookies.set(identity, (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '');
  }
  room = await http.context.rooms.createRoom({
    creator: 'camille',
    title: 'A small concert',
    access: { kind: 'ticket', priceMinor: 600 },
  });
  await http.server('POST', '/v1/promotions', { identity: 'lea', amountMinor: 600, reason: 'Welcome' });
  const lea = http.token({ room: room.id, identity: 'lea' });
  const bought = await http.participant(lea, 'POST', `/v1/rooms/${room.id}/tickets`, { from: 'wallet' });
  ticket = bought.json.id;
});

afterAll(() => http[Symbol.asyncDispose]());

const get = (identity: string, path: string) =>
  http.call('GET', path, { headers: { cookie: cookies.get(identity) ?? '' } });

test('a creator sees earnings, holds, payouts and statements', async () => {
  const { status, json } = await get('camille', '/v1/earnings/overview');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    account: { creator: 'camille', status: 'none' },
    summary: { pendingMinor: 400, availableMinor: 0, paidOutMinor: 0, currency: 'eur' },
    holds: [{ source: ticket, amountMinor: 400, reason: 'live_ahead', releaseAt: null, room: room.id }],
    payouts: [],
    statements: [month],
  });
  expect((await get('camille', `/v1/earnings/statement?month=${month}`)).json).toMatchObject({ saleCount: 1 });
  const csv = await get('camille', `/v1/earnings.csv?month=${month}`);
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect(csv.text.trim().split('\n')).toHaveLength(2);
  expect((await get('camille', '/v1/earnings.json')).json.entries).toHaveLength(1);
  expect((await get('camille', '/v1/earnings/statement?month=2026-13')).status).toBe(400);
});

test('the next payouts stand in a calendar, in the language of the page, and only if there are any', async () => {
  const none = await get('camille', '/v1/earnings/calendar');
  expect([none.headers.get('content-type'), none.text.includes('BEGIN:VEVENT')]).toEqual([
    expect.stringContaining('text/calendar'),
    false,
  ]);
  const at = '2030-01-15T20:00:00.000Z';
  const describeReal = http.context.money.earnings.describe.bind(http.context.money.earnings);
  vi.spyOn(http.context.money.earnings, 'describe').mockImplementationOnce(async (creator) => ({
    ...(await describeReal(creator)),
    releases: [
      { at: '2030-01-14T20:00:00.000Z', amountMinor: 900, saleCount: 1, payoutMinor: 0 },
      { at, amountMinor: 2_000, saleCount: 2, payoutMinor: 2_900 },
    ],
  }));
  const { text } = await get('camille', '/v1/earnings/calendar?locale=fr');
  expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
  expect(text).toContain('DTSTART:20300115T200000Z');
  expect(text).toMatch(/SUMMARY:Virement · 29\\,00/);
});

test('while payouts are stopped, the creator sees the reason but not the operator', async () => {
  expect((await get('camille', '/v1/earnings/overview')).json.freeze).toBeNull();
  const reason = 'The document is being checked';
  await http.server('POST', '/v1/creators/camille/payout-freeze', { frozen: true, reason });
  const { freeze } = (await get('camille', '/v1/earnings/overview')).json;
  expect(freeze).toEqual({ reason, frozenAt: expect.any(String) });
  await http.server('POST', '/v1/creators/camille/payout-freeze', { frozen: false, reason: 'All is well' });
  expect((await get('camille', '/v1/earnings/overview')).json.freeze).toBeNull();
});

test("the tax figures of a year have four quarters with only the seller's own sales", async () => {
  const { json } = await get('camille', `/v1/earnings/tax-year?year=${month.slice(0, 4)}`);
  const quarter = Math.ceil(Number(month.slice(5)) / 3);
  expect(json.quarters.map((each: { activities: number }) => each.activities)).toEqual(
    [1, 2, 3, 4].map((each) => (each === quarter ? 1 : 0)),
  );
  expect(json.quarters[quarter - 1]).toMatchObject({ creator: 'camille', considerationMinor: 400, taxesMinor: 100 });
  expect((await get('camille', '/v1/earnings/tax-year?year=now')).status).toBe(400);
});

test('onboarding redirects to the provider and back to the studio', async () => {
  const started = await http.call('POST', '/v1/earnings/onboarding', {
    headers: { cookie: cookies.get('camille') ?? '' },
    body: {},
  });
  expect([started.status, new URL(started.json.onboardingUrl).protocol]).toEqual([201, 'http:']);
});

test('only the creator sees their earnings, and only the buyer and operators a receipt', async () => {
  for (const path of ['/v1/earnings/overview', '/v1/earnings.csv', `/v1/earnings.csv?month=${month}`]) {
    expect([path, (await get('lea', path)).status]).toEqual([path, 403]);
    expect([path, (await http.call('GET', path)).status]).toEqual([path, 401]);
  }
  expect((await get('lea', `/v1/receipts/${ticket}`)).json).toMatchObject({ id: ticket, amountMinor: 600 });
  expect((await get('operator', `/v1/receipts/${ticket}`)).json.identity).toBe('lea');
  expect((await get('malik', `/v1/receipts/${ticket}`)).json.error.code).toBe('payment_not_found');
});
