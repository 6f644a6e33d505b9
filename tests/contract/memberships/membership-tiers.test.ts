/** Which tier of a club is paid until when: changes of tier, credit at the provider, and partial refunds. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BillingProvider } from '../../../server/money/provider/billing-provider.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type Id } from '../../../server/protocol/ids.ts';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { killSteps } from '../../support/run/effort.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const PERCENT_OF_CREATOR = 2 / 3;
const failure = (code: string) => expect.objectContaining({ code });
const creatorPart = (grossMinor: number) => Math.round(grossMinor * PERCENT_OF_CREATOR);

describe.each(DATABASES)('tiers of a club on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;
  /** The process crashes after this many Billing calls: the last one takes effect, but its answer is lost. */
  let callsLeft = Number.POSITIVE_INFINITY;
  /** The process crashes at this Billing call: before it is sent, or once it took effect or was refused. */
  let crash: { at: keyof BillingProvider; isSent: boolean } | undefined;

  /** Stripe calls a subscription active again whose open invoice was voided; the emulator does not. */
  let isVoided: boolean;

  beforeEach(async () => {
    isVoided = false;
    db = await open();
    house = await openMoneyHouse({
      db,
      isRunning: false,
      wrapProvider: (provider) => {
        const fetchSubscription = provider.billing.fetchSubscription.bind(provider.billing);
        provider.billing.fetchSubscription = async (id) => {
          const found = await fetchSubscription(id);
          return found && isVoided ? { ...found, status: 'active' } : found;
        };
        return dying(provider, (call) => {
          if (call === crash?.at) callsLeft = crash.isSent ? 0 : -1;
          return --callsLeft;
        });
      },
    });
    stripe = house.stripe;
  });

  afterEach(async () => {
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const createTier = (priceMinor: number, interval: 'month' | 'year' = 'month', creator = house.creator) =>
    house.rooms.clubs.createTier(creator, { name: `${interval} of ${priceMinor}`, priceMinor, interval });

  async function openOtherClub(priceMinor: number): Promise<Tier> {
    return createTier(priceMinor, 'month', await house.createCreator());
  }

  async function join(tier: Tier, identity = `fan-${createId('event')}`) {
    const { checkoutUrl } = await house.money.memberships.join({ tier: tier.id, identity, name: 'Léa' });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const membership = await read(identity, tier.creator);
    return { identity, id: membership.id };
  }

  async function read(identity: string, creator = house.creator) {
    const found = (await house.money.memberships.list(identity)).find((each) => each.creator === creator);
    if (!found) throw new Error('There is no membership.');
    return found;
  }

  async function subscriptionOf(membership: string) {
    const { data } = await stripe.subscriptions.list({ limit: 100, status: 'all' });
    const found = data.find(({ metadata }) => metadata.membership === membership);
    if (!found) throw new Error('There is no subscription.');
    return found;
  }

  async function takeCardAway(membership: string) {
    const { id, customer } = await subscriptionOf(membership);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: String(customer) });
    await stripe.subscriptions.update(id, { default_payment_method: bad.id });
  }

  const change = (identity: string, id: string, tier: Tier) =>
    house.money.memberships.changeTier(identity, id, tier.id);
  /** Runs work whose process crashes at a Billing call. A new process takes over. */
  async function crashing(at: keyof BillingProvider, isSent: boolean, work: () => Promise<unknown>) {
    crash = { at, isSent };
    await expect(work()).rejects.toThrow('The process has crashed.');
    crash = undefined;
    callsLeft = Number.POSITIVE_INFINITY;
    await house.restartMoney();
  }
  const earnedBy = async (creator: string) => {
    const { pendingMinor, availableMinor } = await house.money.earnings.describe(creator);
    return pendingMinor + availableMinor;
  };
  const mayEnter = async (identity: string, minTier: Tier) => {
    const room = await house.createRoom({ kind: 'members', minTier: minTier.id });
    return (await house.rooms.decideAccess({ room, identity, role: 'fan' })).state === 'granted';
  };
  const pass = async (ms: number) => {
    house.advance(ms);
    // The postponed retry is now due.
    for (let round = 1; round <= 2; round += 1) {
      await house.money.sweep();
      house.advance(60_000);
      await house.money.sweep();
    }
  };
  const paymentsOf = async (identity: string) => {
    const { payments } = await house.money.desk.payments.search({ query: identity, kind: 'membership', limit: 10 });
    return payments;
  };
  const refund = (id: string) => house.money.refunds.refund({ payment: id, reason: 'By mistake' }, 'operator');

  test('a credit of one club pays nothing in another', async () => {
    const [gold, silver] = [await createTier(6_000), await createTier(500)];
    const other = await openOtherClub(1_200);
    const { identity, id } = await join(gold);
    await join(other, identity);
    expect(await change(identity, id, silver)).toMatchObject({ tier: { id: gold.id }, nextTier: { id: silver.id } });
    // A credit note, or an operator's manual change at Stripe.
    const { customer } = await subscriptionOf(id);
    await stripe.customers.createBalanceTransaction(String(customer), { amount: -5_000, currency: 'eur' });
    await pass(33 * DAY_MS);
    expect(await earnedBy(other.creator)).toBe(2 * creatorPart(1_200));
    expect((await paymentsOf(identity)).filter(({ creator }) => creator === other.creator)).toHaveLength(2);
    expect(await read(identity)).toMatchObject({ status: 'active', tier: { id: silver.id } });
  });

  test('a downgrade starts with the renewal; until then the higher tier is kept', async () => {
    const [gold, silver] = [await createTier(1_500), await createTier(600)];
    const { identity, id } = await join(gold);
    await pass(10 * DAY_MS);
    expect(await change(identity, id, silver)).toMatchObject({ tier: { id: gold.id }, nextTier: { id: silver.id } });
    expect(await mayEnter(identity, gold)).toBe(true);
    // The member changes their mind, twice.
    expect(await change(identity, id, gold)).toMatchObject({ tier: { id: gold.id }, nextTier: null });
    await change(identity, id, silver);
    await pass(23 * DAY_MS);
    expect(await read(identity)).toMatchObject({ status: 'active', tier: { id: silver.id }, nextTier: null });
    expect(await mayEnter(identity, gold)).toBe(false);
    expect((await paymentsOf(identity)).map(({ amountMinor }) => amountMinor)).toEqual([600, 1_500]);
    expect(await earnedBy(house.creator)).toBe(creatorPart(2_100));
  });

  test('the higher tier ends on time, also while the renewal of the lower one is being retried', async () => {
    const [gold, silver] = [await createTier(1_500), await createTier(500)];
    const { identity, id } = await join(gold);
    await change(identity, id, silver);
    await takeCardAway(id);
    await pass(31 * DAY_MS + 2 * HOUR_MS);
    expect(await read(identity)).toMatchObject({ status: 'past_due', tier: { id: silver.id } });
    expect(await mayEnter(identity, gold)).toBe(false);
    expect(await mayEnter(identity, silver)).toBe(true);
  });

  test('an upgrade is charged relative to the paid tier, also if a downgrade was scheduled', async () => {
    const [gold, silver, best] = [await createTier(1_500), await createTier(500), await createTier(2_500)];
    const { identity, id } = await join(gold);
    await change(identity, id, silver);
    expect(await change(identity, id, best)).toMatchObject({ tier: { id: best.id }, nextTier: null });
    const [upgrade] = await paymentsOf(identity);
    expect(upgrade?.amountMinor).toBeGreaterThan(990);
    expect(upgrade?.amountMinor).toBeLessThanOrEqual(1_000);
    const { customer } = await subscriptionOf(id);
    expect(await stripe.customers.retrieve(String(customer))).toMatchObject({ balance: 0 });
  });

  test("an upgrade counts at once although the provider's clock is ahead", async () => {
    const [silver, gold] = [await createTier(500), await createTier(1_500)];
    const { identity, id } = await join(silver);
    house.advance(-3_000);
    expect(await change(identity, id, gold)).toMatchObject({ tier: { id: gold.id }, nextTier: null });
  });

  test('a receipt names the paid tier, also after a change of tier', async () => {
    const [silver, gold] = [await createTier(1_200), await createTier(2_400)];
    const { identity, id } = await join(silver);
    await change(identity, id, gold);
    const receipts = await Promise.all((await paymentsOf(identity)).map((each) => house.money.receipts.get(each.id)));
    expect(receipts.map(({ membership }) => membership?.tier)).toEqual([gold.name, silver.name]);
  });

  test('an upgrade that is interrupted after any step can be repeated and is charged once', async () => {
    const [gold, silver, best] = [await createTier(1_500), await createTier(500), await createTier(2_500)];
    let last = 0;
    for (const steps of killSteps(60)) {
      last = steps;
      const { identity, id } = await join(gold);
      await change(identity, id, silver);
      callsLeft = steps;
      const isDone = await change(identity, id, best).then(
        () => true,
        () => false,
      );
      callsLeft = Number.POSITIVE_INFINITY;
      await house.restartMoney();
      await pass(0);
      const { tier, nextTier } = await read(identity);
      expect(nextTier?.id).toBe(tier.id === best.id ? undefined : silver.id);
      expect(await change(identity, id, best)).toMatchObject({ tier: { id: best.id }, nextTier: null });
      const [upgrade, ...others] = await paymentsOf(identity);
      expect(upgrade?.amountMinor).toBeGreaterThan(990);
      expect(upgrade?.amountMinor).toBeLessThanOrEqual(1_000);
      expect(others).toHaveLength(1);
      const { customer } = await subscriptionOf(id);
      expect(await stripe.customers.retrieve(String(customer))).toMatchObject({ balance: 0 });
      if (isDone) break;
    }
    expect(last).toBeGreaterThan(5);
  });

  test.each([
    ['before it is charged', false],
    ['after the card was declined', true],
  ])('an upgrade that is interrupted %s keeps the scheduled downgrade', async (_, isDeclined) => {
    const [gold, silver, best] = [await createTier(1_500), await createTier(500), await createTier(2_500)];
    const { identity, id } = await join(gold);
    await change(identity, id, silver);
    const { id: subscription, default_payment_method } = await subscriptionOf(id);
    if (isDeclined) await takeCardAway(id);
    await crashing('upgrade', isDeclined, () => change(identity, id, best));
    await stripe.subscriptions.update(subscription, { default_payment_method: String(default_payment_method) });
    await pass(2 * 60_000);
    expect(await read(identity)).toMatchObject({ tier: { id: gold.id }, nextTier: { id: silver.id } });
    await pass(33 * DAY_MS);
    expect(await read(identity)).toMatchObject({ status: 'active', tier: { id: silver.id }, nextTier: null });
    expect((await paymentsOf(identity)).map(({ amountMinor }) => amountMinor)).toEqual([500, 1_500]);
  });

  test('a declined upgrade keeps the scheduled downgrade', async () => {
    const [gold, silver, best] = [await createTier(1_500), await createTier(500), await createTier(2_500)];
    const { identity, id } = await join(gold);
    await change(identity, id, silver);
    await takeCardAway(id);
    await expect(change(identity, id, best)).rejects.toEqual(failure('card_declined'));
    await house.money.sweep();
    expect(await read(identity)).toMatchObject({ tier: { id: gold.id }, nextTier: { id: silver.id } });
  });

  test('unpaid time does not count in the price of an upgrade', async () => {
    const [silver, gold] = [await createTier(1_000), await createTier(1_100)];
    const { identity, id } = await join(silver);
    await takeCardAway(id);
    // The renewal invoice is a draft for an hour, then its payment fails.
    const { items } = await subscriptionOf(id);
    house.advance(Number(items.data[0]?.current_period_end) * 1000 - Date.now() + 60_000);
    await expect(change(identity, id, gold)).rejects.toEqual(failure('membership_unpaid'));
    await pass(2 * HOUR_MS);
    await expect(change(identity, id, gold)).rejects.toEqual(failure('membership_unpaid'));
    expect(await mayEnter(identity, gold)).toBe(false);
  });

  test('refuses a change from yearly to monthly that would leave a credit', async () => {
    const [year, month, dear] = [
      await createTier(6_000, 'year'),
      await createTier(5_000),
      await createTier(9_000, 'month'),
    ];
    const { identity, id } = await join(year);
    await expect(change(identity, id, month)).rejects.toEqual(failure('tier_interval'));
    expect(await change(identity, id, dear)).toMatchObject({ tier: { id: dear.id }, nextTier: null });
    const { customer } = await subscriptionOf(id);
    expect(await stripe.customers.retrieve(String(customer))).toMatchObject({ balance: 0 });
  });

  test('an upgrade lasts as long as it was paid for, not as long as the lower tier before', async () => {
    const [year, month] = [await createTier(6_000, 'year'), await createTier(5_000)];
    const { identity, id } = await join(year);
    const { id: subscription, items } = await subscriptionOf(id);
    const { id: price } = await stripe.prices.create({
      currency: 'eur',
      unit_amount: month.priceMinor,
      recurring: { interval: 'month' },
      lookup_key: month.id,
      metadata: { tier: month.id },
      product_data: { name: month.name },
    });
    // Manually in the dashboard: the credit for the rest of the year pays the first month.
    await stripe.subscriptions.update(subscription, { items: [{ id: String(items.data[0]?.id), price }] });
    await pass(0);
    expect(await mayEnter(identity, month)).toBe(true);
    await takeCardAway(id);
    await pass(40 * DAY_MS);
    expect(await mayEnter(identity, month)).toBe(false);
    expect(await read(identity)).toMatchObject({ status: 'ended' });
  });

  test('a payment is split by the fees and pledge of its date, also if it is booked later', async () => {
    const { pricing } = house.money;
    await pricing.addAssociation({ id: 'restos', name: 'Les Restos', country: 'FR' });
    await pricing.pledge(house.creator, { association: 'restos', shareBps: 1_000 });
    const { identity } = await join(await createTier(1_200));
    // The renewal is paid, but its events are lost.
    house.advance(32 * DAY_MS);
    await pricing.addFeePolicy({ commissionBps: 5_000 });
    await pricing.pledge(house.creator, { association: 'restos', shareBps: 0 });
    await pass(DAY_MS);
    const receipts = await Promise.all(
      (await paymentsOf(identity)).map(({ id }) => house.money.receipts.get(id, identity)),
    );
    const parts = { creatorMinor: 720, associationMinor: 80, platformMinor: 200, vatMinor: 200 };
    expect(receipts).toMatchObject([
      { feePolicy: 'fees_v1', parts },
      { feePolicy: 'fees_v1', parts },
    ]);
    expect(await pricing.findPledge(house.creator)).toBeNull();
  });

  test('the fee policy with the latest start applies, not the last added one', async () => {
    const { pricing } = house.money;
    const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
    await pricing.addFeePolicy({ commissionBps: 3_000, effectiveAt: inDays(3) });
    await pricing.addFeePolicy({ commissionBps: 1_000, effectiveAt: inDays(1) });
    const { identity } = await join(await createTier(1_200));
    await pass(32 * DAY_MS);
    const [renewal] = await paymentsOf(identity);
    expect(await house.money.receipts.get(renewal?.id ?? '', identity)).toMatchObject({
      feePolicy: 'fees_v2',
      parts: { platformMinor: 300 },
    });
    const listed = await pricing.listFeePolicies();
    expect(listed.filter(({ inForce }) => inForce).map(({ id }) => id)).toEqual(['fees_v2']);
  });

  const allowCards = (identity: string) =>
    house.money.desk.setCardHold(identity, { held: false, reason: 'They wrote', by: 'operator' });

  async function refuseToResume(identity: string, id: string): Promise<void> {
    const ending = await read(identity);
    expect(ending).toMatchObject({ status: 'active', cancelAtPeriodEnd: true, renewable: false });
    const resuming = house.money.memberships.resume(identity, id as Id<'membership'>);
    await expect(resuming).rejects.toMatchObject({
      code: 'membership_ended',
      message: expect.stringMatching(/Once it has ended, you can join again\.$/),
    });
    // As these words say: not before it has ended.
    const joining = house.money.memberships.join({ tier: ending.tier.id, identity, name: 'Léa' });
    await expect(joining).rejects.toEqual(failure('membership_exists'));
    await pass(0);
    expect(ending?.accessUntil).toBe(ending?.paidUntil);
    expect(await read(identity)).toEqual(ending);
  }

  describe('a refund ends only what it refunded', () => {
    test('keeps a renewal that was paid but is not known yet', async () => {
      const { identity, id } = await join(await createTier(1_200));
      const [first] = await paymentsOf(identity);
      house.advance(32 * DAY_MS);
      await refund(first?.id ?? '');
      await pass(0);
      expect(await read(identity)).toMatchObject({ status: 'active' });
      expect((await paymentsOf(identity)).map(({ status }) => status)).toEqual(['settled', 'refunded']);
      // A refund of the membership means its latest payment, so the server looks for unknown payments first.
      house.advance(31 * DAY_MS);
      await refund(id);
      await pass(0);
      expect((await paymentsOf(identity)).map(({ status }) => status)).toEqual(['refunded', 'settled', 'refunded']);
      expect(await read(identity)).toMatchObject({ status: 'ended' });
    });

    test('of an upgrade keeps the paid lower tier', async () => {
      const [silver, gold] = [await createTier(1_200), await createTier(2_400)];
      const { identity, id } = await join(silver);
      await change(identity, id, gold);
      const [upgrade] = await paymentsOf(identity);
      await refund(upgrade?.id ?? '');
      expect(await mayEnter(identity, gold)).toBe(false);
      expect(await mayEnter(identity, silver)).toBe(true);
      await pass(DAY_MS);
      expect(await read(identity)).toMatchObject({ status: 'active', tier: { id: silver.id } });
    });

    test('of an upgrade lets the next dearer tier begin with the renewal, not for what was refunded', async () => {
      const [silver, gold, best] = [await createTier(500), await createTier(1_500), await createTier(2_500)];
      const { identity, id } = await join(silver);
      await change(identity, id, best);
      const [upgrade] = await paymentsOf(identity);
      await refund(upgrade?.id ?? '');
      const planned = { tier: { id: silver.id }, nextTier: { id: gold.id } };
      expect(await change(identity, id, gold)).toMatchObject(planned);
      expect(await change(identity, id, silver)).toMatchObject({ tier: { id: silver.id }, nextTier: null });
      expect(await change(identity, id, gold)).toMatchObject(planned);
      const { customer } = await subscriptionOf(id);
      expect(await stripe.customers.retrieve(String(customer))).toMatchObject({ balance: 0 });
      await pass(33 * DAY_MS);
      expect(await read(identity)).toMatchObject({ tier: { id: gold.id }, nextTier: null });
      // The renewal is kept, so the next upgrade begins at once again.
      expect(await change(identity, id, best)).toMatchObject({ tier: { id: best.id }, nextTier: null });
      const amounts = (await paymentsOf(identity)).map(({ amountMinor }) => amountMinor);
      expect(amounts.slice(1)).toEqual([1_500, upgrade?.amountMinor, 500]);
    });

    test('of a year lets upgrades begin at once again after the first renewal of the month that followed', async () => {
      const [year, month] = [await createTier(6_000, 'year'), await createTier(9_000)];
      const best = await createTier(12_000);
      const { identity, id } = await join(year);
      await change(identity, id, month);
      await refund((await paymentsOf(identity)).at(-1)?.id ?? '');
      // The refunded year has paid a part of the month, which would be credited.
      expect(await change(identity, id, best)).toMatchObject({ tier: { id: month.id }, nextTier: { id: best.id } });
      await change(identity, id, month);
      await pass(33 * DAY_MS);
      expect(await change(identity, id, best)).toMatchObject({ tier: { id: best.id }, nextTier: null });
    });

    test.each([
      ['dearer', 24_000],
      ['cheaper', 6_000],
    ])(
      "of a move to a %s year ends the membership with the month's grace, and charges nothing more",
      async (_, price) => {
        const [month, year] = [await createTier(1_200), await createTier(price, 'year')];
        const { identity, id } = await join(month);
        const monthMs = Date.parse((await read(identity)).paidUntil ?? '') - Date.now();
        await change(identity, id, year);
        await refund((await paymentsOf(identity))[0]?.id ?? '');
        const leaving = { tier: { id: month.id }, nextTier: null, cancelAtPeriodEnd: true, renewable: false };
        // The last one is within the grace.
        for (const ms of [0, 20 * DAY_MS, monthMs - 18 * DAY_MS]) {
          await pass(ms);
          expect(await read(identity)).toMatchObject({ status: 'active', ...leaving });
          expect([await mayEnter(identity, year), await mayEnter(identity, month)]).toEqual([price === 6_000, true]);
        }
        await pass(7 * DAY_MS);
        expect(await read(identity)).toMatchObject({ status: 'ended' });
        expect((await subscriptionOf(id)).status).toBe('canceled');
        expect(await paymentsOf(identity)).toHaveLength(2);
      },
    );

    test('of a move to a year lets a cancellation not be taken back, which would give days of grace', async () => {
      const [month, year] = [await createTier(1_200), await createTier(24_000, 'year')];
      const { identity, id } = await join(month);
      await change(identity, id, year);
      await refund((await paymentsOf(identity))[0]?.id ?? '');
      await house.money.memberships.cancel(identity, id as Id<'membership'>);
      await refuseToResume(identity, id);
    });

    test('of a move to a month keeps the renewal of the month, which the provider collects', async () => {
      const [year, month] = [await createTier(6_000, 'year'), await createTier(9_000)];
      const { identity, id } = await join(year);
      await change(identity, id, month);
      await refund((await paymentsOf(identity))[0]?.id ?? '');
      const renewing = { nextTier: { id: month.id }, cancelAtPeriodEnd: false, renewable: true };
      expect(await read(identity)).toMatchObject({ status: 'active', tier: { id: year.id }, ...renewing });
      await pass(33 * DAY_MS);
      expect(await read(identity)).toMatchObject({ status: 'active', tier: { id: month.id }, nextTier: null });
    });

    test('of the lower tier also refunds the upgrade', async () => {
      const [silver, gold] = [await createTier(1_200), await createTier(2_400)];
      const { identity, id } = await join(silver);
      await change(identity, id, gold);
      const [, base] = await paymentsOf(identity);
      await refund(base?.id ?? '');
      expect(await mayEnter(identity, silver)).toBe(false);
      await pass(60_000);
      expect((await paymentsOf(identity)).map(({ status }) => status)).toEqual(['refunded', 'refunded']);
      expect(await read(identity)).toMatchObject({ status: 'ended' });
      expect(await earnedBy(house.creator)).toBe(0);
    });

    test('of a past month ends nothing', async () => {
      const { identity } = await join(await createTier(1_200));
      const [first] = await paymentsOf(identity);
      await pass(33 * DAY_MS);
      await refund(first?.id ?? '');
      await pass(DAY_MS);
      expect(await read(identity)).toMatchObject({ status: 'active' });
    });
  });

  test('a renewal that is voided at the provider does not end the membership', async () => {
    const { identity, id } = await join(await createTier(1_200));
    await takeCardAway(id);
    await pass(32 * DAY_MS);
    const { data } = await stripe.invoices.list({ subscription: (await subscriptionOf(id)).id, status: 'open' });
    await stripe.invoices.voidInvoice(data[0]?.id ?? '');
    isVoided = true;
    await pass(7 * DAY_MS);
    expect((await subscriptionOf(id)).status).not.toBe('canceled');
    expect(await read(identity)).toMatchObject({ status: 'active' });
  });

  describe('a lost dispute ends only what it covered', () => {
    const dispute = async (identity: string, index: number) => {
      const { providerPayment } = await house.money.desk.payments.get((await paymentsOf(identity)).at(index)?.id ?? '');
      const made = house.emulator.act('open_dispute', { paymentIntent: providerPayment ?? '' });
      await pass(0);
      return async (outcome: 'won' | 'lost') => {
        house.emulator.act('close_dispute', { dispute: made.id, outcome });
        await pass(2 * 60_000);
      };
    };

    test("of a past month: access returns, and renewal needs the member's decision", async () => {
      const tier = await createTier(1_200);
      const { identity, id } = await join(tier);
      await pass(33 * DAY_MS);
      const close = await dispute(identity, -1);
      expect(await mayEnter(identity, tier)).toBe(false);
      await close('lost');
      expect(await mayEnter(identity, tier)).toBe(true);
      expect(await read(identity)).toMatchObject({ status: 'active', disputed: false, cancelAtPeriodEnd: true });
      await pass(31 * DAY_MS);
      expect(await read(identity)).toMatchObject({ status: 'ended' });
      expect((await subscriptionOf(id)).status).toBe('canceled');
      expect((await paymentsOf(identity)).map(({ status }) => status)).toEqual(['settled', 'disputed']);
    });

    test('of an upgrade: the paid lower tier remains and can be resumed', async () => {
      const [silver, gold] = [await createTier(1_200), await createTier(2_400)];
      const { identity, id } = await join(silver);
      await change(identity, id, gold);
      await (await dispute(identity, 0))('lost');
      expect([await mayEnter(identity, gold), await mayEnter(identity, silver)]).toEqual([false, true]);
      expect(await read(identity)).toMatchObject({ status: 'active', tier: { id: silver.id } });
      // Their card is charged again only after an operator's word.
      const resuming = house.money.memberships.resume(identity, id as Id<'membership'>);
      await expect(resuming).rejects.toEqual(failure('card_payments_held'));
      await allowCards(identity);
      await house.money.memberships.resume(identity, id as Id<'membership'>);
      await pass(DAY_MS);
      expect(await read(identity)).toMatchObject({ status: 'active', cancelAtPeriodEnd: false });
    });

    test('of a move to a year: the paid month is the last, and cannot be resumed', async () => {
      const [month, year] = [await createTier(1_200), await createTier(24_000, 'year')];
      const { identity, id } = await join(month);
      await change(identity, id, year);
      await (await dispute(identity, 0))('lost');
      await allowCards(identity);
      await refuseToResume(identity, id);
      expect([await mayEnter(identity, year), await mayEnter(identity, month)]).toEqual([false, true]);
      await pass(32 * DAY_MS);
      expect(await read(identity)).toMatchObject({ status: 'ended' });
    });

    test('of the lower tier: the upgrade is refunded', async () => {
      const [silver, gold] = [await createTier(1_200), await createTier(2_400)];
      const { identity, id } = await join(silver);
      await change(identity, id, gold);
      await (await dispute(identity, -1))('lost');
      expect(await read(identity)).toMatchObject({ status: 'ended' });
      expect((await paymentsOf(identity)).map(({ status }) => status)).toEqual(['refunded', 'disputed']);
    });

    test('while another one is open, access waits for its decision', async () => {
      const tier = await createTier(1_200);
      const { identity } = await join(tier);
      await pass(33 * DAY_MS);
      const [closeOld, closeNew] = [await dispute(identity, -1), await dispute(identity, 0)];
      await closeOld('lost');
      expect([await mayEnter(identity, tier), await read(identity)]).toMatchObject([false, { disputed: true }]);
      await closeNew('won');
      expect([await mayEnter(identity, tier), await read(identity)]).toMatchObject([true, { disputed: false }]);
    });
  });

  describe('events that arrive days late, and before the event of the payment', () => {
    async function renewUnheard() {
      const { identity, id } = await join(await createTier(1_200));
      house.advance(32 * DAY_MS);
      const { data } = await stripe.paymentIntents.list({ limit: 1 });
      return { identity, id, payment: data[0]?.id ?? '' };
    }

    test('a dispute of a renewal ends access and is booked', async () => {
      const { identity, payment } = await renewUnheard();
      const { id: dispute } = (await house.emulator.act('open_dispute', { paymentIntent: payment })) as { id: string };
      house.advance(3 * DAY_MS);
      // First only the dispute's event arrives, then the others.
      await house.money.disputes.handleDisputeChanged(dispute);
      expect(await house.money.disputes.list('open')).toMatchObject([{ identity, amountMinor: 1_200 }]);
      await pass(0);
      expect(await read(identity)).toMatchObject({ disputed: true });
    });

    test('a manual refund of a renewal is booked and ends the membership', async () => {
      const { identity, payment } = await renewUnheard();
      const made = await stripe.refunds.create({ payment_intent: payment });
      house.advance(3 * DAY_MS);
      await house.money.providerRefunds.handle({
        providerRefund: made.id,
        payment,
        amountMinor: 1_200,
        currency: 'eur',
        reference: null,
        order: null,
        status: 'succeeded',
        failure: null,
        createdAtMs: made.created * 1000,
      });
      expect((await paymentsOf(identity)).map(({ status }) => status)).toEqual(['refunded', 'settled']);
      await pass(60_000);
      expect(await read(identity)).toMatchObject({ status: 'ended' });
      expect(await earnedBy(house.creator)).toBe(creatorPart(1_200));
    });
  });
});

/** Wraps the provider: a Billing call crashes the process once `countDown` is below zero. */
function dying(provider: PaymentProvider, countDown: (call: string) => number): PaymentProvider {
  const billing = new Proxy(provider.billing, {
    get(target, name) {
      const method = Reflect.get(target, name, target) as (...values: unknown[]) => Promise<unknown>;
      return async (...values: unknown[]) => {
        const left = countDown(String(name));
        if (left < -1) throw new Error('The process has crashed.');
        const answer = method.apply(target, values);
        if (left >= 0) return answer;
        await answer.catch(() => {});
        throw new Error('The process has crashed.');
      };
    },
  });
  return new Proxy(provider, {
    get(target, name) {
      if (name === 'billing') return billing;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
