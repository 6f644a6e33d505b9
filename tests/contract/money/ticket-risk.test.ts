/** Until when a ticket is at risk: what counts as a live, who has used a ticket, and when its earnings are released. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import type { TicketId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PRICE = 1_200;
const TICKET = { kind: 'ticket', priceMinor: PRICE } as const;
const WAIVER = { accepted: true, textVersion: '2026-01' } as const;
const failure = (code: string) => expect.objectContaining({ code });

describe.each(DATABASES)('the risk of a ticket on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeEach(async () => {
    db = await open();
    house = await openMoneyHouse({ db, isRunning: false, minLiveSeconds: 300 });
  });

  afterEach(async () => {
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const inDays = (days: number) => new Date(house.now() + days * DAY_MS).toISOString();
  const buy = async (room: Room, { waiver }: { waiver?: typeof WAIVER } = {}) => {
    const identity = await house.createFan(PRICE);
    const now = await house.rooms.getRoom(room.id);
    const answer = await house.money.tickets.buy({ room: now, identity, name: 'Léa', from: 'wallet', waiver });
    if (!('ticket' in answer)) throw new Error('A ticket was expected.');
    return { identity, ticket: answer.ticket.id };
  };
  const live = async ({ id }: Room, minutes: number) => {
    await house.rooms.startLive(id);
    house.advance(minutes * MINUTE_MS);
    await house.rooms.endLive(id);
  };
  const end = async ({ id }: Room) => {
    await house.rooms.endRoom(id);
    await house.money.sweep();
    await house.money.sweep();
  };
  const statusOf = async (ticket: TicketId) => (await house.money.receipts.get(ticket)).status;
  const withdraw = ({ ticket, identity }: { ticket: TicketId; identity: string }) =>
    house.money.withdrawals.withdraw(ticket, identity);
  const earnings = () => house.money.earnings.describe(house.creator);
  const pass = async (days: number) => {
    house.advance(days * DAY_MS);
    await house.money.sweep();
    const { pendingMinor, availableMinor } = await earnings();
    return [pendingMinor, availableMinor];
  };

  test('earnings of a ticket are released after the live, plus the hold, however early it was bought', async () => {
    const room = await house.createRoom(TICKET, { startsAt: inDays(60) });
    await buy(room);
    const { pendingMinor, holds, releases } = await earnings();
    expect(holds).toMatchObject([{ reason: 'live_ahead', releaseAt: null, amountMinor: pendingMinor }]);
    expect(releases).toEqual([]);
    expect(await pass(60)).toEqual([pendingMinor, 0]);
    await live(room, 90);
    expect(await pass(0.1)).toEqual([pendingMinor, 0]);
    await house.rooms.endRoom(room.id);
    expect((await earnings()).holds).toMatchObject([{ reason: 'new_creator', releaseAt: expect.any(String) }]);
    expect(await pass(13)).toEqual([pendingMinor, 0]);
    expect(await pass(1)).toEqual([0, pendingMinor]);
  });

  test('a live that is too short counts as not held, whoever was inside; shorter ones add up', async () => {
    const rooms = [await house.createRoom(TICKET), await house.createRoom(TICKET)] as const;
    const [tooShort, enough] = [await buy(rooms[0]), await buy(rooms[1])];
    for (const [index, room] of rooms.entries()) {
      await house.rooms.startLive(room.id);
      const { identity } = index === 0 ? tooShort : enough;
      await house.rooms.attendances.count([{ room: room.id, identity }]);
      house.advance(3 * MINUTE_MS);
      await house.rooms.endLive(room.id);
      if (index === 1) await live(room, 2);
      await end(room);
    }
    expect([await statusOf(tooShort.ticket), await statusOf(enough.ticket)]).toEqual(['refunded', 'valid']);
    const back = (await house.money.receipts.get(tooShort.ticket)).corrections.at(-1)?.id ?? '';
    expect(await house.money.receipts.get(back)).toMatchObject({ reason: 'not_held' });
  });

  test('a ticket counts the live that is on when it is bought whole, and none that had ended', async () => {
    const room = await house.createRoom(TICKET);
    await house.rooms.startLive(room.id);
    house.advance(60 * MINUTE_MS);
    const during = await buy(room);
    house.advance(MINUTE_MS);
    await house.rooms.endLive(room.id);
    const after = await buy(room);
    await live(room, 1);
    await end(room);
    expect([await statusOf(during.ticket), await statusOf(after.ticket)]).toEqual(['valid', 'refunded']);
  });

  test.each([
    ['was moved to an earlier date', { before: 10, after: 5 }],
    ['has got a date within a day', { before: null, after: 0.1 }],
  ])('who was inside a live that %s has used the ticket; who was not can still give it back', async (_, moves) => {
    const room = await house.createRoom(TICKET, moves.before === null ? {} : { startsAt: inDays(moves.before) });
    const [inside, outside] = [await buy(room, { waiver: WAIVER }), await buy(room, { waiver: WAIVER })];
    house.advance(MINUTE_MS);
    await house.rooms.changes.apply(room.id, { startsAt: inDays(moves.after) }, async () => true);
    house.advance(moves.after * DAY_MS);
    await house.rooms.startLive(room.id);
    await house.rooms.attendances.count([{ room: room.id, identity: inside.identity }]);
    house.advance(60 * MINUTE_MS);
    await house.rooms.endLive(room.id);
    await expect(withdraw(inside)).rejects.toEqual(failure('not_refundable'));
    expect(await withdraw(outside)).toMatchObject({ amountMinor: PRICE });
  });

  test('a waiver holds for a date; without one it counts once the live has begun', async () => {
    const dated = await buy(await house.createRoom(TICKET, { startsAt: inDays(3) }), { waiver: WAIVER });
    await expect(withdraw(dated)).rejects.toEqual(failure('not_refundable'));
    const room = await house.createRoom(TICKET);
    const [early, late] = [await buy(room, { waiver: WAIVER }), await buy(room, { waiver: WAIVER })];
    expect(await withdraw(early)).toMatchObject({ amountMinor: PRICE });
    await house.rooms.startLive(room.id);
    await expect(withdraw(late)).rejects.toEqual(failure('not_refundable'));
  });

  test('a room that sold tickets without a date ends after 30 days, unless it has got one', async () => {
    const rooms = [await house.createRoom(TICKET), await house.createRoom(TICKET), await house.createRoom(TICKET)];
    const [undated, dated, undone] = rooms as [Room, Room, Room];
    // Who could not pay has bought nothing.
    const poor = { room: undated, identity: await house.createFan(), name: 'Malik', from: 'wallet' } as const;
    await expect(house.money.tickets.buy(poor)).rejects.toEqual(failure('insufficient_funds'));
    house.advance(40 * DAY_MS);
    const [waiting, kept, moved] = [await buy(undated), await buy(dated), await buy(undone)];
    const { dateDueAt } = await house.rooms.getRoom(undated.id);
    expect(Date.parse(dateDueAt ?? '')).toBeGreaterThan(house.now() + LIMITS.dateDueAfterMs - MINUTE_MS);
    for (const { id } of [dated, undone])
      await house.rooms.changes.apply(id, { startsAt: inDays(90) }, async () => true);
    await house.rooms.changes.apply(undone.id, { startsAt: null }, async () => true);
    house.advance(29 * DAY_MS);
    await house.money.sweep();
    expect(await statusOf(waiting.ticket)).toBe('valid');
    house.advance(2 * DAY_MS);
    await house.money.sweep();
    await house.money.sweep();
    expect(await Promise.all([waiting, kept, moved].map(({ ticket }) => statusOf(ticket)))).toEqual([
      'refunded',
      'valid',
      'refunded',
    ]);
    expect((await house.rooms.getRoom(undated.id)).status).toBe('ended');
  });

  test('a ticket that is sold after a live whose end is known only later has had none', async () => {
    const room = await house.createRoom(TICKET);
    await house.rooms.startLive(room.id);
    house.advance(60 * MINUTE_MS);
    const heardAt = new Date(house.now()).toISOString();
    house.advance(MINUTE_MS / 6);
    const late = await buy(room);
    // As the gateway of a dead one writes it.
    await db.bulk(
      `update rooms set live_started_at = null, live_counted_from = null, live_seconds = 3600, live_ended_at = $1
        where id = $2 returning id`,
      [heardAt, room.id],
    );
    await end(room);
    expect(await statusOf(late.ticket)).toBe('refunded');
  });

  test('time counts from the first picture, not from when the stage was taken', async () => {
    const room = await house.createRoom(TICKET);
    const { ticket } = await buy(room);
    await house.rooms.takeStage(room.id, 'page');
    house.advance(6 * MINUTE_MS);
    await house.rooms.startLive(room.id, 'page');
    await end(room);
    expect(await statusOf(ticket)).toBe('refunded');
  });

  test('who is removed gets the ticket back unless they were inside while the room was live', async () => {
    const { creator } = house;
    for (const wasInside of [false, true]) {
      const room = await house.createRoom(TICKET, { startsAt: inDays(3) });
      const { identity, ticket } = await buy(room, { waiver: WAIVER });
      const inside = [{ room: room.id, identity }];
      await house.rooms.attendances.count(inside);
      await house.rooms.startLive(room.id);
      if (wasInside) await house.rooms.attendances.count(inside);
      const by = { identity: creator, role: 'creator' } as const;
      await house.rooms.removals.remove({ room: room.id, identity, by, reason: 'Insults' });
      const stateNow = async () =>
        (await house.money.summaries.of(await house.rooms.getRoom(room.id), identity)).ticket?.state;
      expect(await stateNow()).toBe(wasInside ? 'kept' : 'returning');
      const fact = { topic: 'participant.removed', room: room.id, identity, data: { by: creator, reason: 'Insults' } };
      await house.money.blockedBuyers.handleFacts([{ ...fact, id: 'fact_1', createdAt: inDays(0) }]);
      expect(await statusOf(ticket)).toBe(wasInside ? 'valid' : 'refunded');
      const now = await house.rooms.getRoom(room.id);
      await expect(
        house.money.tickets.buy({ room: now, identity, name: 'Léa', from: 'wallet' }),
      ).rejects.toHaveProperty('code');
      house.advance(10 * MINUTE_MS);
      await end(room);
      expect(await stateNow()).toBe(wasInside ? 'kept' : 'returned');
    }
  });
});
