/** Fees that the provider reports late or never. Nothing here is a race, so one database suffices. */

import { expect, test } from 'vitest';
import type { PaymentProvider, ProviderPayment } from '../../../server/money/provider/payment-provider.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The day on which the provider reports the late fees. */
const LATE_DAYS = 40;
const LOOKED_FOR_DAYS = 90;

test('a late fee is looked up ever less often, booked when it is known, and abandoned after ninety days', async () => {
  await using db = await openDatabase();
  const known = new Set<string>();
  let asked: string[] = [];
  const hide = (found: ProviderPayment) => (known.has(found.payment) ? found : { ...found, feeMinor: null });
  const wrapProvider = (provider: PaymentProvider): PaymentProvider => {
    const fetchCheckout = provider.fetchCheckout.bind(provider);
    provider.fetchCheckout = async (session) => {
      const found = await fetchCheckout(session);
      return found?.payment ? { ...found, payment: hide(found.payment) } : found;
    };
    const fetchPayment = provider.fetchPayment.bind(provider);
    provider.fetchPayment = async (payment) => {
      asked.push(payment);
      const found = await fetchPayment(payment);
      return found && hide(found);
    };
    return provider;
  };
  await using house = await openMoneyHouse({ db, isRunning: false, wrapProvider });
  const { money } = house;
  const { id: tier } = await house.rooms.clubs.createTier(house.creator, {
    name: 'Backstage',
    priceMinor: 1_200,
    interval: 'month',
  });

  /** Returns the provider's id of the payment. */
  async function topUp(): Promise<string> {
    const { checkoutUrl, topup } = await money.topups.create({
      identity: `fan-${createId('event')}`,
      name: 'Léa',
      amountMinor: 2_000,
    });
    await money.confirmCheckout(await pay(checkoutUrl));
    return (await money.desk.payments.get(topup)).providerPayment ?? '';
  }

  async function join(): Promise<string> {
    const identity = `fan-${createId('event')}`;
    const { checkoutUrl } = await money.memberships.join({ tier, identity, name: 'Léa' });
    await money.confirmCheckout(await pay(checkoutUrl));
    // One payment is enough: prevents the renewal.
    for (const { id } of await money.memberships.list(identity)) await money.memberships.cancel(identity, id);
    const { payments } = await money.desk.payments.search({ query: identity, kind: 'membership', limit: 1 });
    return (await money.desk.payments.get(payments[0]?.id ?? '')).providerPayment ?? '';
  }

  async function pass(times: number, ms: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      house.advance(ms);
      await money.sweep();
    }
  }

  const bookedFees = async () => {
    const statement = sql`select count(*)::int as n from ledger_transactions where kind = 'provider_fee'`;
    const { rows } = (await db.orm.execute(statement)) as unknown as { rows: { n: number }[] };
    return rows[0]?.n;
  };
  const timesOf = (ids: string[]) => ids.map((id) => asked.filter((each) => each === id).length);

  const late = [await topUp(), await join()];
  const never = [await topUp(), await join()];
  await pass(48, 5 * MINUTE_MS);
  asked = [];
  await pass(3, HOUR_MS);
  expect(Math.max(...timesOf([...late, ...never]))).toBeLessThanOrEqual(1);
  await pass(1, DAY_MS);
  asked = [];
  await pass(LATE_DAYS, DAY_MS);
  expect(timesOf([...late, ...never])).toEqual([LATE_DAYS, LATE_DAYS, LATE_DAYS, LATE_DAYS]);

  expect(await bookedFees()).toBe(0);
  for (const id of late) known.add(id);
  await pass(1, DAY_MS);
  expect(await bookedFees()).toBe(late.length);
  asked = [];
  await pass(LOOKED_FOR_DAYS - LATE_DAYS + 5, DAY_MS);
  expect(timesOf(late)).toEqual([0, 0]);
  expect(timesOf(never)).toEqual([LOOKED_FOR_DAYS - LATE_DAYS - 2, LOOKED_FOR_DAYS - LATE_DAYS - 2]);
  expect(await bookedFees()).toBe(late.length);
  expect(await money.checkInvariants()).toEqual([]);
});
