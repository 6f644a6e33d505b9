/** Memberships that end before their paid time: what goes back, from whom it is taken, and who bears the rest. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { drawVariants } from '../../support/run/effort.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 24 * 60 * 60_000;
const YEAR_MINOR = 12_000;

describe.each(DATABASES)('memberships that are closed on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;
  let tier: string;
  /** Runs once, while the provider answers about a subscription. */
  let whileAsked: (() => Promise<unknown>) | undefined;

  beforeEach(async () => {
    db = await open();
    const wrapProvider = (provider: PaymentProvider): PaymentProvider => {
      const fetchSubscription = provider.billing.fetchSubscription.bind(provider.billing);
      provider.billing.fetchSubscription = async (subscription) => {
        const found = await fetchSubscription(subscription);
        const run = whileAsked;
        whileAsked = undefined;
        await run?.();
        return found;
      };
      return provider;
    };
    house = await openMoneyHouse({ db, isRunning: false, wrapProvider });
    stripe = house.stripe;
    tier = (
      await house.rooms.clubs.createTier(house.creator, { name: 'Year', priceMinor: YEAR_MINOR, interval: 'year' })
    ).id;
  });

  afterEach(async () => {
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    house.advance(3 * DAY_MS);
    await house.money.sweep();
    expect((await house.money.reconciliations.run(0)).items).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function join(waiver?: { accepted: true; textVersion: string }) {
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa', waiver });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    return identity;
  }
  const membershipOf = async (identity: string) => (await house.money.memberships.list(identity))[0];
  const paymentOf = async (identity: string) =>
    (await house.money.desk.payments.search({ query: identity, limit: 10 })).payments[0];
  const subscriptionsOf = async (identity: string) => {
    const { data } = await stripe.subscriptions.list({ limit: 100, status: 'all' });
    const membership = await membershipOf(identity);
    return data.filter(({ metadata }) => metadata.membership === membership?.id).map(({ status }) => status);
  };
  /** Every listener has handled the fact. */
  const dispatched = (topic: string, identity: string) =>
    eventually(() => house.facts.some((fact) => fact.topic === topic && fact.identity === identity));
  async function onboardCreator() {
    await house.money.creatorAccounts.startOnboarding({
      creator: { identity: house.creator, name: 'Ada', country: 'FR' },
    });
    const { data } = await stripe.accounts.list({ limit: 1 });
    await house.emulator.act('onboard_account', { account: data[0]?.id ?? '' });
    await house.money.creatorAccounts.describe(house.creator);
  }
  const suspend = async (identity: string, until: string | null = null) => {
    await house.rooms.suspensions.suspend(identity, { decision: `decision-${identity}`, reason: 'Fraud', until });
    await dispatched('suspension.changed', identity);
  };
  const block = async (identity: string) => {
    await house.rooms.removals.block({ creator: house.creator, identity, by: house.creator, reason: 'Insults' });
    await dispatched('participant.blocked', identity);
  };
  /** What is unused of a year after 36.5 days: nine tenths, whatever the year has, less what the test takes. */
  const expectUnused = (amountMinor: number | undefined) => {
    expect(amountMinor).toBeGreaterThanOrEqual(10_795);
    expect(amountMinor).toBeLessThanOrEqual(10_804);
  };

  test('a blocked member gets the unused part of a prepaid year back to the card, and the subscription ends', async () => {
    const identity = await join();
    house.advance(36.5 * DAY_MS);
    await block(identity);
    await house.money.sweep();
    expect(await membershipOf(identity)).toMatchObject({ status: 'ended', renewable: false });
    const payment = await paymentOf(identity);
    expectUnused(payment?.refundedMinor);
    const { refunds } = await house.money.desk.payments.get(payment?.id ?? '');
    expect(refunds).toMatchObject([{ to: 'card', reason: 'blocked', status: 'succeeded', by: '#house' }]);
    expect(await subscriptionsOf(identity)).toEqual(['canceled']);
    // Told again, or by the sweeper, nothing more goes back.
    await block(identity);
    await house.money.memberships.closeOf(house.creator, identity);
    await house.money.sweep();
    expect((await paymentOf(identity))?.refundedMinor).toBe(payment?.refundedMinor);
  });

  test.each([
    ['a member who is suspended for good', 'suspended', () => undefined],
    ['each member of a creator who is suspended for good', 'club_closed', () => house.creator],
  ])('%s gets the unused part back', async (_, reason, creator) => {
    const identity = await join();
    house.advance(36.5 * DAY_MS);
    await suspend(creator() ?? identity);
    await house.money.sweep();
    expect(await membershipOf(identity)).toMatchObject({ status: 'ended' });
    const payment = await paymentOf(identity);
    expectUnused(payment?.refundedMinor);
    expect((await house.money.desk.payments.get(payment?.id ?? '')).refunds).toMatchObject([{ reason }]);
  });

  test('a suspension with an end closes no membership', async () => {
    const identity = await join();
    await suspend(house.creator, new Date(house.now() + DAY_MS).toISOString());
    await house.money.sweep();
    expect(await membershipOf(identity)).toMatchObject({ status: 'active' });
    expect(await paymentOf(identity)).toMatchObject({ refundedMinor: 0 });
  });

  test('the reserve of a creator who is gone pays what goes back once, and the house bears what was paid out', async () => {
    const reserve = { shareBps: 1_000, days: 90 };
    await house.money.desk.setReserve(house.creator, { reserve, reason: 'A new creator', by: 'ada' });
    await join();
    await onboardCreator();
    house.advance(15 * DAY_MS);
    await house.money.sweep();
    await house.money.payouts.createBatch({ by: 'operator' });
    await house.money.sweep();
    const paid = { availableMinor: 0, pendingMinor: 800, paidOutMinor: 7_200 };
    expect(await house.money.earnings.describe(house.creator)).toMatchObject(paid);
    await suspend(house.creator);
    await house.money.sweep();
    const { availableMinor, pendingMinor } = await house.money.earnings.describe(house.creator);
    expect(availableMinor + pendingMinor).toBe(0);
  });

  test('a payout that a suspension for good stops covers what goes back to members', async () => {
    const [one, other] = [await join(), await join()];
    await onboardCreator();
    house.advance(15 * DAY_MS);
    await house.money.sweep();
    const earned = await house.money.earnings.describe(house.creator);
    expect(earned).toMatchObject({ availableMinor: 16_000, pendingMinor: 0 });
    // The suspension finds the payout on its way.
    house.emulator.addFault({ path: '/v1/transfers', method: 'POST', kind: 'server_error', times: 1 });
    await house.money.payouts.createBatch({ by: 'operator' });
    await house.money.sweep();
    await suspend(house.creator);
    await house.money.sweep();
    house.advance(DAY_MS / 2);
    await house.money.sweep();
    house.advance(5 * 60_000);
    await house.money.sweep();
    const refunded = await Promise.all([one, other].map(async (fan) => (await paymentOf(fan))?.refundedMinor ?? 0));
    expect(refunded[0]).toBeGreaterThan(11_000);
    const after = await house.money.earnings.describe(house.creator);
    // The payout came back and paid for both; what the members used stays earned.
    expect(after).toMatchObject({ inPayoutMinor: 0, paidOutMinor: 0, pendingMinor: 0 });
    expect(after.availableMinor).toBeGreaterThan(0);
    expect(after.availableMinor).toBeLessThan(1_000);
  });

  test('the house bears what a suspended creator was paid before', async () => {
    const identity = await join();
    await onboardCreator();
    house.advance(15 * DAY_MS);
    await house.money.sweep();
    await house.money.payouts.createBatch({ by: 'operator' });
    await house.money.sweep();
    expect(await house.money.earnings.describe(house.creator)).toMatchObject({
      availableMinor: 0,
      paidOutMinor: 8_000,
    });
    await suspend(house.creator);
    await house.money.sweep();
    const { legs, payment } = await house.money.desk.payments.get((await paymentOf(identity))?.id ?? '');
    const share = (payment.refundedMinor * 2) / 3;
    const loss = legs.find(({ account }) => account === 'chargeback_loss');
    expect(Math.abs(Number(loss?.amountMinor) + share)).toBeLessThan(2);
    expect(await house.money.earnings.describe(house.creator)).toMatchObject({ availableMinor: 0 });
  });

  test.each([
    ['won', ['won']],
    ['lost, and won later', ['lost', 'won']],
  ] as const)(
    'a disputed payment of a closed membership gives its unused part back once that is %s',
    async (_, outcomes) => {
      const identity = await join();
      const [intent] = (await stripe.paymentIntents.list({ limit: 1 })).data;
      house.advance(30 * DAY_MS);
      const { id } = house.emulator.act('open_dispute', { paymentIntent: intent?.id ?? '' });
      await house.money.sweep();
      house.advance(5 * DAY_MS);
      await block(identity);
      await house.money.sweep();
      expect(await paymentOf(identity)).toMatchObject({ refundedMinor: 0 });
      expect(await membershipOf(identity)).toMatchObject({ status: 'ended' });
      for (const outcome of outcomes) {
        house.emulator.act('close_dispute', { dispute: id, outcome });
        await house.money.sweep();
        await house.money.sweep();
      }
      const usedShare = 1 - ((await paymentOf(identity))?.refundedMinor ?? 0) / YEAR_MINOR;
      expect(Math.round(usedShare * 365)).toBe(35);
    },
  );

  test('a dispute that is won while the provider is asked about a closed membership still gives back what is unused', async () => {
    const identity = await join();
    const [intent] = (await stripe.paymentIntents.list({ limit: 1 })).data;
    const { id } = house.emulator.act('open_dispute', { paymentIntent: intent?.id ?? '' });
    await house.money.sweep();
    await block(identity);
    await house.money.sweep();
    whileAsked = async () => {
      house.emulator.act('close_dispute', { dispute: id, outcome: 'won' });
      await house.money.disputes.due.recheck();
      await house.money.disputes.due.drain();
    };
    // As its last event asks.
    const [subscription] = (await stripe.subscriptions.list({ limit: 1, status: 'all' })).data;
    await house.money.memberships.sync.handleSubscriptionChanged(subscription?.id ?? '');
    await house.money.sweep();
    expect((await paymentOf(identity))?.refundedMinor).toBe(YEAR_MINOR);
  });

  const waiverOf = async () => {
    const room = await house.createRoom({ kind: 'members' });
    const quote = await house.money.quotes.quote({ room, identity: 'somebody', kind: 'membership', tier });
    return { accepted: true as const, textVersion: quote.waiver?.textVersion ?? '' };
  };
  const withdraw = (item: string | undefined, identity: string) =>
    house.money.withdrawals.withdraw(item ?? '', identity);
  const list = (identity: string) => house.money.withdrawals.list(identity);

  test.each([
    ['had asked for a beginning at once pays for the time that has passed', true],
    ['had not asked for it gets everything back', false],
  ])('a member who withdraws within 14 days and %s', async (_, isAsked) => {
    const identity = await join(isAsked ? await waiverOf() : undefined);
    house.advance(10 * DAY_MS);
    const membership = await membershipOf(identity);
    const [contract] = await list(identity);
    const isShare = (amountMinor = 0) => {
      if (!isAsked) return expect(amountMinor).toBe(YEAR_MINOR);
      expect(amountMinor).toBeGreaterThan(11_660);
      return expect(amountMinor).toBeLessThan(11_680);
    };
    expect(contract).toMatchObject({ kind: 'membership', item: membership?.id, title: 'Year · Ada' });
    isShare(contract?.amountMinor);
    await expect(withdraw(membership?.id, 'somebody')).rejects.toMatchObject({ code: 'payment_not_found' });
    const done = await withdraw(membership?.id, identity);
    isShare(done.amountMinor);
    await eventually(() => house.facts.some(({ topic }) => topic === 'withdrawal.made'));
    expect(house.facts.find(({ topic }) => topic === 'withdrawal.made')).toMatchObject({
      identity,
      data: { withdrawal: done },
    });
    await house.money.sweep();
    expect(await membershipOf(identity)).toMatchObject({ status: 'ended' });
    expect(await paymentOf(identity)).toMatchObject({ refundedMinor: done.amountMinor });
    expect(await subscriptionsOf(identity)).toEqual(['canceled']);
    expect(await list(identity)).toEqual([]);
    await expect(withdraw(membership?.id, identity)).rejects.toMatchObject({ code: 'not_refundable' });
  });

  test('the right of withdrawal from a membership ends, and unspent credit stays within it', async () => {
    const identity = await join();
    const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    house.advance(20 * DAY_MS);
    expect(await list(identity)).toMatchObject([{ kind: 'topup', item: topup, amountMinor: 1_000 }]);
    await expect(withdraw((await membershipOf(identity))?.id, identity)).rejects.toMatchObject({
      code: 'not_refundable',
    });
    expect(await withdraw(topup, identity)).toMatchObject({ kind: 'topup', amountMinor: 1_000 });
    expect(await list(identity)).toEqual([]);
    await expect(withdraw(topup, identity)).rejects.toMatchObject({ code: 'payment_not_found' });
  });

  const orders = ['withdraw', 'block', 'refund', 'dispute'].flatMap((first, index, all) =>
    all.flatMap((second, at) =>
      at === index
        ? []
        : [
            [first, second],
            [first, second, ...all.filter((_, i) => i !== index && i !== at)],
          ],
    ),
  );

  test.each(drawVariants(orders.map((order) => [order.join(', ')])))(
    'no payment goes back twice, in this order: %s',
    async (order) => {
      const identity = await join(await waiverOf());
      const [intent] = (await stripe.paymentIntents.list({ limit: 1 })).data;
      const membership = await membershipOf(identity);
      const payment = await paymentOf(identity);
      let dispute: string | undefined;
      house.advance(5 * DAY_MS);
      const acts: Record<string, () => Promise<unknown>> = {
        withdraw: () => withdraw(membership?.id, identity),
        block: () => block(identity),
        refund: () =>
          house.money.refunds.refund({ payment: payment?.id ?? '', amountMinor: 5_000, reason: 'By hand' }, 'ops'),
        dispute: async () => {
          dispute = house.emulator.act('open_dispute', { paymentIntent: intent?.id ?? '' }).id;
        },
      };
      for (const act of order.split(', ')) {
        await acts[act]?.().catch((error: unknown) => expect(error).toBeInstanceOf(AppError));
        await house.money.sweep();
      }
      if (dispute) house.emulator.act('close_dispute', { dispute, outcome: 'won' });
      for (let round = 0; round < 3; round += 1) await house.money.sweep();
      const { refundedMinor = 0 } = (await paymentOf(identity)) ?? {};
      const unusedMinor = YEAR_MINOR - Math.floor((YEAR_MINOR * 5) / 366);
      expect(refundedMinor).toBeLessThanOrEqual(YEAR_MINOR);
      // A part by hand takes its own share of the used time, so that what goes back lies between both.
      if (/withdraw|block/.test(order)) expect(refundedMinor).toBeGreaterThanOrEqual(unusedMinor - 100);
    },
  );
});
