/** The site's routes for clubs and for refunds of tickets and credit, with a session, over real HTTP. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { payCheckout } from '../../../../tests/support/people/checkout.ts';
import { eventually } from '../../../../tests/support/run/eventually.ts';
import type { Room } from '../../../protocol/rooms.ts';
import { seedDemo } from '../../site/demo.ts';

let http: TestHttp;
let room: Room;
const cookies = new Map<string, string>();

beforeAll(async () => {
  http = await startHttp();
  await seedDemo(http.context);
  for (const identity of ['camille', 'noah', 'lea', 'malik', 'ines']) {
    const { headers } = await http.call('POST', '/site/demo-sign-in', { body: { identity } });
    cookies.set(identity, (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '');
  }
  room = await http.context.rooms.createRoom({
    creator: 'camille',
    title: 'A small concert',
    access: { kind: 'ticket', priceMinor: 600 },
  });
});

afterAll(() => http[Symbol.asyncDispose]());

const as = (identity: string, method: string, path: string, body?: object) =>
  http.call(method, path, {
    headers: { cookie: cookies.get(identity) ?? '', 'content-type': 'application/json' },
    ...(body ? { body } : {}),
  });

async function topUp(identity: string, amountMinor: number): Promise<string> {
  const { json } = await as(identity, 'POST', '/v1/wallet/topups', { amountMinor });
  const before = (await as(identity, 'GET', '/v1/wallet')).json.balanceMinor;
  await payCheckout(json.checkoutUrl);
  await eventually(async () => (await as(identity, 'GET', '/v1/wallet')).json.balanceMinor === before + amountMinor);
  return json.topup;
}

test('the session names the house and whether the wallet is on', async () => {
  expect((await as('lea', 'GET', '/site/session')).json).toMatchObject({ isOperator: false, walletMode: 'on' });
});

test('a creator creates a tier, everyone signed in reads it, and only creators have a club', async () => {
  const input = { name: 'Backstage', priceMinor: 900, interval: 'month', perks: ['Every rehearsal'] };
  const made = await as('camille', 'POST', '/v1/me/tiers', input);
  expect(made).toMatchObject({ status: 201, json: { creator: 'camille', ...input } });
  expect((await as('camille', 'GET', '/v1/me/tiers')).json.tiers).toEqual([made.json]);
  expect((await as('lea', 'GET', '/v1/creators/camille/tiers')).json.tiers).toEqual([made.json]);
  expect((await as('noah', 'GET', '/v1/me/tiers')).json.tiers).toEqual([]);
  expect((await as('lea', 'POST', '/v1/me/tiers', input)).json.error.code).toBe('forbidden');
  expect((await as('camille', 'POST', '/v1/me/tiers', { ...input, priceMinor: -1 })).json.error.code).toBe(
    'invalid_request',
  );
  expect((await as('lea', 'GET', '/v1/creators/nobody/tiers')).json.error.code).toBe('creator_not_found');
});

test("another person's membership is not found", async () => {
  expect((await as('lea', 'GET', '/v1/memberships')).json).toEqual({ memberships: [] });
  for (const act of ['cancel', 'resume']) {
    const { json } = await as('lea', 'POST', `/v1/memberships/mbr_000000000000/${act}`, {});
    expect(json.error.code).toBe('membership_not_found');
  }
});

test("a club is paid for in the language of one's page, and has its name in the history of payments", async () => {
  const access = { kind: 'members' } as const;
  const members = await http.context.rooms.createRoom({ creator: 'camille', title: 'Members', access });
  const [tier] = (await as('camille', 'GET', '/v1/me/tiers')).json.tiers;
  const token = http.token({ room: members.id, identity: 'ines' });
  const input = { tier: tier.id, locale: 'fr' };
  const { checkoutUrl } = (await http.participant(token, 'POST', '/v1/memberships', input)).json;
  const page = await fetch(checkoutUrl, { headers: { 'accept-language': 'en' } });
  expect(await page.text()).toContain('<html lang="fr">');
  await payCheckout(checkoutUrl);
  const listed = await eventually(async () => {
    const { payments } = (await as('ines', 'GET', '/v1/wallet/card-payments')).json;
    return payments.length > 0 && payments;
  });
  expect(listed).toMatchObject([{ kind: 'membership', title: 'Camille Aubry' }]);
});

test('a room takes a number of places from the site', async () => {
  const input = { title: 'Ten seats', access: { kind: 'ticket', priceMinor: 500 }, capacity: 10 };
  expect((await as('camille', 'POST', '/v1/me/rooms', input)).json).toMatchObject({ capacity: 10 });
  expect((await as('camille', 'POST', '/v1/me/rooms', { ...input, capacity: 0 })).json.error.code).toBe(
    'invalid_request',
  );
});

test('refunds unspent credit to the card once, and not spent credit', async () => {
  const first = await topUp('lea', 1_000);
  const second = await topUp('lea', 2_000);
  await http.server('POST', '/v1/promotions', { identity: 'lea', amountMinor: 100, reason: 'Welcome' });
  const lea = http.token({ room: room.id, identity: 'lea' });
  await http.participant(lea, 'POST', `/v1/rooms/${room.id}/tickets`, { from: 'wallet' });
  await http.server('POST', '/v1/promotions', { identity: 'lea', amountMinor: 300, reason: 'Thanks' });
  // Promotional credit is not refundable. Top-ups of 30.00 less 5.00 of the ticket, whose other 1.00 was promotional:
  // 25.00, the latest top-up first.
  const openOf = async (identity: string) =>
    (await as(identity, 'GET', '/v1/withdrawals')).json.contracts.filter(
      ({ kind }: { kind: string }) => kind === 'topup',
    );
  const withdraw = (identity: string, item: string) => as(identity, 'POST', '/v1/withdrawals', { item });
  expect(await openOf('lea')).toMatchObject([
    { item: second, amountMinor: 2_000, currency: 'eur' },
    { item: first, amountMinor: 500 },
  ]);
  expect(await openOf('malik')).toEqual([]);
  expect((await withdraw('malik', first)).json.error.code).toBe('payment_not_found');
  expect(await withdraw('lea', first)).toMatchObject({ status: 201, json: { item: first, amountMinor: 500 } });
  expect((await as('lea', 'GET', '/v1/wallet')).json).toMatchObject({ balanceMinor: 2_300, promoMinor: 300 });
  expect((await withdraw('lea', first)).json.error.code).toBe('payment_not_found');
  expect(await openOf('lea')).toMatchObject([{ item: second }]);
  // The rest of a partly refunded top-up is refunded too.
  const part = { topup: second, amountMinor: 700, reason: 'Asked by mail' };
  expect((await http.server('POST', '/v1/refunds', part)).status).toBe(201);
  const both = await Promise.all([1, 2].map(() => withdraw('lea', second)));
  expect(both.filter(({ status }) => status === 201).map(({ json }) => json.amountMinor)).toContain(1_300);
  expect((await as('lea', 'GET', '/v1/wallet')).json).toMatchObject({ balanceMinor: 300, promoMinor: 300 });
  expect(await http.context.money.checkInvariants()).toEqual([]);
});

test("lists a person's card payments with their purpose", async () => {
  const somebody = http.token({ room: room.id, identity: 'somebody' });
  const bought = await http.participant(somebody, 'POST', `/v1/rooms/${room.id}/tickets`, { from: 'card' });
  await payCheckout(bought.json.checkoutUrl);
  expect((await as('lea', 'GET', '/v1/wallet/card-payments')).json).toEqual({ payments: [], next: null });
  const malik = http.token({ room: room.id, identity: 'malik' });
  const own = await http.participant(malik, 'POST', `/v1/rooms/${room.id}/tickets`, { from: 'card' });
  await payCheckout(own.json.checkoutUrl);
  const listed = await eventually(async () => {
    const { payments } = (await as('malik', 'GET', '/v1/wallet/card-payments')).json;
    return payments.length > 0 && payments;
  });
  expect(listed).toMatchObject([{ kind: 'ticket', amountMinor: 600, refundedMinor: 0, title: 'A small concert' }]);
  const first = (await as('malik', 'GET', '/v1/wallet/card-payments?limit=1')).json;
  expect(first).toEqual({ payments: listed, next: null });
});

test("pages through the wallet's history, each entry once", async () => {
  const fan = http.token({ room: room.id, identity: 'ines' });
  for (const n of [1, 2, 3]) {
    await http.server('POST', '/v1/promotions', { identity: 'ines', amountMinor: 150, reason: `Gift ${n}` });
  }
  const { headers } = await http.call('POST', '/site/demo-sign-in', { body: { identity: 'ines' } });
  cookies.set('ines', (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '');
  await topUp('ines', 2_000);
  // The ticket is paid from promotional and paid credit: two entries of the ledger, one item.
  await http.participant(fan, 'POST', `/v1/rooms/${room.id}/tickets`, { from: 'wallet' });
  for (const n of [1, 2, 3]) {
    const tip = { amountMinor: 100, idempotencyKey: `history-${n}` };
    expect((await http.participant(fan, 'POST', `/v1/rooms/${room.id}/tips`, tip)).status).toBe(201);
  }
  const whole = (await http.participant(fan, 'GET', '/v1/wallet/history')).json;
  expect(whole.next).toBeNull();
  expect(whole.entries).toHaveLength(8);
  expect(whole.entries.filter((entry: { promoMinor: number; kind: string }) => entry.kind === 'ticket')).toMatchObject([
    { amountMinor: -600, promoMinor: -450 },
  ]);
  for (const limit of [1, 3, 4, 8]) {
    const paged = [];
    let after = '';
    do {
      const path = `/v1/wallet/history?limit=${limit}${after && `&after=${after}`}`;
      const page = (await http.participant(fan, 'GET', path)).json;
      expect(page.entries.length).toBeLessThanOrEqual(limit);
      paged.push(...page.entries);
      after = page.next ?? '';
    } while (after);
    expect(paged).toEqual(whole.entries);
  }
  const { next, entries } = (await as('ines', 'GET', '/v1/wallet/history?limit=2')).json;
  expect(entries).toEqual(whole.entries.slice(0, 2));
  const rest = (await as('ines', 'GET', `/v1/wallet/history?after=${next}`)).json;
  expect(rest).toEqual({ entries: whole.entries.slice(2), next: null });
  // A cursor of one person's history is invalid in another's.
  const foreign = await as('lea', 'GET', `/v1/wallet/history?after=${next}`);
  expect(foreign.json.error.code).toBe('cursor_invalid');
});

test('only the owner may return a ticket without a waiver', async () => {
  await topUp('malik', 1_000);
  const access = { kind: 'ticket', priceMinor: 600 } as const;
  const other = await http.context.rooms.createRoom({ creator: 'camille', title: 'Another concert', access });
  const malik = http.token({ room: other.id, identity: 'malik' });
  const { json: ticket } = await http.participant(malik, 'POST', `/v1/rooms/${other.id}/tickets`, { from: 'wallet' });
  expect((await as('lea', 'POST', '/v1/withdrawals', { item: ticket.id })).json.error.code).toBe('payment_not_found');
  expect((await as('malik', 'POST', '/v1/withdrawals', { item: 'tip_000000000000' })).json.error.code).toBe(
    'payment_not_found',
  );
  const given = await as('malik', 'POST', '/v1/withdrawals', { item: ticket.id });
  expect(given).toMatchObject({ status: 201, json: { item: ticket.id, amountMinor: 600 } });
  expect((await as('malik', 'GET', '/v1/wallet')).json.balanceMinor).toBe(1_000);
  const again = await as('malik', 'POST', '/v1/withdrawals', { item: ticket.id });
  expect(again.json.error.code).toMatch(/not_refundable|already_refunded/);
});
