import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { sdkOf, startEmulator, topupParams, until } from '../testing/fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

test('a repeated key replays the first answer without a second effect', async () => {
  await using fixture = await startEmulator();
  const { stripe } = fixture;
  const first = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k1' });
  const second = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k1' });
  expect(second).toEqual(first);
  expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
  expect(second.lastResponse.headers['original-request']).toBe(first.lastResponse.requestId);
  expect(second.lastResponse.requestId).not.toBe(first.lastResponse.requestId);
  expect((await stripe.customers.list()).data).toHaveLength(1);
  expect((await stripe.events.list()).data[0]?.request).toEqual({
    id: first.lastResponse.requestId,
    idempotency_key: 'k1',
  });
});

test('other parameters or another endpoint under a used key are an error without effect', async () => {
  await using fixture = await startEmulator();
  const { stripe } = fixture;
  await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k1' });
  for (const misuse of [
    () => stripe.customers.create({ name: 'Bob' }, { idempotencyKey: 'k1' }),
    () => stripe.checkout.sessions.create(topupParams(), { idempotencyKey: 'k1' }),
  ]) {
    await expect(misuse()).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  }
  expect((await stripe.customers.list()).data).toHaveLength(1);
});

test('a decline is replayed with its 402; a new attempt needs a new key', async () => {
  await using fixture = await startEmulator();
  const { stripe } = fixture;
  const params = {
    amount: 1_000,
    currency: 'eur',
    payment_method: 'pm_card_chargeDeclined',
    confirm: true,
    return_url: 'http://localhost/',
  };
  const attempt = (idempotencyKey: string) =>
    stripe.paymentIntents.create(params, { idempotencyKey }).catch((error) => error);
  const first = await attempt('k1');
  const second = await attempt('k1');
  expect(first).toBeInstanceOf(Stripe.errors.StripeCardError);
  expect(second).toMatchObject({ statusCode: 402, charge: first.charge });
  expect((await attempt('k2')).charge).not.toBe(first.charge);
  expect((await stripe.charges.list()).data).toHaveLength(2);
});

test('answers of failed validation are not stored; refusals by the endpoint are', async () => {
  await using fixture = await startEmulator();
  const { stripe } = fixture;
  await expect(stripe.refunds.create({}, { idempotencyKey: 'k1' })).rejects.toThrow('should be provided');
  const missing = { payment_intent: 'pi_missing' };
  await expect(stripe.refunds.create(missing, { idempotencyKey: 'k1' })).rejects.toMatchObject({
    code: 'resource_missing',
  });
  const replayed = await stripe.refunds.create(missing, { idempotencyKey: 'k1' }).catch((error) => error);
  expect(replayed.headers['idempotent-replayed']).toBe('true');
});

test('a 500 is stored and replayed, with or without an effect', async () => {
  await using fixture = await startEmulator();
  const { stripe, emulator } = fixture;
  for (const [key, isApplied] of [
    ['k1', false],
    ['k2', true],
  ] as const) {
    emulator.addFault({ path: '/v1/customers', kind: 'server_error', isApplied });
    const attempt = () => stripe.customers.create({ name: key }, { idempotencyKey: key });
    await expect(attempt()).rejects.toMatchObject({ statusCode: 500 });
    await expect(attempt()).rejects.toMatchObject({ statusCode: 500 });
  }
  expect((await stripe.customers.list()).data.map(({ name }) => name)).toEqual(['k2']);
});

test('a concurrent request under the same key gets 409, and the SDK’s retry the answer', async () => {
  await using fixture = await startEmulator();
  const { emulator } = fixture;
  const patient = sdkOf(emulator, { maxNetworkRetries: 4 });
  emulator.addFault({ path: '/v1/customers', kind: 'delay', delayMs: 400 });
  const attempt = (stripe: Stripe) => stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k1' });
  const results = await Promise.allSettled([attempt(fixture.stripe), attempt(fixture.stripe), attempt(patient)]);
  const conflicts = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
  const ids = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
  expect(conflicts.every((code) => code === 'idempotency_key_in_use')).toBe(true);
  expect(conflicts.length).toBeGreaterThanOrEqual(1);
  expect(new Set(ids).size).toBe(1);
  expect((await fixture.stripe.customers.list()).data).toHaveLength(1);
});

test('keys expire after a day', async () => {
  await using fixture = await startEmulator();
  const { stripe, emulator } = fixture;
  const attempt = () => stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k1' });
  const first = await attempt();
  emulator.advanceClock(DAY_MS - 60_000);
  expect((await attempt()).id).toBe(first.id);
  emulator.advanceClock(120_000);
  expect((await attempt()).id).not.toBe(first.id);
});

test('a lost answer is returned again under its key', async () => {
  await using fixture = await startEmulator();
  const { emulator } = fixture;
  emulator.addFault({ path: '/v1/customers', kind: 'reset', isApplied: true });
  const stripe = sdkOf(emulator, { maxNetworkRetries: 2 });
  const customer = await stripe.customers.create({ name: 'Ada' });
  expect(customer.lastResponse.headers['idempotent-replayed']).toBe('true');
  expect((await stripe.customers.list()).data).toHaveLength(1);
});

test('a request that hangs times out in the SDK, and can be retried', async () => {
  await using fixture = await startEmulator();
  const { emulator } = fixture;
  for (const [name, isApplied] of [
    ['lost', false],
    ['done', true],
  ] as const) {
    emulator.addFault({ path: '/v1/customers', kind: 'hang', isApplied });
    const stripe = sdkOf(emulator, { timeout: 200 });
    await expect(stripe.customers.create({ name }, { idempotencyKey: name })).rejects.toBeInstanceOf(
      Stripe.errors.StripeConnectionError,
    );
    const again = await stripe.customers.create({ name }, { idempotencyKey: name });
    expect(again.lastResponse.headers['idempotent-replayed']).toBe(isApplied ? 'true' : undefined);
  }
  await until('both customers are there once', async () => (await fixture.stripe.customers.list()).data.length === 2);
});
