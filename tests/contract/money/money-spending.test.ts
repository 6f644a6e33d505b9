import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import type { Participant } from '../../../server/protocol/accounts/accounts.ts';
import { createId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { TipInput } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const ADA = { identity: 'ada', role: 'creator' } as const;
const failure = (code: string) => expect.objectContaining({ code });

describe.each(DATABASES)('spending from the wallet on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let room: Room;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
    room = await house.createRoom();
  });

  afterAll(() => closeBalanced({ db, house }));

  const fan = (identity: string): Participant => ({ identity, name: 'Léa', role: 'fan' });
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const tip = (identity: string, input: Partial<TipInput> = {}, where = room) =>
    house.money.tips.send({
      room: where,
      from: fan(identity),
      input: { amountMinor: 300, idempotencyKey: createId('event'), ...input },
    });
  const accessOf = (identity: string, where = room) => house.rooms.decideAccess({ room: where, identity, role: 'fan' });

  test('a tip is booked, published once with the wallet, and shown in history and earnings', async () => {
    const free = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(1_000);
    const receipt = await tip(identity, { amountMinor: 600, message: 'Brava !' }, free);
    expect(receipt).toEqual({
      tip: {
        id: expect.stringMatching(/^tip_/),
        room: free.id,
        from: fan(identity),
        amountMinor: 600,
        currency: 'eur',
        message: 'Brava !',
        item: null,
        sentAt: expect.any(String),
      },
      wallet: { balanceMinor: 400, currency: 'eur', promoMinor: 0 },
    });
    expect(await house.money.earnings.ofRoom(free.id)).toMatchObject({
      tipsMinor: 600,
      tipCount: 1,
      creatorMinor: 400,
    });
    const told = await eventually(() =>
      house.facts.find((fact) => fact.topic === 'tips.settled' && fact.room === free.id),
    );
    expect(told.data).toEqual({ tips: [receipt.tip] });
    const { entries } = await house.money.wallets.listEntries(identity);
    expect(entries[0]).toEqual({
      id: receipt.tip.id,
      kind: 'tip',
      amountMinor: -600,
      promoMinor: 0,
      currency: 'eur',
      at: receipt.tip.sentAt,
      label: 'An evening with Ada',
      room: free.id,
    });
    expect(entries.reduce((sum, entry) => sum + entry.amountMinor, 0)).toBe(400);
  });

  test("a repeated key returns the same tip: concurrently, later, with an empty wallet and after the room's end", async () => {
    const ending = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(500);
    const input = { amountMinor: 400, idempotencyKey: 'key-of-the-client' };
    const receipts = await Promise.all(Array.from({ length: 8 }, () => tip(identity, input, ending)));
    expect(new Set(receipts.map((receipt) => receipt.tip.id)).size).toBe(1);
    expect(await balanceOf(identity)).toBe(100);
    const over = await house.rooms.endRoom(ending.id);
    expect(await tip(identity, input, over)).toEqual(receipts[0]);
    await expect(tip(identity, { ...input, amountMinor: 401 }, over)).rejects.toEqual(failure('idempotency_conflict'));
    await expect(tip(identity, { ...input, message: 'more' }, ending)).rejects.toEqual(failure('idempotency_conflict'));
    await expect(tip(identity, {}, over)).rejects.toEqual(failure('room_ended'));
    expect((await house.money.earnings.ofRoom(ending.id)).tipCount).toBe(1);
  });

  test('the same key of another fan, or in another room, is another tip', async () => {
    const other = await house.createRoom({ kind: 'free' });
    const [lea, malik] = [await house.createFan(1_000), await house.createFan(1_000)];
    const input = { idempotencyKey: 'key-of-everybody' };
    const sent = await Promise.all([tip(lea, input), tip(malik, input), tip(lea, input, other)]);
    expect(new Set(sent.map((receipt) => receipt.tip.id)).size).toBe(3);
  });

  test.each([
    [0, 'amount_invalid'],
    [-100, 'amount_invalid'],
    [100.5, 'amount_invalid'],
    [Number.NaN, 'amount_invalid'],
    [LIMITS.tipMinMinor - 1, 'amount_too_small'],
    [LIMITS.tipMaxMinor + 1, 'amount_too_large'],
    [LIMITS.tipMaxMinor, 'insufficient_funds'],
  ])('a tip of %d is %s and writes nothing', async (amountMinor, code) => {
    const identity = await house.createFan(500);
    await expect(tip(identity, { amountMinor })).rejects.toEqual(failure(code));
    expect((await house.money.wallets.listEntries(identity)).entries).toHaveLength(1);
  });

  test('refuses tips without a wallet, by moderators and by creators', async () => {
    await expect(tip('nobody-at-all')).rejects.toEqual(failure('insufficient_funds'));
    const input = { amountMinor: 300, idempotencyKey: 'some-client-key' };
    for (const role of ['moderator', 'creator'] as const) {
      const from = { ...fan('somebody'), role };
      await expect(house.money.tips.send({ room, from, input })).rejects.toEqual(failure('tip_not_allowed'));
    }
    const from = fan(room.creator.identity);
    await expect(house.money.tips.send({ room, from, input })).rejects.toEqual(failure('tip_not_allowed'));
  });

  test('a ticket from the wallet opens the room at once, and retries do not buy another', async () => {
    const identity = await house.createFan(1_000);
    const order = { room, identity, name: 'Léa', from: 'wallet' } as const;
    const answers = await Promise.all(Array.from({ length: 10 }, () => house.money.tickets.buy(order)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await balanceOf(identity)).toBe(500);
    const [answer] = answers;
    if (!answer || !('ticket' in answer)) throw new Error('A ticket was expected.');
    expect(await accessOf(identity)).toEqual({ state: 'granted', reason: 'ticket', ticket: answer.ticket.id });
    expect((await house.money.wallets.listEntries(identity)).entries[0]).toMatchObject({
      id: answer.ticket.id,
      kind: 'ticket',
      amountMinor: -500,
      room: room.id,
    });
  });

  test('refuses a ticket without credit, for free and ended rooms, to removed people and to those with access', async () => {
    const [poor, removed, guest] = [
      await house.createFan(),
      await house.createFan(1_000),
      await house.createFan(1_000),
    ];
    const buy = (identity: string, where = room) =>
      house.money.tickets.buy({ room: where, identity, name: 'Léa', from: 'wallet' });
    await expect(buy(poor)).rejects.toEqual(failure('insufficient_funds'));
    await expect(buy(guest, await house.createRoom({ kind: 'free' }))).rejects.toEqual(failure('nothing_to_buy'));
    const ended = await house.rooms.endRoom((await house.createRoom()).id);
    await expect(buy(guest, ended)).rejects.toEqual(failure('room_ended'));
    await house.rooms.removals.remove({ room: room.id, identity: removed, by: ADA, reason: 'charter' });
    await expect(buy(removed)).rejects.toEqual(failure('access_removed'));
    await house.rooms.recordIssued({ room: room.id, identity: guest, entitled: true });
    await expect(buy(guest)).rejects.toEqual(failure('already_entitled'));
    await expect(buy(room.creator.identity)).rejects.toEqual(failure('already_entitled'));
    expect(await balanceOf(removed)).toBe(1_000);
  });
});
