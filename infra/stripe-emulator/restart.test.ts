import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type Stripe from 'stripe';
import { afterEach, expect, test } from 'vitest';
import { StripeEmulator } from './emulator.ts';
import { CARD, sdkOf, submitForm, topupParams, until, WEBHOOK_SECRET, WebhookReceiver } from './testing/fixture.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const newFile = () => path.join(mkdtempSync(path.join(tmpdir(), 'stripe-emulator-')), 'journal.jsonl');

async function startProcess(
  dataFile: string,
  ...args: string[]
): Promise<{ stripe: Stripe; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--data', dataFile, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString('utf8')) as { url: string };
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { stripe: sdkOf({ port: Number(new URL(url).port) }), kill };
}

test('kill -9 loses no answered request, and undelivered webhooks are delivered after the restart', async () => {
  const file = newFile();
  await using receiver = await WebhookReceiver.create();
  const target = ['--secret', WEBHOOK_SECRET, '--webhook'];
  const before = await startProcess(file, ...target, 'http://127.0.0.1:9/nobody-listens');
  const customer = await before.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k1' });
  const paid = await before.stripe.checkout.sessions.create(topupParams({ customer: customer.id }));
  const open = await before.stripe.checkout.sessions.create(topupParams());
  expect((await submitForm(String(paid.url), CARD)).status).toBe(303);
  await before.kill();

  const after = await startProcess(file, ...target, receiver.url);
  const session = await after.stripe.checkout.sessions.retrieve(paid.id, { expand: ['payment_intent'] });
  const paymentIntent = session.payment_intent as Stripe.PaymentIntent;
  expect(session).toMatchObject({ status: 'complete', payment_status: 'paid', customer: customer.id });
  expect((await after.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k1' })).id).toBe(customer.id);
  expect((await after.stripe.customers.list()).data).toHaveLength(1);
  await until('the events of before the crash came', () => {
    const types = receiver.typesOf();
    return (
      types.includes('checkout.session.completed') &&
      types.includes('customer.created') &&
      types.includes('charge.updated')
    );
  });
  const refund = await after.stripe.refunds.create({ payment_intent: paymentIntent.id });
  expect(refund).toMatchObject({ amount: 2_000, status: 'succeeded' });
  // The open session is still open, at the address of the new process.
  const reopened = await after.stripe.checkout.sessions.retrieve(open.id);
  expect(reopened.url).not.toBe(open.url);
  expect((await submitForm(String(reopened.url), CARD)).status).toBe(303);
});

test('killed at any moment under load, each answered request exists once', async () => {
  const file = newFile();
  const acknowledged: { refund: string; paymentIntent: string }[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { stripe, kill } = await startProcess(file);
    const load = Array.from({ length: 6 }, async (_, lane) => {
      for (let step = 0; step < 40; step += 1) {
        const key = `${round}-${lane}-${step}`;
        const params = {
          amount: 1_000,
          currency: 'eur',
          payment_method: 'pm_card_visa',
          confirm: true,
          return_url: 'http://localhost/',
        } as const;
        const paymentIntent = await stripe.paymentIntents.create(params, { idempotencyKey: `pay-${key}` });
        const refund = await stripe.refunds.create(
          { payment_intent: paymentIntent.id, amount: 400 },
          { idempotencyKey: `refund-${key}` },
        );
        acknowledged.push({ refund: refund.id, paymentIntent: paymentIntent.id });
      }
    });
    const enough = acknowledged.length + 20;
    await until('some refunds were acknowledged', () => acknowledged.length >= enough);
    await kill();
    await Promise.allSettled(load);
  }
  const emulator = await StripeEmulator.create({ port: 0, dataFile: file });
  try {
    const stripe = sdkOf(emulator);
    for (const { refund, paymentIntent } of acknowledged) {
      expect((await stripe.refunds.retrieve(refund)).payment_intent).toBe(paymentIntent);
      const { latest_charge: charge } = await stripe.paymentIntents.retrieve(paymentIntent, {
        expand: ['latest_charge.refunds'],
      });
      const { amount_refunded: amountRefunded, refunds } = charge as Stripe.Charge;
      expect(amountRefunded).toBe(400);
      expect(refunds?.data.map(({ id }) => id)).toEqual([refund]);
    }
    const settled = await stripe.charges.list({ limit: 100 });
    await until('every charge has settled', async () => {
      const charges = await Promise.all(settled.data.map(({ id }) => stripe.charges.retrieve(id)));
      return charges.every((charge) => charge.balance_transaction !== null);
    });
  } finally {
    await emulator.close();
  }
});

test('without a webhook at the restart, events wait until one is set', async () => {
  const file = newFile();
  await using receiver = await WebhookReceiver.create();
  const first = await StripeEmulator.create({
    port: 0,
    dataFile: file,
    webhook: { url: 'http://127.0.0.1:9/', secret: 'x' },
    log: () => {},
  });
  const { id } = await sdkOf(first).customers.create({});
  await first.close();
  const second = await StripeEmulator.create({ port: 0, dataFile: file });
  try {
    expect(second.listDeliveries('pending').length).toBeGreaterThan(0);
    second.setWebhook({ url: receiver.url, secret: WEBHOOK_SECRET });
    await until('the event came', () => receiver.typesOf(id).includes('customer.created'));
  } finally {
    await second.close();
  }
});

test('close is idempotent and frees the port', async () => {
  const first = await StripeEmulator.create({ port: 0 });
  await expect(StripeEmulator.create({ port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await Promise.all([first.close(), first.close()]);
  const second = await StripeEmulator.create({ port: first.port });
  await second.close();
});

test('after a restart, accounts keep their balances and subscriptions renew on time', async () => {
  const file = newFile();
  const month = 32 * 24 * 60 * 60 * 1000;
  const before = await StripeEmulator.create({ port: 0, dataFile: file });
  const first = sdkOf(before);
  const { id: account } = await first.accounts.create({
    country: 'FR',
    capabilities: { transfers: { requested: true } },
    settings: { payouts: { schedule: { interval: 'manual' } } },
  });
  before.act('onboard_account', { account });
  const cardOnly = { enabled: true, allow_redirects: 'never' } as const;
  const params = { amount: 9_000, currency: 'eur', payment_method: 'pm_card_bypassPending', confirm: true } as const;
  await first.paymentIntents.create({ ...params, capture_method: 'automatic', automatic_payment_methods: cardOnly });
  await first.transfers.create({ amount: 2_000, currency: 'eur', destination: account });
  const options = { stripeAccount: account };
  const payout = await first.payouts.create({ amount: 500, currency: 'eur' }, options);
  const { id: customer } = await first.customers.create({ payment_method: 'pm_card_visa' });
  const [card] = (await first.paymentMethods.list({ customer })).data;
  const product_data = { name: 'Club' };
  const recurring = { interval: 'month' } as const;
  const price = await first.prices.create({ currency: 'eur', unit_amount: 990, recurring, product_data });
  const items = [{ price: price.id }];
  const subscription = await first.subscriptions.create({ customer, items, default_payment_method: String(card?.id) });
  await before.close();

  const after = await StripeEmulator.create({ port: 0, dataFile: file });
  try {
    const second = sdkOf(after);
    expect((await second.balance.retrieve({}, options)).available[0]?.amount).toBe(1_500);
    after.advanceClock(month);
    expect((await second.payouts.retrieve(payout.id, {}, options)).status).toBe('paid');
    const { data } = await second.invoices.list({ subscription: subscription.id });
    expect(data.map(({ billing_reason, status }) => [billing_reason, status])).toEqual([
      ['subscription_cycle', 'paid'],
      ['subscription_create', 'paid'],
    ]);
  } finally {
    await after.close();
  }
});
