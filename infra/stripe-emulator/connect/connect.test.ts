/** Connect: from a new account to a payout at a bank, and how that can fail. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startEmulator, submitForm, until, WEBHOOK_SECRET, WebhookReceiver } from '../testing/fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CONNECT_SECRET = 'whsec_of_connected_accounts';
const GOOD = { accountHolderName: 'Ada Lovelace', iban: 'FR14 2004 1010 0505 0001 3M02 606', acceptTerms: 'on' };
let fixture: Fixture;
let stripe: Stripe;
let platformReceiver: WebhookReceiver;
let connectReceiver: WebhookReceiver;

beforeAll(async () => {
  platformReceiver = await WebhookReceiver.create();
  connectReceiver = await WebhookReceiver.create(CONNECT_SECRET);
  fixture = await startEmulator({
    settleDelayMs: 1,
    webhook: { url: platformReceiver.url, secret: WEBHOOK_SECRET },
    connectWebhook: { url: connectReceiver.url, secret: CONNECT_SECRET },
  });
  stripe = fixture.stripe;
});
afterAll(async () => {
  expect(fixture.logged).toEqual([]);
  expect([...platformReceiver.rejected, ...connectReceiver.rejected]).toEqual([]);
  await fixture[Symbol.asyncDispose]();
  await platformReceiver[Symbol.asyncDispose]();
  await connectReceiver[Symbol.asyncDispose]();
});

const faultOf = (request: Promise<unknown>) =>
  request.then(
    () => expect.unreachable(),
    (error) => error,
  );

const express = (extra: Stripe.AccountCreateParams = {}) =>
  stripe.accounts.create({
    country: 'FR',
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    settings: { payouts: { schedule: { interval: 'manual' } } },
    metadata: { creator: 'ada' },
    ...extra,
  });

async function onboarded(extra?: Stripe.AccountCreateParams, iban?: string): Promise<string> {
  const { id } = await express(extra);
  fixture.emulator.act('onboard_account', { account: id, ...(iban === undefined ? {} : { iban }) });
  return id;
}

/** Available balance of the platform. */
async function fund(amount = 10_000): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create({
    amount,
    currency: 'eur',
    payment_method: 'pm_card_bypassPending',
    capture_method: 'automatic',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    confirm: true,
  });
}

const transfer = (destination: string, amount: number, extra: Partial<Stripe.TransferCreateParams> = {}) =>
  stripe.transfers.create({ amount, currency: 'eur', destination, ...extra });

async function balanceOf(account?: string): Promise<{ available: number; pending: number }> {
  const { available, pending } = await stripe.balance.retrieve(
    {},
    account === undefined ? {} : { stripeAccount: account },
  );
  return { available: available[0]?.amount ?? 0, pending: pending[0]?.amount ?? 0 };
}

const connectTypes = (account: string) =>
  connectReceiver.events.filter((event) => event.account === account).map(({ type }) => type);

describe('onboarding', () => {
  const linkFor = (account: string) =>
    stripe.accountLinks.create({
      account,
      type: 'account_onboarding',
      return_url: 'https://example.com/back',
      refresh_url: 'https://example.com/again',
    });

  test('an account has no capabilities until its holder has submitted the form', async () => {
    const account = await express();
    expect(account).toMatchObject({
      charges_enabled: false,
      payouts_enabled: false,
      details_submitted: false,
      capabilities: { card_payments: 'inactive', transfers: 'inactive' },
      requirements: { disabled_reason: 'requirements.past_due' },
      metadata: { creator: 'ada' },
    });
    expect(account.requirements?.currently_due).toContain('external_account');
    await fund();
    expect(await faultOf(transfer(account.id, 100))).toMatchObject({ code: 'insufficient_capabilities_for_transfer' });
    const { url } = await linkFor(account.id);
    expect((await fetch(url)).status).toBe(200);
    const incomplete = await submitForm(url, { accountHolderName: '', iban: 'FR14 2004', acceptTerms: '' });
    expect(incomplete.status).toBe(422);
    for (const id of ['accountHolderName', 'iban', 'acceptTerms'])
      expect(incomplete.text).toContain(`id="${id}-fault"`);
    const done = await submitForm(url, GOOD);
    expect(done).toMatchObject({ status: 303, location: 'https://example.com/back' });
    const after = await stripe.accounts.retrieve(account.id);
    expect(after).toMatchObject({
      charges_enabled: true,
      payouts_enabled: true,
      details_submitted: true,
      capabilities: { card_payments: 'active', transfers: 'active' },
      requirements: { currently_due: [], disabled_reason: null },
      external_accounts: { data: [{ object: 'bank_account', last4: '2606', country: 'FR', currency: 'eur' }] },
    });
    expect(JSON.stringify(after)).not.toContain('FR1420041010050500013M02606');
    const event = await until('the platform was told', () =>
      connectReceiver.events.find(({ account: id, type }) => id === account.id && type === 'account.updated'),
    );
    expect(event.data.object).toMatchObject({ id: account.id, payouts_enabled: true });
    expect(event.data.previous_attributes).toMatchObject({ payouts_enabled: false });
    expect(platformReceiver.typesOf(account.id)).toEqual([]);
  });

  test('a link opens once and expires within minutes; then it redirects to the app’s refresh address', async () => {
    const { id } = await express();
    const { url, expires_at } = await linkFor(id);
    expect(expires_at * 1000).toBeGreaterThan(Date.now());
    await fetch(url);
    const again = await fetch(url, { redirect: 'manual' });
    expect(again.headers.get('location')).toBe('https://example.com/again');
    const second = await linkFor(id);
    fixture.emulator.advanceClock(6 * 60 * 1000);
    expect((await fetch(second.url, { redirect: 'manual' })).headers.get('location')).toBe('https://example.com/again');
    expect((await fetch(new URL('/c/onboarding/guess', url))).status).toBe(404);
  });

  test('the page is available in French and escapes its input', async () => {
    const { id } = await express({ business_profile: { name: '<script>alert(1)</script>' } });
    const { url } = await linkFor(id);
    const text = await (await fetch(url, { headers: { 'accept-language': 'fr' } })).text();
    expect(text).toContain('Accepter et envoyer');
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script>alert');
  });

  test('Stripe can disable an account and enable it again', async () => {
    const account = await onboarded();
    const due = ['individual.verification.document'];
    const reason = 'requirements.past_due' as const;
    const stopped = fixture.emulator.act('restrict_account', { account, reason, due });
    expect(stopped).toMatchObject({
      payouts_enabled: false,
      charges_enabled: false,
      requirements: { currently_due: due },
    });
    await fund();
    expect((await faultOf(transfer(account, 100))).code).toBe('insufficient_capabilities_for_transfer');
    fixture.emulator.act('lift_restriction', { account });
    expect(await transfer(account, 100)).toMatchObject({ amount: 100 });
  });
});

