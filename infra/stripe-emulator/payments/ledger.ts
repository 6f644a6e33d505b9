/** Every movement of an account's balance is a balance transaction; their sums are stored beside them. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import type { BalanceRecord } from '../store/records.ts';

const DAY_SECONDS = 24 * 60 * 60;

export type BalanceMove = Pick<Stripe.BalanceTransaction, 'amount' | 'currency' | 'description' | 'source' | 'type'> &
  Partial<Pick<Stripe.BalanceTransaction, 'fee' | 'fee_details' | 'reporting_category'>> & {
    /** In seconds; absent: at once. */
    availableOn?: number;
  };

export function createBalanceTransaction(operation: Operation, move: BalanceMove): Stripe.BalanceTransaction {
  const { availableOn = operation.now, ...rest } = move;
  const { fee = 0, fee_details = [], reporting_category = move.type } = rest;
  const transaction: Stripe.BalanceTransaction = {
    ...rest,
    id: newId('txn'),
    object: 'balance_transaction',
    available_on: availableOn,
    balance_type: 'payments',
    created: operation.now,
    exchange_rate: null,
    fee,
    fee_details,
    net: move.amount - fee,
    reporting_category,
    status: availableOn <= operation.now ? 'available' : 'pending',
  };
  operation.tx.put('balance_transactions', transaction.id, transaction);
  const balance = balanceOf(operation, move.currency);
  operation.tx.put('balances', move.currency, added(balance, transaction, operation.now));
  return transaction;
}

/** The day from which funds that arrive now are available. */
export function availableAfterDays(operation: Operation, days: number): number {
  return Math.floor(operation.now / DAY_SECONDS + days) * DAY_SECONDS;
}

export function availableMinor(operation: Operation, currency: string): number {
  const { totalMinor, pending } = balanceOf(operation, currency);
  const waiting = pending.filter(({ availableOn }) => availableOn > operation.now);
  return waiting.reduce((rest, { amountMinor }) => rest - amountMinor, totalMinor);
}

function balanceOf(operation: Operation, currency: string): BalanceRecord {
  return operation.tx.get('balances', currency) ?? { id: currency, currency, totalMinor: 0, pending: [] };
}

function added(
  balance: BalanceRecord,
  { net, available_on: availableOn }: Stripe.BalanceTransaction,
  now: number,
): BalanceRecord {
  const pending = balance.pending.filter((part) => part.availableOn > now && part.availableOn !== availableOn);
  const same = balance.pending.find((part) => part.availableOn === availableOn)?.amountMinor ?? 0;
  if (availableOn > now) pending.push({ availableOn, amountMinor: same + net });
  return { ...balance, totalMinor: balance.totalMinor + net, pending };
}
