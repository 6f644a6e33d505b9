/** Bookings by the desk: each once, the larger ones by two operators, and none of more than is owed. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { BookingInput } from '../../../server/protocol/money/bookings.ts';
import { openKillableHouse } from '../../support/crash/refund-steps.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import {
  closeBalanced,
  type MoneyHouse,
  openMoneyHouse,
  pay,
  refusingRefunds,
} from '../../support/houses/money-house.ts';

const DAY_MS = 24 * 60 * 60_000;
const failure = (code: string) => expect.objectContaining({ code });
const reason = 'Transfer 4711';

describe.each(DATABASES)('bookings by the desk on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let operators: number;
  let isRefusing: boolean;

  beforeEach(async () => {
    db = await open();
    operators = 2;
    isRefusing = false;
    house = await openMoneyHouse({
      ...{ db, isRunning: false, wrapProvider: refusingRefunds(() => isRefusing) },
      countOperators: async () => operators,
    });
  });

  afterEach(async () => {
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const sumOf = async (account: string) => {
    const { rows } = (await db.orm.execute(
      sql`select coalesce(sum(amount_minor), 0) as sum from ledger_entries where account = ${account}`,
    )) as unknown as { rows: { sum: string }[] };
    return Number(rows[0]?.sum);
  };
  const bankMinor = () => sumOf('house_bank:eur:#house');
  const key = () => ({ reason, idempotencyKey: createId('event') });
  const book = (input: BookingInput, by = 'ada') => house.money.desk.book(input, by);
  const decide = (id: string, by: string, isConfirmed = true) =>
    house.money.desk.decideBooking(id, { by, isConfirmed, reason: null });

  const closeAccount = (identity: string) =>
    db.orm.execute(
      sql`insert into persons (id, name, language, created_at, closed_at) values (${identity}, 'Erased', 'en', now(), now())`,
    );

  /** A creator who gives half of their part to an association; tips of 500.00 leave 83.33 of VAT. */
  async function sell(amountMinor = 50_000) {
    const id = 'restos';
    await house.money.pricing.addAssociation({ id, name: 'Les Restos', country: 'FR' });
    await house.money.pricing.pledge(house.creator, { association: id, shareBps: 5_000 });
    const room = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(amountMinor);
    for (let leftMinor = amountMinor; leftMinor > 0; leftMinor -= 20_000) {
      const input = { amountMinor: Math.min(leftMinor, 20_000), idempotencyKey: createId('event') };
      await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input });
    }
    return { association: id, fan: identity };
  }

  test('payments to an association and of VAT leave the house’s bank, each once and no more than is owed', async () => {
    const { association } = await sell();
    const [vatMinor, givenMinor] = [8_333, 16_667];
    const input = { kind: 'vat_remitted', amountMinor: vatMinor, ...key() } as const;
    const [first, again] = await Promise.all([book(input), book(input)]);
    expect([first, again.id]).toEqual([expect.objectContaining({ status: 'booked', amountMinor: vatMinor }), first.id]);
    await expect(book({ ...input, amountMinor: 9_999 })).rejects.toEqual(failure('idempotency_conflict'));
    await book({ kind: 'association_paid', subject: association, amountMinor: givenMinor, ...key() });
    expect(await bankMinor()).toBe(vatMinor + givenMinor);
    expect(await house.money.pricing.readAccount(association)).toMatchObject({
      balanceMinor: 0,
      givenMinor,
      paidMinor: givenMinor,
    });
    for (const more of [
      { kind: 'association_paid', subject: association, amountMinor: 1, ...key() },
      { kind: 'vat_remitted', amountMinor: 1, ...key() },
    ] as const) {
      await expect(book(more)).rejects.toEqual(failure('amount_too_large'));
    }
    expect(await house.money.desk.listActs('vat')).toMatchObject([
      { act: 'booking', by: 'ada', outcome: 'failed', failure: 'amount_too_large' },
      { act: 'booking', by: 'ada', reason, outcome: 'failed', failure: 'idempotency_conflict' },
      { act: 'booking', by: 'ada', reason, outcome: 'done' },
      { act: 'booking', by: 'ada', reason, outcome: 'done' },
    ]);
  });

  test('above the sum of a day nothing is booked until another operator confirms, once', async () => {
    const fan = await house.createFan();
    const grant = (amountMinor: number, by = 'ada') =>
      book({ kind: 'goodwill', subject: fan, amountMinor, ...key() }, by);
    const promoMinor = async () => (await house.money.wallets.get(fan)).promoMinor;
    expect(await grant(30_000)).toMatchObject({ status: 'booked', isConfirmable: false });
    // Two parts are one sum.
    const waiting = await grant(30_000);
    expect(waiting).toMatchObject({ status: 'waiting', isConfirmable: false, aloneFrom: null });
    expect(await promoMinor()).toBe(30_000);
    expect((await house.money.desk.overview()).waitingBookings).toBe(1);
    await house.money.sweep();
    const told = () => house.facts.filter(({ topic }) => topic === 'booking.waiting');
    expect(told().map(({ data }) => data)).toMatchObject([{ by: 'ada', amountMinor: 30_000, reason }]);
    expect((await house.money.desk.listBookings('grace')).bookings[0]).toMatchObject({ isConfirmable: true });
    house.advance(2 * DAY_MS);
    await expect(decide(waiting.id, 'ada')).rejects.toEqual(failure('forbidden'));
    const answers = await Promise.allSettled([decide(waiting.id, 'grace'), decide(waiting.id, 'linus')]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await promoMinor()).toBe(60_000);
    await expect(decide(waiting.id, 'grace', false)).rejects.toEqual(failure('already_decided'));
    const refused = await grant(40_000, 'grace').then(() => grant(40_000, 'grace'));
    expect(await decide(refused.id, 'grace', false)).toMatchObject({ status: 'declined', decidedBy: 'grace' });
    expect(await promoMinor()).toBe(100_000);
  });

  test('the only operator of a house confirms their own booking after a day', async () => {
    operators = 1;
    const fan = await house.createFan();
    await book({ kind: 'goodwill', subject: fan, amountMinor: 50_000, ...key() });
    const { id, aloneFrom } = await book({ kind: 'goodwill', subject: fan, amountMinor: 1_000, ...key() });
    expect(Date.parse(aloneFrom ?? '')).toBeGreaterThan(house.now() + DAY_MS - 60_000);
    await expect(decide(id, 'ada')).rejects.toEqual(failure('forbidden'));
    house.advance(DAY_MS);
    expect(await decide(id, 'ada')).toMatchObject({ status: 'booked', decidedBy: 'ada' });
  });

  test('a crash between the booking and its outcome leaves a record, and repeating it books nothing again', async () => {
    const fan = await house.createFan();
    await db.orm.execute(sql`create function cut_off() returns trigger language plpgsql as
      $$ begin raise exception 'the process was killed'; end $$`);
    await db.orm.execute(
      sql`create trigger cut_off before insert on desk_act_outcomes for each row execute function cut_off()`,
    );
    const input = { kind: 'goodwill', subject: fan, amountMinor: 1_000, ...key() } as const;
    await expect(book(input)).rejects.toThrow();
    await db.orm.execute(sql`drop trigger cut_off on desk_act_outcomes`);
    expect(await book(input)).toMatchObject({ status: 'booked' });
    expect((await house.money.wallets.get(fan)).promoMinor).toBe(1_000);
    await expect(db.orm.execute(sql`update desk_bookings set amount_minor = 1`)).rejects.toThrow();
    await expect(db.orm.execute(sql`update desk_bookings set status = 'declined'`)).rejects.toThrow();
  });

  test('a process killed at any step of a booking or its confirmation books it once, whole, by the next one', async () => {
    const [inner, killable] = [house, await openKillableHouse(open)];
    house = killable.house;
    const promoMinor = async (fan: string) => (await house.money.wallets.get(fan)).promoMinor;
    // From now on each of the day waits.
    await book({ kind: 'goodwill', subject: await house.createFan(), amountMinor: 50_000, ...key() });
    let hasKilled = true;
    for (let steps = 0; hasKilled; steps += 1) {
      const fan = await house.createFan();
      const input = { kind: 'goodwill', subject: fan, amountMinor: 1_000, ...key() } as const;
      hasKilled = await killable.killDuring(steps, () => book(input));
      const { id } = await book(input);
      expect(await promoMinor(fan)).toBe(0);
      hasKilled = (await killable.killDuring(steps, () => decide(id, 'grace'))) || hasKilled;
      expect(await house.money.checkInvariants()).toEqual([]);
      await decide(id, 'grace').catch((error) => expect(error).toEqual(failure('already_decided')));
      expect(await promoMinor(fan)).toBe(1_000);
    }
    await closeBalanced(killable);
    house = inner;
  });

  test('a refund that its card did not take is sent by bank transfer, whole and once', async () => {
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 900 });
    const identity = await house.createFan();
    const page = await house.buyByCard({ room, identity });
    await house.money.confirmCheckout(await pay(page));
    isRefusing = true;
    const [payment] = (await house.money.desk.payments.search({ query: identity, limit: 1 })).payments;
    const order = { payment: payment?.id ?? '', reason: 'The hall burnt down' };
    const { id: refund } = await house.money.refunds.refund(order, 'ada');
    expect((await house.money.desk.listBookings('ada')).owed.refunds).toMatchObject([{ refund, amountMinor: 900 }]);
    await book({ kind: 'refund_transferred', subject: refund, ...key() });
    expect((await house.money.desk.payments.get(order.payment)).refunds).toMatchObject([
      { status: 'succeeded', byTransfer: true },
    ]);
    expect([await bankMinor(), await sumOf('refund_payable:eur:#house')]).toEqual([900, 0]);
    const again = book({ kind: 'refund_transferred', subject: refund, ...key() });
    await expect(again).rejects.toEqual(failure('amount_too_large'));
  });

  test('a small remainder or a debt of a creator is written off, and then blocks no closing', async () => {
    const { fan } = await sell(1_000);
    const creator = house.creator;
    const writeOff = () => book({ kind: 'earnings_written_off', subject: creator, ...key() });
    const leftMinor = async () => (await house.money.earnings.describe(creator)).availableMinor;
    house.advance(60 * DAY_MS);
    await house.money.sweep();
    expect([await leftMinor(), await house.money.findOpenMatters(creator)]).toEqual([334, ['earnings']]);
    expect(await writeOff()).toMatchObject({ amountMinor: 334, status: 'booked' });
    expect([await leftMinor(), await house.money.findOpenMatters(creator)]).toEqual([0, []]);
    // A refund after it takes from an empty account.
    const [tip] = (await house.money.desk.payments.search({ query: fan, kind: 'tip', limit: 1 })).payments;
    await house.money.refunds.refund({ payment: tip?.id ?? '', reason }, 'ada');
    expect(await leftMinor()).toBe(-334);
    expect(await writeOff()).toMatchObject({ amountMinor: -334 });
    expect([await leftMinor(), await sumOf('written_off:eur:#house')]).toEqual([0, 0]);
    const month = new Date(house.now()).toISOString().slice(0, 7);
    expect(await house.money.statements.ofMonth(creator, month)).toMatchObject({ writtenOffMinor: 0, saleCount: 0 });
    await expect(writeOff()).rejects.toEqual(failure('amount_too_large'));
  });

  test('a debt is written off only as far as held earnings and a payout under way do not cover it', async () => {
    const { fan } = await sell(6_000);
    const writeOff = () => book({ kind: 'earnings_written_off', subject: house.creator, ...key() });
    const left = async () => {
      const { availableMinor, pendingMinor } = await house.money.earnings.describe(house.creator);
      return [availableMinor, pendingMinor];
    };
    house.advance(60 * DAY_MS);
    await house.money.sweep();
    expect(await writeOff()).toMatchObject({ amountMinor: 2_000 });
    const [tip] = (await house.money.desk.payments.search({ query: fan, kind: 'tip', limit: 1 })).payments;
    await sell(3_000);
    await house.money.refunds.refund({ payment: tip?.id ?? '', reason }, 'ada');
    expect(await left()).toEqual([-2_000, 1_000]);
    expect(await writeOff()).toMatchObject({ amountMinor: -1_000 });
    expect(await left()).toEqual([-1_000, 1_000]);
    await expect(writeOff()).rejects.toEqual(failure('amount_too_large'));
  });

  test('credit that the desk has sent by bank transfer is not taken back by a dispute: the house bears it', async () => {
    const fan = await house.createFan(3_000);
    await closeAccount(fan);
    await book({ kind: 'credit_transferred', subject: fan, ...key() });
    const [topup] = (await house.money.desk.payments.search({ query: fan, limit: 1 })).payments;
    const { providerPayment } = await house.money.desk.payments.get(topup?.id ?? '');
    const { id } = house.emulator.act('open_dispute', { paymentIntent: providerPayment ?? '' });
    await house.money.sweep();
    house.emulator.act('close_dispute', { dispute: id, outcome: 'lost' });
    await house.money.sweep();
    expect(await house.money.disputes.list()).toMatchObject([{ status: 'lost', lossMinor: 3_000 }]);
    expect(await bankMinor()).toBe(3_000);
  });

  test('what a creator can be paid is not written off; credit is only that of a closed account', async () => {
    await sell();
    house.advance(60 * DAY_MS);
    await house.money.sweep();
    const large = book({ kind: 'earnings_written_off', subject: house.creator, ...key() });
    await expect(large).rejects.toEqual(failure('amount_too_large'));
    const fan = await house.createFan(2_000);
    const credit = () => book({ kind: 'credit_written_off', subject: fan, ...key() });
    await expect(credit()).rejects.toEqual(failure('amount_too_large'));
    await closeAccount(fan);
    expect(await credit()).toMatchObject({ amountMinor: 2_000, status: 'booked' });
    expect(await house.money.findOpenMatters(fan)).toEqual([]);
    expect(await sumOf('written_off:eur:#house')).toBe(2_000);
    const other = await house.createFan(3_000);
    await closeAccount(other);
    await book({ kind: 'credit_transferred', subject: other, ...key() });
    expect([await bankMinor(), (await house.money.wallets.get(other)).balanceMinor]).toEqual([3_000, 0]);
  });

  test('a confirmed write-off of another sum than was shown is refused', async () => {
    const { fan } = await sell(2_000);
    house.advance(60 * DAY_MS);
    await house.money.sweep();
    await book({ kind: 'goodwill', subject: fan, amountMinor: 50_000, ...key() });
    const { id } = await book({ kind: 'earnings_written_off', subject: house.creator, ...key() });
    const [tip] = (await house.money.desk.payments.search({ query: fan, kind: 'tip', limit: 1 })).payments;
    await house.money.refunds.refund({ payment: tip?.id ?? '', amountMinor: 500, reason }, 'ada');
    await expect(decide(id, 'grace')).rejects.toEqual(failure('amount_invalid'));
  });

  test('the name of a closed seller stays in reports for its term, then a job erases it', async () => {
    await sell(1_000);
    const { creatorBusinesses, statements } = house.money;
    const quarter = () => {
      const at = new Date(house.now());
      return `${at.getUTCFullYear()}-Q${Math.floor(at.getUTCMonth() / 3) + 1}`;
    };
    const nameIn = async (when: string) => (await statements.dac7(when)).sellers[0]?.name;
    const then = quarter();
    const year = new Date(house.now()).getUTCFullYear();
    expect(await creatorBusinesses.keptUntil(house.creator)).toBe(year + 10);
    expect(await creatorBusinesses.keptUntil('nobody')).toBeNull();
    await creatorBusinesses.keep(house.creator);
    await db.orm.execute(sql`update creators set name = 'Erased' where identity = ${house.creator}`);
    // An interrupted erasure is repeated.
    await creatorBusinesses.keep(house.creator);
    expect(await nameIn(then)).toBe('Ada');
    const goTo = (atMs: number) => {
      while (house.now() < atMs) house.advance(Math.min(atMs - house.now(), 300 * DAY_MS));
    };
    goTo(Date.UTC(year + 10, 11, 31));
    await creatorBusinesses.eraseOld();
    expect(await nameIn(then)).toBe('Ada');
    goTo(Date.UTC(year + 11, 0, 1));
    await creatorBusinesses.eraseOld();
    expect(await nameIn(then)).toBe('Erased');
  });
});
