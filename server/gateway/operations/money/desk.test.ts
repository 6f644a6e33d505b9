/** The money desk as an operator uses it on the site, and an embedder's server over its API. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { payCheckout } from '../../../../tests/support/people/checkout.ts';
import { createOperator, createSitePerson } from '../../../../tests/support/people/site-person.ts';
import { eventually } from '../../../../tests/support/run/eventually.ts';
import { sql } from '../../../platform/db/sql.ts';
import { createId } from '../../../protocol/ids.ts';
import type { Room, RoomInput } from '../../../protocol/rooms.ts';
import { seedDemo } from '../../site/demo.ts';
import { HTTP_OPERATIONS } from '../table.ts';

let http: TestHttp;
let room: Room;
let ticket: string;
let tip: string;
const cookies = new Map<string, string>();

beforeAll(async () => {
  http = await startHttp();
  await seedDemo(http.context);
  for (const identity of ['camille', 'lea', 'operator']) {
    const { headers } = await http.call('POST', '/site/demo-sign-in', { body: { identity } });
    cookies.set(identity, (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '');
  }
  room = await http.context.rooms.createRoom({
    creator: 'camille',
    title: 'A small concert',
    access: { kind: 'ticket', priceMinor: 600 },
  });
  const lea = http.token({ room: room.id, identity: 'lea' });
  const bought = await http.participant(lea, 'POST', `/v1/rooms/${room.id}/tickets`, { from: 'card' });
  await payCheckout(bought.json.checkoutUrl);
  ticket = await eventually(
    async () => (await desk('GET', '/payments?query=lea&kind=ticket')).json.payments[0]?.id as string | undefined,
  );
  await http.server('POST', '/v1/promotions', { identity: 'lea', amountMinor: 900, reason: 'Welcome' });
  const tipped = await http.participant(lea, 'POST', `/v1/rooms/${room.id}/tips`, {
    amountMinor: 300,
    idempotencyKey: 'tip-of-lea-1',
  });
  tip = tipped.json.id;
});

afterAll(() => http[Symbol.asyncDispose]());

const as = (identity: string, method: string, path: string, body?: object) =>
  http.call(method, path, {
    headers: { cookie: cookies.get(identity) ?? '', 'content-type': 'application/json' },
    ...(body ? { body } : {}),
  });
const desk = (method: string, path: string, body?: object) => as('operator', method, `/v1${path}`, body);

test('the overview shows balances and debts', async () => {
  const { status, json } = await desk('GET', '/desk/overview');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    currency: 'eur',
    owed: { fansMinor: 0, promoMinor: 600, creatorsPendingMinor: 600, cardsMinor: 0 },
    disputes: { openCount: 0 },
    failures: { refunds: 0, payouts: 0, providerEvents: 0, payments: 0 },
    closedWallets: { count: 0, amountMinor: 0, oldest: null },
    cutOffActs: { count: 0, oldest: null },
  });
  // The provider's fee is booked a moment after the payment.
  await eventually(async () => {
    const { clearing } = (await desk('GET', '/desk/overview')).json;
    return clearing.ledgerMinor === clearing.providerMinor;
  });
  expect((await http.server('GET', '/v1/desk/overview')).json.owed).toEqual(json.owed);
});

test('payments are found by buyer, creator, room and id, page by page', async () => {
  for (const query of ['lea', 'camille', room.id]) {
    const { json } = await desk('GET', `/payments?query=${query}`);
    expect([query, json.payments.map((each: { id: string }) => each.id).sort()]).toEqual([query, [ticket, tip].sort()]);
  }
  const named = (await desk('GET', '/payments?query=lea')).json.people;
  expect(named.map(({ name }: { name: string }) => name).sort()).toEqual(['Camille Aubry', 'Léa']);
  expect((await http.server('GET', '/v1/payments')).json).not.toHaveProperty('people');
  const first = await desk('GET', '/payments?limit=1');
  expect(first.json.payments.map((each: { id: string }) => each.id)).toEqual([tip]);
  const second = await desk('GET', `/payments?limit=1&after=${first.json.next}`);
  expect(second.json.payments.map((each: { id: string }) => each.id)).toEqual([ticket]);
  expect((await desk('GET', `/payments?query=${tip}&kind=ticket`)).json).toMatchObject({ payments: [], next: null });
  expect((await desk('GET', '/payments?after=nonsense')).status).toBe(400);
  expect((await desk('GET', '/payments?limit=1000')).status).toBe(400);
  expect((await http.server('GET', '/v1/payments?query=lea')).json.payments).toHaveLength(2);
});

test('refunds a payment in part and then the rest, and shows all of it on one page', async () => {
  const part = await desk('POST', '/refunds', { tip, amountMinor: 120, reason: 'The sound failed' });
  expect([part.status, part.json]).toEqual([201, expect.objectContaining({ amountMinor: 120, to: 'wallet' })]);
  const detail = await desk('GET', `/payments/${tip}`);
  expect(detail.json).toMatchObject({
    payment: { status: 'part_refunded', refundedMinor: 120, from: 'wallet', creator: 'camille' },
    receipt: { id: tip, amountMinor: 300 },
    refunds: [{ id: part.json.id, by: 'operator', reason: 'The sound failed' }],
    dispute: null,
    providerPayment: null,
  });
  const sums = Map.groupBy(
    detail.json.legs as { transaction: string; amountMinor: number }[],
    (leg) => leg.transaction,
  );
  expect([...sums.values()].map((legs) => legs.reduce((sum, leg) => sum + leg.amountMinor, 0))).toEqual([0, 0]);
  const rest = await http.server('POST', '/v1/refunds', { tip, reason: 'All of it' });
  expect(rest.json.amountMinor).toBe(180);
  expect((await desk('POST', '/refunds', { tip, reason: 'Again' })).json.error.code).toBe('already_refunded');
  expect((await desk('GET', `/payments/${tip}`)).json.payment.status).toBe('refunded');
  expect((await desk('GET', `/payments?query=${rest.json.id}`)).json.payments).toMatchObject([{ id: tip }]);
  const { acts } = (await desk('GET', `/desk/acts?subject=${tip}`)).json;
  // A refused act is recorded too.
  expect(acts).toMatchObject([
    { by: 'operator', reason: 'Again', outcome: 'failed', failure: 'already_refunded' },
    { by: 'devkey', reason: 'All of it', outcome: 'done', failure: null },
    { by: 'operator', reason: 'The sound failed', outcome: 'done', failure: null },
  ]);
});

test.each([
  [{ amountMinor: 1_000_000, reason: 'Too much' }, 'amount_too_large'],
  [{ amountMinor: -1, reason: 'Less than nothing' }, 'invalid_request'],
  [{ amountMinor: 0, reason: 'Nothing' }, 'invalid_request'],
  [{ amountMinor: 1.5, reason: 'A half' }, 'invalid_request'],
  [{}, 'invalid_request'],
])('a refund of %j is refused, and nothing is written', async (input, code) => {
  expect((await desk('POST', '/refunds', { ticket, ...input })).json.error.code).toBe(code);
  expect((await desk('GET', `/payments/${ticket}`)).json).toMatchObject({
    refunds: [],
    payment: { status: 'settled' },
  });
});

test('the preview of a refund equals its booking, and books nothing', async () => {
  const lea = http.token({ room: room.id, identity: 'lea' });
  const asked = { amountMinor: 300, idempotencyKey: 'tip-of-lea-2' };
  const own = (await http.participant(lea, 'POST', `/v1/rooms/${room.id}/tips`, asked)).json.id;
  // Its receipt gets a number meanwhile.
  await http.context.money.invoices.sweep();
  const before = (await desk('GET', `/payments/${own}`)).json;
  const { json: shown } = await desk('GET', `/payments/${own}/refund-preview?amountMinor=100`);
  expect(shown).toMatchObject({ amountMinor: 100, to: 'wallet' });
  expect(shown.legs.reduce((sum: number, leg: { amountMinor: number }) => sum + leg.amountMinor, 0)).toBe(100);
  expect((await http.server('GET', `/v1/payments/${own}/refund-preview?amountMinor=100`)).json).toEqual(shown);
  expect((await desk('GET', `/payments/${own}`)).json).toEqual(before);
  const { json: refunded } = await desk('POST', '/refunds', { tip: own, amountMinor: 100, reason: 'A part' });
  const { legs } = (await desk('GET', `/payments/${own}`)).json;
  const booked = legs
    .filter((leg: { kind: string; amountMinor: number }) => leg.kind === 'refund' && leg.amountMinor < 0)
    .map(({ account, amountMinor }: { account: string; amountMinor: number }) => [account, -amountMinor]);
  expect(booked.sort()).toEqual(
    shown.legs.map((leg: { part: string; amountMinor: number }) => [leg.part, leg.amountMinor]).sort(),
  );
  expect(refunded.amountMinor).toBe(100);
  const refused = async (path: string) => (await desk('GET', path)).json.error.code;
  expect(await refused(`/payments/${own}/refund-preview?amountMinor=9999999`)).toMatch(
    /amount_too_large|already_refunded/,
  );
  expect(await refused(`/payments/${own}/refund-preview?amountMinor=0`)).toBe('invalid_request');
  expect(await refused('/payments/ticket_000000000000/refund-preview')).toBe('payment_not_found');
  expect(await refused('/payments/nothing/refund-preview')).toBe('payment_not_found');
});

test('a refund must name exactly one existing payment', async () => {
  const none = await desk('POST', '/refunds', { reason: 'x' });
  const two = await desk('POST', '/refunds', { ticket, tip, reason: 'x' });
  const unknown = await desk('POST', '/refunds', { payment: 'private_000000000000', reason: 'x' });
  expect([none, two, unknown].map(({ json }) => json.error.code)).toEqual([
    'invalid_request',
    'invalid_request',
    'payment_not_found',
  ]);
});

test('stops and resumes payouts to a creator, and records the operator', async () => {
  const stop = { frozen: true, reason: 'The document is being checked' };
  const { json } = await desk('POST', '/creators/camille/payout-freeze', stop);
  const made = { id: expect.any(String), frozenAt: expect.any(String) };
  expect(json.freeze).toEqual({ ...made, creator: 'camille', by: 'operator', reason: stop.reason });
  expect((await desk('POST', '/creators/camille/payout-freeze', stop)).json.freeze.id).toBe(json.freeze.id);
  expect((await desk('GET', '/payouts')).json).toMatchObject({
    due: [],
    payouts: [],
    frozen: [{ creator: 'camille' }],
  });
  expect((await desk('GET', '/desk/overview')).json.frozenCreators).toBe(1);
  const go = await http.server('POST', '/v1/creators/camille/payout-freeze', { frozen: false, reason: 'All is well' });
  expect(go.json).toEqual({ freeze: null });
  const { acts } = (await desk('GET', '/desk/acts?subject=camille')).json;
  expect(acts.map(({ act, by }: { act: string; by: string }) => [act, by])).toEqual([
    ['unfreeze', 'devkey'],
    ['freeze', 'operator'],
  ]);
  expect((await desk('POST', '/creators/nobody/payout-freeze', stop)).json.error.code).toBe('creator_not_found');
  expect((await desk('POST', '/creators/camille/payout-freeze', { frozen: true })).json.error.code).toBe(
    'invalid_request',
  );
});

test('the desk runs payouts, reconciles and adds fees, and records each act', async () => {
  expect((await desk('POST', '/payout-batches', { reason: 'Before the holidays' })).json.payouts).toEqual([]);
  const compared = await desk('POST', '/reconciliations', {});
  expect(compared.json).toMatchObject({ unexplainedCount: 0, differenceMinor: 0 });
  expect((await desk('GET', '/reconciliations')).json.reconciliations[0].id).toBe(compared.json.id);
  const effectiveAt = new Date(Date.now() + 86_400_000).toISOString();
  const policy = await desk('POST', '/fee-policies', { commissionBps: 1_500, effectiveAt });
  expect(policy.json).toMatchObject({ commissionBps: 1_500, inForce: false });
  expect((await desk('GET', '/fee-policies')).json.feePolicies).toHaveLength(2);
  const acts = (await desk('GET', '/desk/acts')).json.acts.map(({ act }: { act: string }) => act);
  expect(acts).toEqual(expect.arrayContaining(['payouts', 'reconciliation', 'fee_policy']));
  expect((await desk('GET', '/disputes')).json).toMatchObject({ disputes: [] });
  const evidence = await desk('POST', '/disputes/dispute_000000000000/evidence', {});
  expect(evidence.json.error.code).toBe('dispute_not_found');
});

test('only operators may use the desk', async () => {
  const paths = [
    'desk/overview',
    'payments',
    `payments/${ticket}`,
    'disputes',
    'payouts',
    'reconciliations',
    'fee-policies',
    'desk/acts',
  ];
  for (const path of paths) {
    for (const identity of ['camille', 'lea']) {
      const { status, json } = await as(identity, 'GET', `/v1/${path}`);
      expect([path, identity, status, json.error.code]).toEqual([path, identity, 403, 'forbidden']);
    }
    expect([path, (await http.call('GET', `/v1/${path}`)).status]).toEqual([path, 401]);
  }
  for (const path of [
    'refunds',
    'payout-batches',
    'creators/camille/payout-freeze',
    'reconciliations',
    'fee-policies',
  ]) {
    expect([path, (await as('lea', 'POST', `/v1/${path}`, { reason: 'x' })).status]).toEqual([path, 403]);
  }
  // A page of another site cannot act with an operator's cookie.
  const forged = await http.call('POST', '/v1/payout-batches', {
    headers: { cookie: cookies.get('operator') ?? '', 'sec-fetch-site': 'cross-site' },
    body: {},
  });
  expect([forged.status, forged.json.error.code]).toEqual([403, 'origin_not_allowed']);
});

/** A creator and a fan of the house, a ticket that a bank disputes, a tip, and what operators did about them. */
async function createHouseSales() {
  const { context } = http;
  const operator = await createOperator(http, 'person_operator');
  const creator = await createSitePerson(http, 'person_creator');
  const become = { name: 'Ada', country: 'FR', isAdult: true, acceptsTerms: true };
  expect((await creator('POST', '/v1/me/creator', become)).status).toBe(201);
  const fan = await createSitePerson(http, 'person_fan');
  const enter = async (access: RoomInput['access']) => {
    const { id } = await context.rooms.createRoom({ creator: 'person_creator', title: 'Of the house', access });
    return { id, token: (await fan('POST', `/v1/rooms/${id}/tokens`)).json.token as string };
  };
  const paid = await enter({ kind: 'ticket', priceMinor: 500, currency: 'eur' });
  const bought = await http.participant(paid.token, 'POST', `/v1/rooms/${paid.id}/tickets`, { from: 'card' });
  // Stripe's test card whose owner asks their bank for the money back.
  await payCheckout(bought.json.checkoutUrl, '4000 0000 0000 0259');
  const [dispute] = await eventually(async () => {
    const { disputes } = (await operator('GET', '/v1/disputes')).json;
    return disputes.length > 0 && disputes;
  });
  const promotion = { identity: 'person_fan', amountMinor: 300, reason: 'Welcome', idempotencyKey: 'of-the-house' };
  await context.money.promotions.grant(promotion, 'test');
  const amount = { amountMinor: 300, idempotencyKey: 'tip-of-the-house' };
  const open = await enter({ kind: 'free' });
  const tipped = await http.participant(open.token, 'POST', `/v1/rooms/${open.id}/tips`, amount);
  const reason = { frozen: true, reason: 'The document is being checked' };
  await operator('POST', '/v1/creators/person_creator/payout-freeze', reason);
  const [batch, payout, at] = [createId('payoutBatch'), createId('payout'), sql`now()`];
  await context.db.orm.execute(sql`insert into payout_batches (id, by, created_at) values (${batch}, 'x', ${at})`);
  await context.db.orm.execute(sql`insert into payouts
    (id, batch, creator, amount_minor, currency, status, provider_account, due_at, created_at, settled_at)
    values (${payout}, ${batch}, 'person_creator', 100, 'eur', 'failed', 'acct_x', null, ${at}, ${at})`);
  // An act on a person that a crash has interrupted.
  await context.db.orm.execute(sql`insert into desk_acts (id, act, subject, by, reason, at)
    values (${createId('deskAct')}, 'sessions_ended', 'person_fan', 'person_operator', 'Asked', now() - interval '1 hour')`);
  return { operator, dispute, batch, tip: tipped.json.id as string };
}

