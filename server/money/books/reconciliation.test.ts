import { expect, test } from 'vitest';
import type { ProviderMovement } from '../provider/payment-provider.ts';
import { compareBooks, type KnownMovement } from './reconciliation.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.parse('2026-11-24T12:00:00Z');

const movement = (given: Partial<ProviderMovement>): ProviderMovement => ({
  id: 'txn_1',
  kind: 'payment',
  type: 'charge',
  source: 'pi_1',
  amountMinor: 1_000,
  feeMinor: 40,
  netMinor: 960,
  createdAtMs: NOW_MS - 5 * DAY_MS,
  checkout: null,
  ...given,
});

const record = (given: Partial<KnownMovement>): KnownMovement => ({
  kind: 'payment',
  source: 'pi_1',
  record: 'checkout_1',
  amountMinor: 1_000,
  feeMinor: 40,
  atMs: NOW_MS - 5 * DAY_MS,
  status: 'booked',
  ...given,
});

const compare = (movements: ProviderMovement[], known: KnownMovement[], unpaid: string[] = []) =>
  compareBooks({ movements, known, unpaidCheckouts: new Set(unpaid), nowMs: NOW_MS, sinceMs: NOW_MS - 35 * DAY_MS });

test('equal entries are no difference', () => {
  expect(compare([movement({})], [record({})])).toEqual([]);
});

test('explains a fee that is not known yet, but no other fee or amount', () => {
  expect(compare([movement({})], [record({ feeMinor: null })])).toMatchObject([
    { verdict: 'fee_not_known', isExplained: true, differenceMinor: -40 },
  ]);
  expect(compare([movement({ feeMinor: 50 })], [record({})])).toMatchObject([
    { verdict: 'amount_differs', isExplained: false, differenceMinor: -10 },
  ]);
  expect(compare([movement({ amountMinor: 900 })], [record({})])).toMatchObject([
    { verdict: 'amount_differs', isExplained: false, differenceMinor: -100 },
  ]);
});

test('classifies an unknown payment, an unbooked one, and one of a minute ago', () => {
  expect(compare([movement({})], [])).toMatchObject([{ verdict: 'unknown_payment', isExplained: false }]);
  // A manual refund that the bank returned before the server knew of it.
  const sent = movement({
    kind: 'refund',
    source: 're_1',
    checkout: null,
    amountMinor: -700,
    feeMinor: 0,
    netMinor: -700,
  });
  const back = { ...sent, id: 'txn_back', amountMinor: 700, netMinor: 700 };
  expect(compare([sent, back], [])).toEqual([]);
  const ours = movement({ checkout: 'checkout_1' });
  expect(compare([ours], [], ['checkout_1'])).toMatchObject([{ verdict: 'missing_here', isExplained: false }]);
  const young = { ...ours, createdAtMs: NOW_MS - 60_000 };
  expect(compare([young], [], ['checkout_1'])).toMatchObject([{ verdict: 'in_flight', isExplained: true }]);
});

test('reports a booking that is missing at the provider, unless it is recent or from before the period', () => {
  expect(compare([], [record({})])).toMatchObject([
    { verdict: 'missing_there', isExplained: false, differenceMinor: -960 },
  ]);
  expect(compare([], [record({ atMs: NOW_MS - 60_000 })])).toMatchObject([{ verdict: 'in_flight', isExplained: true }]);
  expect(compare([], [record({ atMs: NOW_MS - 35 * DAY_MS })])).toEqual([]);
});

test('a failed refund and a reversed transfer count by the sum of their movements', () => {
  const refund = { kind: 'refund', type: 'refund', source: 're_1', feeMinor: 0 } as const;
  const both = [movement({ ...refund, amountMinor: -300 }), movement({ ...refund, id: 'txn_2', amountMinor: 300 })];
  const failed = record({ kind: 'refund', source: 're_1', amountMinor: 0, feeMinor: 0 });
  expect(compare(both, [failed])).toEqual([]);
  expect(compare(both, [{ ...failed, amountMinor: -300 }])).toMatchObject([
    { verdict: 'amount_differs', isExplained: false, differenceMinor: 300 },
  ]);
  const transfer = { kind: 'transfer', type: 'transfer', source: 'tr_1', feeMinor: 0 } as const;
  const reversed = [
    movement({ ...transfer, amountMinor: -700 }),
    movement({ ...transfer, id: 'txn_2', amountMinor: 700 }),
  ];
  const paid = record({ kind: 'transfer', source: 'tr_1', record: 'payout_1', amountMinor: -700, feeMinor: 0 });
  expect(compare(reversed, [paid])).toMatchObject([{ verdict: 'amount_differs', isExplained: false }]);
});

test('explains a refund that waits for its confirmation', () => {
  const refund = movement({ kind: 'refund', type: 'refund', source: 're_1', amountMinor: -300, feeMinor: 0 });
  const pending = record({ kind: 'refund', source: 're_1', amountMinor: -300, feeMinor: 0, status: 'pending' });
  expect(compare([refund], [pending])).toMatchObject([
    { verdict: 'in_flight', isExplained: true, differenceMinor: -300 },
  ]);
});

test('does not explain any other unknown movement', () => {
  const strange = movement({ kind: 'other', type: 'a_new_type', source: null, amountMinor: -50, feeMinor: 0 });
  expect(compare([strange], [])).toMatchObject([{ verdict: 'missing_here', isExplained: false, differenceMinor: -50 }]);
});
