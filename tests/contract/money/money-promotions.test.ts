import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';

const failure = (code: string) => expect.objectContaining({ code });
const RACERS = 60;

describe.each(DATABASES)('promotional credit on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let free: Room;

  beforeAll(async () => {
    db = await open();
    // Its jobs would end what houses with earlier clocks have on the same database.
    house = await openMoneyHouse({ db, isRunning: false });
    free = await house.createRoom({ kind: 'free' });
  });

  afterAll(() => closeBalanced({ db, house }));

  const grant = (identity: string, amountMinor: number, more: { expiresAt?: string; idempotencyKey?: string } = {}) =>
    house.money.promotions.grant({ identity, amountMinor, reason: 'Welcome', ...more }, 'operator');
  const tip = (identity: string, amountMinor: number) =>
    house.money.tips.send({
      room: free,
      from: { identity, name: 'Léa', role: 'fan' },
      input: { amountMinor, idempotencyKey: createId('event') },
    });
  const buy = (identity: string, room: Room) =>
    house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
  const walletOf = (identity: string) => house.money.wallets.get(identity);

  test('is spent first, counts in the balance, and a refund returns each part to its origin', async () => {
    const identity = await house.createFan(1_000);
    await grant(identity, 300);
    expect(await walletOf(identity)).toEqual({ balanceMinor: 1_300, promoMinor: 300, currency: 'eur' });
    const sent = await tip(identity, 500);
    expect(sent.wallet).toEqual({ balanceMinor: 800, promoMinor: 0, currency: 'eur' });
    expect((await house.money.receipts.get(sent.tip.id, identity)).paid).toEqual({
      promoMinor: 300,
      walletMinor: 200,
      cardMinor: 0,
    });
    const refund = await house.money.refunds.refund({ tip: sent.tip.id, reason: 'By mistake' }, 'operator');
    expect(await walletOf(identity)).toEqual({ balanceMinor: 1_300, promoMinor: 300, currency: 'eur' });
    expect(await house.money.receipts.get(refund.id, identity)).toMatchObject({
      kind: 'refund',
      paid: { promoMinor: 300, walletMinor: 200 },
      reason: 'By mistake',
      relatesTo: sent.tip.id,
    });
    const { entries } = await house.money.wallets.listEntries(identity);
    expect(entries.map(({ kind, amountMinor, promoMinor }) => [kind, amountMinor, promoMinor])).toEqual([
      ['refund', 500, 300],
      ['tip', -500, -300],
      ['promotion', 300, 300],
      ['topup', 1_000, 0],
    ]);
  });

  test('buys a whole ticket without a top-up, and returns there', async () => {
    const identity = await house.createFan();
    await grant(identity, 600);
    const bought = await buy(identity, await house.createRoom());
    if (!('ticket' in bought)) throw new Error('A ticket was expected.');
    expect(await walletOf(identity)).toMatchObject({ balanceMinor: 100, promoMinor: 100 });
    await expect(buy(identity, await house.createRoom())).rejects.toEqual(failure('insufficient_funds'));
    await house.money.refunds.refund({ ticket: bought.ticket.id, reason: 'By mistake' }, 'operator');
    expect(await walletOf(identity)).toMatchObject({ balanceMinor: 600, promoMinor: 600 });
  });

  test('is never sent to a card: the refund of a top-up takes paid credit only', async () => {
    const identity = await house.createFan(1_000);
    await grant(identity, 400);
    await tip(identity, 900);
    const topup = (await house.money.wallets.listEntries(identity)).entries.find((entry) => entry.kind === 'topup');
    const refund = await house.money.refunds.refund(
      { topup: topup?.id as `topup_${string}`, reason: 'Wanted back' },
      'operator',
    );
    expect(refund).toMatchObject({ amountMinor: 500, to: 'card' });
    const other = await house.createFan(500);
    await tip(other, 500);
    await grant(other, 500);
    const spent = (await house.money.wallets.listEntries(other)).entries.find((entry) => entry.kind === 'topup');
    await expect(
      house.money.refunds.refund({ topup: spent?.id as `topup_${string}`, reason: 'Wanted back' }, 'operator'),
    ).rejects.toEqual(failure('not_refundable'));
  });

  test('expires at most its remainder, and the grant that expires first is spent first', async () => {
    const identity = await house.createFan();
    const expiresAt = new Date(Date.now() + 10 * 24 * 3_600_000).toISOString();
    await grant(identity, 300, { expiresAt });
    await grant(identity, 500);
    await tip(identity, 200);
    house.advance(11 * 24 * 3_600_000);
    await house.money.sweep();
    await house.money.sweep();
    expect(await walletOf(identity)).toMatchObject({ balanceMinor: 500, promoMinor: 500 });
    const { entries } = await house.money.wallets.listEntries(identity);
    expect(entries[0]).toMatchObject({ kind: 'promotion_expired', amountMinor: -100, promoMinor: -100 });
  });

  describe('is never available after its expiry', () => {
    const DAY_MS = 24 * 3_600_000;
    const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
    /** The clock of the shared house has been advanced by now. */
    const openOwnHouse = () => openMoneyHouse({ db, isRunning: false });
    const expectGone = async (own: MoneyHouse, identity: string, balanceMinor = 0) => {
      expect(await own.money.wallets.get(identity)).toMatchObject({ balanceMinor, promoMinor: balanceMinor });
      await own.money.sweep();
      expect(await own.money.wallets.get(identity)).toMatchObject({ balanceMinor, promoMinor: balanceMinor });
      expect(await own.money.checkInvariants()).toEqual([]);
    };
    const give = (own: MoneyHouse, identity: string, amountMinor: number, expiresAt?: string) =>
      own.money.promotions.grant(
        { identity, amountMinor, reason: 'Welcome', ...(expiresAt ? { expiresAt } : {}) },
        'op',
      );

    test('through a ticket that is refunded later in parts', async () => {
      await using own = await openOwnHouse();
      const identity = await own.createFan();
      await give(own, identity, 500, inDays(2));
      const room = await own.createRoom({ kind: 'ticket', priceMinor: 500 });
      const bought = await own.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
      const ticket = 'ticket' in bought ? bought.ticket.id : expect.unreachable();
      own.advance(3 * DAY_MS);
      await own.money.sweep();
      await own.money.refunds.refund({ ticket, amountMinor: 200, reason: 'By mistake' }, 'operator');
      await expectGone(own, identity);
      await own.money.refunds.refund({ ticket, reason: 'By mistake' }, 'operator');
      await expectGone(own, identity);
      const { entries } = await own.money.wallets.listEntries(identity);
      expect(entries.filter(({ kind }) => kind === 'promotion_expired')).toMatchObject([
        { amountMinor: -300, label: 'Welcome' },
        { amountMinor: -200, label: 'Welcome' },
      ]);
    });

    test.each(['request', 'session'])('through a private %s that holds it', async (stage) => {
      await using own = await openOwnHouse();
      const identity = await own.createFan();
      const room = await own.createRoom({ kind: 'private', ratePerMinuteMinor: 100 });
      await give(own, identity, 500, inDays(2));
      own.advance(2 * DAY_MS - 30_000);
      const { privateSessions } = own.money;
      const fan = { room: room.id, participant: { identity, name: 'Léa', role: 'fan' as const } };
      const creator = { identity: own.creator, name: 'Ada', role: 'creator' as const };
      const { id } = await privateSessions.request(fan, {});
      if (stage === 'session') await privateSessions.accept({ room: room.id, participant: creator }, id);
      // Less than the minute without media after which the session would end itself.
      own.advance(45_000);
      await own.money.sweep();
      await privateSessions.end(fan, id);
      await expectGone(own, identity);
    });

    test('through a spent grant without an expiry', async () => {
      await using own = await openOwnHouse();
      const identity = await own.createFan();
      await give(own, identity, 300);
      const room = await own.createRoom({ kind: 'free' });
      const from = { identity, name: 'Léa', role: 'fan' as const };
      await own.money.tips.send({ room, from, input: { amountMinor: 300, idempotencyKey: createId('event') } });
      await give(own, identity, 400, inDays(2));
      own.advance(3 * DAY_MS);
      await own.money.sweep();
      await expectGone(own, identity);
    });
  });

  test('buys only tickets with LOGE_PROMO_PAYS=tickets', async () => {
    await using own = await openMoneyHouse({ db, isRunning: false, promoPays: 'tickets' });
    const identity = await own.createFan(500);
    const participant = { identity, name: 'Léa', role: 'fan' as const };
    await own.money.promotions.grant({ identity, amountMinor: 500, reason: 'Welcome' }, 'operator');
    const room = await own.createRoom({ kind: 'free' });
    const give = (amountMinor: number) =>
      own.money.tips.send({ room, from: participant, input: { amountMinor, idempotencyKey: createId('event') } });
    await expect(give(600)).rejects.toEqual(failure('insufficient_funds'));
    expect((await give(400)).wallet).toMatchObject({ balanceMinor: 600, promoMinor: 500 });
    const { id } = await own.createRoom({ kind: 'private', ratePerMinuteMinor: 200 });
    const request = own.money.privateSessions.request({ room: id, participant }, {});
    await expect(request).rejects.toEqual(failure('insufficient_funds'));
    const paid = await own.createRoom({ kind: 'ticket', priceMinor: 500 });
    await own.money.tickets.buy({ room: paid, identity, name: 'Léa', from: 'wallet' });
    expect(await own.money.wallets.get(identity)).toMatchObject({ balanceMinor: 100, promoMinor: 0 });
    expect(await own.money.checkInvariants()).toEqual([]);
  });

  test('a key grants once; refuses another grant under it, a past date and too much', async () => {
    const identity = await house.createFan();
    const idempotencyKey = createId('event');
    const grants = await Promise.all(Array.from({ length: 10 }, () => grant(identity, 200, { idempotencyKey })));
    expect(new Set(grants.map(({ id }) => id)).size).toBe(1);
    expect((await walletOf(identity)).promoMinor).toBe(200);
    await expect(grant(identity, 300, { idempotencyKey })).rejects.toEqual(failure('idempotency_conflict'));
    await expect(grant(identity, 50_001)).rejects.toEqual(failure('amount_too_large'));
    await expect(grant(identity, -1)).rejects.toEqual(failure('amount_invalid'));
    await expect(grant(identity, 100, { expiresAt: '2020-01-01T00:00:00Z' })).rejects.toEqual(failure('time_in_past'));
    expect((await walletOf(identity)).promoMinor).toBe(200);
  });

  test('tips, tickets and refunds at once on both accounts never overdraw, double or lose', async () => {
    const identity = await house.createFan(2_000);
    await grant(identity, 2_000);
    const rooms = await Promise.all(Array.from({ length: 6 }, () => house.createRoom()));
    const early = await Promise.all(Array.from({ length: 10 }, () => tip(identity, 150)));
    const results = await Promise.allSettled(
      Array.from({ length: RACERS }, (_, index) => {
        if (index % 3 === 0) return tip(identity, 100 + index);
        if (index % 3 === 1) return buy(identity, rooms[index % rooms.length] as Room);
        const victim = early[index % early.length] as (typeof early)[number];
        return house.money.refunds.refund({ tip: victim.tip.id, reason: 'race' }, 'operator');
      }),
    );
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      expect(['insufficient_funds', 'already_refunded']).toContain(
        result.reason.code ?? String(result.reason.cause ?? result.reason),
      );
    }
    await house.money.idle();
    expect(await house.money.checkInvariants()).toEqual([]);
    const wallet = await walletOf(identity);
    expect(wallet.promoMinor).toBeGreaterThanOrEqual(0);
    expect(wallet.balanceMinor).toBeGreaterThanOrEqual(wallet.promoMinor);
    const { entries } = await house.money.wallets.listEntries(identity);
    expect(entries.reduce((sum, entry) => sum + entry.amountMinor, 0)).toBe(wallet.balanceMinor);
  });
});
