/**
 * A room with another date: its tickets can be returned despite the waiver, its ticket holders get one letter each, and
 * the link in it gives the ticket back, also if the process is killed at any step between the change and the letters.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { currentWaiver } from '../../../server/money/sales/waiver-texts.ts';
import type { NoticesOptions } from '../../../server/notices/notices.ts';
import type { PushMessage } from '../../../server/notices/push/push.ts';
import type { Room, RoomChange } from '../../../server/protocol/rooms.ts';
import { type KillableHouse, openKillableHouse } from '../../support/crash/refund-steps.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MailHouse, openMailHouse } from '../../support/houses/mail-house.ts';
import { closeBalanced } from '../../support/houses/money-house.ts';
import { openNotices, RETURN_LINKS } from '../../support/houses/notice-house.ts';
import { killSteps } from '../../support/run/effort.ts';

const PRICE = 500;
const HOUR_MS = 3_600_000;

const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

describe.each(DATABASES)('a changed room on $name', { timeout: 120_000 }, ({ open }) => {
  let killable: KillableHouse;
  let house: KillableHouse['house'];
  let post: MailHouse;

  beforeAll(async () => {
    killable = await openKillableHouse(open);
    house = killable.house;
    post = openMailHouse(killable.db, { keepsData: true, nowMs: Date.now() });
  });

  afterAll(async () => {
    await post[Symbol.asyncDispose]();
    await closeBalanced(killable);
  });

  const change = (room: Room, input: RoomChange) =>
    house.rooms.changes.apply(room.id, input, (tx) => house.money.tickets.isSold(tx, room.id));

  async function buy(room: Room, more: { waives?: boolean; priceMinor?: number } = {}) {
    // The house knows this one, and writes to them.
    const identity = `person_${await house.createFan()}`;
    await house.money.promotions.grant({ identity, amountMinor: PRICE, reason: 'Welcome' }, 'operator');
    const { textVersion } = currentWaiver();
    const answer = await house.money.tickets.buy({
      room,
      identity,
      name: 'Léa',
      from: 'wallet',
      ...(more.waives && { waiver: { accepted: true, textVersion, language: 'en' } }),
      ...(more.priceMinor && { priceMinor: more.priceMinor }),
    });
    if ('checkoutUrl' in answer) throw new Error('A ticket was expected.');
    return { identity, ticket: answer.ticket.id };
  }

  let processes = 0;
  /**
   * A process that hands out facts and sends notices; another one does the same after it, once what a failed one has
   * postponed is due: a kill in the same process is an error that it sees.
   */
  const tell = (room: Room, push?: NoticesOptions['push']) => {
    const aheadMs = processes++ * 61_000;
    return openNotices(house.db, {
      clock: { now: () => Date.now() + aheadMs },
      rooms: house.rooms,
      mail: post.mail,
      ...(push && { push }),
      ticketHolders: (id, page) => house.money.tickets.listHolders(id, page),
    }).handleFacts(room.id);
  };

  const lettersTo = async (identity: string) => {
    await post.sendDue();
    return post.mail.listKept(`${identity}@example.com`);
  };

  test('a new date reaches every holder once, whenever the process is killed, and its link gives the ticket back', async () => {
    for (const steps of killSteps(20)) {
      const room = await house.createRoom(undefined, { startsAt: inHours(48) });
      const waived = await buy(room, { waives: true });
      const kept = await buy(room);
      const obstacle = house.money.withdrawals.giveBack(waived.ticket);
      await expect(obstacle, 'before the change').rejects.toMatchObject({ code: 'not_refundable' });

      const startsAt = inHours(72);
      const hasKilled = await killable.killDuring(steps, async () => {
        await change(room, { startsAt });
        await tell(room);
      });
      // The next process; the creator, whose request was lost, asks again.
      const moved = await change(room, { startsAt });
      expect(moved).toMatchObject({ startsAt, returnUntil: startsAt });
      for (let times = 0; times < 2; times += 1) await tell(room);

      for (const { identity } of [waived, kept]) {
        const letters = await lettersTo(identity);
        expect(
          letters.map(({ subject }) => subject),
          `after ${steps} steps`,
        ).toEqual([expect.stringMatching(/^New date: An evening with Ada, \d+ \w+, \d\d:\d\d$/)]);
      }
      const [letter] = await lettersTo(waived.identity);
      const link = /https:\/\/loge\.example\/tickets\/return\/(\S+)/.exec(letter?.text ?? '')?.[1] ?? '';
      expect(RETURN_LINKS.parse(link)).toBe(waived.ticket);
      const refund = await house.money.withdrawals.giveBack(RETURN_LINKS.parse(link) ?? '');
      expect(refund).toMatchObject({ payment: waived.ticket, amountMinor: PRICE, to: 'wallet' });
      if (!hasKilled) break;
    }
  });

  test('a live that is postponed without a new date is told so, on phones too', async () => {
    const room = await house.createRoom(undefined, { startsAt: inHours(48) });
    const { identity } = await buy(room);
    await change(room, { startsAt: null });
    const bodies: string[] = [];
    const push = {
      enqueue: async (_tx: unknown, ...messages: PushMessage[]) =>
        void bodies.push(...messages.map((it) => it.text.body)),
      wake: () => {},
    };
    await tell(room, push);
    expect(bodies).toEqual(['The live is postponed. You can return your ticket.']);
    expect((await lettersTo(identity)).map(({ subject }) => subject)).toEqual(['Postponed: An evening with Ada']);
  });

  test('the price changes until somebody buys; a buyer who saw another one pays nothing', async () => {
    const room = await house.createRoom();
    expect((await change(room, { priceMinor: 400 })).access.priceMinor).toBe(400);
    // Read before the change, as by a buyer whose page is old.
    await expect(buy(room)).rejects.toMatchObject({ code: 'price_changed' });
    const changed = await house.rooms.getRoom(room.id);
    await expect(buy(changed, { priceMinor: PRICE })).rejects.toMatchObject({ code: 'price_changed' });
    await buy(changed, { priceMinor: 400 });
    await expect(change(room, { priceMinor: 300 })).rejects.toMatchObject({ code: 'price_fixed' });
    const other = await house.createRoom();
    await house.buyByCard({ room: other, identity: await house.createFan() });
    await expect(change(other, { priceMinor: 300 })).rejects.toMatchObject({ code: 'price_fixed' });
    expect(await change(room, { title: 'Another title', text: 'About it' })).toMatchObject({
      title: 'Another title',
      text: 'About it',
      movedAt: null,
    });
    await house.rooms.endRoom(room.id);
    await expect(change(room, { title: 'Too late' })).rejects.toMatchObject({ code: 'room_ended' });
  });

  // The last one, as it moves the clocks of the house and of the payment provider.
  test('the return closes with the old date, at the earliest when the live begins, and is not for later tickets', async () => {
    const room = await house.createRoom(undefined, { startsAt: inHours(48) });
    const early = await buy(room, { waives: true });
    const moved = await change(room, { startsAt: inHours(1) });
    expect(moved.returnUntil).toBe(room.startsAt);
    const late = await buy(moved, { waives: true });
    await house.rooms.startLive(room.id);
    await expect(change(room, { startsAt: inHours(5) })).rejects.toMatchObject({ code: 'date_fixed' });
    const tickets = await house.money.withdrawals.listTickets(early.identity);
    expect(tickets).toMatchObject([{ withdrawable: true, movedAt: moved.movedAt }]);
    await expect(house.money.withdrawals.giveBack(late.ticket)).rejects.toMatchObject({ code: 'not_refundable' });
    house.advance(49 * HOUR_MS);
    await expect(house.money.withdrawals.giveBack(early.ticket)).rejects.toMatchObject({ code: 'not_refundable' });
  });
});
