/** Bills that the house writes in creators' names: what is on which, how VAT is treated, and that nothing is lost. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { selfBillVatOf } from '../../../server/money/creator-papers/self-bill-vat.ts';
import { execute } from '../../../server/money/ledger/ledger.store.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { createId, type TipId } from '../../../server/protocol/ids.ts';
import type { CreatorBusinessInput } from '../../../server/protocol/money/creator-business.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';

const DAY_MS = 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;
const failure = (code: string) => expect.objectContaining({ code });
const VERSION = '2026-12';
const REGISTERED: CreatorBusinessInput = {
  ...{ kind: 'person', firstName: 'Ada', legalName: 'Lovelace', birthDate: '1990-12-10', vatStatus: 'registered' },
  ...{ address: '1 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR', tin: '1234567890123' },
  ...{ tinCountry: null, registrationNumber: '303265045', vatNumber: 'FR40303265045', accountIdentifier: null },
};
const GERMAN = { ...REGISTERED, country: 'DE', vatNumber: 'DE136695976' };

test.each([
  ['FR', 'registered', 'standard'],
  ['FR', 'small_business', 'small_business'],
  ['FR', 'none', 'none'],
  ['DE', 'registered', 'reverse_charge'],
  ['DE', 'small_business', 'small_business'],
  ['US', 'registered', 'reverse_charge'],
  ['US', 'small_business', 'reverse_charge'],
  ['US', 'none', 'none'],
] as const)('VAT on the bill of a creator in %s who is %s', (country, vatStatus, vat) => {
  expect(selfBillVatOf({ country, vatStatus }, 'FR')).toBe(vat);
});

describe.each(DATABASES)('self-billing on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    house = await openMoneyHouse({ db, isRunning: false, timeZone: 'Europe/Paris' });
  });
  afterEach(async () => {
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
  });

  const billing = () => house.money.selfBilling;
  const billsOf = async (creator: string) => (await billing().describe(creator, 'en')).bills.toReversed();
  const agree = (creator: string, textVersion: string | null = VERSION) =>
    billing().setAgreement(creator, { textVersion, language: 'en' });

  async function openCreator(details: CreatorBusinessInput | null = REGISTERED): Promise<string> {
    const creator = await house.createCreator();
    if (!details) return creator;
    await house.money.creatorBusinesses.save(creator, details);
    await agree(creator);
    return creator;
  }

  /** 100.00 brings its creator 66.67: a sixth is VAT, a fifth of the rest the commission. */
  async function sell(creator: string, amountMinor = 10_000): Promise<TipId> {
    const room = await house.createRoom({ kind: 'free' }, { creator });
    const identity = await house.createFan(amountMinor);
    const from = { identity, name: 'Léa', role: 'fan' as const };
    const input = { amountMinor, idempotencyKey: createId('event') };
    return (await house.money.tips.send({ room, from, input })).tip.id as TipId;
  }

  /** To this time before (or after) the midnight in Paris with which the next month begins. */
  function toMonthEnd(offsetMs: number): { month: string } {
    const today = Temporal.Instant.fromEpochMilliseconds(house.now()).toZonedDateTimeISO('Europe/Paris').toPlainDate();
    let month = today.toPlainYearMonth();
    const endMs = () =>
      month.add({ months: 1 }).toPlainDate({ day: 1 }).toZonedDateTime('Europe/Paris').epochMilliseconds;
    // On the last day of a month: that of the next one.
    if (endMs() + offsetMs < house.now()) month = month.add({ months: 1 });
    house.advance(endMs() + offsetMs - house.now());
    return { month: month.toString() };
  }

  test('a month ends at midnight in the house’s time zone, and each sale is on one bill', async () => {
    const creator = await openCreator();
    const { month } = toMonthEnd(-30 * 60_000);
    const tip = await sell(creator);
    toMonthEnd(0);
    // The month is the next one now; what was committed late still belongs to the one before.
    await sell(creator, 5_000);
    await billing().sweep();
    expect(await billsOf(creator)).toEqual([]);
    house.advance(HOUR_MS + 1_000);
    await billing().sweep();
    await billing().sweep();
    expect(await billsOf(creator)).toMatchObject([
      {
        ...{ number: expect.stringMatching(/^\d{4}-0001$/), month, saleCount: 1, refundCount: 0, vat: 'standard' },
        // 66.67 with French VAT of 20 % in it.
        ...{ totalMinor: 6_667, vatMinor: 1_111, netMinor: 5_556 },
        seller: { name: 'Ada Lovelace', vatNumber: 'FR40303265045' },
        buyer: { name: 'Loge', country: 'FR' },
      },
    ]);
    // Taken back in the next month: less than was sold then, so that a credit note comes.
    await house.money.refunds.refund({ tip, reason: 'Given back' }, 'operator');
    toMonthEnd(2 * HOUR_MS);
    await house.money.sweep();
    expect((await billsOf(creator))[1]).toMatchObject({ totalMinor: 3_334 - 6_667, saleCount: 1, refundCount: 1 });
    const { bills } = await billing().describe(creator, 'en');
    await expect(billing().get(bills[0]?.id ?? '', house.creator)).rejects.toEqual(failure('payment_not_found'));
    expect(await billing().get(bills[0]?.id ?? '', creator)).toEqual(bills[0]);
    expect(house.facts.filter(({ topic }) => topic === 'self_bill.issued').length).toBeLessThanOrEqual(2);
  });

  test('nothing is billed before the agreement, after its end, or without details', async () => {
    const creator = await openCreator(null);
    await expect(agree(creator)).rejects.toEqual(failure('invalid_request'));
    await house.money.creatorBusinesses.save(creator, { ...GERMAN, vatNumber: null });
    await expect(agree(creator)).rejects.toEqual(failure('invalid_request'));
    await house.money.creatorBusinesses.save(creator, GERMAN);
    await expect(agree(creator, '2020-01')).rejects.toEqual(failure('invalid_request'));
    toMonthEnd(-DAY_MS);
    const earlier = await sell(creator, 1_000);
    house.advance(1_000);
    await agree(creator);
    await agree(creator);
    const tip = await sell(creator, 2_000);
    house.advance(1_000);
    await agree(creator, null);
    await sell(creator, 4_000);
    // Details that are not complete any more hold the bill back, until they are.
    await house.money.creatorBusinesses.save(creator, { ...GERMAN, vatNumber: null });
    toMonthEnd(2 * HOUR_MS);
    await house.money.sweep();
    expect(await billsOf(creator)).toEqual([]);
    const waiting = async () => (await house.money.desk.overview()).waitingSelfBills;
    expect(await waiting()).toEqual({ count: 1, first: creator });
    expect(await billing().describe(creator, 'en')).toMatchObject({ hasDetails: false });
    await house.money.creatorBusinesses.save(creator, GERMAN);
    await house.money.sweep();
    expect(await billsOf(creator)).toMatchObject([
      { totalMinor: 1_334, vatMinor: 0, vat: 'reverse_charge', saleCount: 1 },
    ]);
    expect(await waiting()).toEqual({ count: 0, first: null });
    // Also later, what the house has billed it corrects, and nothing else.
    for (const each of [tip, earlier])
      await house.money.refunds.refund({ tip: each, reason: 'Given back' }, 'operator');
    toMonthEnd(2 * HOUR_MS);
    await house.money.sweep();
    expect((await billsOf(creator))[1]).toMatchObject({ totalMinor: -1_334, saleCount: 0, refundCount: 1 });
    const change = (statement: string) => execute(db.orm, sql.raw(statement));
    for (const table of ['self_bills', 'self_billed', 'self_billing_agreements'])
      await expect(change(`delete from ${table}`)).rejects.toThrow();
    await expect(change('update self_bills set total_minor = 0')).rejects.toThrow();
    await expect(change('update self_billing_agreements set withdrawn_at = now()')).rejects.toThrow();
  });

  test('two processes and an error in between leave no gap and write nothing twice', async () => {
    const creators = await Promise.all(Array.from({ length: 4 }, () => openCreator()));
    toMonthEnd(-DAY_MS);
    for (const creator of creators) await sell(creator, 1_000);
    toMonthEnd(2 * HOUR_MS);
    const [first = ''] = creators;
    // The last statement of the transaction fails, as where the process is killed before the commit.
    await execute(
      db.orm,
      sql.raw(`create function refuse_bill() returns trigger language plpgsql as $$ begin
        if new.bill in (select id from self_bills where creator = '${first}') then raise 'killed'; end if;
        return new; end $$`),
    );
    await execute(
      db.orm,
      sql`create trigger refuse_bill before insert on self_billed for each row execute function refuse_bill()`,
    );
    await billing()
      .sweep()
      .catch(() => undefined);
    expect(await billsOf(first)).toEqual([]);
    await execute(db.orm, sql`drop trigger refuse_bill on self_billed`);
    await execute(db.orm, sql`drop function refuse_bill`);
    const other = await house.openGateway();
    await Promise.all([billing().sweep(), other.selfBilling.sweep(), billing().sweep()]);
    for (const creator of creators)
      expect(await billsOf(creator)).toMatchObject([{ number: expect.stringMatching(/-0001$/), totalMinor: 667 }]);
  });
});
