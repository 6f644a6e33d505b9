/** Disputes, as freezing and releasing wallet credit uses them. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardOnly, faultOf, SETTLING_TIMEOUT_MS, type Target, targets } from './stripe-target.ts';

describe.each(Object.entries(targets))('%s', (_name, start) => {
  let target: Target;
  let stripe: Stripe;
  beforeAll(async () => {
    target = await start();
    stripe = target.stripe;
  });
  afterAll(() => target.close());

  async function disputed(): Promise<Stripe.Dispute> {
    const { id: payment_intent } = await stripe.paymentIntents.create({
      amount: 2_000,
      currency: 'eur',
      payment_method: 'pm_card_createDispute',
      automatic_payment_methods: cardOnly,
      confirm: true,
    });
    const look = async () => (await stripe.disputes.list({ payment_intent })).data[0];
    await expect.poll(look, { timeout: SETTLING_TIMEOUT_MS }).toBeDefined();
    return (await look()) as Stripe.Dispute;
  }

  test('amount and fee are withdrawn, and the charge cannot be refunded', async () => {
    const { id, charge } = await disputed();
    const dispute = await stripe.disputes.retrieve(id, { expand: ['charge'] });
    expect(dispute).toMatchObject({
      object: 'dispute',
      amount: 2_000,
      currency: 'eur',
      status: 'needs_response',
      charge: { id: charge, disputed: true },
      balance_transactions: [{ object: 'balance_transaction', type: 'adjustment', amount: -2_000 }],
    });
    expect(dispute.balance_transactions[0]?.fee).toBeGreaterThan(0);
    expect(await faultOf(stripe.refunds.create({ charge: String(charge) }))).toMatchObject({
      statusCode: 400,
      code: 'charge_disputed',
    });
  });

  test.each([
    ['winning_evidence', 'won', 2],
    ['losing_evidence', 'lost', 1],
  ] as const)('%s: %s', async (uncategorized_text, status, moves) => {
    const { id } = await disputed();
    const evidence = { uncategorized_text, product_description: 'A ticket' };
    const staged = await stripe.disputes.update(id, { evidence, submit: false });
    expect(staged).toMatchObject({
      status: 'needs_response',
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
    await stripe.disputes.update(id, { submit: true });
    const look = async () => (await stripe.disputes.retrieve(id)).status;
    await expect.poll(look, { timeout: SETTLING_TIMEOUT_MS }).toBe(status);
    const { balance_transactions: transactions } = await stripe.disputes.retrieve(id);
    expect(transactions).toHaveLength(moves);
    if (status === 'won') expect(transactions.reduce((sum, { net }) => sum + net, 0)).toBe(0);
    const types = async () => {
      const { data } = await stripe.events.list({ type: 'charge.dispute.*', limit: 100 });
      return data.filter((event) => (event.data.object as Stripe.Dispute).id === id).map(({ type }) => type);
    };
    const wanted = ['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.closed'];
    await expect.poll(types, { timeout: SETTLING_TIMEOUT_MS }).toEqual(expect.arrayContaining(wanted));
  });

  test('closing accepts the dispute', async () => {
    const { id } = await disputed();
    expect(await stripe.disputes.close(id)).toMatchObject({ status: 'lost' });
    expect(await faultOf(stripe.disputes.close(id))).toMatchObject({ statusCode: 400 });
  });
});
