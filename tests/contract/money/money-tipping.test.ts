/** Batches of tips: each is decided individually, in order and once; goals and leaderboards follow refunds. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { TipInput } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const failure = (code: string) => expect.objectContaining({ code });
const SONG = { id: 'song', label: 'The next song', amountMinor: 500 };
const DEARER = { ...SONG, amountMinor: 900 };

describe.each(DATABASES)('tips, menus and goals on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let room: Room;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
    room = await house.createRoom({ kind: 'free' });
  });

  afterAll(() => closeBalanced({ db, house }));

  const tip = (identity: string, input: Partial<TipInput> = {}, where = room) =>
    house.money.tips.send({
      room: where,
      from: { identity, name: `Name of ${identity}`, role: 'fan' },
      input: { amountMinor: 300, idempotencyKey: createId('event'), ...input },
    });
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;

  test('in a batch, a tip without credit fails alone, and a smaller one after it passes', async () => {
    const [lea, malik] = [await house.createFan(1_300), await house.createFan(1_300)];
    // A buyer's data is looked up once; then tips join batches in order of arrival.
    for (const identity of [lea, malik, 'nobody-at-all']) await tip(identity).catch(() => undefined);
    const results = await Promise.allSettled([
      tip(lea, { amountMinor: 700 }),
      tip(lea, { amountMinor: 400 }),
      tip('nobody-at-all'),
      tip(malik, { amountMinor: 500 }),
      tip(lea, { amountMinor: 300 }),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(failure('insufficient_funds'));
    }
    expect([await balanceOf(lea), await balanceOf(malik)]).toEqual([0, 500]);
  });

  test('a key twice in a batch is one tip, or a conflict if the request differs', async () => {
    const identity = await house.createFan(1_300);
    await tip(identity);
    const input = { amountMinor: 400, idempotencyKey: 'the-same-key' };
    const [first, again, other] = await Promise.allSettled([
      tip(identity, input),
      tip(identity, input),
      tip(identity, { ...input, message: 'another' }),
    ]);
    expect(again).toEqual(first);
    expect(other).toEqual({ status: 'rejected', reason: failure('idempotency_conflict') });
    expect(await balanceOf(identity)).toBe(600);
  });

  test('a tip that the database rejects does not fail the others of its batch', async () => {
    const identity = await house.createFan(1_000);
    const results = await Promise.allSettled([
      tip(identity),
      // The wire rejects this character; here the database must.
      tip(identity, { message: 'a\u0000b' }),
      tip(identity),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await balanceOf(identity)).toBe(400);
  });

  test('tips are published in the order in which they were sent', async () => {
    const own = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(40_000);
    await tip(identity);
    const receipts = await Promise.all(Array.from({ length: 240 }, () => tip(identity, { amountMinor: 100 }, own)));
    const told = () =>
      house.facts.flatMap((fact) => (fact.topic === 'tips.settled' && fact.room === own.id ? fact.data.tips : []));
    await eventually(() => told().length === receipts.length);
    expect(told().map((each) => each.id)).toEqual(receipts.map((receipt) => receipt.tip.id));
    // Facts are batched, but no message grows too large.
    const sizes = house.facts.flatMap((fact) =>
      fact.topic === 'tips.settled' && fact.room === own.id ? [fact.data.tips.length] : [],
    );
    expect(sizes.length).toBeLessThan(receipts.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  test('a tip from the menu must have its price; a retry after a change returns the first', async () => {
    const own = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(2_000);
    const song = { id: 'song', label: 'The next song', amountMinor: 500 };
    await expect(tip(identity, { menuItem: 'song' }, own)).rejects.toEqual(failure('menu_item_not_found'));
    expect(await house.money.tipping.setMenu(own.id, [song])).toEqual({ items: [song], currency: 'eur' });
    await expect(tip(identity, { menuItem: 'dance', amountMinor: 500 }, own)).rejects.toEqual(
      failure('menu_item_not_found'),
    );
    await expect(tip(identity, { menuItem: 'song', amountMinor: 499 }, own)).rejects.toEqual(
      failure('menu_price_mismatch'),
    );
    const input = { menuItem: 'song', amountMinor: 500, idempotencyKey: 'key-of-the-song' };
    const receipt = await tip(identity, input, own);
    await house.money.tipping.setMenu(own.id, [{ ...song, amountMinor: 900 }]);
    expect(await tip(identity, input, own)).toEqual(receipt);
    await expect(tip(identity, { ...input, idempotencyKey: 'another-key' }, own)).rejects.toEqual(
      failure('menu_price_mismatch'),
    );
    expect(await balanceOf(identity)).toBe(1_500);
  });

  test.each([
    ['after a change of the menu', 'menu_price_mismatch', (own: Room) => house.money.tipping.setMenu(own.id, [DEARER])],
    ['after the end of the room', 'room_ended', (own: Room) => house.rooms.endRoom(own.id)],
  ])('a retry %s gets the answer of the first, also if it overtakes it', async (_, code, change) => {
    const own = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(2_000);
    await house.money.tipping.setMenu(own.id, [SONG]);
    const gateway = await house.openGateway();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { bulkTransaction } = db;
    const held = vi.spyOn(db, 'bulkTransaction').mockImplementationOnce(async (work) => {
      await released;
      return bulkTransaction.call(db, work) as never;
    });
    const input = { menuItem: SONG.id, amountMinor: SONG.amountMinor, idempotencyKey: 'key-of-the-slow-one' };
    const first = tip(identity, input, own).catch((error) => error.code);
    await vi.waitFor(() => expect(held).toHaveBeenCalledOnce());
    await change(own);
    const from = { identity, name: 'Fan', role: 'fan' } as const;
    const room = await house.rooms.getRoom(own.id);
    const retry = await gateway.tips.send({ room, from, input }).catch((error) => error.code);
    release();
    expect([await first, retry]).toEqual([code, code]);
    expect(await balanceOf(identity)).toBe(2_000);
  });

  test('a page to pay a tip by card is answered again after a change of the menu', async () => {
    const own = await house.createRoom({ kind: 'free' });
    const song = { id: 'song', label: 'The next song', amountMinor: 1_000 };
    await house.money.tipping.setMenu(own.id, [song]);
    const from = { identity: await house.createFan(), name: 'Fan', role: 'fan' } as const;
    const input = { menuItem: 'song', amountMinor: 1_000, idempotencyKey: 'key-of-the-card' };
    const page = await house.money.cardTips.open({ room: own, from, input });
    await house.money.tipping.setMenu(own.id, []);
    expect(await house.money.cardTips.open({ room: own, from, input })).toEqual(page);
  });

  test('R21c: an anonymous tip stays so, names nobody to the creator, and has no place in the leaderboard', async () => {
    const own = await house.createRoom({ kind: 'free' });
    await house.money.tipping.setMenu(own.id, [SONG]);
    const [lea, malik] = [await house.createFan(2_000), await house.createFan(2_000)];
    const { amountMinor } = SONG;
    const input = { menuItem: SONG.id, amountMinor, anonymous: true, idempotencyKey: 'key-of-the-unseen' };
    const { tip: sent } = await tip(lea, input, own);
    expect(sent).toMatchObject({ from: { identity: lea }, anonymous: true });
    expect((await tip(lea, input, own)).tip).toEqual(sent);
    await expect(tip(lea, { ...input, anonymous: false }, own)).rejects.toEqual(failure('idempotency_conflict'));
    await tip(malik, { amountMinor: 300 }, own);

    const { requests } = await house.money.tipRequests.list(own.id);
    expect(requests).toMatchObject([{ tip: sent.id, from: null }]);
    expect(JSON.stringify(requests)).not.toContain(lea);
    const { entries } = await house.money.tipping.getLeaderboard(own.id, 10);
    expect(entries).toMatchObject([{ rank: 1, identity: malik, amountMinor: 300, tipCount: 1 }]);
  });

  test('R21c: a tip by card keeps that it is anonymous, and its page is of no other tip', async () => {
    const own = await house.createRoom({ kind: 'free' });
    const from = { identity: await house.createFan(), name: 'Fan', role: 'fan' } as const;
    const input = { amountMinor: 1_000, anonymous: true, idempotencyKey: 'key-of-the-unseen' };
    const { checkoutUrl } = await house.money.cardTips.open({ room: own, from, input });
    const named = house.money.cardTips.open({ room: own, from, input: { ...input, anonymous: false } });
    await expect(named).rejects.toEqual(failure('idempotency_conflict'));
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const told = () =>
      house.facts.flatMap((fact) => (fact.topic === 'tips.settled' && fact.room === own.id ? fact.data.tips : []));
    await eventually(() => told().length === 1);
    expect(told()).toMatchObject([{ from: { identity: from.identity }, anonymous: true }]);
  });

  test('a goal counts tips since it was set without refunded ones; a new goal starts at zero', async () => {
    const own = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(5_000);
    expect(await house.money.tipping.getGoal(own.id)).toBeNull();
    await tip(identity, { amountMinor: 300 }, own);
    house.advance(1_000);
    const goal = await house.money.tipping.setGoal(own.id, { title: 'An encore', targetMinor: 1_000 });
    expect(goal).toMatchObject({ title: 'An encore', reachedMinor: 0, targetMinor: 1_000, currency: 'eur' });
    const first = await tip(identity, { amountMinor: 700 }, own);
    await tip(identity, { amountMinor: 500 }, own);
    expect(await house.money.tipping.getGoal(own.id)).toEqual({ ...goal, reachedMinor: 1_200 });
    await house.money.refunds.refund({ tip: first.tip.id, reason: 'A mistake' }, 'operator');
    expect(await house.money.tipping.getGoal(own.id)).toEqual({ ...goal, reachedMinor: 500 });
    house.advance(1_000);
    const next = await house.money.tipping.setGoal(own.id, { title: 'A second encore', targetMinor: 2_000 });
    expect(await house.money.tipping.getGoal(own.id)).toEqual({ ...next, reachedMinor: 0 });
    await house.money.tipping.clearGoal(own.id);
    expect(await house.money.tipping.getGoal(own.id)).toBeNull();
    const topics = await eventually(() => {
      const told = house.facts.filter((fact) => fact.topic === 'goal.changed' && fact.room === own.id);
      return told.length === 3 && told;
    });
    expect(topics).toHaveLength(3);
  });

  test('the leaderboard sums by fan, deducts refunds and drops fans with a sum of zero', async () => {
    const own = await house.createRoom({ kind: 'free' });
    const [ada, ben, cleo] = [await house.createFan(3_000), await house.createFan(3_000), await house.createFan(3_000)];
    const big = await tip(ada, { amountMinor: 2_000 }, own);
    await tip(ada, { amountMinor: 100 }, own);
    await tip(ben, { amountMinor: 900 }, own);
    const only = await tip(cleo, { amountMinor: 1_000 }, own);
    const board = async (limit = 50) => (await house.money.tipping.getLeaderboard(own.id, limit)).entries;
    expect((await board()).map((entry) => [entry.rank, entry.identity, entry.amountMinor, entry.tipCount])).toEqual([
      [1, ada, 2_100, 2],
      [2, cleo, 1_000, 1],
      [3, ben, 900, 1],
    ]);
    expect(await board(1)).toEqual([
      { rank: 1, identity: ada, name: `Name of ${ada}`, amountMinor: 2_100, tipCount: 2 },
    ]);
    await house.money.refunds.refund({ tip: big.tip.id, reason: 'A mistake' }, 'operator');
    await house.money.refunds.refund({ tip: only.tip.id, reason: 'A mistake' }, 'operator');
    expect((await board()).map((entry) => entry.identity)).toEqual([ben, ada]);
  });
});
