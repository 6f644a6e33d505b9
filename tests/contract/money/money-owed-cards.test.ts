/**
 * Debts to a card, from a failed refund or a returned manual one. Whatever the bank or an operator later returns for
 * the same payment settles the debt first, so that it neither stays open nor is lost twice; each executed refund counts
 * once.
 */

import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PaymentProvider, RefundOrder, TransferOrder } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId, type TicketId, type TopupId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const CARD_WHOSE_REFUNDS_COME_BACK = '4000 0000 0000 5126';
const failure = (code: string) => expect.objectContaining({ code });
const reason = 'By mistake';

describe.each(DATABASES)('debts to cards on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;
  let isRefusing: boolean;
  /** Refunds and transfers that the provider answers with a permanent failure, though it may execute them later. */
  let spent: { refunds: RefundOrder[]; transfers: TransferOrder[] };
  let spendsKeys: boolean;

  beforeEach(async () => {
    db = await open();
    isRefusing = false;
    spendsKeys = false;
    spent = { refunds: [], transfers: [] };
    house = await openMoneyHouse({ db, isRunning: false, settleDelayMs: HOUR_MS, wrapProvider });
    stripe = house.stripe;
  });

  afterEach(async () => {
    expect(await house.money.checkInvariants()).toEqual([]);
    // In every test, ledger and provider agree at the end.
    house.advance(3 * DAY_MS);
    await house.money.sweep();
    expect(await house.money.reconciliations.run(0)).toMatchObject({ differenceMinor: 0, items: [] });
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  function wrapProvider(provider: PaymentProvider): PaymentProvider {
    const refund = provider.refund.bind(provider);
    provider.refund = async (order) => {
      if (isRefusing) throw new AppError('not_refundable');
      if (!spendsKeys) return refund(order);
      spendsKeys = false;
      spent.refunds.push(order);
      return 'key_spent';
    };
    const { connect } = provider;
    const transfer = connect.transfer.bind(connect);
    connect.transfer = async (order) => {
      if (!spendsKeys) return transfer(order);
      spendsKeys = false;
      spent.transfers.push(order);
      return 'key_spent';
    };
    return provider;
  }

  const refund = (what: Parameters<MoneyHouse['money']['refunds']['refund']>[0]) =>
    house.money.refunds.refund(what, 'operator');
  const owedMinor = async () => (await house.money.desk.overview()).owed.cardsMinor;
  const refundsOf = async (payment: string) => (await house.money.desk.payments.get(payment)).refunds;
  const statusesOf = async (payment: string) => (await refundsOf(payment)).map(({ status }) => status);
  const paymentOf = async (payment: string) => (await house.money.desk.payments.get(payment)).providerPayment ?? '';
  const sentMinor = async (payment: string) => {
    const { data } = await stripe.refunds.list({ payment_intent: await paymentOf(payment), limit: 100 });
    return data.filter(({ status }) => status === 'succeeded').reduce((sum, { amount }) => sum + amount, 0);
  };
  const byHand = async (payment: string, amountMinor?: number) => {
    const amount = amountMinor === undefined ? {} : { amount: amountMinor };
    await stripe.refunds.create({ payment_intent: await paymentOf(payment), ...amount });
    await house.money.sweep();
  };
  /** Money that the cards never get back and that the creators do not have either. */
  const lostMinor = async () => {
    const { rows } = (await db.orm.execute(
      sql`select coalesce(-sum(amount_minor), 0) as sum from ledger_entries where account like 'chargeback_loss:%'`,
    )) as unknown as { rows: { sum: string }[] };
    return Number(rows[0]?.sum);
  };
  const dispute = async (payment: string, amountMinor?: number) => {
    const amount = amountMinor === undefined ? {} : { amountMinor };
    const made = house.emulator.act('open_dispute', { paymentIntent: await paymentOf(payment), ...amount });
    await house.money.sweep();
    return async (outcome: 'won' | 'lost') => {
      house.emulator.act('close_dispute', { dispute: made.id, outcome });
      await house.money.sweep();
    };
  };

  async function ticketByCard(card?: string) {
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 2_000 });
    const identity = await house.createFan();
    const page = await house.buyByCard({ room, identity });
    const confirmed = await house.money.confirmCheckout(await pay(page, card));
    return { room, identity, ticket: confirmed.id as TicketId };
  }

  /** A ticket whose refund was ordered and failed at the provider. */
  async function failedTicket(amountMinor?: number) {
    const bought = await ticketByCard();
    isRefusing = true;
    expect(await refund({ ticket: bought.ticket, reason, amountMinor })).toMatchObject({ status: 'failed' });
    isRefusing = false;
    expect(await owedMinor()).toBe(amountMinor ?? 2_000);
    return bought;
  }

  test('a lost dispute settles a failed refund without a second loss', async () => {
    const { ticket } = await failedTicket();
    const close = await dispute(ticket);
    await expect(refund({ ticket, reason })).rejects.toEqual(failure('not_refundable'));
    await close('lost');
    expect([await owedMinor(), await lostMinor()]).toEqual([0, 0]);
    expect(await statusesOf(ticket)).toEqual(['succeeded']);
    await expect(refund({ ticket, reason })).rejects.toEqual(failure('already_refunded'));
  });

  test('a failed refund is owed again when the dispute is won, and can be retried', async () => {
    const { ticket } = await failedTicket();
    await (await dispute(ticket))('won');
    expect(await owedMinor()).toBe(2_000);
    expect(await refund({ ticket, reason })).toMatchObject({ amountMinor: 2_000, status: 'succeeded' });
    expect([await owedMinor(), await sentMinor(ticket)]).toEqual([0, 2_000]);
  });

  test('a failed refund is an open matter, as erasing its person would erase whom the house owes', async () => {
    const { identity, ticket } = await failedTicket();
    expect(await house.money.findOpenMatters(identity)).toEqual(['refund']);
    await byHand(ticket);
    expect(await house.money.findOpenMatters(identity)).toEqual([]);
  });

  test('a manual refund settles a failed one, and the sale is reversed once', async () => {
    const { room, identity, ticket } = await failedTicket(500);
    await byHand(ticket, 500);
    expect([await owedMinor(), await lostMinor()]).toEqual([0, 0]);
    expect(await statusesOf(ticket)).toEqual(['succeeded']);
    expect(await house.rooms.decideAccess({ room, identity, role: 'fan' })).toMatchObject({ state: 'granted' });
    expect((await house.money.desk.payments.get(ticket)).payment).toMatchObject({ refundedMinor: 500 });
    await byHand(ticket);
    expect((await house.money.desk.payments.get(ticket)).payment).toMatchObject({ refundedMinor: 2_000 });
    expect([await owedMinor(), await lostMinor()]).toEqual([0, 0]);
  });

  test('a manual refund reduces the debt to the card', async () => {
    const { ticket } = await failedTicket();
    await byHand(ticket, 700);
    expect([await owedMinor(), await lostMinor()]).toEqual([1_300, 0]);
    expect(await refund({ ticket, reason })).toMatchObject({ status: 'succeeded' });
    expect([await owedMinor(), await sentMinor(ticket)]).toEqual([0, 2_000]);
  });

  test('a returned manual refund is owed, can be ordered by request, and is settled by another manual one', async () => {
    const first = await ticketByCard(CARD_WHOSE_REFUNDS_COME_BACK);
    await byHand(first.ticket);
    house.advance(2 * HOUR_MS);
    await house.money.sweep();
    expect(await owedMinor()).toBe(2_000);
    expect(await refund({ ticket: first.ticket, reason })).toMatchObject({ amountMinor: 2_000 });
    house.advance(2 * HOUR_MS);
    await house.money.sweep();
    expect(await statusesOf(first.ticket)).toEqual(['failed']);
    await byHand(first.ticket);
    expect([await owedMinor(), await lostMinor()]).toEqual([0, 0]);
    house.advance(2 * HOUR_MS);
    await house.money.sweep();
    expect([await owedMinor(), await lostMinor()]).toEqual([2_000, 0]);
    expect((await house.money.desk.payments.get(first.ticket)).payment).toMatchObject({ refundedMinor: 2_000 });
  });

  test('the loss of a manual refund is undone when the refund or the credit returns', async () => {
    const spend = async (card?: string) => {
      const identity = await house.createFan();
      const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 2_000 });
      await house.money.confirmCheckout(await pay(checkoutUrl, card));
      const room = await house.createRoom({ kind: 'ticket', priceMinor: 2_000 });
      const bought = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
      await byHand(topup, 1_500);
      return { topup: topup as TopupId, ticket: ('ticket' in bought ? bought.ticket.id : '') as TicketId };
    };
    const kept = await spend();
    expect(await lostMinor()).toBe(1_500);
    await refund({ ticket: kept.ticket, reason });
    expect(await refund({ topup: kept.topup, reason })).toMatchObject({ amountMinor: 2_000, status: 'succeeded' });
    expect([await owedMinor(), await lostMinor(), await sentMinor(kept.topup)]).toEqual([0, 0, 2_000]);

    await spend(CARD_WHOSE_REFUNDS_COME_BACK);
    expect(await lostMinor()).toBe(1_500);
    house.advance(2 * HOUR_MS);
    await house.money.sweep();
    expect([await owedMinor(), await lostMinor()]).toEqual([0, 0]);
  });

  test('a refund that is owed again is covered a second time by the loss that covered it before', async () => {
    const identity = await house.createFan();
    const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 2_000 });
    await house.money.confirmCheckout(await pay(checkoutUrl, CARD_WHOSE_REFUNDS_COME_BACK));
    const refundPart = (amountMinor: number) =>
      refund({ topup: topup as TopupId, reason, amountMinor, idempotencyKey: `${amountMinor} of ${topup}` });
    isRefusing = true;
    await refundPart(700);
    isRefusing = false;
    await byHand(topup, 700);
    house.advance(HOUR_MS / 2);
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 1_300 });
    const bought = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    await byHand(topup, 1_000);
    await refund({ ticket: ('ticket' in bought ? bought.ticket.id : '') as TicketId, reason });
    expect(await refundPart(300)).toMatchObject({ status: 'succeeded' });
    expect(await lostMinor()).toBe(700);
    // The bank returns the first refund by hand, which reopens what was settled last.
    house.advance(HOUR_MS * 0.75);
    await house.money.sweep();
    expect(await statusesOf(topup)).toEqual(['succeeded', 'succeeded']);
    expect([await owedMinor(), await lostMinor()]).toEqual([0, 0]);
  });

  test('a refund that fails after a lost dispute is covered by that loss', async () => {
    const { ticket } = await ticketByCard(CARD_WHOSE_REFUNDS_COME_BACK);
    await refund({ ticket, reason, amountMinor: 500 });
    const close = await dispute(ticket, 1_500);
    house.advance(2 * HOUR_MS);
    await house.money.sweep();
    expect(await owedMinor()).toBe(500);
    await expect(refund({ ticket, reason, amountMinor: 500 })).rejects.toEqual(failure('not_refundable'));
    await close('lost');
    expect([await owedMinor(), await lostMinor()]).toEqual([0, 0]);
    expect(await statusesOf(ticket)).toEqual(['succeeded']);
  });

  test('a refund that fails with a provider error and is carried out later counts, and is not repeated', async () => {
    const { ticket } = await ticketByCard();
    spendsKeys = true;
    expect(await refund({ ticket, reason, amountMinor: 1_000 })).toMatchObject({ status: 'pending' });
    await carryOutLate();
    house.advance(60_000);
    await house.money.sweep();
    expect(await statusesOf(ticket)).toEqual(['succeeded']);
    expect([await owedMinor(), await sentMinor(ticket)]).toEqual([0, 1_000]);
  });

  test('a refund that is carried out after the next one is booked too', async () => {
    const { ticket } = await ticketByCard();
    spendsKeys = true;
    await refund({ ticket, reason, amountMinor: 1_000 });
    house.advance(60_000);
    await house.money.sweep();
    expect(await statusesOf(ticket)).toEqual(['succeeded']);
    await carryOutLate();
    await house.money.sweep();
    expect([await owedMinor(), await lostMinor(), await sentMinor(ticket)]).toEqual([0, 0, 2_000]);
    expect((await house.money.desk.payments.get(ticket)).payment).toMatchObject({ refundedMinor: 2_000 });
    expect(await house.money.earnings.describe(house.creator)).toMatchObject({ pendingMinor: 0 });
  });

  test('a transfer that is carried out after the next one is booked, and the creator owes it', async () => {
    const { payouts, creatorAccounts: accounts, earnings } = house.money;
    await accounts.startOnboarding({ creator: { identity: house.creator, name: 'Ada', country: 'FR' } });
    const [account] = (await stripe.accounts.list({ limit: 1 })).data;
    house.emulator.act('onboard_account', { account: account?.id ?? '' });
    await accounts.describe(house.creator);
    const room = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(20_000);
    const input = { amountMinor: 10_000, idempotencyKey: createId('event') };
    await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input });
    house.advance(20 * DAY_MS);
    await house.money.sweep();
    const { availableMinor } = await earnings.describe(house.creator);
    spendsKeys = true;
    await payouts.createBatch({ by: 'operator' });
    await house.money.idle();
    house.advance(60_000);
    await house.money.sweep();
    expect(await earnings.describe(house.creator)).toMatchObject({ paidOutMinor: availableMinor, availableMinor: 0 });
    const [late] = spent.transfers;
    await stripe.transfers.create({
      amount: late?.amountMinor ?? 0,
      currency: 'eur',
      destination: late?.account ?? '',
      transfer_group: late?.batch ?? '',
      metadata: { payout: late?.payout ?? '', order: late?.idempotencyKey ?? '' },
    });
    await house.money.sweep();
    await house.money.sweep();
    expect(await earnings.describe(house.creator)).toMatchObject({
      paidOutMinor: 2 * availableMinor,
      availableMinor: -availableMinor,
    });
  });

  async function carryOutLate() {
    for (const order of spent.refunds.splice(0)) {
      const metadata = { refund: order.refund, order: order.idempotencyKey };
      await stripe.refunds.create({ payment_intent: order.payment, amount: order.amountMinor, metadata });
    }
  }

  test('refunding a ticket with a failed part refunds the rest and retries the failed part', async () => {
    const { room, identity, ticket } = await failedTicket(500);
    expect(await house.money.desk.previewRefund(ticket, undefined)).toMatchObject({ amountMinor: 1_500 });
    expect(await refund({ ticket, reason })).toMatchObject({ amountMinor: 1_500, status: 'succeeded' });
    expect(await house.rooms.decideAccess({ room, identity, role: 'fan' })).toMatchObject({ reason: 'refunded' });
    await house.money.idle();
    expect(await statusesOf(ticket)).toEqual(['succeeded', 'succeeded']);
    expect([await owedMinor(), await sentMinor(ticket)]).toEqual([0, 2_000]);
  });

  test('the rest after a failed part can be refunded by amount, as the desk does', async () => {
    const { ticket } = await failedTicket(500);
    const rest = { ticket, reason, amountMinor: 1_500 };
    expect(await refund({ ...rest, idempotencyKey: 'the-rest' })).toMatchObject({
      amountMinor: 1_500,
      status: 'succeeded',
    });
    expect(await statusesOf(ticket)).toEqual(['failed', 'succeeded']);
    expect(await refund({ ticket, reason })).toMatchObject({ amountMinor: 500, status: 'succeeded' });
    expect([await owedMinor(), await sentMinor(ticket)]).toEqual([0, 2_000]);
  });

  test('a withdrawal refunds the whole ticket, although a part had failed', async () => {
    const { room, identity, ticket } = await failedTicket(500);
    expect(await house.money.withdrawals.withdraw(ticket, identity)).toMatchObject({ amountMinor: 1_500 });
    expect(await house.rooms.decideAccess({ room, identity, role: 'fan' })).toMatchObject({ reason: 'refunded' });
  });
});
