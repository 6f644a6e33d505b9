/**
 * What explains payments, over HTTP: quotes, receipts, pledges, promotions; who may ask, and what bad input is
 * answered.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import type { Room } from '../../../protocol/rooms.ts';

let http: TestHttp;
let room: Room;
let token: string;

beforeAll(async () => {
  http = await startHttp();
  const { id } = await http.createRoom({ kind: 'ticket', priceMinor: 600 });
  // A waiver holds for a date.
  const startsAt = '2040-01-01T20:00:00.000Z';
  room = await http.context.rooms.changes.apply(id, { startsAt }, async () => false);
  token = http.token({ room: room.id, identity: 'lea' });
});

afterAll(() => http[Symbol.asyncDispose]());

const lea = (method: string, path: string, body?: unknown) => http.participant(token, method, path, body);

test('from promotional credit to a ticket with its receipt, its waiver and its refund', async () => {
  const granted = await http.server('POST', '/v1/promotions', { identity: 'lea', amountMinor: 600, reason: 'Welcome' });
  expect([granted.status, granted.json.amountMinor]).toEqual([201, 600]);
  const quote = await lea('GET', `/v1/rooms/${room.id}/quote?kind=ticket`);
  expect(quote.status).toBe(200);
  expect(Object.values<number>(quote.json.parts).reduce((sum, part) => sum + part, 0)).toBe(600);
  const { textVersion } = quote.json.waiver;
  const bought = await lea('POST', `/v1/rooms/${room.id}/tickets`, {
    from: 'wallet',
    waiver: { accepted: true, textVersion, language: 'fr' },
  });
  expect(bought.status).toBe(201);
  const receipt = await lea('GET', `/v1/receipts/${bought.json.id}`);
  expect(receipt.json).toMatchObject({
    amountMinor: 600,
    paid: { promoMinor: 600 },
    parts: { creatorMinor: 400, platformMinor: 100, vatMinor: 100, associationMinor: 0 },
    waiver: { language: 'fr', textVersion },
  });
  expect((await lea('POST', '/v1/withdrawals', { item: bought.json.id })).json.error.code).toBe('not_refundable');
  const history = await lea('GET', '/v1/wallet/history?limit=10');
  expect(history.json.entries.map((entry: { kind: string }) => entry.kind)).toEqual(['ticket', 'promotion']);
  const malik = http.token({ room: room.id, identity: 'malik' });
  const foreign = await http.participant(malik, 'GET', `/v1/receipts/${bought.json.id}`);
  expect([foreign.status, foreign.json.error.code]).toEqual([404, 'payment_not_found']);
});

test('refunds the tickets of a room that ended before any live', async () => {
  const other = await http.createRoom({ kind: 'ticket', priceMinor: 500 });
  await http.server('POST', '/v1/promotions', { identity: 'zoe', amountMinor: 500, reason: 'Welcome' });
  const zoe = http.token({ room: other.id, identity: 'zoe' });
  const bought = await http.participant(zoe, 'POST', `/v1/rooms/${other.id}/tickets`, { from: 'wallet' });
  expect((await http.server('POST', `/v1/rooms/${other.id}/end`)).json.status).toBe('ended');
  await http.context.money.sweep();
  expect((await http.participant(zoe, 'GET', '/v1/wallet')).json).toEqual({
    balanceMinor: 500,
    promoMinor: 500,
    currency: 'eur',
  });
  expect((await http.participant(zoe, 'GET', `/v1/receipts/${bought.json.id}`)).json.status).toBe('refunded');
});

test('a pledge: an association, a share, and an account that everyone can read', async () => {
  const restos = { id: 'restos', name: 'Les Restos', country: 'FR', url: 'https://restos.example/' };
  expect((await http.server('POST', '/v1/associations', restos)).status).toBe(201);
  expect((await http.server('POST', '/v1/associations', { ...restos, country: 'BE' })).json.error.code).toBe(
    'association_exists',
  );
  const pledge = { association: 'restos', shareBps: 1_000 };
  expect((await http.server('PUT', '/v1/creators/ada/pledge', pledge)).json.pledge.shareBps).toBe(1_000);
  expect((await http.server('PUT', '/v1/creators/nobody/pledge', pledge)).json.error.code).toBe('creator_not_found');
  expect((await http.server('PUT', '/v1/creators/ada/pledge', { ...pledge, shareBps: 10_001 })).json.error.code).toBe(
    'invalid_request',
  );
  const quote = await lea('GET', `/v1/rooms/${room.id}/quote?kind=tip&amountMinor=1200`);
  expect(quote.json).toMatchObject({ association: { name: 'Les Restos' }, parts: { associationMinor: 80 } });
  const account = await http.call('GET', '/v1/associations/restos/account');
  expect([account.status, account.json.balanceMinor]).toEqual([200, 0]);
  expect((await http.call('GET', '/v1/associations/nobody/account')).json.error.code).toBe('association_not_found');
});

test('only the operator changes fee policies and buyers', async () => {
  const effectiveAt = new Date(Date.now() + 86_400_000).toISOString();
  const added = await http.server('POST', '/v1/fee-policies', { commissionBps: 1_500, effectiveAt });
  expect(added.json).toMatchObject({ id: 'fees_v2', version: 2, inForce: false });
  expect((await http.server('GET', '/v1/fee-policies')).json.feePolicies).toHaveLength(2);
  expect((await http.server('PUT', '/v1/buyers/lea', { country: 'DE' })).json).toEqual({
    identity: 'lea',
    country: 'DE',
  });
  expect((await http.server('PUT', '/v1/buyers/lea', { country: 'Germany' })).status).toBe(400);
  for (const path of ['/v1/fee-policies', '/v1/promotions', '/v1/associations']) {
    expect([path, (await lea('POST', path, {})).json.error.code]).toEqual([path, 'credentials_invalid']);
  }
});

test.each([
  ['kind=tip', 400, 'amount_invalid'],
  ['kind=tip&amountMinor=-5', 400, 'invalid_request'],
  ['kind=tip&amountMinor=1.5', 400, 'invalid_request'],
  ['kind=tip&amountMinor=50', 400, 'amount_too_small'],
  ['kind=tip&amountMinor=99999999', 400, 'amount_too_large'],
  ['kind=chair', 400, 'invalid_request'],
])('a quote of %s is answered %d %s', async (query, status, code) => {
  const reply = await lea('GET', `/v1/rooms/${room.id}/quote?${query}`);
  expect([reply.status, reply.json.error.code]).toEqual([status, code]);
});

test('only rooms with tickets have a capacity', async () => {
  const input = { creator: 'ada', title: 'Small', access: { kind: 'ticket', priceMinor: 500 }, capacity: 3 };
  expect((await http.server('POST', '/v1/rooms', input)).json.capacity).toBe(3);
  const free = { ...input, access: { kind: 'free' } };
  expect((await http.server('POST', '/v1/rooms', free)).json.error.code).toBe('capacity_without_tickets');
  expect((await http.server('POST', '/v1/rooms', { ...input, capacity: 0 })).status).toBe(400);
});