test('an API key sees no money of people of the house, and acts on none; operators do', async () => {
  const { operator, dispute, batch, tip: ofHouse } = await createHouseSales();
  const key = await http.makeKey(['money']);
  const paths = {
    payment: dispute.source,
    dispute: dispute.id,
    batch,
    identity: 'person_creator',
    creator: 'person_creator',
    association: 'restos',
  };
  const query = { quarter: `${new Date().getUTCFullYear()}-Q${Math.floor(new Date().getUTCMonth() / 3) + 1}` };
  const shownToOperators: string[] = [];
  for (const { name, http: door } of HTTP_OPERATIONS) {
    if (door.scope !== 'money' || door.method !== 'get') continue;
    const path = door.path.replaceAll(/:(\w+)/g, (_, param: keyof typeof paths) => paths[param]);
    const search = path.includes('dac7') ? `?${new URLSearchParams(query)}` : '';
    const { status, text } = await key.call('GET', path + search);
    expect([name, status < 500, text.includes('person_')]).toEqual([name, true, false]);
    if (!door.by.includes('operator')) continue;
    if ((await operator('GET', path + search)).text.includes('person_')) shownToOperators.push(name);
  }
  expect(shownToOperators.toSorted()).toEqual(
    [
      ...['deskActs', 'deskOverview', 'deskPayment', 'deskPayments', 'deskPayouts'],
      ...['exportDac7Report', 'getDac7Report', 'listDisputes'],
    ].toSorted(),
  );

  const codeOf = async (path: string, body?: object) =>
    (await key.call(body ? 'POST' : 'GET', `/v1/${path}`, body)).json.error?.code;
  const reason = 'Not theirs';
  for (const payment of [dispute.source, ofHouse]) {
    expect(await codeOf(`payments/${payment}`)).toBe('payment_not_found');
    expect(await codeOf(`payments/${payment}/refund-preview`)).toBe('payment_not_found');
    expect(await codeOf('refunds', { payment, reason })).toBe('payment_not_found');
  }
  expect(await codeOf(`disputes/${dispute.id}/evidence`, { note: reason })).toBe('dispute_not_found');
  expect(await codeOf('payout-batches', { creators: ['person_creator'] })).toBe('token_invalid');
  expect(await codeOf('creators/person_creator/payout-freeze', { frozen: false, reason })).toBe('token_invalid');
  expect((await operator('POST', '/v1/refunds', { tip: ofHouse, reason })).status).toBe(201);
  // What embedders' people paid is still there, page by page.
  const first = (await key.call('GET', '/v1/payments?limit=1')).json;
  expect(first.payments).toHaveLength(1);
  expect((await key.call('GET', `/v1/payments?limit=1&after=${first.next}`)).json.payments).toHaveLength(1);
});

