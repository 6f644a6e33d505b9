/** What an account does until its operator, or the call, says otherwise. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startEmulator, topupParams } from './testing/fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let fixture: Fixture;
let stripe: Stripe;

beforeAll(async () => {
  fixture = await startEmulator({ payoutInterval: 'daily', settleDelayMs: 1 });
  stripe = fixture.stripe;
});
afterAll(() => fixture[Symbol.asyncDispose]());

const faultOf = (request: Promise<unknown>) => request.catch((error) => error as Stripe.errors.StripeError);

async function charge(more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.Charge> {
  const { latest_charge } = await stripe.paymentIntents.create({
    amount: 5_000,
    currency: 'eur',
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    confirm: true,
    ...more,
  });
  await fixture.emulator.flush();
  return stripe.charges.retrieve(String(latest_charge));
}

test('its whole balance is paid out each night, until the schedule is manual', async () => {
  const setInterval = (interval: 'daily' | 'manual') =>
    stripe.balanceSettings.update({ payments: { payouts: { schedule: { interval } } } });
  const { payments } = await stripe.balanceSettings.retrieve();
  expect(payments.payouts?.schedule).toEqual({ interval: 'daily' });
  await charge();
  fixture.emulator.advanceClock(3 * DAY_MS);
  const { data } = await stripe.payouts.list();
  expect(data).toMatchObject([{ automatic: true, amount: 4_900 }]);
  expect((await stripe.balance.retrieve()).available).toMatchObject([{ amount: 0 }]);
  await setInterval('manual');
  await charge();
  fixture.emulator.advanceClock(3 * DAY_MS);
  expect((await stripe.payouts.list()).data).toHaveLength(1);
  await setInterval('daily');
  fixture.emulator.advanceClock(DAY_MS);
  expect((await stripe.payouts.list()).data).toHaveLength(2);
});

test('it has no settings of the billing portal', async () => {
  const { id: customer } = await stripe.customers.create({});
  const refused = await faultOf(stripe.billingPortal.sessions.create({ customer }));
  expect(refused).toMatchObject({ statusCode: 400, message: expect.stringMatching(/^No configuration provided/) });
});

test('prices are shown in the payer’s own currency, unless the call says no', async () => {
  const shown = await stripe.checkout.sessions.create(topupParams());
  expect(shown.adaptive_pricing).toEqual({ enabled: true });
  const off = await stripe.checkout.sessions.create(topupParams({ adaptive_pricing: { enabled: false } }));
  expect(off.adaptive_pricing).toEqual({ enabled: false });
});

test('a statement shows the account’s name and the suffix of a payment, by Stripe’s rules', async () => {
  expect((await charge()).calculated_statement_descriptor).toBe('LOGE');
  const named = await charge({ statement_descriptor_suffix: 'La maison' });
  expect(named.calculated_statement_descriptor).toBe('LOGE* LA MAISON');
  for (const statement_descriptor_suffix of ['A*B', '1234', 'a'.repeat(23)]) {
    expect(await faultOf(charge({ statement_descriptor_suffix }))).toMatchObject({ statusCode: 400 });
  }
  expect(await faultOf(charge({ statement_descriptor: 'La maison' }))).toMatchObject({ statusCode: 400 });
});
