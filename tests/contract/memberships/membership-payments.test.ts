/** Money of memberships: receipts, refunds, manual refunds, disputes, and late payments. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MembershipsStore } from '../../../server/money/memberships/memberships.store.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { receipt as english } from '../../../server/web/texts/english/receipt.ts';
import { receipt as french } from '../../../server/web/texts/french/receipt.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 24 * 60 * 60_000;
const PRICE_MINOR = 1_200;
const failure = (code: string) => expect.objectContaining({ code });
const reason = 'By mistake';

describe.each(DATABASES)('payments of memberships on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;
  let room: Room;
  let tier: string;

  beforeEach(async () => {
    db = await open();
    house = await openMoneyHouse({ db, isRunning: false });
    stripe = house.stripe;
    room = await house.createRoom({ kind: 'members' });
    const input = { name: 'Backstage', priceMinor: PRICE_MINOR, interval: 'month' } as const;
    tier = (await house.rooms.clubs.createTier(house.creator, input)).id;
  });

  afterEach(async () => {
    house.emulator.clearFaults();
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    // In every test, ledger and provider agree at the end.
    house.advance(3 * DAY_MS);
    await house.money.sweep();
    expect((await house.money.reconciliations.run(0)).items).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function join() {
    const identity = `fan-${createId('event')}`;
    const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const [membership] = await house.money.memberships.list(identity);
    if (!membership) throw new Error('There is no membership.');
    const payment = await paymentOf(identity);
    return { identity, membership: membership.id, payment: payment.id };
  }

  /** The latest payment of a member, as the desk shows it. */
  async function paymentOf(identity: string) {
    const { payments } = await house.money.desk.payments.search({ query: identity, kind: 'membership', limit: 10 });
    const [latest] = payments;
    if (!latest) throw new Error('There is no payment.');
    return latest;
  }

  const standingOf = async (identity: string) => (await house.money.memberships.list(identity))[0]?.status;
  const accessOf = (identity: string) => house.rooms.decideAccess({ room, identity, role: 'fan' });
  const subscriptionOf = async (membership: string) => {
    const { data } = await stripe.subscriptions.list({ limit: 100, status: 'all' });
    const found = data.find((each) => each.metadata.membership === membership);
    if (!found) throw new Error('There is no subscription.');
    return found;
  };
  const intentOf = async (membership: string) => {
    const { id } = await subscriptionOf(membership);
    const { data } = await stripe.invoices.list({ subscription: id, limit: 1, expand: ['data.payments'] });
    return String(data[0]?.payments?.data[0]?.payment.payment_intent);
  };
  /** Disputes the latest payment, or the given one. */
  const dispute = async (membership: string, intent?: string) => {
    const paymentIntent = intent ?? (await intentOf(membership));
    const made = (await house.emulator.act('open_dispute', { paymentIntent })) as { id: string };
    await house.money.sweep();
    return async (outcome: 'won' | 'lost') => {
      house.emulator.act('close_dispute', { dispute: made.id, outcome });
      await house.money.sweep();
    };
  };

  test('a payment has a correct receipt, visible to the member only', async () => {
    const { identity, membership, payment } = await join();
    const receipt = await house.money.receipts.get(payment, identity);
    expect(receipt).toMatchObject({
      kind: 'membership',
      status: 'settled',
      amountMinor: PRICE_MINOR,
      paid: { promoMinor: 0, walletMinor: 0, cardMinor: PRICE_MINOR },
      parts: { creatorMinor: 800, platformMinor: 200, vatMinor: 200, associationMinor: 0 },
      creator: { identity: house.creator, name: 'Ada' },
      membership: { id: membership, tier: 'Backstage' },
    });
    await expect(house.money.receipts.get(payment, 'malik')).rejects.toEqual(failure('payment_not_found'));
  });

  test('a refund of the latest payment goes to the card, pro rata over every leg, and ends the membership', async () => {
    const { identity, membership, payment } = await join();
    const target = { payment: membership, reason };
    const refund = await house.money.refunds.refund(target, 'operator');
    expect(refund).toMatchObject({ payment, amountMinor: PRICE_MINOR, to: 'card', status: 'succeeded' });
    expect(await accessOf(identity)).toMatchObject({ state: 'required', reason: 'refunded' });
    await house.money.sweep();
    expect(await standingOf(identity)).toBe('ended');
    expect((await subscriptionOf(membership)).status).toBe('canceled');
    expect((await house.money.earnings.describe(house.creator)).pendingMinor).toBe(0);
    expect(await house.money.receipts.get(refund.id, identity)).toMatchObject({
      kind: 'refund',
      relatesTo: payment,
      parts: { creatorMinor: -800, platformMinor: -200, vatMinor: -200 },
    });
    await expect(house.money.refunds.refund(target, 'operator')).rejects.toEqual(failure('already_refunded'));
  });

  test('a partial refund keeps the membership; the rest can follow', async () => {
    const { identity, payment } = await join();
    const target = { payment, reason };
    const tooMuch = house.money.refunds.refund({ ...target, amountMinor: PRICE_MINOR + 1 }, 'operator');
    await expect(tooMuch).rejects.toEqual(failure('amount_too_large'));
    expect(await house.money.refunds.refund({ ...target, amountMinor: 300 }, 'operator')).toMatchObject({
      amountMinor: 300,
    });
    await house.money.sweep();
    expect(await accessOf(identity)).toMatchObject({ state: 'granted' });
    expect((await house.money.earnings.describe(house.creator)).pendingMinor).toBe(600);
    const again = house.money.refunds.refund({ ...target, amountMinor: 300 }, 'operator');
    await expect(again).rejects.toEqual(failure('already_refunded'));
    expect(await house.money.refunds.refund(target, 'operator')).toMatchObject({ amountMinor: 900 });
    expect(await accessOf(identity)).toMatchObject({ state: 'required' });
  });

  test('a manual refund at the provider is booked, and ends the membership if it is whole', async () => {
    const { identity, membership } = await join();
    await stripe.refunds.create({ payment_intent: await intentOf(membership), amount: 200 });
    await house.money.sweep();
    expect(await accessOf(identity)).toMatchObject({ state: 'granted' });
    await stripe.refunds.create({ payment_intent: await intentOf(membership), amount: 1_000 });
    await house.money.sweep();
    expect(await accessOf(identity)).toMatchObject({ state: 'required' });
    await house.money.sweep();
    expect((await subscriptionOf(membership)).status).toBe('canceled');
  });

  const atDesk = (payment: string) => (amountMinor?: number) =>
    house.money.refunds.refund({ payment, amountMinor, reason }, 'operator');
  const byHand = (membership: string) => async (amountMinor?: number) => {
    const refund = { payment_intent: await intentOf(membership) };
    await stripe.refunds.create(amountMinor === undefined ? refund : { ...refund, amount: amountMinor });
    await house.money.sweep();
  };

  test.each([
    ['at the desk', 'at the desk'],
    ['at the provider', 'at the provider'],
    ['at the provider', 'at the desk'],
    ['at the desk', 'at the provider'],
  ])(
    'a payment refunded in part %s, and in full %s, shows both on its receipt and in the wallet',
    async (first, rest) => {
      const { identity, membership, payment } = await join();
      const ways: Record<string, (amountMinor?: number) => Promise<unknown>> = {
        'at the desk': atDesk(payment),
        'at the provider': byHand(membership),
      };
      const shown = async () => {
        const { status } = await house.money.receipts.get(payment, identity);
        return [status, english.states[status], french.states[status], (await paymentOf(identity)).refundedMinor];
      };
      expect(await shown()).toEqual(['settled', 'Paid', 'Payé', 0]);
      await ways[first]?.(500);
      expect(await shown()).toEqual(['part_refunded', 'Partly refunded', 'Remboursé en partie', 500]);
      await ways[rest]?.();
      expect(await shown()).toEqual(['refunded', 'Refunded', 'Remboursé', PRICE_MINOR]);
    },
  );

  test('a disputed payment is not a refunded one', async () => {
    const { identity, membership, payment } = await join();
    await (await dispute(membership))('lost');
    expect(await house.money.receipts.get(payment, identity)).toMatchObject({
      status: 'settled',
      corrections: [{ kind: 'dispute_lost' }],
    });
  });

  test('a disputed payment gives no access and is neither charged again nor refunded; a won dispute restores access', async () => {
    const { identity, membership, payment } = await join();
    const close = await dispute(membership);
    expect(await accessOf(identity)).toMatchObject({ state: 'required', reason: 'disputed' });
    const refund = house.money.refunds.refund({ payment, reason }, 'operator');
    await expect(refund).rejects.toEqual(failure('not_refundable'));
    const { holds } = await house.money.earnings.describe(house.creator);
    expect(holds).toMatchObject([{ kind: 'membership', reason: 'disputed', releaseAt: null }]);
    await house.money.sweep();
    expect((await subscriptionOf(membership)).cancel_at_period_end).toBe(true);
    expect(await accessOf(identity)).toMatchObject({ state: 'required' });
    const dearer = await house.rooms.clubs.createTier(house.creator, {
      name: 'Front row',
      priceMinor: 5 * PRICE_MINOR,
      interval: 'month',
    });
    const change = house.money.memberships.changeTier(identity, membership, dearer.id);
    await expect(change).rejects.toEqual(failure('membership_disputed'));
    await close('won');
    await house.money.sweep();
    expect(await accessOf(identity)).toMatchObject({ state: 'granted' });
    expect(await house.money.disputes.list('won')).toMatchObject([{ source: payment, lossMinor: 0 }]);
    // Renewal continues as before the dispute.
    expect((await subscriptionOf(membership)).cancel_at_period_end).toBe(false);
    expect(await house.money.memberships.list(identity)).toMatchObject([{ cancelAtPeriodEnd: false }]);
  });

  test('a won dispute restores no access while another payment of the membership is disputed', async () => {
    const { identity, membership, payment } = await join();
    const firstIntent = await intentOf(membership);
    house.advance(32 * DAY_MS);
    await eventually(async () => {
      await house.money.sweep();
      return (await paymentOf(identity)).id !== payment;
    });
    const closeFirst = await dispute(membership, firstIntent);
    const closeSecond = await dispute(membership);
    expect(await house.money.disputes.list('open')).toHaveLength(2);
    await closeFirst('won');
    await house.money.sweep();
    expect(await accessOf(identity)).toMatchObject({ state: 'required' });
    expect((await subscriptionOf(membership)).cancel_at_period_end).toBe(true);
    await closeSecond('won');
    await house.money.sweep();
    expect(await accessOf(identity)).toMatchObject({ state: 'granted' });
    expect((await subscriptionOf(membership)).cancel_at_period_end).toBe(false);
  });

  test.each(['before', 'during'])(
    'a member who cancelled %s a dispute stays cancelled when it is won',
    async (when) => {
      const { identity, membership } = await join();
      if (when === 'before') await house.money.memberships.cancel(identity, membership);
      const close = await dispute(membership);
      await house.money.sweep();
      if (when === 'during') await house.money.memberships.cancel(identity, membership);
      await close('won');
      await house.money.sweep();
      expect(await accessOf(identity)).toMatchObject({ state: 'granted' });
      expect((await subscriptionOf(membership)).cancel_at_period_end).toBe(true);
      expect(await house.money.memberships.list(identity)).toMatchObject([{ cancelAtPeriodEnd: true }]);
    },
  );

  test('a lost dispute reverses the sale and ends the membership', async () => {
    const { identity, membership, payment } = await join();
    const close = await dispute(membership);
    await close('lost');
    await house.money.sweep();
    expect(await standingOf(identity)).toBe('ended');
    expect((await house.money.earnings.describe(house.creator)).pendingMinor).toBe(0);
    expect(await house.money.disputes.list('lost')).toMatchObject([{ source: payment, lossMinor: 0 }]);
  });

  test('a membership that a lost dispute has ended stays over when that is won, and its unused time is paid back', async () => {
    const { identity, membership, payment } = await join();
    house.advance(DAY_MS);
    const close = await dispute(membership);
    await close('lost');
    await house.money.sweep();
    await close('won');
    await house.money.sweep();
    expect(await standingOf(identity)).toBe('ended');
    const { data } = await stripe.refunds.list();
    expect(data).toHaveLength(1);
    // All but about one day of its month.
    expect(data[0]?.amount).toBeGreaterThan(PRICE_MINOR * 0.95);
    expect(data[0]?.amount).toBeLessThan(PRICE_MINOR);
    const { payment: kept } = await house.money.desk.payments.get(payment);
    expect(kept).toMatchObject({ status: 'part_refunded' });
  });

  test('evidence for a membership names it', async () => {
    const { membership } = await join();
    await dispute(membership);
    const [open] = await house.money.disputes.list();
    const { evidence } = await house.money.disputes.submitEvidence(open?.id ?? '', { by: 'operator' });
    expect(evidence).toMatchObject({
      customer_name: 'Léa',
      product_description: expect.stringContaining('Membership of Ada'),
    });
  });

  test('a payment after the end is refunded to the card automatically', async () => {
    const { identity, membership } = await join();
    // The server considers it ended, but the provider keeps charging: the cancellation request was lost.
    house.emulator.addFault({ path: '/v1/subscriptions*', method: 'DELETE', kind: 'server_error', times: 1_000 });
    await house.money.refunds.refund({ payment: membership, reason }, 'operator');
    await house.money.sweep();
    expect(await standingOf(identity)).toBe('ended');
    house.advance(32 * DAY_MS);
    const refunds = await eventually(async () => {
      await house.money.sweep();
      const { data } = await stripe.refunds.list({ payment_intent: await intentOf(membership) });
      return data.length > 0 && data;
    });
    expect(refunds).toMatchObject([{ amount: PRICE_MINOR, status: 'succeeded' }]);
    expect(await standingOf(identity)).toBe('ended');
    expect((await paymentOf(identity)).status).toBe('refunded');
    expect((await house.money.earnings.describe(house.creator)).pendingMinor).toBe(0);
  });

  test('joining on two pages at once creates one membership and refunds the second payment', async () => {
    const { identity, membership } = await join();
    const { customer, items } = await subscriptionOf(membership);
    // A second subscription of the same membership, as from two checkout pages open at once.
    const other = await stripe.subscriptions.create({
      customer: String(customer),
      items: [{ price: items.data[0]?.price.id ?? '' }],
      default_payment_method: (await stripe.paymentMethods.attach('pm_card_visa', { customer: String(customer) })).id,
      metadata: { membership, identity },
    });
    await house.money.sweep();
    await house.money.sweep();
    expect((await stripe.subscriptions.retrieve(other.id)).status).toBe('canceled');
    const { payments } = await house.money.desk.payments.search({ query: identity, kind: 'membership', limit: 10 });
    expect(payments.map(({ status }) => status).sort()).toEqual(['refunded', 'settled']);
    expect(await standingOf(identity)).toBe('active');
    expect(await accessOf(identity)).toMatchObject({ state: 'granted' });
    expect((await house.money.earnings.describe(house.creator)).pendingMinor).toBe(800);
  });

  test('a page to join that is paid while another one is asked for leaves it unopened', async () => {
    const identity = `fan-${createId('event')}`;
    const ask = () => house.money.memberships.join({ tier, identity, name: 'Léa' });
    const session = await pay((await ask()).checkoutUrl);
    const store = new MembershipsStore(db);
    const findCurrent = store.findCurrent.bind(store);
    const reads = vi.spyOn(MembershipsStore.prototype, 'findCurrent').mockImplementationOnce(async (...which) => {
      const found = await findCurrent(...which);
      await house.money.confirmCheckout(session);
      return found;
    });
    await expect(ask()).rejects.toEqual(failure('membership_exists'));
    reads.mockRestore();
    expect(await standingOf(identity)).toBe('active');
  });

  test('a second membership that was paid beside the first one ends, and its payment goes back', async () => {
    const { identity, membership } = await join();
    // The first one was paid between these two reads.
    const reads = vi.spyOn(MembershipsStore.prototype, 'findCurrent');
    reads.mockResolvedValueOnce(undefined).mockResolvedValueOnce(undefined);
    const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
    reads.mockRestore();
    await house.money.confirmCheckout(await pay(checkoutUrl));
    await house.money.sweep();
    const { payments } = await house.money.desk.payments.search({ query: identity, kind: 'membership', limit: 10 });
    expect(payments.map(({ status }) => status).sort()).toEqual(['refunded', 'settled']);
    const { data } = await stripe.subscriptions.list({ limit: 100, status: 'all' });
    const own = data.filter(({ metadata }) => metadata.identity === identity);
    expect(own.map(({ status }) => status).sort()).toEqual(['active', 'canceled']);
    expect(await house.money.memberships.list(identity)).toMatchObject([{ id: membership, status: 'active' }]);
  });

  test('a dispute event before its payment is retried until the payment is known', async () => {
    const identity = `fan-${createId('event')}`;
    const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
    await pay(checkoutUrl);
    const { data } = await stripe.paymentIntents.list({ limit: 1 });
    await house.emulator.act('open_dispute', { paymentIntent: data[0]?.id ?? '' });
    await eventually(async () => {
      await house.money.sweep();
      // The postponed retry is now due.
      house.advance(60_000);
      return (await house.money.disputes.list())[0]?.status === 'open';
    });
    expect(await accessOf(identity)).toMatchObject({ state: 'required', reason: 'disputed' });
  });
});
