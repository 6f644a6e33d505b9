/** `/v1/balance_transactions`, `/v1/balance`, `/v1/balance_settings`: movements of an account, sum and schedule. */
import type Stripe from 'stripe';
import { notEmulated } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route, route } from '../api/route.ts';
import { payoutIntervalOf, schedulePlatformPayout, setPayoutInterval } from '../connect/payouts.ts';
import { availableMinor } from '../payments/ledger.ts';

export const balanceRoutes: readonly Route[] = [
  accountRoute<Stripe.BalanceTransactionListParams>(
    'GET',
    '/v1/balance_transactions',
    'BalanceTransactionListParams',
    ({ tx }, { currency, source, ...page }) =>
      paginate(
        {
          url: '/v1/balance_transactions',
          noun: 'balance transaction',
          newestFirst: tx.newestFirst('balance_transactions', { source }),
          matches: (transaction) => currency === undefined || transaction.currency === currency,
        },
        page,
      ),
  ),
  accountRoute('GET', '/v1/balance', 'BalanceRetrieveParams', (operation): Stripe.Balance => {
    const { tx } = operation;
    const sides = [...tx.newestFirst('balances')].map(({ currency, totalMinor }) => {
      const available = availableMinor(operation, currency);
      return { currency, available, pending: totalMinor - available };
    });
    const side = (which: 'available' | 'pending') =>
      sides.map(({ currency, [which]: amount }) => ({ amount, currency, source_types: { card: amount } }));
    return { object: 'balance', available: side('available'), livemode: false, pending: side('pending') };
  }),
  route('GET', '/v1/balance_settings', 'BalanceSettingsRetrieveParams', settingsOf),
  route<Stripe.BalanceSettingsUpdateParams>(
    'POST',
    '/v1/balance_settings',
    'BalanceSettingsUpdateParams',
    (operation, { payments }) => {
      const interval = payments?.payouts?.schedule?.interval;
      if (interval === undefined) return settingsOf(operation);
      const known = (['daily', 'manual'] as const).find((each) => each === interval);
      if (!known) throw notEmulated(`Payouts by ${interval}`, 'payments[payouts][schedule][interval]');
      setPayoutInterval(operation, known);
      schedulePlatformPayout(operation, operation.now);
      return settingsOf(operation);
    },
  ),
];

function settingsOf(operation: Operation): Stripe.BalanceSettings {
  return {
    object: 'balance_settings',
    payments: {
      debit_negative_balances: null,
      payouts: {
        automatic_transfer_rules_by_currency: null,
        minimum_balance_by_currency: null,
        schedule: { interval: payoutIntervalOf(operation) },
        statement_descriptor: null,
        status: 'enabled',
      },
      settlement_timing: { delay_days: 2, start_of_day: null },
    },
  };
}
