import type Stripe from 'stripe';
import { expect, test } from 'vitest';
import {
  CARD,
  startEmulator,
  submitForm,
  topupParams,
  until,
  WEBHOOK_SECRET,
  WebhookReceiver,
} from '../testing/fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW_MS = 1_800_000_000_000;

async function pay(stripe: Stripe): Promise<string> {
  const session = await stripe.checkout.sessions.create(topupParams());
  await submitForm(String(session.url), CARD);
  return session.id;
}

const PAYMENT_EVENTS = [
  'payment_intent.created',
  'charge.succeeded',
  'payment_intent.succeeded',
  'checkout.session.completed',
  'charge.updated',
];

test('without shuffling, each event comes once, in order, signed, with the SDK’s version', async () => {
  await using receiver = await WebhookReceiver.create();
  await using fixture = await startEmulator({ shuffle: false, webhook: { url: receiver.url, secret: WEBHOOK_SECRET } });
  await pay(fixture.stripe);
  await until('all five events came', () => receiver.events.length === PAYMENT_EVENTS.length);
  expect(receiver.typesOf()).toEqual(PAYMENT_EVENTS);
  expect(receiver.rejected).toEqual([]);
  for (const event of receiver.events) {
    expect(event).toMatchObject({ object: 'event', api_version: '2026-10-28.endive', livemode: false });
    expect(await fixture.stripe.events.retrieve(event.id)).toMatchObject({
      type: event.type,
      data: event.data,
      pending_webhooks: 0,
    });
  }
});

test('by default events arrive duplicated and reordered, complete, and repeatable by seed', async () => {
  const runs: number[][] = [];
  for (const seed of [7, 7, 8]) {
    await using receiver = await WebhookReceiver.create();
    const webhook = { url: receiver.url, secret: WEBHOOK_SECRET };
    await using fixture = await startEmulator({ seed, webhook, now: () => NOW_MS });
    for (let index = 0; index < 8; index += 1) await fixture.stripe.customers.create({ name: `fan ${index}` });
    await until('everything was delivered', () => fixture.emulator.listDeliveries('pending').length === 0);
    runs.push(fixture.emulator.listDeliveries().map(({ nextAttemptAtMs }) => nextAttemptAtMs - NOW_MS));
    const ids = receiver.events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(8);
    expect(ids.length).toBeGreaterThan(8);
  }
  const [first = [], same, other] = runs;
  expect(first).toEqual(same);
  expect(first).not.toEqual(other);
  expect(first).not.toEqual([...first].sort((a, b) => b - a));
});

test('an event is retried until it is answered with 2xx', async () => {
  await using receiver = await WebhookReceiver.create();
  const answers = [500, 302, 404];
  receiver.respond = () => answers.shift() ?? 200;
  await using fixture = await startEmulator({ shuffle: false, webhook: { url: receiver.url, secret: WEBHOOK_SECRET } });
  await fixture.stripe.customers.create({});
  await until('the first attempt failed', () => receiver.events.length === 1);
  const [event] = (await fixture.stripe.events.list()).data;
  expect(event?.pending_webhooks).toBe(1);
  const report = await until('it was delivered', () => fixture.emulator.listDeliveries('delivered')[0]);
  expect(report).toMatchObject({ attempts: 4, lastStatus: 200, type: 'customer.created' });
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1);
  expect((await fixture.stripe.events.list()).data[0]?.pending_webhooks).toBe(0);
});

test('events wait for an endpoint, and a new endpoint receives the waiting ones', async () => {
  await using receiver = await WebhookReceiver.create();
  await using fixture = await startEmulator({ webhook: { url: 'http://127.0.0.1:9/none', secret: 'whsec_other' } });
  const customer = await fixture.stripe.customers.create({});
  await until('an attempt failed', () => fixture.emulator.listDeliveries().some(({ attempts }) => attempts > 0));
  fixture.emulator.setWebhook({ url: receiver.url, secret: WEBHOOK_SECRET });
  await until('the event came', () => receiver.typesOf(customer.id).includes('customer.created'));
  expect(fixture.logged.join()).toContain('ECONNREFUSED');
});

test('a delivery is abandoned after three days, and its event is still listed', async () => {
  await using receiver = await WebhookReceiver.create();
  receiver.respond = () => 500;
  await using fixture = await startEmulator({ shuffle: false, webhook: { url: receiver.url, secret: WEBHOOK_SECRET } });
  await fixture.stripe.customers.create({});
  await until('an attempt failed', () => fixture.emulator.listDeliveries().some(({ attempts }) => attempts > 0));
  fixture.emulator.advanceClock(3 * DAY_MS);
  await until('it was given up', () => fixture.emulator.listDeliveries('failed')[0]);
  expect((await fixture.stripe.events.list()).data).toHaveLength(1);
});

test('webhooks can be dropped, duplicated and delayed by type', async () => {
  await using receiver = await WebhookReceiver.create();
  await using fixture = await startEmulator({ shuffle: false, webhook: { url: receiver.url, secret: WEBHOOK_SECRET } });
  fixture.emulator.addWebhookRule({ action: 'drop', type: 'checkout.session.completed' });
  fixture.emulator.addWebhookRule({ action: 'double', type: 'charge.succeeded' });
  fixture.emulator.addWebhookRule({ action: 'delay', type: 'payment_intent.*', times: 2, delayMs: 7 * DAY_MS });
  const id = await pay(fixture.stripe);
  await until('the rest came', () => receiver.typesOf().includes('charge.updated'));
  expect(receiver.typesOf().sort()).toEqual(['charge.succeeded', 'charge.succeeded', 'charge.updated']);
  // A listing of events contains the dropped one.
  const { data } = await fixture.stripe.events.list({ type: 'checkout.session.completed' });
  expect(data.map((event) => event.data.object)).toMatchObject([{ id }]);
  expect(fixture.emulator.listDeliveries('dropped')).toHaveLength(1);
  fixture.emulator.advanceClock(7 * DAY_MS);
  await until(
    'a week late, both came',
    () => receiver.typesOf().filter((type) => type.startsWith('payment_intent')).length === 2,
  );
  expect(receiver.rejected).toEqual([]);
});

test('concurrent deliveries to a slow endpoint are bounded', async () => {
  await using receiver = await WebhookReceiver.create();
  await using fixture = await startEmulator({ shuffle: false, webhook: { url: receiver.url, secret: WEBHOOK_SECRET } });
  await Promise.all(Array.from({ length: 40 }, () => fixture.stripe.customers.create({})));
  await until('all came', () => receiver.events.length === 40);
  expect(receiver.concurrencyMax).toBeLessThanOrEqual(8);
});
