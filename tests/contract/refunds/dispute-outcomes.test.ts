/** What a dispute comes to is decided by the money that its bank has, also when the bank changes its mind. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TicketId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const DAY_MS = 24 * 60 * 60_000;
const PRICE = 2_000;
/** Its bank returns refunds. */
const RETURNING_CARD = '4000000000005126';

describe.each(DATABASES)('outcomes of disputes on $name', ({ open }) => {
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

  const createRoom = (more: { capacity?: number } = {}) =>
    house.createRoom({ kind: 'ticket', priceMinor: PRICE }, more);
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const accessOf = (room: Room, identity: string) => house.rooms.decideAccess({ room, identity, role: 'fan' });
  const sumsOf = async () => {
    // The fees of the payments are booked when the provider knows them.
    await house.emulator.flush();
    await house.money.sweep();
    const rows = await db.bulk<{ kind: string; sum: number }>(
      `select a.kind, sum(e.amount_minor)::int as sum from ledger_entries e join ledger_accounts a on a.id = e.account
        group by a.kind having sum(e.amount_minor) <> 0`,
      [],
    );
    return Object.fromEntries(rows.map(({ kind, sum }) => [kind, sum]));
  };

  async function ticketByCard(room: Room, card?: string) {
    const identity = await house.createFan();
    const { id } = await house.money.confirmCheckout(await pay(await house.buyByCard({ room, identity }), card));
    return { identity, ticket: id as TicketId };
  }

  async function topupAndTip(tipMinor: number) {
    const room = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(5_000);
    const input = { amountMinor: tipMinor, idempotencyKey: createId('event') };
    const { tip } = await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input });
    const { entries } = await house.money.wallets.listEntries(identity);
    return { room, identity, tip: tip.id, topup: entries.find(({ kind }) => kind === 'topup')?.id ?? '' };
  }

  async function dispute(source: string, more: { amountMinor?: number; prevention?: 'resolution' | 'block' } = {}) {
    const paymentIntent = (await house.money.desk.payments.get(source)).providerPayment ?? '';
    const { id } = house.emulator.act('open_dispute', { paymentIntent, ...more });
    await house.money.sweep();
    return async (outcome: 'won' | 'lost') => {
      house.emulator.act('close_dispute', { dispute: id, outcome });
      await house.money.sweep();
      expect(await house.money.checkInvariants()).toEqual([]);
    };
  }

  test.each(['held', 'released'] as const)(
    'a dispute of a card ticket that is won after it was lost leaves everything as if it had not been, with earnings that are %s',
    async (how) => {
      const room = await createRoom();
      const { identity, ticket } = await ticketByCard(room);
      await house.playLive(room);
      if (how === 'released') house.advance(20 * DAY_MS);
      await house.money.sweep();
      const before = await sumsOf();
      const close = await dispute(ticket);
      await close('lost');
      expect(await house.money.disputes.list()).toMatchObject([{ status: 'lost' }]);
      expect(await accessOf(room, identity)).not.toMatchObject({ state: 'granted' });
      await close('won');
      expect(await sumsOf()).toEqual(before);
      expect(await house.money.disputes.list()).toMatchObject([{ status: 'won', lossMinor: 0 }]);
      expect(await house.money.receipts.get(ticket)).toMatchObject({ status: 'valid' });
    },
  );

  test('credit that a lost dispute took comes back, what it bought stands again, and the house has no loss', async () => {
    const { room, identity, tip, topup } = await topupAndTip(3_000);
    house.advance(20 * DAY_MS);
    await house.money.sweep();
    const late = { amountMinor: 500, idempotencyKey: createId('event') };
    await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input: late });
    const before = await sumsOf();
    const close = await dispute(topup);
    await close('lost');
    expect((await sumsOf()).chargeback_loss).toBeLessThan(0);
    expect(await balanceOf(identity)).toBe(0);
    await close('won');
    expect(await sumsOf()).toEqual(before);
    expect(await balanceOf(identity)).toBe(1_500);
    const { entries } = await house.money.tipping.getLeaderboard(room.id, 10);
    expect(entries).toMatchObject([{ identity, amountMinor: 3_500 }]);
    const [back] = (await house.money.wallets.listEntries(identity)).entries;
    expect(back).toMatchObject({ kind: 'dispute_undone', amountMinor: 1_500 });
    // It can be refunded as ever, and be disputed no second time by the books.
    await house.money.refunds.refund({ tip, reason: 'A mistake' }, 'operator');
    expect(await balanceOf(identity)).toBe(4_500);
  });

  test.each([
    ['its place is free', {}, 'valid'],
    ['its place is sold', { isSold: true }, 'refunded'],
    ['its room was cancelled', { isCancelled: true }, 'refunded'],
  ] as const)('a ticket whose lost dispute is won later, when %s', async (_when, given, status) => {
    const { isSold, isCancelled } = { isSold: false, isCancelled: false, ...given };
    const room = await createRoom({ capacity: 1 });
    const { ticket } = await ticketByCard(room);
    const close = await dispute(ticket);
    await close('lost');
    const other = await house.createFan(PRICE);
    if (isSold) await house.money.tickets.buy({ room, identity: other, name: 'Malik', from: 'wallet' });
    if (isCancelled) await house.rooms.endRoom(room.id);
    for (let times = 0; times < 2; times += 1) await house.money.sweep();
    await close('won');
    await house.money.sweep();
    expect(await house.money.receipts.get(ticket)).toMatchObject({ status });
    const { data } = await house.stripe.refunds.list();
    expect(data.map(({ amount }) => amount)).toEqual(status === 'valid' ? [] : [PRICE]);
  });

  test('what a bank gives back of a tip that was refunded meanwhile goes to its payer', async () => {
    const { identity, tip, topup } = await topupAndTip(5_000);
    const close = await dispute(topup, { amountMinor: 1_000 });
    await close('lost');
    await house.money.refunds.refund({ tip, reason: 'A mistake' }, 'operator');
    expect(await balanceOf(identity)).toBe(4_000);
    await close('won');
    expect(await balanceOf(identity)).toBe(5_000);
    expect(await house.money.receipts.get(tip)).toMatchObject({ status: 'refunded' });
  });

  test('a debt to the card that a lost dispute had settled is owed again once that is won', async () => {
    const { ticket } = await ticketByCard(await createRoom(), RETURNING_CARD);
    await house.money.refunds.refund({ ticket, reason: 'A mistake' }, 'operator');
    await house.emulator.flush();
    await house.money.sweep();
    expect((await house.money.desk.payments.get(ticket)).refunds).toMatchObject([{ status: 'failed' }]);
    const close = await dispute(ticket);
    const owed = async () => (await sumsOf()).refund_payable ?? 0;
    await close('lost');
    expect(await owed()).toBe(0);
    await close('won');
    expect(await owed()).toBe(PRICE);
    expect((await house.money.desk.payments.get(ticket)).refunds).toMatchObject([{ status: 'failed' }]);
  });

  test('after a lost dispute a person pays by card only on an operator’s word, or once the bank decides again', async () => {
    const room = await createRoom();
    const { identity, ticket } = await ticketByCard(room);
    const other = await createRoom();
    const { desk, disputes, topups } = house.money;
    const topUp = () => topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    const refused = expect.objectContaining({ code: 'card_payments_held' });
    const open = await house.buyByCard({ room: other, identity });
    const close = await dispute(ticket);
    await close('lost');
    await expect(topUp()).rejects.toEqual(refused);
    await expect(house.buyByCard({ room: await createRoom(), identity })).rejects.toEqual(refused);
    // A page that was open is closed.
    house.advance(60_000);
    await house.money.sweep();
    const sessions = (await house.stripe.checkout.sessions.list()).data;
    expect(sessions.filter(({ status }) => status === 'open')).toEqual([]);
    expect(open).toContain(sessions[0]?.id);
    expect(await desk.listCardHolds()).toMatchObject([{ identity, reason: 'dispute_lost' }]);

    expect(await desk.setCardHold(identity, { held: false, reason: 'A mistake', by: 'operator' })).toBeNull();
    await topUp();
    expect(await desk.listActs(identity)).toMatchObject([{ act: 'card_release', by: 'operator', outcome: 'done' }]);

    await desk.setCardHold(identity, { held: true, reason: 'Two more', by: 'operator' });
    await close('won');
    await expect(topUp()).rejects.toEqual(refused);
    expect(await disputes.list()).toMatchObject([{ status: 'won' }]);
    const second = await ticketByCard(room);
    const again = await dispute(second.ticket);
    await again('lost');
    await again('won');
    await topups.create({ identity: second.identity, name: 'Malik', amountMinor: 1_000 });
    await desk.setCardHold(identity, { held: false, reason: 'They wrote', by: 'operator' });
  });

  test.each([
    ['resolution', { status: 'lost', feeMinor: 0 }, 'required'],
    ['block', { status: 'won', lossMinor: 0 }, 'granted'],
  ] as const)('a dispute that the provider prevented by %s', async (prevention, dispatched, state) => {
    const room = await createRoom();
    const { identity, ticket } = await ticketByCard(room);
    await dispute(ticket, { prevention });
    expect(await house.money.disputes.list()).toMatchObject([dispatched]);
    expect(await accessOf(room, identity)).toMatchObject({ state });
  });
});
