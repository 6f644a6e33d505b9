/** Private sessions by the minute, on every database: credit holds, billing, and recovery after a crash. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PrivateProgress } from '../../../server/money/private-sessions/private-runner.ts';
import type { PrivateSessions } from '../../../server/money/private-sessions/private-sessions.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import type { Participant } from '../../../server/protocol/accounts/accounts.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const RATE_MINOR = 120;
const PRIVATE = { kind: 'private', ratePerMinuteMinor: RATE_MINOR } as const;
const SECOND_MS = 1_000;

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ok',
    (error) => error.code ?? String(error),
  );

/** A server with a private room whose media the test starts and stops. */
async function open(db: Database) {
  const house = await openMoneyHouse({ db, isRunning: false });
  const room = await house.createRoom(PRIVATE);
  const media = { creator: true, fan: true, bytes: 0, key: 'a', untilMs: 0 };
  const progress: PrivateProgress[] = [];
  const lendMedia = (sessions: PrivateSessions) => {
    sessions.watch({
      sample: async () => {
        media.bytes += 1;
        const { bytes, creator, fan, key } = media;
        const [creatorVideoBytes, videoBytes] = [creator ? bytes : 0, fan ? bytes : 0];
        const viewer = { session: 'viewer', videoBytes, reports: videoBytes };
        return { key, creatorVideoBytes, fan: [viewer], isFanPaused: false };
      },
      extend: async (_room, _identity, untilMs) => {
        media.untilMs = untilMs;
      },
    });
    sessions.onProgress((each) => progress.push(each));
  };
  lendMedia(house.money.privateSessions);
  const creator = { room: room.id, participant: person(room.creator.identity, 'creator') };
  const fan = (identity: string) => ({ room: room.id, participant: person(identity, 'fan') });
  return { house, room, media, progress, creator, fan, lendMedia };
}

function person(identity: string, role: Participant['role']): Participant {
  return { identity, name: identity, role };
}

/** Advances the time second by second, with a media check in each. */
async function run(house: MoneyHouse, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    house.advance(SECOND_MS);
    await house.money.privateSessions.sweep();
  }
}

const balance = async (house: MoneyHouse, fan: string) => (await house.money.wallets.get(fan)).balanceMinor;
const accessOf = async (house: MoneyHouse, room: Room, identity: string) =>
  (await house.rooms.decideAccess({ room, identity, role: 'fan' })).state;

/** As if no process had been heard of for a while. */
const fallSilent = (db: Database) =>
  db.orm.execute(sql`update private_sessions set heartbeat_at = heartbeat_at - interval '20 seconds'`);