test('an operator books goodwill, corrects a country and sets a pledge, each with a reason on record', async () => {
  const input = { kind: 'goodwill', subject: 'lea', amountMinor: 300, reason: 'Sorry', idempotencyKey: 'sorry-lea-1' };
  const booked = await desk('POST', '/desk/bookings', input);
  expect([booked.status, booked.json.status]).toEqual([201, 'booked']);
  expect((await desk('GET', '/desk/bookings')).json.bookings[0]).toMatchObject({ id: booked.json.id, by: 'operator' });
  expect((await desk('PUT', '/buyers/lea', { country: 'DE' })).json.error.code).toBe('invalid_request');
  expect((await desk('PUT', '/buyers/lea', { country: 'DE', reason: 'She moved' })).status).toBe(200);
  await http.server('POST', '/v1/associations', { id: 'restos', name: 'Les Restos', country: 'FR' });
  const share = { association: 'restos', shareBps: 500 };
  const set = await desk('PUT', '/creators/camille/pledge', { ...share, reason: 'By letter' });
  expect(set.json.pledge).toMatchObject({ shareBps: 500, association: { id: 'restos' } });
  expect((await as('camille', 'PUT', '/v1/earnings/pledge', { ...share, shareBps: 700 })).status).toBe(200);
  expect((await as('camille', 'GET', '/v1/earnings/pledge')).json.pledge).toMatchObject({ shareBps: 700 });
  expect((await as('lea', 'PUT', '/v1/earnings/pledge', share)).json.error.code).toBe('forbidden');
  const acts = [
    ...(await desk('GET', '/desk/acts?subject=lea')).json.acts,
    ...(await desk('GET', '/desk/acts?subject=camille')).json.acts,
  ];
  expect(acts).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ act: 'booking', reason: 'Sorry', outcome: 'done' }),
      expect.objectContaining({ act: 'buyer_country', reason: 'DE: She moved', outcome: 'done' }),
      expect.objectContaining({ act: 'pledge', reason: 'restos 500: By letter', outcome: 'done' }),
    ]),
  );
});
