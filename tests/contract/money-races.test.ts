import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Money } from '../../server/money/money.ts';
import type { Database } from '../../server/platform/db.ts';
import { createId, type TicketId, type TipId, type TopupId } from '../../server/protocol/ids.ts';
import type { Room } from '../../server/protocol/rooms.ts';
import { DATABASES } from '../support/databases.ts';
import { eventually, type MoneyHouse, openMoneyHouse, pay } from '../support/money-house.ts';

const OPERATIONS = 200;
const EXPECTED_REFUSALS = ['insufficient_funds', 'already_refunded', 'not_refundable'];

/** PGlite has one connection, on which nothing can race; there this only shows that the order does not matter. */
describe.each(DATABASES)('two hundred operations at once on one wallet, on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  /** As two gateways have them: two objects that know nothing of each other, on one database. */
  let gateways: Money[];

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
    gateways = [house.money, await house.openGateway()];
  });

  afterAll(async () => {
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  test('never overdraw, never double, and lose nothing that was answered', async () => {
    const identity = await house.createFan();
    const topup = await creditBy(identity, 20_000);
    const disputed = await paymentOf(await creditBy(identity, 20_000));
    const rooms = await Promise.all(Array.from({ length: 8 }, () => house.createRoom()));
    const before = await Promise.all(Array.from({ length: 20 }, () => tip(identity, rooms[0] as Room, 100)));
    const seed = Number(process.env.LOGE_TEST_SEED ?? Date.now() % 1_000_000);
    console.info(`seed ${seed}`);
    const random = seeded(seed);
    const answered = { tipIds: [] as TipId[], tickets: new Map<string, TicketId>(), refunds: [] as string[] };

    const operations = Array.from({ length: OPERATIONS }, (_, index) => async () => {
      const money = gateways[index % gateways.length] as Money;
      if (index === OPERATIONS / 2) {
        house.emulator.act('open_dispute', { paymentIntent: disputed });
        return;
      }
      const room = rooms[Math.floor(random() * rooms.length)] as Room;
      const kind = random();
      if (kind < 0.5) {
        const sent = await tip(identity, room, 100 + Math.floor(random() * 400), money);
        answered.tipIds.push(sent.id);
      } else if (kind < 0.7) {
        const bought = await money.buyTicket({ room, identity, name: 'Léa', from: 'wallet' });
        if ('ticket' in bought) answered.tickets.set(bought.ticket.id, bought.ticket.id);
      } else if (kind < 0.97) {
        const victim = before[Math.floor(random() * before.length)] as { id: TipId };
        answered.refunds.push((await money.refund({ tip: victim.id, reason: 'race' }, 'operator')).tip ?? '');
      } else if (index % 2 === 0) {
        await money.refund({ topup, reason: 'race' }, 'operator');
      }
    });
    const results = await Promise.allSettled(operations.map((operation) => operation()));
    for (const result of results) {
      if (result.status === 'rejected') expect(EXPECTED_REFUSALS).toContain(result.reason.code ?? result.reason);
    }

    expect(new Set(answered.refunds).size).toBe(answered.refunds.length);
    const { money } = house;
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await eventually(async () => (await money.settlement.disputes.list())[0]?.status === 'open');
    await Promise.all(gateways.map((gateway) => gateway.settled()));
    expect(await money.checkInvariants()).toEqual([]);
    expect(new Set(answered.tipIds).size).toBe(answered.tipIds.length);
    const { entries } = await money.getWalletHistory(identity, { limit: OPERATIONS });
    expect((await money.getWallet(identity)).balanceMinor).toBeGreaterThanOrEqual(0);
    await assertBooked(answered.tipIds);
    // Won or lost, the books balance: what was spent before the bank asked is taken from whoever has it still.
    const [dispute] = await money.settlement.disputes.list();
    expect(dispute?.frozenCreditMinor).toBeLessThanOrEqual(20_000);
    house.emulator.act('close_dispute', { dispute: await providerDispute(), outcome: 'lost' });
    await eventually(async () => (await money.settlement.disputes.list())[0]?.status === 'lost');
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await Promise.all(gateways.map((gateway) => gateway.settled()));
    expect(await money.checkInvariants()).toEqual([]);
    expect((await money.getWallet(identity)).balanceMinor).toBeGreaterThanOrEqual(0);
    for (const room of rooms) {
      const held = [...answered.tickets.keys()];
      const access = await house.rooms.decideAccess({ room, identity, role: 'fan' });
      if (access.ticket) expect(held).toContain(access.ticket);
    }
    expect(answered.tickets.size).toBeLessThanOrEqual(rooms.length);
    expect(entries.length).toBeGreaterThan(0);
  });

  test('two hundred tips of one key are one tip, and two hundred purchases of one ticket one ticket', async () => {
    const identity = await house.createFan();
    await creditBy(identity, 1_000);
    const room = await house.createRoom();
    const input = { amountMinor: 200, idempotencyKey: 'one-key-for-all' };
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    const gatewayOf = (index: number) => gateways[index % gateways.length] as Money;
    const tips = await Promise.all(
      Array.from({ length: OPERATIONS }, (_, index) => gatewayOf(index).tip({ room, from, input })),
    );
    expect(new Set(tips.map((receipt) => receipt.tip.id)).size).toBe(1);
    const order = { room, identity, name: 'Léa', from: 'wallet' } as const;
    const tickets = await Promise.all(
      Array.from({ length: OPERATIONS }, (_, index) => gatewayOf(index).buyTicket(order)),
    );
    expect(new Set(tickets.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await house.money.getWallet(identity)).toEqual({ balanceMinor: 300, currency: 'eur', promoMinor: 0 });
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a ticket bought from the wallet while its card payment is confirmed is held once, and paid once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const identity = await house.createFan();
      await creditBy(identity, 500);
      const room = await house.createRoom();
      const page = await house.money.buyTicket({ room, identity, name: 'Léa', from: 'card' });
      if (!('checkoutUrl' in page)) throw new Error('A page was expected.');
      const session = await pay(page.checkoutUrl);
      await Promise.all([
        house.money.confirmCheckout(session),
        house.money.buyTicket({ room, identity, name: 'Léa', from: 'wallet' }),
        house.money.confirmCheckout(session),
      ]);
      await eventually(async () => (await house.money.getEarnings(room.id)).ticketCount === 1);
    }
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await house.money.settled();
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  async function creditBy(identity: string, amountMinor: number): Promise<TopupId> {
    const { checkoutUrl, topup } = await house.money.createTopup({ identity, name: 'Léa', amountMinor });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    return topup;
  }

  /** The provider's payment of a top-up. */
  async function paymentOf(topup: TopupId): Promise<string> {
    const { rows } = await select<{ payment: string }>(
      sql`select provider_payment as payment from checkouts where source_id = ${topup}`,
    );
    return rows[0]?.payment ?? '';
  }

  async function providerDispute(): Promise<string> {
    const { rows } = await select<{ id: string }>(sql`select provider_dispute as id from disputes`);
    return rows[0]?.id ?? '';
  }

  /** Each tip that was answered is in the books, once. */
  async function assertBooked(tips: TipId[]): Promise<void> {
    const { rows } = await select<{ id: string; n: string }>(
      sql`select source_id as id, count(*) as n from ledger_transactions where kind = 'tip' group by source_id`,
    );
    const booked = new Map(rows.map(({ id, n }) => [id, Number(n)]));
    expect(tips.filter((id) => booked.get(id) !== 1)).toEqual([]);
  }

  async function select<Row>(statement: SQL): Promise<{ rows: Row[] }> {
    return (await db.orm.execute(statement)) as unknown as { rows: Row[] };
  }

  async function tip(identity: string, room: Room, amountMinor: number, money: Money = house.money) {
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    const receipt = await money.tip({ room, from, input: { amountMinor, idempotencyKey: createId('event') } });
    return receipt.tip;
  }
});

/** Mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
