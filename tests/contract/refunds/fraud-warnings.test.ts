/** Whose card payments are held before any dispute: a payment that is reported as fraud, top-ups given back in turn. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TicketId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Four times the fee of a dispute. */
const LIMIT = 8_000;
/** 3-D Secure confirms who pays. */
const CONFIRMED_CARD = '4000000000003220';
const OTHER_CARD = '5555555555554444';

describe.each(DATABASES)('payments reported as fraud on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeEach(async () => {
    db = await open();
    house = await openMoneyHouse({ db, isRunning: false });
  });

  afterEach(async () => {
    await house.money.sweep();
    await closeBalanced({ db, house });
  });

  async function buyTicket(priceMinor: number, card?: string) {
    const room = await house.createRoom({ kind: 'ticket', priceMinor });
    const identity = await house.createFan();
    const { id } = await house.money.confirmCheckout(await pay(await house.buyByCard({ room, identity }), card));
    const access = () => house.rooms.decideAccess({ room, identity, role: 'fan' });
    return { room, identity, id: id as TicketId, access };
  }

  async function warn(payment: string): Promise<void> {
    const paymentIntent = (await house.money.desk.payments.get(payment)).providerPayment ?? '';
    house.emulator.act('warn_of_fraud', { paymentIntent });
    await house.emulator.flush();
    await house.money.sweep();
  }

  const refundsOf = async (id: string) => (await house.money.receipts.get(id)).corrections.map(({ kind }) => kind);
  const holdsOf = async (identity: string) =>
    (await house.money.desk.listCardHolds()).filter((hold) => hold.identity === identity).map(({ reason }) => reason);

  test('a small one is refunded, its ticket ends, and its payer waits for an operator to pay by card', async () => {
    const { identity, id, access, room } = await buyTicket(LIMIT - 1);
    await warn(id);
    expect(await refundsOf(id)).toEqual(['refund']);
    const [refund] = (await house.money.receipts.get(id)).corrections;
    expect(await house.money.receipts.get(refund?.id ?? '')).toMatchObject({ reason: 'fraud_warning' });
    expect(await access()).not.toMatchObject({ state: 'granted' });
    expect(await holdsOf(identity)).toEqual(['fraud_warning']);
    await expect(house.buyByCard({ room, identity })).rejects.toMatchObject({ code: 'card_payments_held' });
    // The provider may tell it again.
    await warn(id);
    expect(await refundsOf(id)).toEqual(['refund']);
  });

  test('one that costs more than a dispute, or that 3-D Secure had confirmed, is left to the bank', async () => {
    for (const { id, identity, access } of [await buyTicket(LIMIT), await buyTicket(2_000, CONFIRMED_CARD)]) {
      await warn(id);
      expect([await refundsOf(id), await holdsOf(identity)]).toEqual([[], ['fraud_warning']]);
      expect(await access()).toMatchObject({ state: 'granted' });
    }
  });

  test('a top-up is refunded while nothing of it is spent', async () => {
    const room = await house.createRoom({ kind: 'free' });
    const [kept, spent] = [await house.createFan(3_000), await house.createFan(3_000)];
    const input = { amountMinor: 100, idempotencyKey: createId('event') };
    await house.money.tips.send({ room, from: { identity: spent, name: 'Léa', role: 'fan' }, input });
    const balances: number[] = [];
    for (const identity of [kept, spent]) {
      const { entries } = await house.money.wallets.listEntries(identity);
      await warn(entries.find(({ kind }) => kind === 'topup')?.id ?? '');
      balances.push((await house.money.wallets.get(identity)).balanceMinor);
    }
    expect(balances).toEqual([0, 2_900]);
  });

  test('one whose creator was paid is left to the bank', async () => {
    const { id, room } = await buyTicket(2_000);
    await house.playLive(room);
    house.advance(20 * DAY_MS);
    await house.money.sweep();
    await warn(id);
    expect(await refundsOf(id)).toEqual([]);
  });

  test('after three top-ups that were given back within a day, an operator decides about the next', async () => {
    const identity = await house.createFan();
    const turn = async (fan = identity, card?: string) => {
      const { checkoutUrl, topup } = await house.money.topups.create({
        identity: fan,
        name: 'Léa',
        amountMinor: 5_000,
      });
      await house.money.confirmCheckout(await pay(checkoutUrl, card));
      expect(await house.money.withdrawals.withdraw(topup, fan)).toMatchObject({ amountMinor: 5_000 });
    };
    await turn();
    house.advance(2 * DAY_MS);
    for (let turns = 0; turns < 3; turns += 1) {
      expect(await holdsOf(identity)).toEqual([]);
      await turn();
    }
    expect(await holdsOf(identity)).toEqual(['topups_withdrawn']);
    await expect(turn()).rejects.toMatchObject({ code: 'card_payments_held' });
    await house.money.desk.setCardHold(identity, { held: false, reason: 'They explained it', by: 'operator' });
    await turn();
    // The same card counts in every account, and another card only for its own.
    const [second, third] = [await house.createFan(), await house.createFan()];
    await turn(second);
    expect(await holdsOf(second)).toEqual(['topups_withdrawn']);
    await turn(third, OTHER_CARD);
    expect(await holdsOf(third)).toEqual([]);
  });
});
