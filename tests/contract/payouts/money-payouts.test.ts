import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PayoutsStore } from '../../../server/money/payouts/payouts.store.ts';
import { StripeConnect } from '../../../server/money/provider/stripe-connect.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId, type TipId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** A test card whose payments are available at once. */
const AVAILABLE_AT_ONCE = '4000 0000 0000 0077';

describe.each(DATABASES)('earnings and payouts on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;

  beforeAll(async () => {
    db = await open();
  });

  afterAll(() => db[Symbol.asyncDispose]());

  beforeEach(async () => {
    house = await openMoneyHouse({ db, isRunning: false });
    stripe = house.stripe;
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    house.emulator.clearFaults();
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
  });

  /** A new room of an established (or new) creator, with a fan who has credit. */
  async function openSales({ isNew = false } = {}) {
    const room = await house.createRoom({ kind: 'free' });
    const fan = await house.createFan(20_000);
    const creator = room.creator.identity;
    const tip = async (amountMinor: number) => {
      const from = { identity: fan, name: 'Léa', role: 'fan' as const };
      const receipt = await house.money.tips.send({
        room,
        from,
        input: { amountMinor, idempotencyKey: createId('event') },
      });
      return receipt.tip.id as TipId;
    };
    if (!isNew) {
      await tip(100);
      house.advance(60 * DAY_MS);
      await house.money.sweep();
    }
    return { room, creator, fan, tip };
  }

  /** Sells the amount and waits until its hold has expired. */
  async function earn(tip: (amountMinor: number) => Promise<TipId>, amountMinor = 10_000): Promise<TipId> {
    const id = await tip(amountMinor);
    house.advance(8 * DAY_MS);
    await house.money.sweep();
    return id;
  }

  async function createBatch(creator: string) {
    const batch = await house.money.payouts.createBatch({ by: 'operator', creators: [creator] });
    await house.money.sweep();
    return batch;
  }

  async function onboard(creator: string) {
    const { creatorAccounts: accounts } = house.money;
    await accounts.startOnboarding({ creator: { identity: creator, name: 'Ada', country: 'FR' } });
    const all = await stripe.accounts.list({ limit: 100 });
    const account = all.data.find((each) => each.metadata?.creator === creator)?.id ?? '';
    await house.emulator.act('onboard_account', { account });
    expect(await accounts.describe(creator)).toMatchObject({ status: 'enabled', payoutsEnabled: true });
    return account;
  }

  const earningsOf = (creator: string) => house.money.earnings.describe(creator);
  const transfersTo = async (account: string) => (await stripe.transfers.list({ destination: account })).data;

  test('earnings are held for a week, and for two weeks for a new creator', async () => {
    const { creator, tip } = await openSales({ isNew: true });
    await tip(1_000);
    const [hold] = (await earningsOf(creator)).holds;
    expect(hold).toMatchObject({ kind: 'tip', amountMinor: 667, reason: 'new_creator' });
    expect(Date.parse(hold?.releaseAt ?? '') - Date.parse(hold?.soldAt ?? '')).toBe(14 * DAY_MS);
    house.advance(8 * DAY_MS);
    await house.money.sweep();
    expect(await earningsOf(creator)).toMatchObject({ pendingMinor: 667, availableMinor: 0 });
    house.advance(7 * DAY_MS);
    await house.money.sweep();
    expect(await earningsOf(creator)).toMatchObject({
      pendingMinor: 0,
      availableMinor: 667,
      holds: [],
      frozen: [{ reason: 'onboarding', amountMinor: 667 }],
    });

    house.advance(30 * DAY_MS);
    await tip(1_000);
    expect((await earningsOf(creator)).holds).toMatchObject([{ reason: 'standard' }]);
    house.advance(8 * DAY_MS);
    await house.money.sweep();
    expect(await earningsOf(creator)).toMatchObject({ pendingMinor: 0, availableMinor: 1_334 });
  });

  test('the announced payouts are those that follow: what stays below the minimum waits for a later day', async () => {
    const { creator, tip } = await openSales();
    await tip(3_000);
    await house.money.refunds.refund({ tip: await tip(900), reason: 'By mistake' }, 'operator');
    house.advance(DAY_MS);
    await tip(1_500);
    const [shares, waiting] = [[2_000, 1_000], await earningsOf(creator)];
    const available = waiting.availableMinor;
    expect(waiting.releases.map(({ amountMinor, saleCount }) => [amountMinor, saleCount])).toEqual(
      shares.map((share) => [share, 1]),
    );
    // Nothing is promised to a creator who cannot be paid.
    expect(waiting.releases.map(({ payoutMinor }) => payoutMinor)).toEqual([0, 0]);
    await onboard(creator);
    const { releases } = await earningsOf(creator);
    expect(releases.map(({ payoutMinor }) => payoutMinor)).toEqual([0, available + 3_000]);

    for (const [index, { at, payoutMinor }] of releases.entries()) {
      house.advance(Date.parse(at) - Date.parse(releases[index - 1]?.at ?? at) + (index === 0 ? 6 * DAY_MS : 0));
      await house.money.sweep();
      const { payouts } = await createBatch(creator);
      expect(payouts.map(({ amountMinor }) => amountMinor)).toEqual(payoutMinor > 0 ? [payoutMinor] : []);
    }
  });

  test('concurrent batches pay out available earnings once', async () => {
    const { creator, tip } = await openSales();
    const account = await onboard(creator);
    await earn(tip);
    const { availableMinor } = await earningsOf(creator);
    expect(availableMinor).toBeGreaterThan(6_600);
    const { payouts } = house.money;
    const batches = await Promise.all(
      [1, 2, 3].map(() => payouts.createBatch({ by: 'operator', creators: [creator] })),
    );
    await house.money.sweep();
    expect(batches.flatMap((batch) => batch.payouts)).toHaveLength(1);
    expect(await transfersTo(account)).toMatchObject([{ amount: availableMinor, currency: 'eur' }]);
    expect(await earningsOf(creator)).toMatchObject({
      availableMinor: 0,
      inPayoutMinor: 0,
      paidOutMinor: availableMinor,
    });
    expect(await payouts.listOfCreator(creator)).toMatchObject([{ status: 'paid', amountMinor: availableMinor }]);
  });

  test('a payout whose answer is lost is carried out once', async () => {
    const { creator, tip } = await openSales();
    const account = await onboard(creator);
    await earn(tip);
    house.emulator.addFault({ method: 'POST', path: '/v1/transfers', kind: 'reset', times: 2, isApplied: true });
    await house.money.payouts.createBatch({ by: 'operator', creators: [creator] });
    await house.money.idle();
    house.emulator.clearFaults();
    await eventually(async () => {
      house.advance(60_000);
      await house.money.sweep();
      return (await earningsOf(creator)).paidOutMinor > 0;
    });
    expect(await transfersTo(account)).toHaveLength(1);
  });

  test('a payout has the date of its transfer, also if it is booked days later', async () => {
    const { creator, tip } = await openSales();
    const account = await onboard(creator);
    await earn(tip);
    vi.spyOn(PayoutsStore.prototype, 'finish').mockRejectedValueOnce(new Error('Connection terminated'));
    await house.money.payouts.createBatch({ by: 'operator', creators: [creator] });
    await house.money.idle();
    expect(await house.money.payouts.listOfCreator(creator)).toMatchObject([{ status: 'pending' }]);
    const [transfer] = await transfersTo(account);
    house.advance(3 * DAY_MS);
    await house.money.sweep();
    const settledAt = new Date((transfer?.created ?? 0) * 1000).toISOString();
    expect(await house.money.payouts.listOfCreator(creator)).toMatchObject([{ status: 'paid', settledAt }]);
  });

  test('a refused payout becomes available again with its reason', async () => {
    const { creator, tip } = await openSales();
    const account = await onboard(creator);
    await earn(tip);
    const { availableMinor } = await earningsOf(creator);
    await house.emulator.act('restrict_account', { account, reason: 'rejected.other' });
    await createBatch(creator);
    const [refused] = await house.money.payouts.listOfCreator(creator);
    expect(refused).toMatchObject({ status: 'failed', failure: expect.stringContaining('') });
    expect(await earningsOf(creator)).toMatchObject({
      availableMinor,
      inPayoutMinor: 0,
      frozen: [{ reason: 'onboarding', amountMinor: availableMinor }],
    });
  });

  test('a refund after the payout is recovered from later earnings', async () => {
    const { creator, tip } = await openSales();
    await onboard(creator);
    const first = await earn(tip);
    await createBatch(creator);
    await house.money.refunds.refund({ tip: first, reason: 'The sound was gone' }, 'operator');
    const owed = await earningsOf(creator);
    expect(owed).toMatchObject({
      pendingMinor: 0,
      availableMinor: -6_667,
      frozen: [{ reason: 'recovery', amountMinor: -6_667 }],
    });
    await earn(tip, 5_000);
    expect(await earningsOf(creator)).toMatchObject({ availableMinor: -6_667 + 3_334 });
    expect((await createBatch(creator)).payouts).toEqual([]);
  });

  /** Pays a creator out; returns the transfer. */
  async function payOut({ creator, tip }: { creator: string; tip: (amountMinor: number) => Promise<TipId> }) {
    const account = await onboard(creator);
    const first = await earn(tip);
    await createBatch(creator);
    const transfer = (await transfersTo(account))[0]?.id ?? '';
    return { account, first, transfer, paidMinor: (await earningsOf(creator)).paidOutMinor };
  }

  test('a transfer that is reversed manually is owed to the creator again, and payouts wait for an operator', async () => {
    const sales = await openSales();
    const { creator } = sales;
    const { transfer, paidMinor } = await payOut(sales);
    const { payouts, reconciliations, statements } = house.money;
    await stripe.transfers.createReversal(transfer, { amount: 1_000 });
    await house.money.sweep();
    expect(await earningsOf(creator)).toMatchObject({
      availableMinor: 1_000,
      paidOutMinor: paidMinor - 1_000,
      frozen: [{ reason: 'house', amountMinor: 1_000 }],
    });
    expect(await payouts.createDueBatch()).toBe(false);
    expect(await transfersTo(await onboard(creator))).toHaveLength(1);
    // The rest of it, with its event delivered twice and an explicit check.
    await stripe.transfers.createReversal(transfer);
    await Promise.all([1, 2, 3].map(() => house.money.transferReversals.handleTransferChanged(transfer)));
    await house.money.sweep();
    expect(await earningsOf(creator)).toMatchObject({ availableMinor: paidMinor, paidOutMinor: 0 });
    expect(await payouts.listOfCreator(creator)).toMatchObject([{ status: 'paid', reversedMinor: paidMinor }]);
    // Earlier tests' payments are unknown to this provider: only the reversal is checked.
    const { items } = await reconciliations.run(0);
    const taken = await stripe.transfers.listReversals(transfer);
    expect(taken.data).toHaveLength(2);
    expect(items.filter(({ reference }) => taken.data.some(({ id }) => id === reference))).toEqual([]);
    const month = (await statements.listMonths(creator))[0] ?? '';
    expect(await statements.ofMonth(creator, month)).toMatchObject({ closingMinor: paidMinor });
    await house.money.desk.setFreeze(creator, { frozen: false, reason: 'It was a mistake', by: 'operator' });
    expect((await payouts.createBatch({ by: 'operator', creators: [creator] })).payouts).toMatchObject([
      { amountMinor: paidMinor },
    ]);
  });

  test("a manual transfer reversal settles the creator's debt without stopping payouts", async () => {
    const sales = await openSales();
    const { first, transfer } = await payOut(sales);
    await house.money.refunds.refund({ tip: first, reason: 'The sound was gone' }, 'operator');
    const { availableMinor } = await earningsOf(sales.creator);
    expect(availableMinor).toBeLessThan(0);
    await stripe.transfers.createReversal(transfer, { amount: -availableMinor });
    await house.money.sweep();
    expect(await earningsOf(sales.creator)).toMatchObject({ availableMinor: 0, frozen: [] });
    expect(await house.money.desk.findFreeze(sales.creator)).toBeUndefined();
  });

  test('the statement of a month adds up, entry by entry, and so do the figures of the quarter', async () => {
    const { creator, tip } = await openSales();
    await onboard(creator);
    const { statements } = house.money;
    const entries = async () => {
      const all = [];
      for await (const page of statements.readEntries(creator)) all.push(...page);
      return all;
    };
    await tip(6_000);
    const back = await tip(3_000);
    await house.money.refunds.refund({ tip: back, reason: 'By mistake' }, 'operator');
    house.advance(8 * DAY_MS);
    await house.money.sweep();
    await createBatch(creator);
    const all = await entries();
    const months = [...new Set(all.map(({ at }) => at.slice(0, 7)))];
    let openingMinor = 0;
    for (const month of months) {
      const statement = await statements.ofMonth(creator, month);
      expect(statement.openingMinor).toBe(openingMinor);
      const { sales, refunds } = statement;
      expect(sales.netMinor).toBe(sales.grossMinor - sales.vatMinor - sales.feesMinor - sales.charityMinor);
      expect(statement.closingMinor).toBe(openingMinor + sales.netMinor + refunds.netMinor + statement.payoutsMinor);
      openingMinor = statement.closingMinor;
    }
    const now = await earningsOf(creator);
    expect(openingMinor).toBe(now.pendingMinor + now.availableMinor);
    const quarters = new Set(all.map(({ at }) => `${at.slice(0, 4)}-Q${Math.ceil(Number(at.slice(5, 7)) / 3)}`));
    const reports = await Promise.all([...quarters].map((quarter) => statements.dac7(quarter)));
    const mine = reports.flatMap(({ sellers }) => sellers).filter((seller) => seller.creator === creator);
    const credited = all
      .filter(({ category }) => category !== 'payout')
      .reduce((sum, { netMinor }) => sum + netMinor, 0);
    expect(mine.reduce((sum, seller) => sum + seller.considerationMinor, 0)).toBe(credited);
    // What was wholly given back is in neither.
    expect(mine.reduce((sum, seller) => sum + seller.activities, 0)).toBe(2);
  });

  test('months and quarters begin at midnight in the house’s time zone', async () => {
    await house[Symbol.asyncDispose]();
    house = await openMoneyHouse({ db, isRunning: false, timeZone: 'Europe/Paris' });
    stripe = house.stripe;
    const { creator, tip } = await openSales();
    const { statements } = house.money;
    // The next one whose March has not passed: the 31st is 275 days before the last day of its year.
    const year = new Date(house.now() + 276 * DAY_MS).getUTCFullYear();
    for (const [at, month, quarter] of [
      [Date.UTC(year, 2, 31, 21, 59), `${year}-03`, `${year}-Q1`],
      [Date.UTC(year, 2, 31, 22, 1), `${year}-04`, `${year}-Q2`],
      [Date.UTC(year, 11, 31, 23, 1), `${year + 1}-01`, `${year + 1}-Q1`],
    ] as const) {
      house.advance(at - house.now());
      await tip(1_000);
      expect((await statements.listMonths(creator))[0]).toBe(month);
      expect(await statements.ofMonth(creator, month)).toMatchObject({ saleCount: 1 });
      expect((await statements.dac7(quarter, { creator })).sellers).toMatchObject([{ activities: 1 }]);
    }
  });

  // Last, because it advances the clock of the provider's events further than the other tests.
  test.each(['by the house', 'by a manual transfer reversal'])(
    'a freeze of payouts %s also applies to a batch in progress and to unsent transfers',
    async (how) => {
      const { creator, tip } = await openSales();
      // The money stays in the account, so that the transfer can be reversed.
      await stripe.accounts.update(await onboard(creator), {
        settings: { payouts: { schedule: { interval: 'manual' } } },
      });
      const { payouts, transferReversals } = house.money;
      const earn = async () => {
        await tip(8_000);
        house.advance(10 * DAY_MS);
        await house.money.sweep();
      };
      const setFreeze = (frozen: boolean) =>
        house.money.desk.setFreeze(creator, { frozen, reason: 'A check', by: 'operator' });
      await earn();
      await payouts.createBatch({ by: 'operator' });
      await house.money.sweep();
      const [sent] = (await stripe.transfers.list({ limit: 1 })).data;
      const stop = async () => {
        if (how === 'by the house') return setFreeze(true);
        await stripe.transfers.createReversal(sent?.id ?? '', {});
        await transferReversals.handleTransferChanged(sent?.id ?? '');
      };
      await earn();
      // Runs between the selection of payable creators and the decision.
      const insertBatch = PayoutsStore.prototype.insertBatch;
      vi.spyOn(PayoutsStore.prototype, 'insertBatch').mockImplementationOnce(async function (this: PayoutsStore, row) {
        await stop();
        return insertBatch.call(this, row);
      });
      const { payouts: decided } = await payouts.createBatch({ by: 'operator' });
      await house.money.sweep();
      expect(decided).toEqual([]);
      expect((await stripe.transfers.list({ limit: 10 })).data).toHaveLength(1);
      // Payouts decided before the freeze and not sent yet.
      await setFreeze(false);
      house.emulator.addFault({ method: 'POST', path: '/v1/transfers', kind: 'server_error', times: 100 });
      await payouts.createBatch({ by: 'operator' });
      await house.money.idle();
      await setFreeze(true);
      house.emulator.clearFaults();
      house.advance(DAY_MS);
      await house.money.sweep();
      expect((await stripe.transfers.list({ limit: 10 })).data).toHaveLength(1);
      await setFreeze(false);
      house.advance(DAY_MS);
      await house.money.sweep();
      expect((await stripe.transfers.list({ limit: 10 })).data).toHaveLength(2);
    },
  );

  // The last ones: they advance the clock beyond that of the others, which miss the provider's events then.
  test('a payout that the balance does not cover is sent within the hour after it does', async () => {
    const { creator, tip } = await openSales();
    const account = await onboard(creator);
    await earn(tip);
    // Stripe's payout to the house's bank takes the whole balance.
    const [available] = (await stripe.balance.retrieve()).available;
    await stripe.payouts.create({ amount: available?.amount ?? 0, currency: 'eur' });
    await createBatch(creator);
    expect(await house.money.payouts.listOfCreator(creator)).toMatchObject([{ status: 'pending' }]);
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Fan', amountMinor: 20_000 });
    await house.money.confirmCheckout(await pay(checkoutUrl, AVAILABLE_AT_ONCE));
    house.advance(HOUR_MS);
    await house.money.sweep();
    expect(await transfersTo(account)).toHaveLength(1);
  });

  test('a payout that is refused for good is made again a day later, or by an operator', async () => {
    const { creator, tip } = await openSales();
    const account = await onboard(creator);
    await earn(tip);
    const refusal = vi.spyOn(StripeConnect.prototype, 'transfer').mockRejectedValue(new AppError('payout_refused'));
    const { payouts } = house.money;
    const countAfterJob = async () => {
      await payouts.createDueBatch();
      await house.money.idle();
      return (await payouts.listOfCreator(creator)).length;
    };
    for (let hour = 0; hour < 3; hour += 1) {
      expect(await countAfterJob()).toBe(1);
      house.advance(HOUR_MS);
    }
    await createBatch(creator);
    expect(await countAfterJob()).toBe(2);
    house.advance(DAY_MS);
    expect(await countAfterJob()).toBe(3);
    // Only the first is written about.
    const refused = (await payouts.listOfCreator(creator)).reverse();
    expect(await Promise.all(refused.map(({ id }) => payouts.isRefusedAgain(id)))).toEqual([false, true, true]);
    refusal.mockRestore();
    await createBatch(creator);
    expect(await transfersTo(account)).toHaveLength(1);
  });

  test('a suspension of a creator holds payouts, also one under way, and ends with its date or with the decision', async () => {
    const { creator, tip } = await openSales();
    const account = await onboard(creator);
    const { suspensions } = house.rooms;
    await earn(tip, 6_000);
    const until = new Date(house.now() + 20 * DAY_MS).toISOString();
    await suspensions.suspend(creator, { decision: createId('decision'), reason: 'Insults', until });
    expect(await earningsOf(creator)).toMatchObject({ frozen: [{ reason: 'suspended', until }] });
    expect((await createBatch(creator)).payouts).toEqual([]);
    expect((await house.money.desk.listPayouts()).due).toEqual([]);
    house.advance(21 * DAY_MS);
    expect(await earningsOf(creator)).toMatchObject({ frozen: [] });
    const { payouts } = await house.money.payouts.createBatch({ by: 'operator', creators: [creator] });
    await house.money.idle();
    expect(await transfersTo(account)).toMatchObject([{ amount: payouts[0]?.amountMinor }]);

    await earn(tip, 6_000);
    // The answer of the provider is lost before the order was carried out.
    house.emulator.addFault({ path: '/v1/transfers', method: 'POST', kind: 'server_error' });
    await house.money.payouts.createBatch({ by: 'operator', creators: [creator] });
    await house.money.idle();
    house.emulator.clearFaults();
    const decision = createId('decision');
    const later = new Date(house.now() + 90 * DAY_MS).toISOString();
    await suspensions.suspend(creator, { decision, reason: 'Insults', until: later });
    expect(await earningsOf(creator)).toMatchObject({ availableMinor: 0 });
    house.advance(30 * DAY_MS);
    await house.money.sweep();
    expect(await transfersTo(account)).toHaveLength(1);
    await suspensions.lift({ decision, kind: 'suspension' });
    house.advance(DAY_MS);
    await house.money.sweep();
    expect(await transfersTo(account)).toHaveLength(2);
  });
});
