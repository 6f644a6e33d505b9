import type Stripe from 'stripe';
import { expect, test } from 'vitest';
import { startEmulator, until } from '../testing/fixture.ts';

async function payWith(stripe: Stripe, payment_method: string): Promise<Stripe.PaymentIntent> {
  const automatic_payment_methods = { enabled: true, allow_redirects: 'never' } as const;
  return stripe.paymentIntents.create({
    amount: 1_000,
    currency: 'eur',
    payment_method,
    automatic_payment_methods,
    confirm: true,
  });
}

const typesOf = async (stripe: Stripe, id: string) => {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.filter((event) => (event.data.object as { id?: string }).id === id).map(({ type }) => type);
};

test('a refund can be pending first, and succeed later', async () => {
  await using fixture = await startEmulator();
  const { stripe } = fixture;
  const { id: payment_intent } = await payWith(stripe, 'pm_card_pendingRefund');
  const refund = await stripe.refunds.create({ payment_intent });
  expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' });
  await until('it succeeded', async () => (await stripe.refunds.retrieve(refund.id)).status === 'succeeded');
  expect(await typesOf(stripe, refund.id)).toEqual(['charge.refund.updated', 'refund.updated', 'refund.created']);
});

test('a refund can fail later: the amount returns to the merchant and can be refunded again', async () => {
  await using fixture = await startEmulator();
  const { stripe } = fixture;
  const paymentIntent = await payWith(stripe, 'pm_card_refundFail');
  const refund = await stripe.refunds.create({ payment_intent: paymentIntent.id, amount: 600 });
  expect(refund.status).toBe('succeeded');
  const failed = await until('it failed', async () => {
    const current = await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] });
    return current.status === 'failed' && current;
  });
  expect(failed.failure_balance_transaction).toMatchObject({ type: 'refund_failure', amount: 600 });
  expect(await typesOf(stripe, refund.id)).toContain('refund.failed');
  const charge = await stripe.charges.retrieve(String(paymentIntent.latest_charge));
  expect(charge).toMatchObject({ amount_refunded: 0, refunded: false });
  expect((await stripe.refunds.create({ payment_intent: paymentIntent.id })).amount).toBe(1_000);
});

test('an unpaid payment cannot be refunded', async () => {
  await using fixture = await startEmulator();
  const { stripe } = fixture;
  const declined = await payWith(stripe, 'pm_card_chargeDeclined').catch((error) => error);
  await expect(stripe.refunds.create({ charge: declined.charge })).rejects.toThrow('has not been paid');
  await expect(stripe.refunds.create({ payment_intent: declined.payment_intent.id })).rejects.toThrow(
    'successful charge',
  );
});

test('the balance is the sum of its transactions', async () => {
  await using fixture = await startEmulator({ settleDelayMs: 1 });
  const { stripe } = fixture;
  for (const amount of [200, 300]) {
    const { id: payment_intent } = await payWith(stripe, 'pm_card_visa');
    await stripe.refunds.create({ payment_intent, amount });
  }
  await until(
    'all has settled',
    async () => (await stripe.balanceTransactions.list()).data.filter(({ type }) => type === 'charge').length === 2,
  );
  const transactions = await stripe.balanceTransactions.list({ limit: 100 });
  const sum = transactions.data.reduce((total, { net }) => total + net, 0);
  const { available, pending } = await stripe.balance.retrieve();
  expect((available[0]?.amount ?? 0) + (pending[0]?.amount ?? 0)).toBe(sum);
  expect(sum).toBe(2 * (1_000 - 40) - 500);
});
