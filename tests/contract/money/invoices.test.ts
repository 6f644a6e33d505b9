/**
 * Numbers of receipts: every sale and every reversal of one gets one, without gaps, whatever process dies meanwhile and
 * however many give numbers at once.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LedgerStore } from '../../../server/money/ledger/ledger.store.ts';
import { houseAccount, transferLegs } from '../../../server/money/ledger/ledger.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { type KillableHouse, openKillableHouse } from '../../support/crash/refund-steps.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay, SELLER } from '../../support/houses/money-house.ts';

async function saleIdOf(db: Database, payment: string): Promise<string | undefined> {
  const rows = await db.bulk<{ id: string }>('select id from ledger_transactions where source_id = $1', [payment]);
  return rows[0]?.id;
}

const STEPS = 4;
const YEARS_KEPT = 10;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

function advanceTo(house: MoneyHouse, atMs: number): void {
  // The emulator's clock takes a year at a time.
  for (let leftMs = atMs - Date.now(); leftMs > 0; leftMs -= YEAR_MS) house.advance(Math.min(leftMs, YEAR_MS));
}

describe.each(DATABASES)('numbers of receipts on $name', { timeout: 60_000 }, ({ open }) => {
  let killable: KillableHouse;
  let house: KillableHouse['house'];
  let room: Room;

  beforeAll(async () => {
    killable = await openKillableHouse(open);
    house = killable.house;
    room = await house.createRoom({ kind: 'free' });
  });

  afterAll(() => closeBalanced(killable));

  const tip = async (identity: string) => {
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    const input = { amountMinor: 500, idempotencyKey: createId('event') };
    return (await house.money.tips.send({ room, from, input })).tip.id;
  };
  const invoiceOf = async (payment: string) => (await house.money.receipts.get(payment)).invoice;
  const numberOf = async (payment: string) => Number((await invoiceOf(payment))?.number.split('-')[1]);

  test('a series without gaps, wherever a process is killed and however many number at once', async () => {
    const identity = await house.createFan(20_000);
    const sales: string[] = [];
    for (let steps = 0; steps < STEPS; steps += 1) {
      for (let count = 0; count < 3; count += 1) sales.push(await tip(identity));
      await killable.killDuring(steps, () => house.money.invoices.sweep());
      const others = [await house.openGateway(), await house.openGateway()];
      await Promise.all([house.money, ...others].map((money) => money.invoices.sweep()));
    }
    expect(await Promise.all(sales.map(numberOf))).toEqual(sales.map((_, index) => index + 1));
  });

  test('a refund has a number of its own; a top-up has none; what is issued keeps the names of that time', async () => {
    const identity = await house.createFan(1_000);
    const sale = await tip(identity);
    await house.money.invoices.setBillingName(identity, 'Léa Martin');
    await house.money.sweep();
    expect(await invoiceOf(sale)).toMatchObject({ seller: SELLER, buyerName: 'Léa Martin' });
    await house.money.invoices.setBillingName(identity, null);
    const { id } = await house.money.refunds.refund({ tip: sale, reason: 'By mistake' }, 'operator');
    expect(await invoiceOf(id)).toBeNull();
    await house.money.sweep();
    expect(await numberOf(id)).toBe((await numberOf(sale)) + 1);
    expect(await invoiceOf(id)).toMatchObject({ buyerName: null });
    expect(await invoiceOf(sale)).toMatchObject({ buyerName: 'Léa Martin' });
    const { entries } = await house.money.wallets.listEntries(identity, { limit: 10 });
    const topup = entries.find(({ kind }) => kind === 'topup')?.id ?? '';
    expect(await invoiceOf(topup)).toBeNull();
  });

  test('a receipt loses its buyer once its term has passed, and nothing else, ever', async () => {
    // Both pay now: their cards expire before the term.
    const [identity, other] = [await house.createFan(1_000), await house.createFan(1_000)];
    await house.money.invoices.setBillingName(identity, 'Léa Martin');
    const sale = await tip(identity);
    await house.money.sweep();
    const issued = await invoiceOf(sale);
    const buyers = () =>
      killable.db.bulk<{ identity: string; buyer_name: string | null }>(
        `select identity, buyer_name from invoices join ledger_transactions x on x.id = transaction where x.source_id = $1`,
        [sale],
      );
    const change = (set: string) =>
      killable.db.bulk(`update invoices set ${set} where identity = $1 returning transaction`, [identity]);
    await expect(change(`buyer_name = 'Another'`)).rejects.toThrow();
    await expect(change(`identity = '', buyer_name = null, number = 0`)).rejects.toThrow();

    const issuedYear = new Date(issued?.issuedAt ?? '').getUTCFullYear();
    advanceTo(house, Date.UTC(issuedYear + YEARS_KEPT, 11, 31, 12));
    await house.money.invoices.eraseBuyers();
    expect(await buyers()).toEqual([{ identity, buyer_name: 'Léa Martin' }]);
    house.advance(DAY_MS);
    const later = await tip(other);
    await house.money.sweep();
    expect(await buyers()).toEqual([{ identity: '', buyer_name: null }]);
    expect(await invoiceOf(sale)).toEqual({ ...issued, buyerName: null });
    expect((await invoiceOf(later))?.number).toContain('-000001');
    await expect(killable.db.bulk('delete from invoices returning transaction', [])).rejects.toThrow();
  });

  test("the year of a number is that of the house's time zone", async () => {
    await using db = await open();
    await using house = await openMoneyHouse({ db, isRunning: false, timeZone: 'Europe/Paris' });
    // A ticket of a room without a date would go back within the year.
    const from = { identity: await house.createFan(1_000), name: 'Léa', role: 'fan' } as const;
    const input = { amountMinor: 500, idempotencyKey: createId('event') };
    await house.money.tips.send({ room: await house.createRoom({ kind: 'free' }), from, input });
    const year = new Date(Date.now() + HOUR_MS).getUTCFullYear();
    // In Paris, half an hour after midnight.
    advanceTo(house, Date.UTC(year, 11, 31, 23, 30));
    await house.money.sweep();
    expect(await db.bulk('select year, number from invoices', [])).toEqual([{ year: year + 1, number: 1 }]);
  });

  test('a lost dispute and a refund by hand have a credit note each, with which receipts and books agree', async () => {
    await using db = await open();
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { money, stripe, emulator } = house;
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 12_000 });
    const buy = async () => {
      const identity = await house.createFan();
      const session = await pay(await house.buyByCard({ room, identity }));
      const { id: ticket } = await money.confirmCheckout(session);
      const { payment_intent } = await stripe.checkout.sessions.retrieve(session);
      return { identity, ticket, paymentIntent: String(payment_intent) };
    };
    const [disputed, returned] = [await buy(), await buy()];
    const { id: dispute } = emulator.act('open_dispute', { paymentIntent: disputed.paymentIntent });
    await money.sweep();
    await emulator.act('close_dispute', { dispute, outcome: 'lost' });
    await stripe.refunds.create({ payment_intent: returned.paymentIntent, amount: 6_000 });
    await money.sweep();

    for (const [{ identity, ticket }, kind, vatMinor] of [
      [disputed, 'dispute_lost', -2_000],
      [returned, 'refund', -1_000],
    ] as const) {
      const sale = await money.receipts.get(ticket, identity);
      expect(sale).toMatchObject({ vat: { amountMinor: 2_000 }, corrections: [{ kind, amountMinor: -6 * vatMinor }] });
      const note = await money.receipts.get(sale.corrections[0]?.id ?? '', identity);
      expect(note).toMatchObject({
        kind,
        amountMinor: -6 * vatMinor,
        relatesTo: ticket,
        vat: { amountMinor: vatMinor },
      });
      expect(note.paid.cardMinor).toBe(note.amountMinor);
      expect(Object.values(note.parts ?? {}).reduce((sum, part) => sum + part, 0)).toBe(-note.amountMinor);
      expect(note.invoice).toMatchObject({ number: expect.any(String), corrects: sale.invoice?.number });
      await expect(money.receipts.get(note.id, 'another')).rejects.toMatchObject({ code: 'payment_not_found' });
      await expect(money.receipts.get((await saleIdOf(db, ticket)) ?? '')).rejects.toMatchObject({
        code: 'payment_not_found',
      });
    }
    const [sums] = await db.bulk(
      `select (select sum(vat_minor)::int from invoices) as papers,
        (select sum(amount_minor)::int from ledger_entries where account like 'vat_payable:%') as books`,
      [],
    );
    expect(sums).toEqual({ papers: 1_000, books: 1_000 });
    expect(await money.checkInvariants()).toEqual([]);
    // An invariant compares them: a movement of VAT beside the sales shows.
    const beside = { kind: 'dispute_loss', source: { type: 'dispute', id: 'dispute_beside' } } as const;
    const legs = transferLegs(houseAccount('vat_payable', 'eur'), houseAccount('chargeback_loss', 'eur'), 100);
    const ledger = new LedgerStore(db.orm);
    await db.transaction((tx) => ledger.post(tx, { ...beside, legs, at: new Date().toISOString() }));
    expect((await money.checkInvariants()).join()).toContain('is a change of the VAT owed that no receipt will show');
  });

  test('a backlog of several batches is numbered to its end, whatever is among it', async () => {
    const tips = 1_200;
    await using db = await open();
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { stripe, money } = house;
    const room = await house.createRoom();
    const session = await pay(await house.buyByCard({ room, identity: await house.createFan() }));
    await money.confirmCheckout(session);
    const { payment_intent } = await stripe.checkout.sessions.retrieve(session);
    await stripe.refunds.create({ payment_intent: String(payment_intent) });
    await money.sweep();
    const byHand = await db.bulk(`select id from ledger_transactions where source_type = 'provider_refund'`, []);
    expect(byHand).toHaveLength(1);
    await db.bulk(
      `with sent as (
          insert into payments (id, kind, identity, room, amount_minor, currency, terms, paid_from, created_at, paid_at)
          select 'tip_' || n, 'tip', 'fan', 'room', 100, 'eur', 'none', 'wallet', now(), now()
          from generate_series(1, ${tips}) n returning id)
        insert into ledger_transactions (id, kind, source_type, source_id, currency, created_at)
        select 'ltx_' || id, 'tip', 'tip', id, 'eur', now() from sent returning id`,
      [],
    );
    house.advance(2 * HOUR_MS);
    while (await money.invoices.sweep());
    const series = await db.bulk<{ count: number; last: number }>(
      'select count(*)::int as count, max(number) as last from invoices group by year',
      [],
    );
    // In the last hours of a year the ticket is of another series.
    for (const { count, last } of series) expect(last).toBe(count);
    // The tips, the ticket and its refund by hand.
    expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(tips + 2);
  });
});
