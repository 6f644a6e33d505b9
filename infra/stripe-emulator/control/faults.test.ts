import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, sdkOf, startEmulator } from '../testing/fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startEmulator();
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

test('the requested number of faults, on the named path', async () => {
  const { emulator, stripe } = fixture;
  emulator.addFault({ path: '/v1/refunds*', kind: 'rate_limit', times: 2 });
  await stripe.customers.list();
  for (let index = 0; index < 2; index += 1) {
    await expect(stripe.refunds.list()).rejects.toBeInstanceOf(Stripe.errors.StripeRateLimitError);
  }
  expect((await stripe.refunds.list()).data).toEqual([]);
  emulator.addFault({ path: '/v1/refunds', method: 'POST', kind: 'conflict' });
  expect((await stripe.refunds.list()).data).toEqual([]);
  await expect(stripe.refunds.create({ charge: 'ch_1' })).rejects.toMatchObject({ statusCode: 409 });
  emulator.addFault({ path: '/v1/refunds', kind: 'server_error', times: 5 });
  emulator.clearFaults();
  expect((await stripe.refunds.list()).data).toEqual([]);
});

test('the SDK’s retries survive a short fault', async () => {
  fixture.emulator.addFault({ path: '/v1/customers', kind: 'conflict', times: 2 });
  const stripe = sdkOf(fixture.emulator, { maxNetworkRetries: 3 });
  expect((await stripe.customers.create({ name: 'Ada' })).object).toBe('customer');
});

test('advancing the clock makes money available', async () => {
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
  fixture.emulator.advanceClock(3 * 24 * 60 * 60 * 1000);
  expect((await look()).status).toBe('available');
  expect((await stripe.balance.retrieve()).available[0]).toMatchObject({ amount: 960, currency: 'eur' });
});

test.each([
  ['an unknown fault', () => fixture.emulator.addFault({ path: '/v1/refunds', kind: 'explode' as 'hang' })],
  ['a fault outside the API', () => fixture.emulator.addFault({ path: '/c/pay', kind: 'hang' })],
  ['time running backwards', () => fixture.emulator.advanceClock(-1)],
  ['a file as webhook', () => fixture.emulator.setWebhook({ url: 'file:///etc/passwd', secret: 'x' })],
])('refuses %s', (_what, act) => {
  expect(act).toThrow();
});

test('refuses a live key, and anything that is no key', async () => {
  const { url } = fixture.emulator;
  for (const authorization of ['Bearer sk_live_x', 'Bearer nothing', 'Bearer ', '']) {
    expect((await fetch(`${url}/v1/customers`, { headers: { authorization } })).status).toBe(401);
  }
  const basic = `Basic ${Buffer.from('sk_test_x:').toString('base64')}`;
  expect((await fetch(`${url}/v1/customers`, { headers: { authorization: basic } })).status).toBe(200);
});
