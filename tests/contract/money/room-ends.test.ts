/**
 * Tickets when a live has ended: an expired pause ends the room, and tickets bought without a live after them are
 * refunded, also if a process is killed meanwhile and with concurrent purchases and lives.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TicketId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { type KillableHouse, openKillableHouse } from '../../support/crash/refund-steps.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, pay } from '../../support/houses/money-house.ts';
import { killSteps } from '../../support/run/effort.ts';

const PRICE = 500;
const TICKET = { kind: 'ticket', priceMinor: PRICE, currency: 'eur' } as const;
const PAUSE_MINUTES = 15;
const PAUSE_PASSED_MS = (PAUSE_MINUTES + 1) * 60_000;
const ROUNDS = 6;

describe.each(DATABASES)('the end of a room on $name', { timeout: 240_000 }, ({ name, open }) => {
  let killable: KillableHouse;
  let house: KillableHouse['house'];

  beforeAll(async () => {
    killable = await openKillableHouse(open);
    house = killable.house;
    // A report counts the sales of a quarter that were kept in it: all that follows is in one.
    const now = new Date();
    const nextQuarterMonth = (Math.floor(now.getUTCMonth() / 3) + 1) * 3;
    house.advance(Date.UTC(now.getUTCFullYear(), nextQuarterMonth, 1, 12) - now.getTime());
  });

  afterAll(() => closeBalanced(killable));

  const buy = async (identity: string, room: Room): Promise<TicketId> => {
    const answer = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    if ('checkoutUrl' in answer) throw new Error('A ticket was expected.');
    return answer.ticket.id;
  };
  const buyByCard = async (identity: string, room: Room): Promise<TicketId> => {
    const answer = await house.money.tickets.buy({ room, identity, name: 'Malik', from: 'card' });
    const confirmed = await house.money.confirmCheckout(await pay('checkoutUrl' in answer ? answer.checkoutUrl : ''));
    return confirmed.id as TicketId;
  };
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const statusOf = async (ticket: TicketId) => (await house.money.receipts.get(ticket)).status;

  /** One buyer saw the live, two bought after it. */
  async function pausedRoom() {
    const room = await house.createRoom();
    const [early, late] = [await house.createFan(PRICE), await house.createFan(PRICE)];
    const seen = await buy(early, room);
    await house.rooms.startLive(room.id);
    await house.rooms.endLive(room.id);
    const away = await house.rooms.getRoom(room.id);
    expect(away).toMatchObject({ pausedUntil: expect.any(String), pauseAnnounced: false });
    await house.rooms.endLive(room.id, PAUSE_MINUTES);
    expect(await house.rooms.getRoom(room.id)).toMatchObject({ pauseAnnounced: true });
    const fromWallet = await buy(late, room);
    const byCard = await buyByCard(await house.createFan(), room);
    return { room, late, early, seen, fromWallet, byCard };
  }

  test('an expired pause refunds tickets bought during it once, also if a process is killed at any step', async () => {
    for (const steps of killSteps(40)) {
      const { room, late, early, seen, fromWallet, byCard } = await pausedRoom();
      await house.money.sweep();
      expect(await statusOf(fromWallet)).toBe('valid');
      house.advance(PAUSE_PASSED_MS);
      const hasKilled = await killable.killDuring(steps, () => house.money.sweep());
      await house.money.sweep();
      house.advance(60_000);
      await house.money.sweep();

      expect((await house.rooms.getRoom(room.id)).status, `after ${steps} steps`).toBe('ended');
      const states = await Promise.all([seen, fromWallet, byCard].map(statusOf));
      expect({ steps, states }).toEqual({ steps, states: ['valid', 'refunded', 'refunded'] });
      expect([await balanceOf(late), await balanceOf(early)]).toEqual([PRICE, 0]);
      const back = (await house.money.receipts.get(byCard)).corrections.at(-1)?.id ?? '';
      expect(await house.money.receipts.get(back)).toMatchObject({ reason: 'live_over', paid: { cardMinor: PRICE } });
      const ended = await house.rooms.getRoom(room.id);
      const summary = await house.money.summaries.of(ended, room.creator.identity);
      expect(summary.returnedTickets).toEqual({ count: 2, amountMinor: 2 * PRICE });
      expect(summary.earnings).toMatchObject({ ticketCount: 1, ticketsMinor: PRICE });
      expect((await house.money.summaries.of(ended, late)).ticket?.state).toBe('returned');
      expect((await house.money.summaries.of(ended, early)).ticket?.state).toBe('kept');
      if (!hasKilled) break;
    }
    expect(await house.money.reconciliations.run(0)).toMatchObject({ differenceMinor: 0, items: [] });
    // What is reported to the tax office counts the same sales as its amounts: those that were kept.
    const years = [0, 1].map((ahead) => String(new Date().getUTCFullYear() + ahead));
    const seller = { identity: house.creator, name: 'Ada', country: 'FR' };
    const reports = await Promise.all(years.map((year) => house.money.statements.dac7OfSeller(seller, year)));
    const quarters = reports.flatMap((report) => report.quarters);
    const sum = (read: (quarter: (typeof quarters)[number]) => number) =>
      quarters.reduce((total, quarter) => total + read(quarter), 0);
    const grossMinor = sum((it) => it.considerationMinor + it.feesMinor + it.taxesMinor + it.charityMinor);
    expect(grossMinor).toBe(PRICE * sum(({ activities }) => activities));
    expect(grossMinor).toBeGreaterThan(0);
  });

  test('the last ticket is sold once and never lost, wherever a process is killed while it is paid for', async () => {
    for (const steps of killSteps(40)) {
      const byWallet = await house.createRoom(TICKET, { capacity: 1 });
      const byCard = await house.createRoom(TICKET, { capacity: 1 });
      const [first, second] = [await house.createFan(PRICE), await house.createFan(PRICE)];
      const session = await pay(await house.buyByCard({ room: byCard, identity: first }));
      const hasKilled = await killable.killDuring(steps, async () => {
        await buy(first, byWallet);
        await house.money.confirmCheckout(session);
      });
      // Their pages ask again.
      await buy(first, byWallet);
      await house.money.confirmCheckout(session);
      for (const room of [byWallet, byCard]) {
        await expect(buy(second, room)).rejects.toMatchObject({ code: 'sold_out' });
        expect({ steps, left: await house.money.tickets.countLeft(room, [first, second]) }).toEqual({
          steps,
          left: [1, 0],
        });
      }
      expect([await balanceOf(first), await balanceOf(second)]).toEqual([0, PRICE]);
      if (!hasKilled) break;
    }
    // The provider's fees are read by a job.
    house.advance(60_000);
    await house.money.sweep();
    expect(await house.money.reconciliations.run(0)).toMatchObject({ differenceMinor: 0, items: [] });
  });

  test('a pause keeps its tickets when the creator returns, and allows withdrawals until then', async () => {
    const { room, fromWallet, byCard, late } = await pausedRoom();
    await house.money.withdrawals.withdraw(fromWallet, late);
    expect(await balanceOf(late)).toBe(PRICE);
    // However often a creator asks for more, buyers wait a day at most.
    house.advance(12 * 3_600_000);
    await house.rooms.endLive(room.id, LIMITS.pauseMaxMinutes);
    const { liveEndedAt, pausedUntil } = await house.rooms.getRoom(room.id);
    expect(Date.parse(pausedUntil ?? '') - Date.parse(liveEndedAt ?? '')).toBe(LIMITS.pauseMaxMinutes * 60_000);
    await house.rooms.startLive(room.id);
    house.advance(PAUSE_PASSED_MS);
    await house.money.sweep();
    expect(await house.rooms.getRoom(room.id)).toMatchObject({
      status: 'live',
      pausedUntil: null,
      pauseAnnounced: false,
      liveEndedAt: null,
    });
    await house.rooms.endRoom(room.id);
    await house.money.sweep();
    expect(await statusOf(byCard)).toBe('valid');
  });

  test("the creator's summary is right from the end on, before the tickets of buyers who saw nothing have gone back", async () => {
    const { room, fromWallet } = await pausedRoom();
    const ended = await house.rooms.endRoom(room.id);
    const summary = await house.money.summaries.of(ended, room.creator.identity);
    expect(await statusOf(fromWallet)).toBe('valid');
    expect(summary.returnedTickets).toEqual({ count: 2, amountMinor: 2 * PRICE });
    expect(summary.earnings).toMatchObject({ ticketCount: 1, ticketsMinor: PRICE });
    await house.money.sweep();
    expect(await house.money.summaries.of(ended, room.creator.identity)).toEqual(summary);
  });

  // PGlite runs one transaction at a time.
  if (name === 'Postgres') {
    test('a pause that expires during a new live and a purchase neither ends the live nor keeps an unusable payment', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const room = await house.createRoom();
        const fans = [await house.createFan(PRICE), await house.createFan(PRICE)];
        await house.rooms.startLive(room.id);
        await house.rooms.endLive(room.id, PAUSE_MINUTES);
        house.advance(PAUSE_PASSED_MS);
        const [live, , ...bought] = await Promise.allSettled([
          house.rooms.startLive(room.id),
          house.rooms.endLapsed({ overdueMs: 0, limit: 20 }),
          ...fans.map((fan) => buy(fan, room)),
        ]);
        await house.money.sweep();
        const { status } = await house.rooms.getRoom(room.id);
        expect(status, `round ${round}`).toBe(live?.status === 'fulfilled' ? 'live' : 'ended');
        const tickets = bought.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
        for (const ticket of tickets) expect(await statusOf(ticket)).toBe(status === 'live' ? 'valid' : 'refunded');
        await house.rooms.endRoom(room.id);
        await house.money.sweep();
      }
    });

    test('a ticket bought while a room ends was sold before the end or is refunded', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const room = await house.createRoom();
        const fans = await Promise.all([0, 1, 2].map(() => house.createFan(PRICE)));
        await house.rooms.startLive(room.id);
        const isWhole = round % 2 === 0;
        const end = isWhole ? house.rooms.endRoom(room.id) : house.rooms.endLive(room.id);
        const bought = await Promise.allSettled([...fans.map((fan) => buy(fan, room)), end]);
        if (!isWhole) await house.rooms.endRoom(room.id);
        const ended = await house.rooms.getRoom(room.id);
        await house.money.sweep();
        for (const each of bought.slice(0, fans.length)) {
          if (each.status !== 'fulfilled') continue;
          const receipt = await house.money.receipts.get(each.value as TicketId);
          // The end waits for a sale that has locked the room, whose time may then be the later one.
          const isAfter = Date.parse(receipt.at) >= Date.parse(ended.liveEndedAt ?? '');
          expect({ isWhole, status: receipt.status }).toEqual({ isWhole, status: isAfter ? 'refunded' : 'valid' });
        }
      }
    });
  }
});
