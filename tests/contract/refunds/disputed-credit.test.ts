/** What was bought with credit from a top-up is suspended with it while it is disputed, and ends with it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TicketId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { type KillableHouse, openKillableHouse } from '../../support/crash/refund-steps.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { killSteps } from '../../support/run/effort.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 24 * 60 * 60_000;
const PRICE = 2_000;

describe.each(DATABASES)('disputed credit on $name', ({ open }) => {
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
  const earningsOf = ({ creator }: Room) => house.money.earnings.describe(creator.identity);
  const statusOf = async (id: string) => (await house.money.receipts.get(id)).status;

  async function topUp(identity: string, amountMinor: number): Promise<string> {
    const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    return topup;
  }

  async function buy(room: Room, identity: string): Promise<TicketId> {
    const answer = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    return ('ticket' in answer ? answer.ticket.id : '') as TicketId;
  }

  async function tip(room: Room, identity: string, amountMinor: number): Promise<void> {
    const input = { amountMinor, idempotencyKey: createId('event') };
    await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input });
  }

  async function dispute(topup: string, part: { amountMinor?: number } = {}) {
    const payment = (await house.money.desk.payments.get(topup)).providerPayment ?? '';
    const { id } = house.emulator.act('open_dispute', { paymentIntent: payment, ...part });
    await house.money.sweep();
    return async (outcome: 'won' | 'lost') => {
      house.emulator.act('close_dispute', { dispute: id, outcome });
      await house.money.sweep();
    };
  }

  test.each(['held', 'released'] as const)(
    'a ticket whose earnings are %s gives no access and no place from the dispute on, and is over when that is lost',
    async (how) => {
      const room = await createRoom({ capacity: 1 });
      const [lea, malik] = [await house.createFan(), await house.createFan(PRICE)];
      const topup = await topUp(lea, PRICE);
      const ticket = await buy(room, lea);
      if (how === 'released') house.advance(20 * DAY_MS);
      await house.money.sweep();
      const { availableMinor } = await earningsOf(room);
      const close = await dispute(topup);
      expect(await accessOf(room, lea)).toMatchObject({ state: 'required', reason: 'disputed' });
      expect(await house.money.tickets.countLeft(room, [malik])).toEqual([1]);
      await buy(room, malik);
      const refund = house.money.refunds.refund({ ticket, reason: 'A mistake' }, 'operator');
      await expect(refund).rejects.toMatchObject({ code: 'not_refundable' });
      await close('lost');
      expect(await accessOf(room, lea)).toMatchObject({ state: 'required', reason: 'disputed' });
      expect(await accessOf(room, malik)).toMatchObject({ state: 'granted' });
      expect(await balanceOf(lea)).toBe(0);
      expect(await house.money.disputes.list()).toMatchObject([{ status: 'lost', lossMinor: availableMinor }]);
      expect((await earningsOf(room)).holds).toHaveLength(1);
    },
  );

  test.each(['won', 'lost'] as const)(
    'while a bank only asks, what was earned stays held, keys stay keys and refunds are possible; then the dispute is %s',
    async (outcome) => {
      const lea = await house.createFan();
      const topup = await topUp(lea, 3 * PRICE);
      const [kept, returned] = [await createRoom(), await createRoom()];
      for (const room of [kept, returned]) await buy(room, lea);
      await house.playLive(kept);
      const payment = (await house.money.desk.payments.get(topup)).providerPayment ?? '';
      const { id } = house.emulator.act('open_dispute', { paymentIntent: payment, isInquiry: true });
      await house.money.sweep();
      house.advance(20 * DAY_MS);
      await house.money.sweep();
      expect(await earningsOf(kept)).toMatchObject({ availableMinor: 0, holds: [{ reason: 'disputed' }, {}] });
      expect(await accessOf(returned, lea)).toMatchObject({ state: 'granted' });
      expect(await balanceOf(lea)).toBe(PRICE);
      // What goes back meanwhile is credit again, which an open dispute holds.
      const [ticket] = (await house.money.withdrawals.list(lea)).filter(({ kind }) => kind === 'ticket');
      await house.money.refunds.refund({ ticket: ticket?.item as TicketId, reason: 'A mistake' }, 'operator');
      expect(await balanceOf(lea)).toBe(2 * PRICE);

      if (outcome === 'lost') {
        house.emulator.act('escalate_inquiry', { dispute: id });
        await house.money.sweep();
        expect(await balanceOf(lea)).toBe(0);
      }
      house.emulator.act('close_dispute', { dispute: id, outcome });
      await house.money.sweep();
      expect(await house.money.disputes.list()).toMatchObject([{ status: outcome, lossMinor: 0 }]);
      expect(await balanceOf(lea)).toBe(outcome === 'won' ? 2 * PRICE : 0);
      const { availableMinor, holds } = await earningsOf(kept);
      expect({ isPaid: availableMinor > 0, holds }).toEqual({ isPaid: outcome === 'won', holds: [] });
    },
  );

  test('a won dispute makes the ticket valid again where a place is free, and gives its price back where none is', async () => {
    const [lea, malik] = [await house.createFan(), await house.createFan(PRICE)];
    const topup = await topUp(lea, 2 * PRICE);
    const [free, full] = [await createRoom({ capacity: 1 }), await createRoom({ capacity: 1 })];
    for (const room of [free, full]) await buy(room, lea);
    const close = await dispute(topup);
    await buy(full, malik);
    await close('won');
    expect(await accessOf(free, lea)).toMatchObject({ state: 'granted' });
    expect(await house.money.tickets.countLeft(free, [malik])).toEqual([0]);
    expect(await accessOf(full, lea)).toMatchObject({ state: 'required' });
    expect(await accessOf(full, malik)).toMatchObject({ state: 'granted' });
    expect(await balanceOf(lea)).toBe(PRICE);
    const [back] = (await house.money.wallets.listEntries(lea)).entries;
    expect(back).toMatchObject({ kind: 'refund', label: 'sold_out', amountMinor: PRICE });
  });

  test('the credit that came in first is spent first: a dispute suspends what its own top-up bought, and no more', async () => {
    const lea = await house.createFan();
    const [first, second] = [await topUp(lea, 3_000), await topUp(lea, 3_000)];
    const [early, middle] = [await createRoom(), await createRoom()];
    // The second ticket is paid with what is left of the first top-up, and with a part of the second one.
    for (const room of [early, middle]) await buy(room, lea);
    const unspent = async () => (await house.money.withdrawals.list(lea)).filter(({ kind }) => kind === 'topup');
    expect(await unspent()).toMatchObject([{ item: second, amountMinor: 2_000 }]);
    const reasons = async () => [(await accessOf(early, lea)).reason, (await accessOf(middle, lea)).reason];
    const closeSecond = await dispute(second);
    expect(await reasons()).toEqual(['ticket', 'disputed']);
    expect(await house.money.disputes.list()).toMatchObject([{ frozenCreditMinor: 2_000 }]);
    const closeFirst = await dispute(first);
    expect(await reasons()).toEqual(['disputed', 'disputed']);
    await closeSecond('won');
    expect(await reasons()).toEqual(['disputed', 'disputed']);
    expect(await balanceOf(lea)).toBe(2_000);
    await closeFirst('lost');
    // Half of the second ticket was paid with good credit, which comes back.
    expect(await reasons()).toEqual(['disputed', 'disputed']);
    expect(await balanceOf(lea)).toBe(3_000);
    expect(await unspent()).toMatchObject([{ item: second, amountMinor: 3_000 }]);
  });

  test('who has seen the live gets nothing back of a ticket that ends, and the creator keeps the rest', async () => {
    const lea = await house.createFan();
    const [first, room] = [await topUp(lea, 500), await createRoom()];
    await topUp(lea, 1_500);
    const ticket = await buy(room, lea);
    await house.rooms.startLive(room.id);
    const { pendingMinor } = await earningsOf(room);
    await (await dispute(first))('lost');
    expect(await accessOf(await house.rooms.getRoom(room.id), lea)).toMatchObject({ reason: 'disputed' });
    expect(await balanceOf(lea)).toBe(0);
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: Math.floor(pendingMinor * 0.75) });
    expect(await house.money.refunds.refund({ ticket, reason: 'Goodwill' }, 'operator')).toMatchObject({
      amountMinor: 1_500,
    });
    expect(await statusOf(ticket)).toBe('refunded');
  });

  test('tips of disputed credit leave goal and leaderboard by what is disputed, and return with a won dispute', async () => {
    const lea = await house.createFan();
    const room = await house.createRoom({ kind: 'free' });
    const first = await topUp(lea, 1_000);
    await topUp(lea, 1_000);
    await house.money.tipping.setGoal(room.id, { title: 'An encore', targetMinor: 5_000 });
    await tip(room, lea, 1_500);
    const shown = async () => [
      (await house.money.tipping.getGoal(room.id))?.reachedMinor,
      ...(await house.money.tipping.getLeaderboard(room.id, 10)).entries.map(({ amountMinor }) => amountMinor),
    ];
    const close = await dispute(first);
    expect(await shown()).toEqual([500, 500]);
    await close('won');
    expect(await shown()).toEqual([1_500, 1_500]);
  });

  test('a process killed at any step of a dispute leaves it for the next one, whole', async () => {
    const killable: KillableHouse = await openKillableHouse(open);
    const inner = house;
    house = killable.house;
    for (const outcome of ['won', 'lost'] as const) {
      for (const steps of killSteps(12)) {
        const room = await createRoom({ capacity: 1 });
        const lea = await house.createFan();
        const topup = await topUp(lea, PRICE + 500);
        await buy(room, lea);
        const payment = (await house.money.desk.payments.get(topup)).providerPayment ?? '';
        const { id } = house.emulator.act('open_dispute', { paymentIntent: payment });
        const handle = () => house.money.disputes.handleDisputeChanged(id);
        let hasKilled = await killable.killDuring(steps, handle);
        await house.money.sweep();
        expect(await accessOf(room, lea)).toMatchObject({ reason: 'disputed' });
        house.emulator.act('close_dispute', { dispute: id, outcome });
        hasKilled = (await killable.killDuring(steps, handle)) || hasKilled;
        await house.money.sweep();
        const isWon = outcome === 'won';
        expect(await accessOf(room, lea)).toMatchObject({ state: isWon ? 'granted' : 'required' });
        expect({ steps, left: await balanceOf(lea) }).toEqual({ steps, left: isWon ? 500 : 0 });
        expect(await house.money.checkInvariants()).toEqual([]);
        if (!hasKilled) break;
      }
    }
    await closeBalanced(killable);
    house = inner;
  });
});

test('a running private session ends when its credit is disputed, and what it freed is held too', async () => {
  const [{ open }] = DATABASES as [(typeof DATABASES)[number]];
  await using db = await open();
  await using house = await openMoneyHouse({ db });
  const room = await house.createRoom({ kind: 'private', ratePerMinuteMinor: 100 });
  const lea = await house.createFan(1_000);
  const [topup] = (await house.money.wallets.listEntries(lea)).entries;
  const fan = { room: room.id, participant: { identity: lea, name: 'Léa', role: 'fan' } } as const;
  const creator = {
    room: room.id,
    participant: { ...fan.participant, identity: house.creator, role: 'creator' },
  } as const;
  const { id } = await house.money.privateSessions.request(fan, { minutes: 3 });
  await house.money.privateSessions.accept(creator, id);
  const payment = (await house.money.desk.payments.get(topup?.id ?? '')).providerPayment ?? '';
  house.emulator.act('open_dispute', { paymentIntent: payment });
  await eventually(async () => (await house.money.privateSessions.list(fan)).length === 0);
  const frozen = async () => (await house.money.disputes.list())[0]?.frozenCreditMinor;
  await eventually(async () => (await frozen()) === 1_000);
  expect((await house.money.wallets.get(lea)).balanceMinor).toBe(0);
  await eventually(() =>
    house.facts.some(
      ({ topic, data }) => topic === 'private_session.ended' && data.session.endReason === 'funds_ended',
    ),
  );
});
