/** Release of held earnings when due: found by index, never too early, too late or twice. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EarningsHoldsStore } from '../../../server/money/payouts/earnings-holds.store.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const DAY_MS = 24 * 60 * 60_000;
/** The creator's share of 1200 after 20 % VAT and 20 % commission. */
const SHARE_MINOR = 800;

describe.each(DATABASES)('releases on $name', ({ name, open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let room: Room;
  let fan: string;

  beforeEach(async () => {
    db = await open();
    house = await openMoneyHouse({ db, isRunning: false });
    room = await house.createRoom({ kind: 'free' });
    fan = await house.createFan(50_000);
  });

  afterEach(async () => {
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const sell = () =>
    house.money.tips.send({
      room,
      from: { identity: fan, name: 'Léa', role: 'fan' },
      input: { amountMinor: 1_200, idempotencyKey: createId('event') },
    });
  const after = async (days: number) => {
    house.advance(days * DAY_MS);
    await house.money.sweep();
    const { pendingMinor, availableMinor } = await house.money.earnings.describe(house.creator);
    return [pendingMinor / SHARE_MINOR, availableMinor / SHARE_MINOR];
  };
  const planOf = async () => {
    const { rows } = (await db.orm.execute(
      sql`select release_due_at, released_seq from ledger_accounts where id = ${`creator_pending:eur:${house.creator}`}`,
    )) as unknown as { rows: { release_due_at: string; released_seq: string }[] };
    return { dueMs: Date.parse(rows[0]?.release_due_at ?? ''), seq: Number(rows[0]?.released_seq) };
  };

  test('a later sale with a shorter hold does not wait for an earlier one with a longer', async () => {
    await sell();
    expect(await after(29)).toEqual([0, 1]);
    await sell(); // The last sale with a new creator's hold of 14 days.
    expect(await after(2)).toEqual([1, 1]);
    await sell(); // A hold of 7 days.
    expect(await after(6.5)).toEqual([2, 1]);
    expect(await after(1)).toEqual([1, 2]);
    expect(await after(5)).toEqual([0, 3]);
  });

  test('an account is skipped until earnings on it are due, and finished plans are deleted', async () => {
    await sell();
    await after(0);
    const waiting = await planOf();
    expect(await after(1)).toEqual([1, 0]);
    // Not checked: its plan is unchanged.
    expect(await planOf()).toEqual(waiting);
    expect(await after(14)).toEqual([0, 1]);
    const done = await planOf();
    expect(done.seq).toBeGreaterThan(waiting.seq);
    await sell();
    expect(await after(3)).toEqual([1, 1]);
    expect(await planOf()).toEqual(done);
    expect(await after(12)).toEqual([0, 2]);
    expect((await planOf()).seq).toBeGreaterThan(done.seq);
  });

  /** Returns the payment. */
  async function sellByCard(): Promise<string> {
    const { stripe } = house;
    const paid = await house.createRoom({ kind: 'ticket', priceMinor: 1_200 });
    const buyer = await house.createFan();
    const page = await house.buyByCard({ room: paid, identity: buyer });
    await house.money.confirmCheckout(await pay(page));
    await house.playLive(paid);
    const { data } = await stripe.paymentIntents.list({ limit: 1 });
    return data[0]?.id ?? '';
  }

  async function disputedSale(): Promise<string> {
    const { id } = house.emulator.act('open_dispute', { paymentIntent: await sellByCard() });
    await house.money.sweep();
    return id;
  }

  test('a sale that is disputed after the release job has found it due stays held', async () => {
    const paymentIntent = await sellByCard();
    const list = vi.spyOn(EarningsHoldsStore.prototype, 'listDue');
    list.mockImplementationOnce(async function (this: EarningsHoldsStore, ...look) {
      const due = await this.listDue(...look);
      expect(due).toHaveLength(1);
      await house.money.disputes.handleDisputeChanged(house.emulator.act('open_dispute', { paymentIntent }).id);
      return due;
    });
    expect(await after(15)).toEqual([1, 0]);
    list.mockRestore();
    expect((await house.money.earnings.describe(house.creator)).holds).toMatchObject([{ reason: 'disputed' }]);
  });

  test('earnings held by a dispute are released when it is won, although later ones were released before', async () => {
    await sell();
    expect(await after(40)).toEqual([0, 1]);
    const dispute = await disputedSale();
    await sell();
    expect(await after(8)).toEqual([1, 2]);
    house.emulator.act('close_dispute', { dispute, outcome: 'won' });
    await house.money.sweep();
    expect(await after(0)).toEqual([0, 3]);
  });

  test('a dispute that is won between the read and the plan of a release, with a slow clock, releases its sale', async () => {
    const dispute = await disputedSale();
    await sell();
    const plan = vi.spyOn(EarningsHoldsStore.prototype, 'planRelease');
    plan.mockImplementationOnce(async function (this: EarningsHoldsStore, ...look) {
      house.advance(-1_000);
      house.emulator.act('close_dispute', { dispute, outcome: 'won' });
      await house.money.disputes.handleDisputeChanged(dispute);
      house.advance(1_000);
      await this.planRelease(...look);
    });
    house.advance(8 * DAY_MS);
    await house.money.earnings.release();
    const { length: plans } = plan.mock.calls;
    plan.mockRestore();
    expect(plans).toBe(2);
    expect(await house.money.checkInvariants()).toEqual([]);
    expect(await after(40)).toEqual([0, 2]);
  });

  // PGlite runs one transaction at a time.
  test.runIf(name === 'Postgres').each([
    ['still held', sell, [0, 2]],
    ['disputed', disputedSale, [0, 1]],
  ])('a sale that commits after the release job saw a later one is released (%s)', async (_, sellLater, expected) => {
    const paid = await house.createRoom({ kind: 'ticket', priceMinor: 1_200 });
    const isBooked = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const add = vi.spyOn(Outbox.prototype, 'add');
    add.mockImplementationOnce(async function (this: Outbox, ...facts) {
      isBooked.resolve();
      await mayCommit.promise;
      return this.add(...facts);
    });
    const earlier = house.money.tickets.buy({ room: paid, identity: fan, name: 'Léa', from: 'wallet' });
    await isBooked.promise;
    fan = await house.createFan(50_000);
    await sellLater();
    await house.money.earnings.release();
    mayCommit.resolve();
    await earlier;
    add.mockRestore();
    await house.playLive(paid);
    expect(await after(40)).toEqual(expected);
  });

  test('two processes at once release each sale once', async () => {
    for (let sale = 0; sale < 5; sale += 1) await sell();
    house.advance(15 * DAY_MS);
    const { earnings } = house.money;
    const other = await house.restartMoney();
    await Promise.all([earnings.release(), other.earnings.release(), earnings.release()]);
    expect(await after(0)).toEqual([0, 5]);
  });

  test('due earnings are found by index, not by scanning all sales', async () => {
    await db.orm.execute(sql`set enable_seqscan = off`);
    const { rows } = (await db.orm.execute(
      sql`explain select id from ledger_accounts where kind = 'creator_pending' and release_due_at <= now() order by release_due_at limit 10`,
    )) as unknown as { rows: Record<string, string>[] };
    expect(rows.map((row) => Object.values(row)[0]).join('\n')).toContain('ledger_accounts_release');
  });

  test('a reserve holds a share of each sale back until its own date, and refunds take from both parts', async () => {
    const { desk, earnings, refunds } = house.money;
    const reason = 'Many chargebacks in spring';
    await desk.setReserve(house.creator, { reserve: { shareBps: 1_000, days: 90 }, reason, by: 'ada' });
    const soldAtMs = house.now();
    const { tip } = await sell();
    const dayOf = (at: string | null | undefined) => Math.round((Date.parse(at ?? '') - soldAtMs) / DAY_MS);
    const [ahead] = (await earnings.describe(house.creator)).holds;
    expect(ahead).toMatchObject({ reason: 'new_creator', amountMinor: SHARE_MINOR, reserve: { amountMinor: 80 } });
    expect([dayOf(ahead?.releaseAt), dayOf(ahead?.reserve?.releaseAt)]).toEqual([14, 90]);
    expect(await after(15)).toEqual([0.1, 0.9]);
    // What was fixed stays, whatever is set for later releases.
    await desk.setReserve(house.creator, { reserve: null, reason, by: 'ada' });
    const { holds, releases, reserve } = await earnings.describe(house.creator);
    expect(holds).toMatchObject([{ reason: 'reserve', amountMinor: 80, reserve: null }]);
    expect(releases.map(({ at, amountMinor }) => [dayOf(at), amountMinor])).toEqual([[90, 80]]);
    expect([dayOf(holds[0]?.releaseAt), reserve]).toEqual([90, null]);
    await refunds.refund({ tip: tip.id, amountMinor: 600, reason }, 'ada');
    expect(await after(1)).toEqual([0.05, 0.45]);
    expect(await after(73)).toEqual([0.05, 0.45]);
    expect(await after(2)).toEqual([0, 0.5]);
    expect(await after(100)).toEqual([0, 0.5]);
    await refunds.refund({ tip: tip.id, reason }, 'ada');
    expect(await after(1)).toEqual([0, 0]);
    expect(await desk.listActs(house.creator)).toMatchObject([
      { act: 'reserve', reason, by: 'ada', outcome: 'done' },
      { act: 'reserve', reason, by: 'ada', outcome: 'done' },
    ]);
  });

  test('a lost dispute takes the reserve from its creator, and the house bears only what was released', async () => {
    const reserve = { shareBps: 1_000, days: 90 };
    await house.money.desk.setReserve(house.creator, { reserve, reason: 'A new creator', by: 'ada' });
    const paymentIntent = await sellByCard();
    expect(await after(15)).toEqual([0.1, 0.9]);
    const { id: dispute } = house.emulator.act('open_dispute', { paymentIntent });
    await house.money.disputes.handleDisputeChanged(dispute);
    house.emulator.act('close_dispute', { dispute, outcome: 'lost' });
    await house.money.disputes.handleDisputeChanged(dispute);
    expect(await house.money.disputes.list()).toMatchObject([{ status: 'lost', lossMinor: 0.9 * SHARE_MINOR }]);
    expect(await after(100)).toEqual([0, 0.9]);
  });

  test('a reserve that ends before the hold holds nothing longer, and two processes release each part once', async () => {
    const { desk, earnings } = house.money;
    const set = (shareBps: number, days: number) =>
      desk.setReserve(house.creator, { reserve: { shareBps, days }, reason: 'A new creator', by: 'ada' });
    await set(5_000, 10);
    await sell();
    expect((await earnings.describe(house.creator)).holds).toMatchObject([{ reserve: null }]);
    expect(await after(15)).toEqual([0, 1]);
    await set(10_000, 90);
    await sell();
    house.advance(15 * DAY_MS);
    const other = await house.openGateway();
    await Promise.all([earnings.release(), other.earnings.release()]);
    expect(await after(1)).toEqual([1, 1]);
    house.advance(90 * DAY_MS);
    await Promise.all([earnings.release(), other.earnings.release()]);
    expect(await after(1)).toEqual([0, 2]);
  });

  test('a debt says when what was sold already makes it up', async () => {
    const { tip } = await sell();
    expect(await after(30)).toEqual([0, 1]);
    const payout = {
      kind: 'earnings_written_off',
      subject: house.creator,
      reason: 'Too little',
      idempotencyKey: 'little-1',
    };
    await house.money.desk.book(payout as Parameters<MoneyHouse['money']['desk']['book']>[0], 'ada');
    await house.money.refunds.refund({ tip: tip.id, amountMinor: 600, reason: 'Too short' }, 'ada');
    const recovery = async () => (await house.money.earnings.describe(house.creator)).frozen;
    expect(await recovery()).toEqual([{ reason: 'recovery', amountMinor: -400, until: null }]);
    const soldAtMs = house.now();
    await sell();
    const [debt] = await recovery();
    expect(Math.round((Date.parse(debt?.until ?? '') - soldAtMs) / DAY_MS)).toBe(7);
    expect(await after(8)).toEqual([0, 0.5]);
  });
});