describe('transfers', () => {
  test('move at most the available balance of the platform; both sides list it', async () => {
    const account = await onboarded();
    await fund(10_000);
    const before = await balanceOf();
    const moved = await transfer(account, 4_000, { transfer_group: 'batch_1', metadata: { batch: '1' } });
    expect(moved).toMatchObject({ object: 'transfer', amount: 4_000, destination: account, reversed: false });
    expect(await balanceOf()).toEqual({ ...before, available: before.available - 4_000 });
    expect(await balanceOf(account)).toEqual({ available: 4_000, pending: 0 });
    const options = { stripeAccount: account };
    const { data } = await stripe.balanceTransactions.list({ expand: ['data.source'] }, options);
    expect(data).toMatchObject([
      { amount: 4_000, type: 'payment', source: { object: 'charge', source_transfer: moved.id } },
    ]);
    expect((await stripe.transfers.list({ destination: account })).data.map(({ id }) => id)).toEqual([moved.id]);
    expect((await stripe.transfers.list({ transfer_group: 'batch_1' })).data).toHaveLength(1);
    expect(await faultOf(transfer(account, 50_000_000))).toMatchObject({ code: 'balance_insufficient' });
    await until('the platform was told', () => platformReceiver.typesOf(moved.id).includes('transfer.created'));
  });

  test('are reversed in parts, as long as the account has the balance', async () => {
    const account = await onboarded();
    await fund();
    const { id } = await transfer(account, 1_000);
    const before = await balanceOf();
    const reversal = await stripe.transfers.createReversal(id, { amount: 400, metadata: { refund: 'r1' } });
    expect(reversal).toMatchObject({
      object: 'transfer_reversal',
      amount: 400,
      transfer: id,
      metadata: { refund: 'r1' },
    });
    expect(await balanceOf(account)).toEqual({ available: 600, pending: 0 });
    expect((await balanceOf()).available).toBe(before.available + 400);
    expect(await faultOf(stripe.transfers.createReversal(id, { amount: 601 }))).toMatchObject({ param: 'amount' });
    await stripe.payouts.create({ amount: 600, currency: 'eur' }, { stripeAccount: account });
    expect(await faultOf(stripe.transfers.createReversal(id))).toMatchObject({ code: 'balance_insufficient' });
    const transferNow = await stripe.transfers.retrieve(id);
    expect(transferNow).toMatchObject({
      amount_reversed: 400,
      reversed: false,
      reversals: { data: [{ id: reversal.id }] },
    });
    expect((await stripe.transfers.listReversals(id)).data.map((item) => item.id)).toEqual([reversal.id]);
    await until('the platform was told', () => platformReceiver.typesOf(id).includes('transfer.reversed'));
  });
});

