import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, sdkOf, startEmulator, until, WEBHOOK_SECRET, WebhookReceiver } from '../testing/fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startEmulator();
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

async function control(
  method: string,
  path: string,
  body?: unknown,
  key = 'sk_test_control',
): Promise<{ status: number; value: Record<string, unknown> }> {
  const response = await fetch(`${fixture.emulator.url}/_emulator${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, value: (await response.json()) as Record<string, unknown> };
}

test('faults by HTTP: the requested number, on the named path', async () => {
  expect((await control('POST', '/faults', { path: '/v1/refunds*', kind: 'rate_limit', times: 2 })).status).toBe(200);
  const { stripe } = fixture;
  await stripe.customers.list();
  for (let index = 0; index < 2; index += 1) {
    await expect(stripe.refunds.list()).rejects.toBeInstanceOf(Stripe.errors.StripeRateLimitError);
  }
  expect((await stripe.refunds.list()).data).toEqual([]);
  await control('POST', '/faults', { path: '/v1/refunds', method: 'POST', kind: 'conflict' });
  await expect(stripe.refunds.create({ charge: 'ch_1' })).rejects.toMatchObject({ statusCode: 409 });
  await control('POST', '/faults', { path: '/v1/refunds', kind: 'server_error', times: 5 });
  await control('DELETE', '/faults');
  expect((await stripe.refunds.list()).data).toEqual([]);
});

test('the SDK’s retries survive a short fault', async () => {
  fixture.emulator.addFault({ path: '/v1/customers', kind: 'conflict', times: 2 });
  const stripe = sdkOf(fixture.emulator, { maxNetworkRetries: 3 });
  expect((await stripe.customers.create({ name: 'Ada' })).object).toBe('customer');
});

test('advancing the clock runs what is due', async () => {
  const { stripe } = fixture;
  const params = {
    amount: 1_000,
    currency: 'eur',
    payment_method: 'pm_card_visa',
    confirm: true,
    return_url: 'http://localhost/',
    capture_method: 'automatic',
  } as const;
  const { latest_charge: charge } = await stripe.paymentIntents.create(params, {});
  const look = async () => {
    const { balance_transaction: transaction } = await stripe.charges.retrieve(String(charge), {
      expand: ['balance_transaction'],
    });
    return transaction as Stripe.BalanceTransaction;
  };
  const before = await look();
  expect(before).toMatchObject({ status: 'pending', amount: 1_000, fee: 40, net: 960, type: 'charge' });
  expect((await stripe.balance.retrieve()).pending[0]).toMatchObject({ amount: 960, currency: 'eur' });
  const { value } = await control('POST', '/clock', { byMs: 3 * 24 * 60 * 60 * 1000 });
  expect(value.nowMs).toBeGreaterThan(Date.now() + 2 * 24 * 60 * 60 * 1000);
  expect((await look()).status).toBe('available');
  expect((await stripe.balance.retrieve()).available[0]).toMatchObject({ amount: 960, currency: 'eur' });
});

test('webhooks by HTTP: target, rules, shuffling, and the list of deliveries', async () => {
  await using receiver = await WebhookReceiver.create();
  await control('POST', '/shuffle', { shuffle: false });
  await control('POST', '/webhook', { url: receiver.url, secret: WEBHOOK_SECRET });
  await control('POST', '/webhook-rules', { action: 'double', type: 'customer.created' });
  const { id } = await fixture.stripe.customers.create({});
  await until('it came twice', () => receiver.typesOf(id).length === 2);
  await until('both are recorded', () => fixture.emulator.listDeliveries('delivered').length === 2);
  const { value } = await control('GET', '/deliveries?status=delivered');
  expect(value.data).toMatchObject([{ type: 'customer.created', attempts: 1, lastStatus: 200, url: receiver.url }, {}]);
});

test.each([
  ['a live key', 'POST', '/faults', { path: '/v1/refunds', kind: 'hang' }, 'sk_live_x', 401],
  ['no known fault', 'POST', '/faults', { path: '/v1/refunds', kind: 'explode' }, 'sk_test_x', 400],
  ['a misspelt field', 'POST', '/faults', { path: '/v1/refunds', kind: 'hang', time: 2 }, 'sk_test_x', 400],
  ['time running backwards', 'POST', '/clock', { byMs: -1 }, 'sk_test_x', 400],
  ['a file as webhook', 'POST', '/webhook', { url: 'file:///etc/passwd', secret: 'x' }, 'sk_test_x', 400],
  ['an unknown address', 'GET', '/nothing', undefined, 'sk_test_x', 404],
])('refuses %s', async (_what, method, path, body, key, status) => {
  expect((await control(method, path, body, key)).status).toBe(status);
});
