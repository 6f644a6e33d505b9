/**
 * Connected accounts, transfers and payouts, as creator payouts use them. The API cannot onboard an account: in
 * Stripe's test mode the tests that need one use `STRIPE_TEST_CONNECTED_ACCOUNT`, or are skipped.
 */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardOnly, expressParams, faultOf, type Target, targets } from './stripe-target.ts';

describe.each(Object.entries(targets))('%s', (_name, start) => {
  let target: Target;
  let stripe: Stripe;
  let account: string | undefined;
  beforeAll(async () => {
    target = await start();
    stripe = target.stripe;
    account = await target.payableAccount();
  });
  afterAll(() => target.close());

  /** Available platform balance. */
  const fund = (amount: number) =>
    stripe.paymentIntents.create({
      amount,
      currency: 'eur',
      payment_method: 'pm_card_bypassPending',
      capture_method: 'automatic',
      automatic_payment_methods: cardOnly,
      confirm: true,
    });

  const availableOf = async (stripeAccount: string) => {
    const { available } = await stripe.balance.retrieve({}, { stripeAccount });
    return available.find(({ currency }) => currency === 'eur')?.amount ?? 0;
  };

  test('an account starts with requirements and a link to submit them', async () => {
    const created = await stripe.accounts.create(expressParams());
    expect(created).toMatchObject({
      object: 'account',
      country: 'FR',
      default_currency: 'eur',
      charges_enabled: false,
      payouts_enabled: false,
      details_submitted: false,
      metadata: { creator: 'creator_1' },
      settings: { payouts: { schedule: { interval: 'manual' } } },
    });
    expect(created.requirements?.currently_due?.length).toBeGreaterThan(0);
    const link = await stripe.accountLinks.create({
      account: created.id,
      type: 'account_onboarding',
      return_url: 'https://example.com/back',
      refresh_url: 'https://example.com/again',
    });
    expect(link).toMatchObject({ object: 'account_link' });
    expect(link.url).toMatch(/^https?:/);
    const refused = await faultOf(stripe.transfers.create({ amount: 100, currency: 'eur', destination: created.id }));
    expect(refused).toMatchObject({ statusCode: 400, code: 'insufficient_capabilities_for_transfer' });
    const updated = await stripe.accounts.update(created.id, { metadata: { creator: '', handle: 'ada' } });
    expect(updated.metadata).toEqual({ handle: 'ada' });
    expect((await stripe.accounts.list({ limit: 3 })).data.map(({ id }) => id)).toContain(created.id);
    expect(await stripe.accounts.del(created.id)).toMatchObject({ id: created.id, deleted: true });
  });

  test('transfers to an account, reverses a part, and pays out to its bank', async ({ skip }) => {
    if (account === undefined) return skip('No account is onboarded');
    await fund(10_000);
    const before = await availableOf(account);
    const transfer = await stripe.transfers.create({
      amount: 4_000,
      currency: 'eur',
      destination: account,
      transfer_group: 'batch_1',
      metadata: { batch: 'batch_1' },
    });
    expect(transfer).toMatchObject({ object: 'transfer', amount: 4_000, amount_reversed: 0, destination: account });
    expect(await availableOf(account)).toBe(before + 4_000);
    const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 1_000 });
    expect(reversal).toMatchObject({ object: 'transfer_reversal', amount: 1_000, transfer: transfer.id });
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 1_000, reversed: false });
    const options = { stripeAccount: account };
    const payout = await stripe.payouts.create({ amount: 2_000, currency: 'eur' }, options);
    expect(payout).toMatchObject({ object: 'payout', amount: 2_000, automatic: false, type: 'bank_account' });
    expect(await availableOf(account)).toBe(before + 1_000);
    expect((await stripe.payouts.list({ limit: 1 }, options)).data.map(({ id }) => id)).toEqual([payout.id]);
    const { data } = await stripe.events.list({ type: 'payout.created', limit: 1 }, options);
    expect(data[0]).toMatchObject({ account, data: { object: { id: payout.id } } });
    expect(await faultOf(stripe.payouts.retrieve(payout.id))).toMatchObject({ statusCode: 404 });
    expect(await faultOf(stripe.transfers.createReversal(transfer.id))).toMatchObject({ code: 'balance_insufficient' });
  });

  test("refuses more than the balance, and another platform's account", async ({ skip }) => {
    if (account === undefined) return skip('No account is onboarded');
    const tooMuch = { amount: 90_000_000, currency: 'eur' };
    const refused = await faultOf(stripe.transfers.create({ ...tooMuch, destination: account }));
    expect(refused).toMatchObject({ statusCode: 400, code: 'balance_insufficient' });
    const payout = stripe.payouts.create(tooMuch, { stripeAccount: account });
    expect(await faultOf(payout)).toMatchObject({ statusCode: 400, code: 'balance_insufficient' });
    expect(await faultOf(stripe.balance.retrieve({}, { stripeAccount: 'acct_1NobodyNobody00' }))).toMatchObject({
      statusCode: 403,
    });
  });
});
