/** Displayed totals after partial refunds and lost disputes match the ledger. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReconciliationsStore } from '../../../server/money/books/reconciliations.store.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TicketId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A test card whose bank returns refunds after a while. */
const REFUNDS_COME_BACK = '4000 0000 0000 5126';
const BANK_MS = 40 * DAY_MS;
/** A test card whose refunds are pending for a while. */
const REFUNDS_WAIT = '4000 0000 0000 7726';
const NETWORK_MS = 5 * DAY_MS;
const ASSOCIATION = 'red-cross';

describe.each(DATABASES)('totals on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;

  beforeEach(async () => {
    db = await open();
    await openHouse();
  });

  async function openHouse(options: Partial<Parameters<typeof openMoneyHouse>[0]> = {}): Promise<void> {
    house = await openMoneyHouse({ db, isRunning: false, ...options });
    stripe = house.stripe;
  }

  afterEach(async () => {
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const settle = async () => {
    house.advance(MINUTE_MS);
    await house.emulator.flush();
    await house.money.sweep();
  };
  const latestPayment = async () => (await stripe.paymentIntents.list({ limit: 1 })).data[0]?.id ?? '';
  const dispute = async (paymentIntent: string, outcome?: 'won' | 'lost') => {
    const { id } = house.emulator.act('open_dispute', { paymentIntent });
    await settle();
    if (outcome) house.emulator.act('close_dispute', { dispute: id, outcome });
    await settle();
    return id;
  };
  const buyByCard = async (identity: string, priceMinor: number, card?: string) => {
    const room = await house.createRoom({ kind: 'ticket', priceMinor });
    const page = await house.buyByCard({ room, identity });
    const { id } = await house.money.confirmCheckout(await pay(page, card));
    await settle();
    return { room, ticket: id as TicketId };
  };

  test('a dispute that is won 60 days after it was opened leaves nothing to explain', async () => {
    await buyByCard(await house.createFan(), 2_000);
    const disputed = await dispute(await latestPayment());
    const [kept] = await house.money.disputes.list();
    await house.money.disputes.submitEvidence(kept?.id ?? '', { by: 'operator' });
    house.advance(60 * DAY_MS);
    house.emulator.act('close_dispute', { dispute: disputed, outcome: 'won' });
    await settle();
    house.advance(2 * 60 * MINUTE_MS);
    const { items } = await house.money.reconciliations.run();
    expect(items.filter(({ isExplained }) => !isExplained)).toEqual([]);
  });

  test('a refund that the bank sends back 40 days later leaves nothing to explain', async () => {
    await house[Symbol.asyncDispose]();
    await openHouse({ settleDelayMs: BANK_MS, wrapProvider: onClockOfHouse(BANK_MS) });
    const { ticket } = await buyByCard(await house.createFan(), 2_000, REFUNDS_COME_BACK);
    house.advance(DAY_MS);
    await house.money.refunds.refund({ ticket, reason: 'Not held' }, 'operator');
    house.advance(BANK_MS + DAY_MS);
    await settle();
    expect((await house.money.desk.payments.get(ticket)).refunds).toMatchObject([{ status: 'failed' }]);
    house.advance(2 * 60 * MINUTE_MS);
    const { items } = await house.money.reconciliations.run();
    expect(items.filter(({ isExplained }) => !isExplained)).toEqual([]);
  });

  test('a refund that was pending for five days leaves nothing to explain five weeks later', async () => {
    await house[Symbol.asyncDispose]();
    await openHouse({ settleDelayMs: NETWORK_MS, wrapProvider: onClockOfHouse(NETWORK_MS) });
    const { ticket } = await buyByCard(await house.createFan(), 2_000, REFUNDS_WAIT);
    const statuses = async () => (await house.money.desk.payments.get(ticket)).refunds.map(({ status }) => status);
    await house.money.refunds.refund({ ticket, reason: 'Not held' }, 'operator');
    expect(await statuses()).toEqual(['pending']);
    house.advance(NETWORK_MS);
    await house.money.sweep();
    expect(await statuses()).toEqual(['succeeded']);
    // 35 days are compared.
    house.advance(32 * DAY_MS);
    const { items } = await house.money.reconciliations.run();
    expect(items.filter(({ isExplained }) => !isExplained)).toEqual([]);
  });

  test('a payment that is booked two days late leaves nothing to explain five weeks later', async () => {
    const identity = await house.createFan();
    await pay((await house.money.topups.create({ identity, name: 'Léa', amountMinor: 2_000 })).checkoutUrl);
    house.advance(2 * DAY_MS);
    await house.money.sweep();
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(2_000);
    // 35 days are compared.
    house.advance(33.5 * DAY_MS);
    const { items } = await house.money.reconciliations.run();
    expect(items.filter(({ isExplained }) => !isExplained)).toEqual([]);
  });

  test('of more movements than can be compared the newest are, and the record says so', async () => {
    await house[Symbol.asyncDispose]();
    await openHouse({ wrapProvider: (provider) => limitMovements(provider, 3) });
    for (let count = 0; count < 5; count += 1) {
      await house.createFan(1_000);
      house.advance(DAY_MS);
      await settle();
    }
    await stripe.payouts.create({ amount: 1_000, currency: 'eur' });
    const { since, items, ...compared } = await house.money.reconciliations.run(0);
    expect(compared).toMatchObject({ movementCount: 2, unexplainedCount: 0 });
    expect(items).toMatchObject([
      { verdict: 'period_shortened', isExplained: true },
      { verdict: 'bank_payout', isExplained: true, differenceMinor: 0 },
    ]);
    expect(Date.parse(since)).toBeGreaterThan(0);
    // The payout to the house's bank is booked.
    const { ledgerMinor, providerMinor } = (await house.money.desk.overview()).clearing;
    expect(ledgerMinor).toBe(providerMinor);
  });

  test('a house with more payments in five weeks than a statement has parameters is compared', async () => {
    const store = new ReconciliationsStore(db);
    const checkouts = Array.from({ length: 70_000 }, () => createId('checkout'));
    expect(await store.findUnpaidCheckouts(checkouts)).toEqual(new Set());
  });

  test('money in another currency of the account is neither booked nor compared', async () => {
    await house.createFan(1_000);
    const paid = { payment_method: 'pm_card_visa', confirm: true, return_url: 'https://other.example' };
    await stripe.paymentIntents.create({ amount: 5_000, currency: 'usd', ...paid });
    house.advance(10 * DAY_MS);
    await house.emulator.flush();
    const payout = await stripe.payouts.create({ amount: 2_000, currency: 'usd' });
    await settle();
    await house.money.reconciliations.handleBankPayoutChanged(payout.id);
    const { items, ledgerMinor, providerMinor } = await house.money.reconciliations.run();
    expect(items).toEqual([]);
    expect(ledgerMinor).toBe(providerMinor);
  });

  test('the history of a wallet sums to its balance, also after a dispute took credit', async () => {
    const identity = await house.createFan(2_000);
    await settle();
    await dispute(await latestPayment(), 'lost');
    const { entries } = await house.money.wallets.listEntries(identity);
    expect(entries.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['dispute_loss', -2_000],
      ['topup', 2_000],
    ]);
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(0);
  });

  test('the earnings of a room are its sales after refunds', async () => {
    const identity = await house.createFan();
    const { room, ticket } = await buyByCard(identity, 2_000);
    const before = await house.money.earnings.ofRoom(room.id);
    await house.money.refunds.refund({ ticket, amountMinor: 1_800, reason: 'A part' }, 'operator');
    const after = await house.money.earnings.ofRoom(room.id);
    expect(after).toMatchObject({ ticketsMinor: 200, ticketCount: 1 });
    expect(Math.abs(after.creatorMinor - before.creatorMinor / 10)).toBeLessThan(1);
    await house.money.refunds.refund({ ticket, reason: 'The rest' }, 'operator');
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({
      ticketsMinor: 0,
      ticketCount: 0,
      creatorMinor: 0,
    });
    await settle();
  });

  test('a disputed tip does not count as earned', async () => {
    const identity = await house.createFan();
    const room = await house.createRoom({ kind: 'free' });
    const { checkoutUrl } = await house.money.cardTips.open({
      room,
      from: { identity, name: 'Léa', role: 'fan' },
      input: { amountMinor: 1_000, idempotencyKey: createId('event') },
    });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    await settle();
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({ tipsMinor: 1_000, tipCount: 1 });
    await dispute(await latestPayment(), 'lost');
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({ tipsMinor: 0, tipCount: 0, creatorMinor: 0 });
  });

  test('leaderboard, goal and summary show what stands of a tip that went back in part, is disputed or was lost', async () => {
    const room = await house.createRoom({ kind: 'free' });
    const [lea, malik] = [await house.createFan(5_000), await house.createFan()];
    const { tipping, tips, cardTips, refunds } = house.money;
    await tipping.setGoal(room.id, { title: 'An encore', targetMinor: 5_000 });
    const input = { amountMinor: 5_000, idempotencyKey: createId('event') };
    const { tip } = await tips.send({ room, from: { identity: lea, name: 'Léa', role: 'fan' }, input });
    const byCard = {
      room,
      from: { identity: malik, name: 'Malik', role: 'fan' },
      input: { ...input, amountMinor: 4_000 },
    } as const;
    await house.money.confirmCheckout(await pay((await cardTips.open(byCard)).checkoutUrl));
    await settle();
    const paidByCard = await latestPayment();
    const shown = async () => {
      const { entries } = await tipping.getLeaderboard(room.id, 10);
      const goalMinor = (await tipping.getGoal(room.id))?.reachedMinor;
      const summary = await house.money.summaries.of(room, malik);
      return {
        board: entries.map(({ name, amountMinor }) => `${name} ${amountMinor}`),
        goalMinor,
        malik: summary.tips,
      };
    };
    const both = { count: 1, amountMinor: 4_000 };
    expect(await shown()).toEqual({
      board: ['Léa 5000', 'Malik 4000'],
      goalMinor: 9_000,
      malik: both,
    });
    await refunds.refund({ tip: tip.id, amountMinor: 4_500, reason: 'A mistake' }, 'operator');
    expect(await shown()).toEqual({
      board: ['Malik 4000', 'Léa 500'],
      goalMinor: 4_500,
      malik: both,
    });
    const first = house.emulator.act('open_dispute', { paymentIntent: paidByCard, amountMinor: 1_000 });
    await settle();
    const less = { count: 1, amountMinor: 3_000 };
    expect(await shown()).toEqual({
      board: ['Malik 3000', 'Léa 500'],
      goalMinor: 3_500,
      malik: less,
    });
    house.emulator.act('close_dispute', { dispute: first.id, outcome: 'lost' });
    await settle();
    expect(await shown()).toMatchObject({ goalMinor: 3_500, malik: less });
    await refunds.refund({ tip: tip.id, reason: 'A mistake' }, 'operator');
    expect(await shown()).toEqual({ board: ['Malik 3000'], goalMinor: 3_000, malik: less });
  });

  test("an association's account shows pledges of memberships and their reversals", async () => {
    const { pricing } = house.money;
    await pricing.addAssociation({ id: ASSOCIATION, name: 'Red Cross', country: 'FR' });
    await pricing.pledge(house.creator, { association: ASSOCIATION, shareBps: 5_000 });
    const account = () => pricing.readAccount(ASSOCIATION);
    const { ticket } = await buyByCard(await house.createFan(), 2_000);
    const { givenMinor } = await account();
    expect(givenMinor).toBeGreaterThan(0);
    await house.money.refunds.refund({ ticket, reason: 'A mistake' }, 'operator');
    expect(await account()).toMatchObject({ balanceMinor: 0, givenMinor, refundedMinor: givenMinor });
    await buyByCard(await house.createFan(), 2_000);
    await dispute(await latestPayment(), 'lost');
    expect(await account()).toMatchObject({
      balanceMinor: 0,
      givenMinor: 2 * givenMinor,
      refundedMinor: 2 * givenMinor,
    });
    const tier = await house.rooms.clubs.createTier(house.creator, {
      name: 'Gold',
      priceMinor: 2_000,
      interval: 'month',
    });
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.memberships.join({ tier: tier.id, identity, name: 'Léa' });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const { months, balanceMinor } = await account();
    expect(balanceMinor).toBe(givenMinor);
    expect(months.reduce((sum, { saleCount }) => sum + saleCount, 0)).toBe(3);
    await settle();
  });
});

