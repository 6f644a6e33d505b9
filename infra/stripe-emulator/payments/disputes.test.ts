/** Disputes: amount and fee are withdrawn, evidence is staged and submitted, the bank decides. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Fixture, startEmulator, until } from '../testing/fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const FEE = 2_000;
let fixture: Fixture;
let stripe: Stripe;
beforeAll(async () => {
  fixture = await startEmulator({ settleDelayMs: 1 });
  stripe = fixture.stripe;
});
afterAll(async () => {
  expect(fixture.logged).toEqual([]);
  await fixture[Symbol.asyncDispose]();
});

const faultOf = (request: Promise<unknown>) =>
  request.then(
    () => expect.unreachable(),
    (error) => error,
  );

async function pay(payment_method = 'pm_card_visa'): Promise<Stripe.PaymentIntent> {
  const automatic_payment_methods = { enabled: true, allow_redirects: 'never' } as const;
  const params = { amount: 5_000, currency: 'eur', payment_method, automatic_payment_methods, confirm: true };
  const paymentIntent = await stripe.paymentIntents.create(params);
  await until('the charge has settled', async () => {
    const { balance_transaction } = await stripe.charges.retrieve(String(paymentIntent.latest_charge));
    return balance_transaction !== null;
  });
  return paymentIntent;
}

async function totalMinor(): Promise<number> {
  const { available, pending } = await stripe.balance.retrieve();
  return (available[0]?.amount ?? 0) + (pending[0]?.amount ?? 0);
}

const disputeOf = (payment_intent: string) =>
  until('a dispute was opened', async () => (await stripe.disputes.list({ payment_intent })).data[0]);

async function eventsOf(id: string): Promise<string[]> {
  const { data } = await stripe.events.list({ type: 'charge.dispute.*', limit: 100 });
  return data
    .filter((event) => (event.data.object as { id: string }).id === id)
    .map(({ type }) => type.slice(15))
    .reverse();
}

let before: number;
beforeEach(async () => {
  before = await totalMinor();
});

test('the test card opens a dispute: amount and fee are withdrawn, and a refund is refused', async () => {
  const paymentIntent = await pay('pm_card_createDispute');
  const dispute = await disputeOf(paymentIntent.id);
  expect(dispute).toMatchObject({
    amount: 5_000,
    currency: 'eur',
    status: 'needs_response',
    reason: 'fraudulent',
    charge: paymentIntent.latest_charge,
    is_charge_refundable: false,
    evidence_details: { has_evidence: false, submission_count: 0, past_due: false },
    balance_transactions: [
      { amount: -5_000, fee: FEE, net: -7_000, type: 'adjustment', reporting_category: 'dispute' },
    ],
  });
  expect(await totalMinor()).toBe(before + 5_000 - 100 - 5_000 - FEE);
  expect(await stripe.charges.retrieve(String(paymentIntent.latest_charge))).toMatchObject({ disputed: true });
  expect(await faultOf(stripe.refunds.create({ payment_intent: paymentIntent.id }))).toMatchObject({
    statusCode: 400,
    code: 'charge_disputed',
  });
  expect(await eventsOf(dispute.id)).toEqual(['created', 'funds_withdrawn']);
});

test('evidence is staged, then submitted; a won dispute returns amount and fee', async () => {
  const { id } = await disputeOf((await pay('pm_card_createDisputeProductNotReceived')).id);
  const staged = await stripe.disputes.update(id, { evidence: { product_description: 'A ticket' }, submit: false });
  expect(staged).toMatchObject({ status: 'needs_response', evidence: { product_description: 'A ticket' } });
  expect(staged.evidence_details).toMatchObject({ has_evidence: true, submission_count: 0 });
  const sent = await stripe.disputes.update(id, { evidence: { uncategorized_text: 'winning_evidence' } });
  expect(sent).toMatchObject({ status: 'under_review', evidence: { product_description: 'A ticket' } });
  expect(sent.evidence_details).toMatchObject({ submission_count: 1, submission_method: 'manual' });
  const won = await until('it was decided', async () => {
    const dispute = await stripe.disputes.retrieve(id);
    return dispute.status !== 'under_review' && dispute;
  });
  expect(won).toMatchObject({ status: 'won', balance_transactions: [{ net: -7_000 }, { net: 7_000 }] });
  expect(await totalMinor()).toBe(before + 4_900);
  expect(await eventsOf(id)).toEqual([
    'created',
    'funds_withdrawn',
    'updated',
    'updated',
    'closed',
    'funds_reinstated',
  ]);
  expect(await faultOf(stripe.disputes.update(id, { evidence: { product_description: 'x' } }))).toMatchObject({
    statusCode: 400,
  });
});

test('actions open and decide disputes; losing, accepting and missing the deadline cost the amount', async () => {
  const charges = await Promise.all([pay(), pay(), pay()]);
  const disputes = charges.map(({ id }) => fixture.emulator.act('open_dispute', { paymentIntent: id }));
  const [lost, given, missed] = disputes.map(({ id }) => id) as [string, string, string];
  await stripe.disputes.update(lost, { evidence: { uncategorized_text: 'I was there' } });
  expect(fixture.emulator.act('close_dispute', { dispute: lost, outcome: 'lost' }).status).toBe('lost');
  expect((await stripe.disputes.close(given)).status).toBe('lost');
  fixture.emulator.advanceClock(15 * DAY_MS);
  expect(await stripe.disputes.retrieve(missed)).toMatchObject({
    status: 'lost',
    evidence_details: { past_due: true },
  });
  expect(await totalMinor()).toBe(before + 3 * (4_900 - 5_000 - FEE));
  // The bank may decide once more for the merchant, and no more.
  expect(fixture.emulator.act('close_dispute', { dispute: given, outcome: 'won' })).toMatchObject({ status: 'won' });
  expect(() => fixture.emulator.act('close_dispute', { dispute: given, outcome: 'won' })).toThrow();
});

test('part of a charge can be disputed, but not its refunded part', async () => {
  const { id: payment_intent } = await pay();
  await stripe.refunds.create({ payment_intent, amount: 2_000 });
  const input = { paymentIntent: payment_intent };
  expect(() => fixture.emulator.act('open_dispute', { ...input, amountMinor: 3_001 })).toThrow('cannot be disputed');
  expect(fixture.emulator.act('open_dispute', { ...input, reason: 'duplicate' })).toMatchObject({ amount: 3_000 });
});

test('an inquiry withdraws nothing until it is escalated, and a refund closes it', async () => {
  const paymentIntent = await pay('pm_card_createDisputeInquiry');
  const inquiry = await disputeOf(paymentIntent.id);
  expect(inquiry).toMatchObject({
    status: 'warning_needs_response',
    is_charge_refundable: true,
    balance_transactions: [],
  });
  expect(await totalMinor()).toBe(before + 4_900);
  const escalated = fixture.emulator.act('escalate_inquiry', { dispute: inquiry.id });
  expect(escalated).toMatchObject({ status: 'needs_response', is_charge_refundable: false });
  expect(await totalMinor()).toBe(before - 100 - FEE);
  const other = await pay();
  const { id } = fixture.emulator.act('open_dispute', { paymentIntent: other.id, isInquiry: true });
  await stripe.refunds.create({ payment_intent: other.id });
  expect(await stripe.disputes.retrieve(id)).toMatchObject({ status: 'warning_closed' });
});
