/** Every line of the provider's own books is booked or named, whatever its type. */
import { expect, test } from 'vitest';
import type { Reconciliation } from '../../../server/protocol/money/payouts.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';

const MOVED: [account: string, types: string[]][] = [
  ['house_bank', ['topup', 'topup_reversal', 'payout_cancel', 'inbound_transfer']],
  ['provider_fees', ['adjustment', 'stripe_fee', 'stripe_fx_fee', 'tax_fee', 'contribution', 'climate_order_purchase']],
  ['provider_reserve', ['reserve_transaction', 'reserve_hold', 'reserved_funds', 'payout_minimum_balance_hold']],
  ['provider_other', ['advance', 'issuing_transaction', 'payment_unreconciled', 'application_fee']],
];

test('top-ups, taxes, reserves and what the house does not use are booked once, and the reconciliation names them', async () => {
  await using db = await openDatabase();
  await using house = await openMoneyHouse({ db, isRunning: false });
  const { money, emulator } = house;
  await house.createFan(2_000);
  // The fee of the payment is booked when the provider knows it.
  await emulator.flush();
  await money.sweep();
  const wanted = new Map<string, number>();
  let amountMinor = 0;
  for (const [account, types] of MOVED) {
    for (const type of types) {
      amountMinor = (amountMinor > 0 ? -1 : 1) * (Math.abs(amountMinor) + 7);
      emulator.act('move_balance', { type, amountMinor });
      wanted.set(account, (wanted.get(account) ?? 0) + amountMinor);
    }
  }
  const compare = (): Promise<Reconciliation> => money.reconciliations.run(0);
  expect(await compare()).toMatchObject({ unexplainedCount: 0, differenceMinor: 0 });
  const { items, ledgerMinor, providerMinor } = await compare();
  expect(ledgerMinor).toBe(providerMinor);
  const named = new Map(items.map(({ reference, text }) => [reference, text]));
  const rows = await db.bulk<{ kind: string; sum: number }>(
    `select a.kind, sum(e.amount_minor)::int as sum from ledger_entries e join ledger_accounts a on a.id = e.account
      join ledger_transactions x on x.id = e.transaction and x.source_type = 'provider_movement' group by a.kind`,
    [],
  );
  const booked = new Map(rows.map(({ kind, sum }) => [kind, sum]));
  for (const [account, types] of MOVED) {
    expect([account, booked.get(account)]).toEqual([account, wanted.get(account)]);
    for (const type of types) expect(named.get(type)).toContain(`booked as ${account}`);
  }
  expect(await money.checkInvariants()).toEqual([]);
});
