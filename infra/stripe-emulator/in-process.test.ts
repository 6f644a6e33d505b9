/** The in-process mode: no sockets, the same checks, signed, shuffled and duplicated webhooks, random faults. */
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { StripeEmulator } from './emulator.ts';
import { WEBHOOK_SECRET } from './testing/fixture.ts';

const cardOnly = { enabled: true, allow_redirects: 'never' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;

async function start(options: { seed?: number; status?: () => number } = {}) {
  const verifier = new Stripe('sk_test_verifier');
  const events: Stripe.Event[] = [];
  const logged: string[] = [];
  const emulator = await StripeEmulator.create({
    payoutInterval: 'manual',
    port: 0,
    seed: options.seed ?? 7,
    webhook: { url: 'http://in.process/webhooks/stripe', secret: WEBHOOK_SECRET },
    deliver: (payload, signature) => {
      events.push(verifier.webhooks.constructEvent(payload, signature, WEBHOOK_SECRET));
      return options.status?.() ?? 200;
    },
    log: (message) => logged.push(message),
  });
  const stripe = new Stripe('sk_test_soak', {
    host: '127.0.0.1',
    port: emulator.port,
    protocol: 'http',
    httpClient: Stripe.createFetchHttpClient(emulator.fetch),
    maxNetworkRetries: 0,
  });
  return { emulator, stripe, events, logged, [Symbol.asyncDispose]: () => emulator.close() };
}

const pay = (stripe: Stripe, idempotencyKey?: string) =>
  stripe.paymentIntents.create(
    {
      amount: 1_000,
      currency: 'eur',
      payment_method: 'pm_card_visa',
      automatic_payment_methods: cardOnly,
      confirm: true,
    },
    idempotencyKey === undefined ? {} : { idempotencyKey },
  );

test('requests and webhooks in the same process, settled by a flush', async () => {
  await using fixture = await start();
  const { stripe, emulator, events } = fixture;
  const paymentIntent = await pay(stripe);
  const misspelt = { amout: 1, amount: 1_000, currency: 'eur' } as unknown as Stripe.PaymentIntentCreateParams;
  await expect(stripe.paymentIntents.create(misspelt)).rejects.toMatchObject({ code: 'parameter_unknown' });
  await emulator.flush();
  const charge = await stripe.charges.retrieve(String(paymentIntent.latest_charge));
  expect(charge.balance_transaction).not.toBeNull();
  expect(emulator.listDeliveries('pending')).toEqual([]);
  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'charge.updated']),
  );
  expect(fixture.logged).toEqual([]);
});

test('a failed delivery waits for its retry, and a flush does not wait for it', async () => {
  let status = 500;
  await using fixture = await start({ status: () => status });
  const { stripe, emulator, events } = fixture;
  const { id } = await stripe.customers.create({});
  await emulator.flush();
  expect(emulator.listDeliveries('pending').length).toBeGreaterThan(0);
  status = 200;
  emulator.advanceClock(1_000);
  await emulator.flush();
  expect(emulator.listDeliveries('pending')).toEqual([]);
  expect(events.filter((event) => (event.data.object as { id: string }).id === id).length).toBeGreaterThan(1);
});

test('faults and disturbances affect a share of requests and events, the same one for the same seed', async () => {
  const outcomes: string[][] = [];
  for (const seed of [3, 3, 4]) {
    await using fixture = await start({ seed });
    const { emulator, stripe, events } = fixture;
    const often = { path: '/v1/*', times: 1_000_000 };
    emulator.addFault({ ...often, kind: 'server_error', share: 0.2 });
    emulator.addFault({ ...often, kind: 'reset', share: 0.2, isApplied: true });
    emulator.addWebhookRule({ action: 'drop', times: 1_000_000, share: 0.1 });
    emulator.addWebhookRule({ action: 'delay', times: 1_000_000, share: 0.2, delayMs: 7 * DAY_MS });
    const results: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      results.push(
        await pay(stripe, `key-${index}`).then(
          ({ status }) => status,
          (error) => error.type,
        ),
      );
    }
    outcomes.push(results);
    expect(new Set(results)).toEqual(new Set(['succeeded', 'StripeAPIError', 'StripeConnectionError']));
    emulator.clearFaults();
    await emulator.flush();
    const soon = events.length;
    emulator.advanceClock(8 * DAY_MS);
    await emulator.flush();
    expect(events.length).toBeGreaterThan(soon);
    expect(emulator.listDeliveries('dropped').length).toBeGreaterThan(0);
    // The lost answer is stored under its key: a retry is not charged twice.
    const lost = results.indexOf('StripeConnectionError');
    const again = await pay(stripe, `key-${lost}`).catch((error) => error);
    expect(again.status ?? again.statusCode).not.toBe(500);
  }
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(outcomes[0]).not.toEqual(outcomes[2]);
});

test('a request that hangs times out in the SDK', async () => {
  await using fixture = await start();
  fixture.emulator.addFault({ path: '/v1/customers', kind: 'hang' });
  await expect(fixture.stripe.customers.create({}, { timeout: 100 })).rejects.toMatchObject({
    type: 'StripeConnectionError',
  });
  expect((await fixture.stripe.customers.list()).data).toEqual([]);
});
