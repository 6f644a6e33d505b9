/** Card payments that cannot be booked are refunded automatically, whatever the reason. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TipId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay, sessionOf } from '../../support/houses/money-house.ts';

const failure = (code: string) => expect.objectContaining({ code });
const AMOUNT_MINOR = 1_000;
/** Its refunds are returned by the bank. */
const FAILING_REFUND = '4000000000005126';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe.each(DATABASES)('a payment that cannot be booked on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;
  let room: Room;

  beforeEach(async () => {
    db = await open();
    house = await openMoneyHouse({ db, isRunning: false });
    stripe = house.stripe;
    room = await house.createRoom({ kind: 'free' });
  });

  afterEach(async () => {
    await house.emulator.flush();
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    const { items } = await house.money.reconciliations.run(0);
    expect(items.filter(({ isExplained }) => !isExplained)).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const request = (identity: string, idempotencyKey: string) => ({
    room,
    from: { identity, name: 'Léa', role: 'fan' as const },
    input: { amountMinor: AMOUNT_MINOR, idempotencyKey },
  });
  const tip = (identity: string, key: string) => house.money.tips.send(request(identity, key));
  const tipByCard = async (identity: string, key: string) =>
    (await house.money.cardTips.open(request(identity, key))).checkoutUrl;
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const settle = async () => {
    house.advance(MINUTE_MS);
    await house.emulator.flush();
    await house.money.sweep();
  };
  const hide = (key: string) =>
    db.orm.execute(`update card_tips set status = 'expired' where idempotency_key = '${key}'`);
  const unusableOf = async (identity: string) =>
    (await house.money.desk.payments.search({ query: identity, kind: 'unusable', limit: 50 })).payments;
  const givenBackOf = async (session: string) => {
    const { payment_intent } = await stripe.checkout.sessions.retrieve(session);
    const { data } = await stripe.refunds.list({ payment_intent: String(payment_intent) });
    return data.map(({ amount, status }) => [amount, status]);
  };

  test('a key of a wallet tip opens no page, and a key of an open page tips from no wallet', async () => {
    const identity = await house.createFan(5_000);
    const key = createId('event');
    await tip(identity, key);
    await expect(tipByCard(identity, key)).rejects.toEqual(failure('idempotency_conflict'));
    const other = createId('event');
    const session = await pay(await tipByCard(identity, other));
    await expect(tip(identity, other)).rejects.toEqual(failure('idempotency_conflict'));
    // Once paid, the page is the tip of its key: a retry returns it, and no wallet pays.
    const { id } = await house.money.confirmCheckout(session);
    expect((await tip(identity, other)).tip.id).toBe(id);
    expect(await balanceOf(identity)).toBe(4_000);
  });

  test('concurrent tips by wallet and card with one key: the card is refunded', async () => {
    const identity = await house.createFan(5_000);
    const key = createId('event');
    const url = await tipByCard(identity, key);
    // As if the wallet's tip had been decided before the page existed.
    await hide(key);
    await tip(identity, key);
    const session = await pay(url);
    await settle();
    expect(await givenBackOf(session)).toEqual([[AMOUNT_MINOR, 'succeeded']]);
    expect(await balanceOf(identity)).toBe(4_000);
    expect((await house.money.earnings.ofRoom(room.id)).tipsMinor).toBe(AMOUNT_MINOR);
    expect(await unusableOf(identity)).toMatchObject([
      { amountMinor: AMOUNT_MINOR, refundedMinor: AMOUNT_MINOR, status: 'refunded' },
    ]);
  });

  test('a checkout that was paid on two pages: the second payment is refunded', async () => {
    const identity = await house.createFan(1_000);
    const path = '/v1/checkout/sessions';
    house.emulator.addFault({ path, method: 'POST', kind: 'hang', times: 1, isApplied: true });
    const order = { room: await house.createRoom(), identity, name: 'Léa', from: 'card' } as const;
    await expect(house.money.tickets.buy(order)).rejects.toEqual(failure('provider_unavailable'));
    house.emulator.clearFaults();
    const page = await house.money.tickets.buy(order);
    if (!('checkoutUrl' in page)) throw new Error('A page was expected.');
    const { data } = await stripe.checkout.sessions.list({ limit: 10 });
    const other = data.find(({ status, id }) => status === 'open' && id !== sessionOf(page.checkoutUrl));
    const sessions = [await pay(page.checkoutUrl), await pay(other?.url ?? '')];
    await settle();
    await settle();
    const given = (await Promise.all(sessions.map(givenBackOf))).flat();
    expect(given).toEqual([[500, 'succeeded']]);
    expect(await house.rooms.decideAccess({ room: order.room, identity, role: 'fan' })).toMatchObject({
      state: 'granted',
    });
    expect(await unusableOf(identity)).toMatchObject([{ amountMinor: 500, status: 'refunded' }]);
  });

  test.each([
    ['topup', `insert on payments for each row when (new.kind = 'topup')`],
    ['ticket', `update on tickets for each row when (new.status = 'valid')`],
    ['tip', 'insert on tips for each row'],
  ])('a %s that the ledger refuses is listed at the desk, and refunded after a day', async (purpose, when) => {
    const identity = await house.createFan();
    await db.orm.execute(`create function refuse() returns trigger language plpgsql
      as $$ begin raise exception 'refused' using errcode = '23514'; end $$`);
    await db.orm.execute(`create trigger refuses before ${when} execute function refuse()`);
    const ticketRoom = await house.createRoom({ kind: 'ticket', priceMinor: AMOUNT_MINOR });
    const person = { identity, name: 'Léa' };
    const page = await {
      topup: () => house.money.topups.create({ ...person, amountMinor: AMOUNT_MINOR }),
      ticket: () => house.money.tickets.buy({ room: ticketRoom, ...person, from: 'card' }),
      tip: () => house.money.cardTips.open(request(identity, createId('event'))),
    }[purpose as 'topup']();
    const session = await pay((page as { checkoutUrl: string }).checkoutUrl);
    await settle();
    expect(await givenBackOf(session)).toEqual([]);
    expect((await house.money.desk.overview()).failures.payments).toBe(1);
    house.advance(DAY_MS);
    await settle();
    await settle();
    expect(await givenBackOf(session)).toEqual([[AMOUNT_MINOR, 'succeeded']]);
    expect((await house.money.desk.overview()).failures.payments).toBe(0);
    expect(await balanceOf(identity)).toBe(0);
    const [payment] = (await house.money.ownPayments.listByCard(identity, { limit: 50 })).payments;
    const [refund] = payment?.refunds ?? [];
    const paid = { promoMinor: 0, walletMinor: 0, cardMinor: AMOUNT_MINOR };
    const both = { amountMinor: AMOUNT_MINOR, paid, reason: 'not_booked' };
    const receiptOf = (id = '') => house.money.receipts.get(id, identity);
    expect(await receiptOf(payment?.id)).toMatchObject({
      ...both,
      status: 'refunded',
      corrections: [{ kind: 'refund', id: refund?.id }],
    });
    expect(await receiptOf(refund?.id)).toMatchObject({ ...both, status: 'succeeded', relatesTo: payment?.id });
    // With its schema restored, the database is reused.
    await db.orm.execute('drop function refuse cascade');
  });

  test('a payment of an unexpected amount is refunded, and its payer sees how the refund stands', async () => {
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: AMOUNT_MINOR });
    await db.orm.execute(`update checkouts set amount_minor = 900`);
    const session = await pay(checkoutUrl);
    await settle();
    expect(await givenBackOf(session)).toEqual([[AMOUNT_MINOR, 'succeeded']]);
    expect(await balanceOf(identity)).toBe(0);
    expect((await house.money.ownPayments.listByCard(identity, { limit: 50 })).payments).toMatchObject([
      { kind: 'unusable', refunds: [{ amountMinor: AMOUNT_MINOR, status: 'succeeded' }] },
    ]);
  });

  test('a returned refund waits at the desk and is retried there', async () => {
    const identity = await house.createFan(5_000);
    const key = createId('event');
    const url = await tipByCard(identity, key);
    await hide(key);
    await tip(identity, key);
    const session = await pay(url, FAILING_REFUND);
    await settle();
    await settle();
    expect((await givenBackOf(session)).map(([, status]) => status)).toEqual(['failed']);
    expect((await house.money.desk.overview()).failures.refunds).toBe(1);
    const [returned] = await unusableOf(identity);
    const detail = await house.money.desk.payments.get(returned?.id ?? '');
    expect(detail.refunds).toMatchObject([
      { status: 'failed', failure: 'lost_or_stolen_card', amountMinor: AMOUNT_MINOR },
    ]);
    expect(await house.money.receipts.get(returned?.id ?? '', identity)).toMatchObject({ status: 'failed' });
    await house.money.desk.refund({ tip: returned?.id as TipId, reason: 'Again' }, 'operator');
    await house.emulator.flush();
    expect((await givenBackOf(session)).length).toBe(2);
  });

  test.each([
    ['lost', 'came back', 'succeeded'],
    ['lost', 'was not sent yet', 'succeeded'],
    ['won', 'came back', 'failed'],
  ] as const)(
    'its dispute, %s, when its refund %s, leaves no debt above the payment',
    async (outcome, when, status) => {
      const identity = await house.createFan(5_000);
      const key = createId('event');
      const url = await tipByCard(identity, key);
      await hide(key);
      await tip(identity, key);
      const session = await pay(url, FAILING_REFUND);
      if (when === 'came back') await settle();
      else await house.money.confirmCheckout(session);
      if (when === 'came back') await settle();
      const [returned] = await unusableOf(identity);
      const { providerPayment } = await house.money.desk.payments.get(returned?.id ?? '');
      const { id } = house.emulator.act('open_dispute', { paymentIntent: providerPayment ?? '' });
      await settle();
      house.emulator.act('close_dispute', { dispute: id, outcome });
      await settle();
      await settle();
      const { refunds } = await house.money.desk.payments.get(returned?.id ?? '');
      expect(refunds).toMatchObject([{ status, amountMinor: AMOUNT_MINOR }]);
      expect((await house.money.desk.overview()).owed.cardsMinor).toBe(outcome === 'won' ? AMOUNT_MINOR : 0);
      expect(await house.money.disputes.list()).toMatchObject([{ lossMinor: 0 }]);
      expect(await house.money.checkInvariants()).toEqual([]);
    },
  );

  test('a failing event is retried without limit', async () => {
    await house.createFan(1_000);
    await house.emulator.flush();
    await house.money.sweep();
    await db.orm.execute(`update provider_events set processed_at = null, fault = 'refused', attempts = 200,
      failing_since = now() - interval '20 days', due_at = now(), object_id = 'cs_test_' || id where subject = 'checkout'`);
    house.emulator.addFault({ path: '/v1/checkout/sessions/*', kind: 'server_error', times: 1_000 });
    house.advance(MINUTE_MS);
    await house.money.sweep();
    house.emulator.clearFaults();
    expect((await house.money.desk.overview()).failures.providerEvents).toBeGreaterThan(0);
    house.advance(2 * DAY_MS);
    await house.money.sweep();
    expect((await house.money.desk.overview()).failures.providerEvents).toBe(0);
  });
});