describe('payouts', () => {
  async function funded(iban?: string): Promise<string> {
    const account = await onboarded({}, iban);
    await fund();
    await transfer(account, 5_000);
    return account;
  }

  test('are deducted at once, arrive in two days, and send events to the Connect endpoint', async () => {
    const account = await funded();
    const options = { stripeAccount: account };
    const payout = await stripe.payouts.create({ amount: 3_000, currency: 'eur', metadata: { batch: 'b' } }, options);
    expect(payout).toMatchObject({ status: 'pending', amount: 3_000, automatic: false, metadata: { batch: 'b' } });
    expect(await balanceOf(account)).toEqual({ available: 2_000, pending: 0 });
    fixture.emulator.advanceClock(2 * DAY_MS);
    expect(await stripe.payouts.retrieve(payout.id, {}, options)).toMatchObject({ status: 'paid', failure_code: null });
    await until('all was told', () => {
      const types = connectTypes(account);
      return types.includes('payout.created') && types.includes('payout.paid');
    });
    expect(platformReceiver.typesOf(payout.id)).toEqual([]);
    const { data } = await stripe.events.list({ type: 'payout.paid' }, options);
    expect(data).toMatchObject([{ account, data: { object: { id: payout.id } } }]);
    expect((await stripe.events.list({ type: 'payout.*' })).data).toEqual([]);
  });

  test('a wrong bank account returns them, and receives no other until it is replaced', async () => {
    const account = await funded('FR3020041010050500013M02609');
    const options = { stripeAccount: account };
    const { id } = await stripe.payouts.create({ amount: 5_000, currency: 'eur' }, options);
    fixture.emulator.advanceClock(2 * DAY_MS);
    const failed = await stripe.payouts.retrieve(
      id,
      { expand: ['failure_balance_transaction', 'destination'] },
      options,
    );
    expect(failed).toMatchObject({
      status: 'failed',
      failure_code: 'no_account',
      failure_balance_transaction: { amount: 5_000, type: 'payout_failure' },
      destination: { object: 'bank_account', status: 'errored' },
    });
    expect(await balanceOf(account)).toEqual({ available: 5_000, pending: 0 });
    expect(await stripe.accounts.retrieve(account)).toMatchObject({
      payouts_enabled: false,
      requirements: { currently_due: ['external_account'] },
    });
    const again = stripe.payouts.create({ amount: 5_000, currency: 'eur' }, options);
    expect(await faultOf(again)).toMatchObject({ code: 'payouts_not_allowed' });
    fixture.emulator.act('onboard_account', { account });
    expect((await stripe.payouts.create({ amount: 5_000, currency: 'eur' }, options)).status).toBe('pending');
    await until('all was told', () => connectTypes(account).includes('payout.failed'));
  });

  test('can be decided by hand, and returned after their arrival', async () => {
    const account = await funded();
    const options = { stripeAccount: account };
    const params = { amount: 1_000, currency: 'eur' };
    const { id: payout } = await stripe.payouts.create(params, options);
    expect(fixture.emulator.act('pay_payout', { account, payout })).toMatchObject({ status: 'paid' });
    const failed = fixture.emulator.act('fail_payout', { account, payout, code: 'account_closed' });
    expect(failed).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
    expect(await balanceOf(account)).toEqual({ available: 5_000, pending: 0 });
    expect(await faultOf(stripe.payouts.create({ ...params, amount: 5_001 }, options))).toMatchObject({
      statusCode: 400,
    });
  });

  test('an account on a daily schedule is paid out every night by itself', async () => {
    const account = await onboarded({ settings: { payouts: { schedule: { interval: 'daily' } } } });
    await fund();
    await transfer(account, 1_500);
    await transfer(account, 500);
    fixture.emulator.advanceClock(DAY_MS);
    const { data } = await stripe.payouts.list({}, { stripeAccount: account });
    expect(data).toMatchObject([{ amount: 2_000, automatic: true }]);
    expect(await balanceOf(account)).toEqual({ available: 0, pending: 0 });
  });
});

describe('the account of a request', () => {
  test('payouts are visible to their own account only, not to the platform', async () => {
    const [ada, bob] = [await onboarded(), await onboarded()];
    await fund();
    await transfer(ada, 1_000);
    const { id } = await stripe.payouts.create({ amount: 500, currency: 'eur' }, { stripeAccount: ada });
    expect(await faultOf(stripe.payouts.retrieve(id, {}, { stripeAccount: bob }))).toMatchObject({ statusCode: 404 });
    expect(await faultOf(stripe.payouts.retrieve(id))).toMatchObject({ statusCode: 404 });
    expect(await balanceOf(bob)).toEqual({ available: 0, pending: 0 });
  });

  test('unknown accounts are refused, and so are platform operations on behalf of an account', async () => {
    const unknown = { stripeAccount: 'acct_nobody' };
    expect(await faultOf(stripe.balance.retrieve({}, unknown))).toMatchObject({
      statusCode: 403,
      code: 'account_invalid',
    });
    const account = await onboarded();
    expect(await faultOf(stripe.customers.create({}, { stripeAccount: account }))).toMatchObject({ statusCode: 400 });
  });

  test('each account has its own idempotency keys', async () => {
    const [ada, bob] = [await onboarded(), await onboarded()];
    await fund();
    await transfer(ada, 1_000);
    await transfer(bob, 1_000);
    const ids = [];
    for (const stripeAccount of [ada, bob, ada]) {
      const options = { stripeAccount, idempotencyKey: 'payout-of-today' };
      ids.push((await stripe.payouts.create({ amount: 100, currency: 'eur' }, options)).id);
    }
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
