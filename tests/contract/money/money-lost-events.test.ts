/** Lost or reordered events of the provider: the payments behind them are still booked. */
import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay, WEBHOOK_SECRET } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Delivers one event, signed like the provider's. */
async function deliver(house: MoneyHouse, event: Stripe.Event): Promise<void> {
  const payload = JSON.stringify(event);
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${at}.${payload}`).digest('hex');
  await house.money.providerEvents.receive(Buffer.from(payload), `t=${at},v1=${signature}`);
  await house.money.idle();
}

async function open(db: Parameters<typeof openMoneyHouse>[0]['db']) {
  const house = await openMoneyHouse({ db, isRunning: false });
  const { stripe } = house;
  const identity = await house.createFan();
  const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 2_000 });
  const session = await pay(checkoutUrl);
  const { payment_intent } = await stripe.checkout.sessions.retrieve(session);
  return { house, stripe, identity, session, payment: String(payment_intent) };
}

async function eventOf(stripe: Stripe, type: string, object: string): Promise<Stripe.Event> {
  const events = await stripe.events.list({ type, limit: 100 }).autoPagingToArray({ limit: 1_000 });
  const found = events.find((event) => (event.data.object as { id?: string }).id === object);
  if (!found) throw new Error(`The provider has no ${type} of ${object}.`);
  return found;
}

describe.each(DATABASES)('provider events on $name', ({ open: openDatabase }) => {
  test('finds a lost event although a newer one arrived hours later', async () => {
    await using db = await openDatabase();
    const { house, stripe, identity, session, payment } = await open(db);
    await using _ = house;
    await house.money.confirmCheckout(session);
    await house.money.sweep();
    const { id: refund } = await stripe.refunds.create({ payment_intent: payment, amount: 500 });
    house.advance(3 * HOUR_MS);
    const { id: customer } = await stripe.customers.create({ name: 'Somebody else' });
    await deliver(house, await eventOf(stripe, 'customer.created', customer));
    await house.money.sweep();
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(1_500);
    expect(await house.money.checkInvariants()).toEqual([]);
    expect(refund).toMatch(/^re_/);
  });

  test('a manual refund event before its payment', async () => {
    await using db = await openDatabase();
    const { house, stripe, identity, payment } = await open(db);
    await using _ = house;
    const { id: refund } = await stripe.refunds.create({ payment_intent: payment, amount: 800 });
    await deliver(house, await eventOf(stripe, 'refund.created', refund));
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(1_200);
    await house.money.sweep();
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(1_200);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test.each([0, 3])(
    'a ticket whose dispute is won after its room was refunded, %i days later, is refunded too',
    async (days) => {
      await using db = await openDatabase();
      const { house, stripe } = await open(db);
      await using _ = house;
      const room = await house.createRoom();
      const answer = await house.money.tickets.buy({ room, identity: 'tom', name: 'Tom', from: 'card' });
      const session = await pay('checkoutUrl' in answer ? answer.checkoutUrl : '');
      await house.money.confirmCheckout(session);
      const { payment_intent } = await stripe.checkout.sessions.retrieve(session);
      const { id: dispute } = house.emulator.act('open_dispute', { paymentIntent: String(payment_intent) });
      await house.money.sweep();
      await house.rooms.endRoom(room.id);
      await house.money.sweep();
      house.advance(days * DAY_MS);
      await house.money.sweep();
      house.emulator.act('close_dispute', { dispute, outcome: 'won' });
      await house.money.sweep();
      await house.money.sweep();
      expect(await house.money.checkInvariants()).toEqual([]);
      const [ticket] = (await house.money.disputes.list()).map(({ source }) => source);
      expect((await house.money.receipts.get(ticket ?? '')).status).toBe('refunded');
    },
  );

  test('a payment is booked by the jobs of a house whose database failed at its start', async () => {
    await using db = await openDatabase();
    const { house, identity } = await open(db);
    await using _ = house;
    await db.orm.execute('alter table payouts rename to payouts_elsewhere');
    house.money.start();
    await house.money.idle();
    await db.orm.execute('alter table payouts_elsewhere rename to payouts');
    house.advance(HOUR_MS);
    await eventually(async () => (await house.money.wallets.get(identity)).balanceMinor === 2_000, 'the top-up');
  });

  test('a decided dispute is booked although the provider no longer lists the event', async () => {
    await using db = await openDatabase();
    const { house, payment } = await open(db);
    await using _ = house;
    const { id: dispute } = house.emulator.act('open_dispute', { paymentIntent: payment });
    await house.money.sweep();
    house.emulator.act('close_dispute', { dispute, outcome: 'lost' });
    // Longer than the provider keeps an event in its list.
    house.advance(31 * DAY_MS);
    await house.money.sweep();
    expect(await house.money.disputes.list()).toMatchObject([{ status: 'lost', frozenCreditMinor: 0 }]);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a dispute event before its payment', async () => {
    await using db = await openDatabase();
    const { house, stripe, identity, payment } = await open(db);
    await using _ = house;
    const { id: dispute } = house.emulator.act('open_dispute', { paymentIntent: payment });
    await deliver(house, await eventOf(stripe, 'charge.dispute.created', dispute));
    expect(await house.money.disputes.list()).toMatchObject([{ identity, frozenCreditMinor: 2_000 }]);
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
  });
});
