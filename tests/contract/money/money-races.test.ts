import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Money } from '../../../server/money/money.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { type SQL, sql } from '../../../server/platform/db/sql.ts';
import { createId, type TicketId, type TipId, type TopupId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Refund, RefundInput } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { SEED } from '../../support/run/effort.ts';
import { eventually } from '../../support/run/eventually.ts';

const OPERATIONS = 200;
/**
 * Chosen so that the operations want more than the wallet holds in any order, while every kind succeeds sometimes.
 * Refunds are small, so that the dispute, which competes with the rest, seldom finds all of its amount.
 */
const KEPT_MINOR = 43_500;
const DISPUTED_MINOR = 27_000;
const TICKET_MINOR = 1_500;
const FOR_RACES = { kind: 'ticket', priceMinor: TICKET_MINOR } as const;
const tipMinorOf = (index: number) => 300 + (index % 4) * 100;
const SMALL_TIP_MINOR = 100;
/** Partial refund of the undisputed top-up, as often as there are keys. */
const PART_MINOR = 500;
const EXPECTED_REFUSALS = ['insufficient_funds', 'already_refunded', 'not_refundable', 'amount_too_large'];

/** PGlite has one connection, so nothing races there; it only shows that the order does not matter. */
describe.each(DATABASES)('two hundred operations at once on one wallet, on $name', ({ name, open }) => {
  /** Tests that hold a lock over another connection. */
  const onPostgres = test.skipIf(name === 'PGlite');
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  /** Two gateways: independent objects on one database. */
  let gateways: Money[];
  let onDisputeFetched: () => void = () => {};

  beforeAll(async () => {
    db = await open();
    const wrapProvider = (provider: PaymentProvider): PaymentProvider => {
      const fetchDispute = provider.disputes.fetchDispute.bind(provider.disputes);
      provider.disputes.fetchDispute = async (dispute) => {
        const found = await fetchDispute(dispute);
        onDisputeFetched();
        return found;
      };
      return provider;
    };
    house = await openMoneyHouse({ db, wrapProvider });
    gateways = [house.money, await house.openGateway()];
  });

  afterAll(async () => {
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  test('limits the open payment pages of a person, also concurrently at two gateways; a paid one frees a place', async () => {
    const identity = `fan-${createId('event')}`;
    const topUp = (by: Money) => by.topups.create({ identity, name: 'Léa', amountMinor: 500 });
    const asked = await Promise.allSettled(
      Array.from({ length: LIMITS.openCheckouts + 10 }, (_, index) => topUp(gateways[index % 2] as Money)),
    );
    const opened = asked.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
    const refused = asked.flatMap((it) => (it.status === 'rejected' ? [it.reason.code] : []));
    expect([opened.length, ...new Set(refused)]).toEqual([LIMITS.openCheckouts, 'checkout_limit']);
    const room = await house.createRoom();
    const byCard = { room, identity, name: 'Léa', from: 'card' } as const;
    await expect(house.money.tickets.buy(byCard)).rejects.toMatchObject({ code: 'checkout_limit' });
    await house.money.confirmCheckout(await pay(opened[0]?.checkoutUrl ?? ''));
    await topUp(house.money);
    await expect(topUp(house.money)).rejects.toMatchObject({ code: 'checkout_limit' });
    // The limit is per person.
    await house.money.topups.create({ identity: `fan-${createId('event')}`, name: 'Tom', amountMinor: 500 });
  });

  test(`tips, tickets, refunds and a dispute never overdraw, and lose or repeat nothing acknowledged (seed ${SEED})`, async () => {
    const { money } = house;
    const identity = await house.createFan();
    const topup = await creditBy(identity, KEPT_MINOR);
    const createRooms = (count: number, priceMinor: number) =>
      Promise.all(Array.from({ length: count }, () => house.createRoom({ kind: 'ticket', priceMinor })));
    const [visited, rooms] = [await createRooms(5, 500), await createRooms(24, TICKET_MINOR)];
    // Spent before the disputed credit was bought, so that it can be refunded.
    const sent = await Promise.all(
      Array.from({ length: 20 }, () => tip(identity, visited[0] as Room, SMALL_TIP_MINOR)),
    );
    const held = await Promise.all(visited.map((room) => buy(identity, room)));
    const victims = [...sent.map(({ id }) => ({ tip: id })), ...held.map((id) => ({ ticket: id }))];
    const disputed = await paymentOf(await creditBy(identity, DISPUTED_MINOR));
    const startMinor = (await money.wallets.get(identity)).balanceMinor;

    const done = { tips: new Map<TipId, number>(), tickets: new Set<TicketId>(), refunds: new Map<string, Refund[]>() };
    const refund = async (input: RefundInput, by: Money) => {
      const refunded = await whenConnected(() => by.refunds.refund(input, 'operator'));
      done.refunds.set(refunded.id, [...(done.refunds.get(refunded.id) ?? []), refunded]);
    };
    const acts: Act[] = [
      ...repeated(80, async (by, index) => {
        const { id, amountMinor } = await tip(identity, rooms[index % rooms.length] as Room, tipMinorOf(index), by);
        expect(done.tips.has(id)).toBe(false);
        done.tips.set(id, amountMinor);
      }),
      ...repeated(60, async (by, index) =>
        done.tickets.add(await buy(identity, rooms[index % rooms.length] as Room, by)),
      ),
      ...repeated(50, (by, index) => refund({ ...victims[index % victims.length], reason: 'race' }, by)),
      ...repeated(9, (by, index) =>
        refund({ topup, amountMinor: PART_MINOR, idempotencyKey: `part-${index % 3}`, reason: 'race' }, by),
      ),
    ];
    expect(acts).toHaveLength(OPERATIONS - 1);
    // The rest starts before the server knows the dispute, which it learns from a direct call and from webhooks.
    const answered = new Promise<void>((resolve) => {
      onDisputeFetched = resolve;
    });
    const { id } = house.emulator.act('open_dispute', { paymentIntent: disputed });
    const taken = money.disputes.handleDisputeChanged(id);
    await answered;
    const results = await Promise.allSettled([
      taken,
      ...shuffled(acts, seeded(SEED)).map((act, index) => act(gateways[index % gateways.length] as Money)),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') expect(EXPECTED_REFUSALS).toContain(result.reason.code ?? result.reason);
    }
    await settleAll();

    // Demand exceeded the credit, yet every kind succeeded; each key was refunded once.
    expect(done.tips.size).toBeGreaterThan(0);
    expect(done.tickets.size).toBeGreaterThan(0);
    expect(done.tips.size + done.tickets.size).toBeLessThan(80 + rooms.length);
    const refunds = [...done.refunds.values()];
    for (const [first, ...again] of refunds) {
      if (!first || !isOfTopup(first)) expect(again).toEqual([]);
    }
    const given = refunds.flatMap(([first]) => first ?? []);
    expect(given.filter((each) => !isOfTopup(each))).toHaveLength(victims.length);
    expect(given.filter(isOfTopup).length).toBeLessThanOrEqual(3);
    const [dispute] = await money.disputes.list();
    expect(dispute).toMatchObject({ status: 'open', identity, amountMinor: DISPUTED_MINOR });
    // The balance matches the answers to the cent.
    const spentMinor = sum(done.tips.values()) + done.tickets.size * TICKET_MINOR;
    const backMinor = sum(given.map((each) => (isOfTopup(each) ? -each.amountMinor : each.amountMinor)));
    const { balanceMinor } = await money.wallets.get(identity);
    expect(balanceMinor).toBe(startMinor - spentMinor + backMinor - (dispute?.frozenCreditMinor ?? 0));
    expect(balanceMinor).toBeGreaterThanOrEqual(0);
    expect(await money.checkInvariants()).toEqual([]);
    await assertBooked([...done.tips.keys()]);
    for (const room of rooms) {
      const { ticket } = await house.rooms.decideAccess({ room, identity, role: 'fan' });
      if (ticket) expect(done.tickets).toContain(ticket);
    }

    // The dispute is lost: what was spent before is taken back from its recipients.
    house.emulator.act('close_dispute', { dispute: await providerDispute(), outcome: 'lost' });
    await eventually(async () => (await money.disputes.list())[0]?.status === 'lost');
    await settleAll();
    expect(await money.checkInvariants()).toEqual([]);
    // Other credit that had paid a part of a ticket returns with it.
    const statement = sql`select coalesce(sum(amount_minor), 0)::int as back from refunds
      where identity = ${identity} and reason = 'dispute_lost' and "to" = 'wallet'`;
    const { rows } = (await house.db.orm.execute(statement)) as unknown as { rows: { back: number }[] };
    expect((await money.wallets.get(identity)).balanceMinor).toBe(balanceMinor + (rows[0]?.back ?? 0));
  });

  test('two hundred tips of one key are one tip, and two hundred purchases of one ticket one ticket', async () => {
    const identity = await house.createFan();
    await creditBy(identity, 1_000);
    const room = await house.createRoom();
    const input = { amountMinor: 200, idempotencyKey: 'one-key-for-all' };
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    const gatewayOf = (index: number) => gateways[index % gateways.length] as Money;
    const tips = await Promise.all(
      Array.from({ length: OPERATIONS }, (_, index) => gatewayOf(index).tips.send({ room, from, input })),
    );
    expect(new Set(tips.map((receipt) => receipt.tip.id)).size).toBe(1);
    const order = { room, identity, name: 'Léa', from: 'wallet' } as const;
    const tickets = await Promise.all(
      Array.from({ length: OPERATIONS }, (_, index) => gatewayOf(index).tickets.buy(order)),
    );
    expect(new Set(tickets.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await house.money.wallets.get(identity)).toEqual({ balanceMinor: 300, currency: 'eur', promoMinor: 0 });
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a ticket bought from the wallet while its card payment is confirmed is held once, and paid once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const identity = await house.createFan();
      await creditBy(identity, 500);
      const room = await house.createRoom();
      const page = await house.buyByCard({ room, identity });
      const session = await pay(page);
      await Promise.all([
        house.money.confirmCheckout(session),
        house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' }),
        house.money.confirmCheckout(session),
      ]);
      await eventually(async () => (await house.money.earnings.ofRoom(room.id)).ticketCount === 1);
    }
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await house.money.idle();
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  onPostgres('who is removed while they buy a ticket is paid back, or was refused', async () => {
    const removal = (room: Room, identity: string) => async () => {
      const by = { identity: house.creator, role: 'creator' } as const;
      await house.rooms.removals.remove({ room: room.id, identity, by, reason: 'Insults' });
      const fact = { id: 'fact_1', topic: 'participant.removed', room: room.id, identity, createdAt: '' };
      await house.money.blockedBuyers.handleFacts([{ ...fact, data: {} }]);
    };
    for (const isSoldFirst of [true, false]) {
      const [identity, room] = [await house.createFan(TICKET_MINOR), await house.createRoom(FOR_RACES)];
      const sale = () => gateways[0]?.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
      // The sale has locked the room and found nobody removed, and waits for the wallet; or both wait for the room.
      const [waiting, first, second] = isSoldFirst
        ? [
            sql`select from ledger_accounts where id = ${`fan_wallet:eur:${identity}`} for update`,
            sale,
            removal(room, identity),
          ]
        : [sql`select from rooms where id = ${room.id} for update`, removal(room, identity), sale];
      const answers = await inTurn(waiting, [first, second]);
      const bought = answers[isSoldFirst ? 0 : 1];
      if (!isSoldFirst) expect(bought).toMatchObject({ reason: { code: 'access_removed' } });
      expect(bought?.status).toBe(isSoldFirst ? 'fulfilled' : 'rejected');
      const { rows } = await select(sql`select status from tickets where identity = ${identity}`);
      expect(rows).toEqual(isSoldFirst ? [{ status: 'refunded' }] : []);
      expect(await house.money.wallets.get(identity)).toMatchObject({ balanceMinor: TICKET_MINOR });
    }
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  onPostgres('a ticket that is bought while its date changes binds to the date that its buyer waived for', async () => {
    const dates = [10, 20].map((days) => new Date(Date.now() + days * 24 * 3_600_000).toISOString());
    const waiver = { accepted: true, textVersion: '2026-01' } as const;
    for (const isSoldFirst of [true, false]) {
      const [identity, seen] = [
        await house.createFan(TICKET_MINOR),
        await house.createRoom(FOR_RACES, { startsAt: dates[0] ?? '' }),
      ];
      const sale = () => gateways[0]?.tickets.buy({ room: seen, identity, name: 'Léa', from: 'wallet', waiver });
      const move = () =>
        house.rooms.changes.apply(seen.id, { startsAt: dates[1] ?? '' }, (tx) =>
          house.money.tickets.isSold(tx, seen.id),
        );
      const waiting = isSoldFirst
        ? sql`select from ledger_accounts where id = ${`fan_wallet:eur:${identity}`} for update`
        : sql`select from rooms where id = ${seen.id} for update`;
      const answers = await inTurn(waiting, isSoldFirst ? [sale, move] : [move, sale]);
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      const { rows } = await select<{ id: TicketId; at: Date }>(sql`select t.id, w.starts_at as at from tickets t
        join waivers w on w.item = t.id where t.identity = ${identity}`);
      expect(rows.map(({ at }) => new Date(at).toISOString())).toEqual([isSoldFirst ? dates[0] : dates[1]]);
      // Ordered before the move was told, so the buyer may have seen the old date.
      expect(await house.money.withdrawals.listTickets(identity)).toMatchObject([{ withdrawable: true }]);
    }
    const moved = await house.createRoom(FOR_RACES);
    const fans = await Promise.all([1, 2, 3, 4].map(() => house.createFan(TICKET_MINOR)));
    const undated = sql`select from rooms where id = ${moved.id} for update`;
    const sales = fans.map(
      (identity, index) => () =>
        gateways[index % 2]?.tickets.buy({
          room: { ...moved, startsAt: dates[0] ?? '' },
          identity,
          name: 'Léa',
          from: 'wallet',
        }),
    );
    // Their buyers saw a date that the room has lost: the first of them says until when it needs one.
    const sold = await inTurn(undated, sales);
    expect(sold.map(({ status }) => status)).toEqual(fans.map(() => 'fulfilled'));
    expect((await house.rooms.getRoom(moved.id)).dateDueAt).not.toBeNull();
  });

  /** Starts each operation once the one before waits, while another connection holds the lock. */
  async function inTurn(lock: SQL, operations: (() => Promise<unknown> | undefined)[]) {
    const [held, done] = [Promise.withResolvers<number>(), Promise.withResolvers<void>()];
    const holding = db.transaction(async (tx) => {
      await tx.execute(lock);
      const { rows } = (await tx.execute(sql`select pg_backend_pid() as pid`)) as unknown as {
        rows: { pid: number }[];
      };
      held.resolve(rows[0]?.pid ?? 0);
      await done.promise;
    });
    const holder = await held.promise;
    const begun: Promise<PromiseSettledResult<unknown>>[] = [];
    for (const operate of operations) {
      let isSettled = false;
      begun.push(
        Promise.allSettled([operate()]).then(([result]) => {
          isSettled = true;
          return result as PromiseSettledResult<unknown>;
        }),
      );
      await eventually(async () => isSettled || (await countWaitingFor(holder)) >= begun.length);
    }
    done.resolve();
    await holding;
    return Promise.all(begun);
  }

  /** Connections that wait for this one, or for one that waits for it; others may wait for jobs of the house. */
  async function countWaitingFor(holder: number): Promise<number> {
    const { rows } = await select<{ n: number }>(sql`with recursive waiting as (
        select pid from pg_stat_activity where ${holder}::int = any(pg_blocking_pids(pid))
        union select a.pid from pg_stat_activity a join waiting w on w.pid = any(pg_blocking_pids(a.pid)))
      select count(*)::int as n from waiting`);
    return rows[0]?.n ?? 0;
  }

  /** Waits until no request is pending, in the server or at the provider. */
  async function settleAll(): Promise<void> {
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await Promise.all(gateways.map((gateway) => gateway.idle()));
  }

  async function creditBy(identity: string, amountMinor: number): Promise<TopupId> {
    const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor });
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

  /** Each acknowledged tip is in the ledger, once. */
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
    const input = { amountMinor, idempotencyKey: createId('event') };
    const receipt = await whenConnected(() => money.tips.send({ room, from, input }));
    return receipt.tip;
  }

  async function buy(identity: string, room: Room, money: Money = house.money): Promise<TicketId> {
    const bought = await whenConnected(() => money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' }));
    if (!('ticket' in bought)) throw new Error('A ticket was expected.');
    return bought.ticket.id;
  }
});

type Act = (by: Money) => Promise<unknown>;

/** On a busy machine the pool refuses what has waited ten seconds for a connection: repeated, as by a client. */
async function whenConnected<T>(operation: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      const { message } = (error as { cause?: Error }).cause ?? (error as Error);
      if (message !== 'timeout exceeded when trying to connect') throw error;
    }
  }
}

/** Operations of one kind, numbered. */
function repeated(times: number, act: (by: Money, index: number) => Promise<unknown>): Act[] {
  return Array.from({ length: times }, (_, index) => (by) => act(by, index));
}

const isOfTopup = ({ payment }: Refund): boolean => payment.startsWith('topup_');
const sum = (amounts: Iterable<number>): number => [...amounts].reduce((all, each) => all + each, 0);

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let left = mixed.length; left > 1; left -= 1) {
    const drawn = Math.floor(random() * left);
    [mixed[left - 1], mixed[drawn]] = [mixed[drawn] as T, mixed[left - 1] as T];
  }
  return mixed;
}

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