describe.each(DATABASES)('private sessions on $name', (kind) => {
  it('holds credit ahead, bills the confirmed time exactly, books it once, and releases the rest', async () => {
    await using db = await kind.open();
    const { house, room, media, progress, creator, fan } = await open(db);
    await using _ = house;
    const sessions = house.money.privateSessions;
    const lea = await house.createFan(2_000);
    expect((await house.rooms.decideAccess({ room, identity: lea, role: 'fan' })).offer).toEqual({
      kind: 'private',
      priceMinor: RATE_MINOR,
      currency: 'eur',
    });
    const asked = await sessions.request(fan(lea), { minutes: 2 });
    expect(asked).toMatchObject({ status: 'requested', heldMinor: 2 * RATE_MINOR, costMinor: 0 });
    expect(await balance(house, lea)).toBe(2_000 - 2 * RATE_MINOR);
    expect(await code(sessions.request(fan(lea), {}))).toBe('private_session_exists');
    expect(await sessions.list(creator)).toHaveLength(1);

    await sessions.accept(creator, asked.id);
    expect(await accessOf(house, room, lea)).toBe('granted');
    await run(house, 70);
    media.creator = false;
    await run(house, 20);
    const frozen = progress.at(-1)?.running;
    expect(frozen?.confirmed).toBe(false);
    media.creator = true;
    media.bytes += 1_000;
    await run(house, 11);
    const running = progress.at(-1)?.running;
    expect(running?.confirmedMs).toBeGreaterThanOrEqual((frozen?.confirmedMs ?? 0) + 9 * SECOND_MS);
    expect(media.untilMs).toBeGreaterThan(0);

    const ended = await sessions.end(fan(lea), asked.id);
    expect(ended).toMatchObject({ status: 'ended', endReason: 'fan_ended', heldMinor: 0 });
    expect(ended.costMinor).toBe(Math.floor((RATE_MINOR * ended.confirmedMs) / 60_000));
    expect(ended.confirmedMs).toBeLessThan(90 * SECOND_MS);
    expect(await balance(house, lea)).toBe(2_000 - ended.costMinor);
    expect((await house.money.wallets.listEntries(lea)).entries[0]).toMatchObject({
      ...{ id: asked.id, kind: 'private_session', amountMinor: -ended.costMinor, room: room.id, label: room.title },
    });
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({
      privateMinor: ended.costMinor,
      creatorMinor: ended.creatorMinor,
    });
    expect(await accessOf(house, room, lea)).toBe('required');
    expect(await code(sessions.end(fan(lea), asked.id))).toBe('private_session_not_found');
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('is quoted, has a receipt, and is refunded pro rata over every leg', async () => {
    await using db = await kind.open();
    const { house, room, creator, fan } = await open(db);
    await using _ = house;
    const { money } = house;
    const lea = await house.createFan(1_000);
    await money.promotions.grant({ identity: lea, amountMinor: 60, reason: 'Welcome' }, 'operator');
    const quote = await money.quotes.quote({ room, identity: lea, kind: 'private_session', minutes: 5 });
    expect(quote).toMatchObject({ kind: 'private_session', from: 'wallet', grossMinor: 600, waiver: null });
    expect(quote.parts).toMatchObject({ creatorMinor: 400, vatMinor: 100, associationMinor: 0 });
    const free = await house.createRoom({ kind: 'free' });
    const nothing = money.quotes.quote({ room: free, identity: lea, kind: 'private_session' });
    expect(await code(nothing)).toBe('private_not_offered');

    const asked = await money.privateSessions.request(fan(lea), { minutes: 2 });
    expect(await code(money.refunds.refund({ payment: asked.id, reason: 'Early' }, 'operator'))).toBe(
      'payment_not_found',
    );
    await money.privateSessions.accept(creator, asked.id);
    await run(house, 100);
    const { costMinor, confirmedMs } = await money.privateSessions.end(fan(lea), asked.id);
    expect(costMinor).toBeGreaterThan(150);
    const receipt = await money.receipts.get(asked.id, lea);
    expect(receipt).toMatchObject({
      kind: 'private_session',
      status: 'settled',
      amountMinor: costMinor,
      paid: { promoMinor: 60, walletMinor: costMinor - 60, cardMinor: 0 },
      privateSession: { ratePerMinuteMinor: RATE_MINOR, confirmedMs },
      room: { id: room.id },
      creator: { identity: room.creator.identity },
    });
    expect(Object.values(receipt.parts ?? {}).reduce((sum, part) => sum + part, 0)).toBe(costMinor);
    expect(await code(money.receipts.get(asked.id, 'malik'))).toBe('payment_not_found');
    expect((await money.receipts.get(asked.id)).identity).toBe(lea);

    const target = { payment: asked.id, reason: 'The picture froze' };
    const part = await money.refunds.refund({ ...target, amountMinor: 90 }, 'operator');
    expect(part).toMatchObject({ payment: asked.id, amountMinor: 90, to: 'wallet', status: 'succeeded' });
    expect(await balance(house, lea)).toBe(1_060 - costMinor + 90);
    expect((await money.wallets.listEntries(lea)).entries[0]).toMatchObject({
      ...{ id: part.id, kind: 'refund', room: room.id, label: target.reason, roomTitle: room.title },
    });
    expect((await money.receipts.get(asked.id, lea)).status).toBe('part_refunded');
    const taken = (await money.receipts.get(part.id, lea)).parts;
    expect(taken?.creatorMinor).toBeLessThan(0);
    expect(Object.values(taken ?? {}).reduce((sum, each) => sum + each, 0)).toBe(-90);
    expect(await money.refunds.refund(target, 'operator')).toMatchObject({ amountMinor: costMinor - 90 });
    expect(await money.wallets.get(lea)).toMatchObject({ balanceMinor: 1_060, promoMinor: 60 });
    expect(await code(money.refunds.refund(target, 'operator'))).toBe('already_refunded');
    expect((await money.receipts.get(asked.id, lea)).status).toBe('refunded');
    expect(await money.earnings.ofRoom(room.id)).toMatchObject({ creatorMinor: 0 });
    expect((await money.earnings.describe(room.creator.identity)).pendingMinor).toBe(0);
    expect(await money.checkInvariants()).toEqual([]);
  });

  it('is billed while the media of another session does not answer', async () => {
    await using db = await kind.open();
    await using house = await openMoneyHouse({ db });
    const { privateSessions } = house.money;
    const [silent, room] = [await house.createRoom(PRIVATE), await house.createRoom(PRIVATE)];
    const { promise: never, resolve } = Promise.withResolvers<undefined>();
    const viewer = () => ({ session: 'viewer', videoBytes: Date.now(), reports: Date.now() });
    privateSessions.watch({
      sample: async (of) =>
        of === silent.id ? never : { key: 'a', creatorVideoBytes: Date.now(), fan: [viewer()], isFanPaused: false },
      extend: async () => {},
    });
    let confirmedMs = 0;
    privateSessions.onProgress(({ running }) => {
      confirmedMs = running.confirmedMs;
    });
    for (const { id } of [silent, room]) {
      const asked = await privateSessions.request(
        { room: id, participant: person(await house.createFan(1_000), 'fan') },
        {},
      );
      await privateSessions.accept({ room: id, participant: person(house.creator, 'creator') }, asked.id);
    }
    await eventually(() => confirmedMs >= SECOND_MS, 'confirmed time').finally(() => resolve(undefined));
  });

  it('is refunded for the rest after a lost dispute took part of the credit', async () => {
    await using db = await kind.open();
    const { house, creator, fan } = await open(db);
    await using _ = house;
    const { money } = house;
    const lea = await house.createFan(500);
    await money.promotions.grant({ identity: lea, amountMinor: 60, reason: 'Welcome' }, 'operator');
    const asked = await money.privateSessions.request(fan(lea), { minutes: 2 });
    await money.privateSessions.accept(creator, asked.id);
    await run(house, 100);
    const { costMinor } = await money.privateSessions.end(fan(lea), asked.id);
    const { stripe } = house;
    const [payment] = (await stripe.paymentIntents.list({ limit: 1 })).data;
    const made = (await house.emulator.act('open_dispute', { paymentIntent: payment?.id ?? '' })) as { id: string };
    await money.sweep();
    await house.emulator.act('close_dispute', { dispute: made.id, outcome: 'lost' });
    await money.sweep();
    const statuses = async () => [
      (await money.receipts.get(asked.id, lea)).status,
      (await money.desk.payments.get(asked.id)).payment.status,
    ];
    expect(costMinor).toBeGreaterThan(60);
    expect(await statuses()).toEqual(['settled', 'settled']);
    const rest = await money.refunds.refund({ payment: asked.id, reason: 'The picture froze' }, 'operator');
    expect(rest).toMatchObject({ amountMinor: 60 });
    expect(await statuses()).toEqual(['refunded', 'refunded']);
    expect(await money.checkInvariants()).toEqual([]);
  });

  it('ends when the credit ends, after a warning, and never overdraws', async () => {
    await using db = await kind.open();
    const { house, progress, creator, fan } = await open(db);
    await using _ = house;
    const lea = await house.createFan(500);
    // Two minutes cost 240; a tip of 260 leaves exactly that.
    await house.money.tips.send({
      room: await house.createRoom({ kind: 'free' }),
      from: person(lea, 'fan'),
      input: { amountMinor: 260, idempotencyKey: 'leaves-two-minutes' },
    });
    const { id } = await house.money.privateSessions.request(fan(lea), {});
    await house.money.privateSessions.accept(creator, id);
    await run(house, 125);
    expect(progress.filter(({ isFundsLow }) => isFundsLow)).toHaveLength(1);
    expect(await balance(house, lea)).toBe(0);
    expect(await house.money.privateSessions.list(creator)).toEqual([]);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('is extended at a gateway that does not run it, whose runner goes on from there', async () => {
    await using db = await kind.open();
    const { house, progress, creator, fan } = await open(db);
    await using _ = house;
    const lea = await house.createFan(1_000);
    const { id } = await house.money.privateSessions.request(fan(lea), {});
    await house.money.privateSessions.accept(creator, id);
    await run(house, 12);
    const elsewhere = (await house.openGateway()).privateSessions;
    const [before] = await elsewhere.list(creator);
    const extended = await elsewhere.extend(fan(lea), id, 3);
    expect(extended.heldMinor).toBe((before?.costMinor ?? 0) + 3 * RATE_MINOR);
    expect(await balance(house, lea)).toBe(1_000 - extended.heldMinor);
    await run(house, 6);
    expect(progress.at(-1)?.running.remainingMs).toBeGreaterThan(2 * 60 * SECOND_MS);
    expect((await elsewhere.list(creator))[0]?.confirmedMs).toBeGreaterThan(before?.confirmedMs ?? 0);
    expect((await house.money.privateSessions.end(fan(lea), id)).costMinor).toBeGreaterThan(before?.costMinor ?? 0);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('ends without media, and bills nothing without media', async () => {
    await using db = await kind.open();
    const { house, media, creator, fan } = await open(db);
    await using _ = house;
    const lea = await house.createFan(500);
    media.fan = false;
    const { id } = await house.money.privateSessions.request(fan(lea), {});
    await house.money.privateSessions.accept(creator, id);
    await run(house, 61);
    expect(await house.money.privateSessions.list(creator)).toEqual([]);
    expect(await balance(house, lea)).toBe(500);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('ends at once for whom the house suspends, a fan or the creator', async () => {
    await using db = await kind.open();
    await using house = await openMoneyHouse({ db });
    const { id: room } = await house.createRoom({ kind: 'private', ratePerMinuteMinor: RATE_MINOR });
    const sessions = house.money.privateSessions;
    const creator = { room, participant: person(house.creator, 'creator') };
    const [lea, max, kim] = [await house.createFan(1_000), await house.createFan(1_000), await house.createFan(1_000)];
    const ask = (identity: string) => sessions.request({ room, participant: person(identity, 'fan') }, {});
    await sessions.accept(creator, (await ask(lea)).id);
    await ask(max);
    await ask(kim);
    const suspend = (identity: string) =>
      house.rooms.suspensions.suspend(identity, { decision: `decision_${identity}`, reason: 'Insults', until: null });
    const open = async () => (await sessions.list(creator)).map(({ identity }) => identity).join();
    await suspend(lea);
    await suspend(max);
    await eventually(async () => (await open()) === kim, 'the sessions of the suspended fans to end');
    await suspend(house.creator);
    await eventually(async () => (await open()) === '', 'the sessions of the suspended creator to end');
    for (const fan of [lea, max, kim]) expect(await balance(house, fan)).toBe(1_000);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('refuses invalid requests without writing', async () => {
    await using db = await kind.open();
    const { house, room, creator, fan } = await open(db);
    await using _ = house;
    const sessions = house.money.privateSessions;
    const [lea, poor] = [await house.createFan(1_000), await house.createFan(0)];
    expect(await code(house.createRoom({ kind: 'private' }))).toBe('amount_invalid');
    expect(await code(house.createRoom({ kind: 'private', ratePerMinuteMinor: 1 }))).toBe('amount_too_small');
    expect(await code(house.createRoom({ kind: 'private', ratePerMinuteMinor: 1e6 }))).toBe('amount_too_large');
    expect(await code(sessions.request(fan(poor), {}))).toBe('insufficient_funds');
    expect(await code(sessions.request(fan(lea), { minutes: 0.5 }))).toBe('amount_invalid');
    expect(await code(sessions.request(fan(lea), { minutes: -1 }))).toBe('amount_invalid');
    expect(await code(sessions.request({ ...fan(lea), room: (await house.createRoom()).id }, {}))).toBe(
      'private_not_offered',
    );
    expect(await code(house.money.tickets.buy({ room, identity: lea, name: 'Léa', from: 'wallet' }))).toBe(
      'nothing_to_buy',
    );
    const { id } = await sessions.request(fan(lea), {});
    expect(await code(sessions.accept(fan(lea), id))).toBe('forbidden');
    expect(await code(sessions.end(fan(poor), id))).toBe('private_session_not_found');
    expect(await code(sessions.extend(fan(lea), id))).toBe('private_session_not_found');
    expect((await sessions.decline(creator, id)).status).toBe('declined');
    expect(await code(sessions.accept(creator, id))).toBe('private_session_not_found');
    const lapsing = await sessions.request(fan(lea), {});
    house.advance(121 * SECOND_MS);
    expect(await code(sessions.accept(creator, lapsing.id))).toBe('private_session_not_found');
    await sessions.sweep();
    expect(await balance(house, lea)).toBe(1_000);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('lets one fan in at a time and ten wait', async () => {
    await using db = await kind.open();
    const { house, creator, fan } = await open(db);
    await using _ = house;
    const sessions = house.money.privateSessions;
    const lea = await house.createFan(1_000);
    const first = await sessions.request(fan(lea), {});
    await sessions.accept(creator, first.id);
    const others: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      const identity = await house.createFan(0);
      await house.money.promotions.grant(
        {
          identity,
          amountMinor: 200,
          reason: 'a present',
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
          idempotencyKey: `present-of-${identity}`,
        },
        'operator',
      );
      others.push(identity);
    }
    const answers = await Promise.all(others.map((identity) => code(sessions.request(fan(identity), {}))));
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(10);
    expect(answers.filter((answer) => answer === 'private_queue_full')).toHaveLength(2);
    const waiting = (await sessions.list(creator)).filter(({ status }) => status === 'requested');
    expect(await code(sessions.accept(creator, waiting[0]?.id ?? ''))).toBe('private_session_busy');
    await sessions.end(creator, first.id);
    // A session paid with promotional credit alone.
    await sessions.accept(creator, waiting[0]?.id ?? '');
    await run(house, 10);
    const ended = await sessions.end(creator, waiting[0]?.id ?? '');
    expect(ended.costMinor).toBeGreaterThan(0);
    expect(await balance(house, ended.identity)).toBe(200 - ended.costMinor);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('books a session once, however many end it at once', async () => {
    await using db = await kind.open();
    const { house, creator, fan } = await open(db);
    await using _ = house;
    const sessions = house.money.privateSessions;
    const lea = await house.createFan(1_000);
    const { id } = await sessions.request(fan(lea), {});
    await sessions.accept(creator, id);
    await run(house, 30);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_each, n) =>
        n % 5 === 0 ? code(sessions.extend(fan(lea), id)) : code(sessions.end(n % 2 ? creator : fan(lea), id)),
      ),
    );
    expect(answers.every((answer) => answer === 'ok' || answer === 'private_session_not_found')).toBe(true);
    expect(await sessions.list(creator)).toEqual([]);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('settles at the last heartbeat after a crash between heartbeat and capture, once', async () => {
    await using db = await kind.open();
    const { house, room, creator, fan, lendMedia } = await open(db);
    await using _ = house;
    const crashed = house.money.privateSessions;
    const lea = await house.createFan(1_000);
    const { id } = await crashed.request(fan(lea), {});
    await crashed.accept(creator, id);
    await run(house, 23);
    const [kept] = await crashed.list(creator);
    const restarted = (await house.restartMoney()).privateSessions;
    lendMedia(restarted);
    await restarted.sweep();
    // A process whose clock is ahead takes no session of another one.
    house.advance(20 * SECOND_MS);
    await restarted.sweep();
    expect(await restarted.list(creator)).toHaveLength(1);
    await fallSilent(db);
    await restarted.sweep();
    await restarted.sweep();
    expect(kept?.costMinor).toBeGreaterThan(0);
    expect(await balance(house, lea)).toBe(1_000 - (kept?.costMinor ?? 0));
    expect(await accessOf(house, room, lea)).toBe('required');
    // The process that was considered dead continues: nothing more is billed.
    await crashed.sweep();
    expect(await code(crashed.end(fan(lea), id))).toBe('private_session_not_found');
    expect(await balance(house, lea)).toBe(1_000 - (kept?.costMinor ?? 0));
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  it('keeps the books right through any sequence of media, money and crashes', { timeout: 120_000 }, async () => {
    await using db = await kind.open();
    const { house, media, creator, fan, lendMedia } = await open(db);
    await using _ = house;
    const step = fc.oneof(
      fc.record({ do: fc.constant('run' as const), seconds: fc.integer({ min: 1, max: 25 }) }),
      fc.record({ do: fc.constantFrom('creator' as const, 'fan' as const, 'crash' as const, 'reconnect' as const) }),
      fc.record({ do: fc.constantFrom('extend' as const, 'end' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        Object.assign(media, { creator: true, fan: true });
        const lea = await house.createFan(500);
        const { id } = await house.money.privateSessions.request(fan(lea), {});
        await house.money.privateSessions.accept(creator, id);
        for (const each of steps) {
          const sessions = house.money.privateSessions;
          if (each.do === 'run') await run(house, each.seconds);
          if (each.do === 'creator' || each.do === 'fan') media[each.do] = !media[each.do];
          if (each.do === 'reconnect') media.key += 'x';
          if (each.do === 'crash') {
            lendMedia((await house.restartMoney()).privateSessions);
            await fallSilent(db);
          }
          if (each.do === 'extend') await code(sessions.extend(fan(lea), id));
          if (each.do === 'end') await Promise.all([code(sessions.end(fan(lea), id)), code(sessions.end(creator, id))]);
        }
        await code(house.money.privateSessions.end(creator, id));
        expect(await house.money.checkInvariants()).toEqual([]);
        expect(await balance(house, lea)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 12 },
    );
  });
});
