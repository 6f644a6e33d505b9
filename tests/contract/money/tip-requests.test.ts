/**
 * Tips for items of the menu: a request is there exactly when its tip is, and undoing it pays back once, whatever
 * process dies meanwhile and whoever presses what in the same moment.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createId, type TipId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { type KillableHouse, openKillableHouse } from '../../support/crash/refund-steps.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, pay } from '../../support/houses/money-house.ts';
import { killSteps } from '../../support/run/effort.ts';

const DAY_MS = 24 * 60 * 60_000;
const PRICE = 500;
const SONG = { id: 'song', label: 'Choose the next song', amountMinor: PRICE };
const ROUNDS = 4;

describe.each(DATABASES)('requests of tips on $name', { timeout: 120_000 }, ({ open }) => {
  let killable: KillableHouse;
  let house: KillableHouse['house'];
  let room: Room;

  beforeAll(async () => {
    killable = await openKillableHouse(open);
    house = killable.house;
    room = await house.createRoom({ kind: 'free' });
    await house.money.tipping.setMenu(room.id, [SONG]);
  });

  afterAll(() => closeBalanced(killable));

  const send = async (identity: string, idempotencyKey: string = createId('event')) => {
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    const input = { amountMinor: PRICE, menuItem: SONG.id, idempotencyKey };
    return (await house.money.tips.send({ room, from, input })).tip;
  };
  const settle = (tip: TipId, outcome: 'done' | 'undone') =>
    house.money.tipRequests.settle({ room: room.id, tip, outcome, by: room.creator.identity });
  const openTips = async () => (await house.money.tipRequests.list(room.id)).requests.map(({ tip }) => tip);
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;

  test('a tip from the menu keeps its label, is listed once, and is done once', async () => {
    const identity = await house.createFan(2 * PRICE);
    const tip = await send(identity, 'tip-of-the-song');
    await house.money.tipping.setMenu(room.id, [{ ...SONG, label: 'Another label' }]);
    expect(await send(identity, 'tip-of-the-song')).toEqual(tip);
    expect(tip.item).toEqual({ id: SONG.id, label: SONG.label });
    expect(await openTips()).toEqual([tip.id]);
    expect(await settle(tip.id, 'done')).toMatchObject({ label: SONG.label, state: 'done' });
    expect(await settle(tip.id, 'done')).toMatchObject({ state: 'done' });
    expect(await openTips()).toEqual([]);
    expect((await house.money.receipts.get(tip.id)).request).toEqual({ label: SONG.label, state: 'done' });
    const elsewhere = await house.createRoom({ kind: 'free' });
    const call = { room: elsewhere.id, tip: tip.id, outcome: 'undone', by: elsewhere.creator.identity } as const;
    await expect(house.money.tipRequests.settle(call)).rejects.toMatchObject({ code: 'tip_request_not_found' });
    await house.money.tipping.setMenu(room.id, [SONG]);
  });

  test('undoing pays back once, wherever a process is killed, also what was paid by card', async () => {
    for (const steps of killSteps(12)) {
      const identity = await house.createFan(PRICE);
      const from = { identity: await house.createFan(), name: 'Malik', role: 'fan' } as const;
      const fromWallet = (await send(identity)).id;
      const input = { amountMinor: PRICE, menuItem: SONG.id, idempotencyKey: createId('event') };
      const { checkoutUrl } = await house.money.cardTips.open({ room, from, input });
      const byCard = (await house.money.confirmCheckout(await pay(checkoutUrl))).id as TipId;
      expect((await openTips()).sort()).toEqual([fromWallet, byCard].sort());
      const hasKilled = await killable.killDuring(steps, async () => {
        for (const tip of [fromWallet, byCard]) await settle(tip, 'undone');
      });
      for (const tip of [fromWallet, byCard]) expect((await settle(tip, 'undone')).state).toBe('undone');
      house.advance(60_000);
      await house.money.sweep();
      expect({ steps, balance: await balanceOf(identity) }).toEqual({ steps, balance: PRICE });
      const refund = (await house.money.receipts.get(byCard)).corrections.at(-1)?.id ?? '';
      expect(await house.money.receipts.get(refund)).toMatchObject({ status: 'succeeded', paid: { cardMinor: PRICE } });
      expect(await openTips()).toEqual([]);
      if (!hasKilled) break;
    }
    expect(await house.money.reconciliations.run(0)).toMatchObject({ differenceMinor: 0, items: [] });
  });

  test('its creator pays a tip back while it is unreleased or their balance covers it, and for 30 days; an operator later', async () => {
    const { creator } = room;
    const identity = await house.createFan(3 * PRICE);
    const closed = expect.objectContaining({ code: 'request_undo_closed' });
    const pass = async (days: number) => {
      house.advance(days * DAY_MS);
      await house.money.sweep();
    };
    const payOut = async () => {
      await house.money.payouts.createBatch({ by: 'operator', creators: [creator.identity] });
      await house.money.sweep();
    };
    await house.money.creatorAccounts.startOnboarding({ creator: { ...creator, country: 'FR' } });
    const [account] = (await house.stripe.accounts.list({ limit: 1 })).data;
    house.emulator.act('onboard_account', { account: account?.id ?? '' });
    await house.money.creatorAccounts.describe(creator.identity);
    // Others pay for a payout, and for the balance at the provider that covers it.
    await house.createFan(20_000);
    const others = { identity: await house.createFan(6_000), name: 'Malik', role: 'fan' } as const;
    const fill = (amountMinor: number) =>
      house.money.tips.send({ room, from: others, input: { amountMinor, idempotencyKey: createId('event') } });
    await fill(5_000);

    const [covered, paidOut] = [await send(identity), await send(identity)];
    await pass(15);
    expect((await house.money.earnings.describe(creator.identity)).availableMinor).toBeGreaterThan(2 * PRICE);
    expect((await settle(covered.id, 'undone')).state).toBe('undone');
    await payOut();
    expect(await house.money.earnings.describe(creator.identity)).toMatchObject({ availableMinor: 0 });
    await expect(settle(paidOut.id, 'undone')).rejects.toEqual(closed);
    expect(await balanceOf(identity)).toBe(2 * PRICE);
    // Later earnings cover it.
    await fill(1_000);
    await pass(14.9);
    expect((await house.money.earnings.describe(creator.identity)).availableMinor).toBeGreaterThan(PRICE / 2);
    const late = await send(identity);
    await pass(0.2);
    await expect(settle(paidOut.id, 'undone')).rejects.toEqual(closed);
    const refund = await house.money.desk.refund({ tip: paidOut.id, reason: 'Never sung' }, 'operator');
    expect(refund).toMatchObject({ status: 'succeeded', amountMinor: PRICE });
    expect((await settle(paidOut.id, 'undone')).state).toBe('undone');
    expect((await settle(late.id, 'undone')).state).toBe('undone');
    expect(await house.money.desk.listActs(paidOut.id)).toMatchObject([{ act: 'refund', reason: 'Never sung' }]);
    expect(await balanceOf(identity)).toBe(3 * PRICE);
  });

  test('done and undone in the same moment leave a tip that is kept or paid back, never both', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const identity = await house.createFan(PRICE);
      const { id } = await send(identity);
      await Promise.all([settle(id, 'done'), settle(id, 'undone'), settle(id, 'undone'), settle(id, 'done')]);
      // What is done can be paid back too: the refund is the last word, once.
      expect((await settle(id, 'done')).state).toBe('undone');
      expect(await balanceOf(identity)).toBe(PRICE);
      expect((await house.money.receipts.get(id)).status).toBe('refunded');
      const [refund] = (await house.money.wallets.listEntries(identity)).entries;
      const said = { kind: 'refund', label: 'request_undone', room: room.id, roomTitle: room.title };
      expect(refund).toMatchObject(said);
    }
  });
});
