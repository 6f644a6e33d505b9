/** `/v1/balance_transactions` and `/v1/balance`: an account's movements and their sum. */
import type Stripe from 'stripe';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route } from '../api/route.ts';
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
];