function limitMovements(provider: PaymentProvider, max: number): PaymentProvider {
  const listMovements = provider.books.listMovements.bind(provider.books);
  provider.books.listMovements = (currency, sinceMs) => listMovements(currency, sinceMs, max);
  return provider;
}

/** Waiting for the answer to the payment has advanced the emulator's clock by this much ahead of the server's. */
function onClockOfHouse(aheadMs: number): (provider: PaymentProvider) => PaymentProvider {
  const shifted = <T extends { createdAtMs: number }>(found: T): T => ({
    ...found,
    createdAtMs: found.createdAtMs - aheadMs,
  });
  return (provider) => {
    const listMovements = provider.books.listMovements.bind(provider.books);
    provider.books.listMovements = async (currency, sinceMs) => {
      const { movements } = await listMovements(currency, sinceMs + aheadMs);
      return { movements: movements.map(shifted), sinceMs };
    };
    const refund = provider.refund.bind(provider);
    provider.refund = async (order) => {
      const made = await refund(order);
      return made === 'key_spent' ? made : shifted(made);
    };
    const fetchRefund = provider.fetchRefund.bind(provider);
    provider.fetchRefund = async (id) => {
      const found = await fetchRefund(id);
      return found && shifted(found);
    };
    return provider;
  };
}
