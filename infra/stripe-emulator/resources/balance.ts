/** `/v1/balance_transactions` and `/v1/balance`: what the payments have left on the account. */
import type Stripe from 'stripe';
import { noSuch } from '../api/errors.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';

export const balanceRoutes: readonly Route[] = [
  route<Stripe.BalanceTransactionListParams>(
    'GET',
    '/v1/balance_transactions',
    'BalanceTransactionListParams',
    ({ tx }, { currency, source, type, ...page }) =>
      paginate(
        {
          url: '/v1/balance_transactions',
          noun: 'balance transaction',
          newestFirst: tx.newestFirst('balance_transactions'),
          matches: (transaction) =>
            (currency === undefined || transaction.currency === currency) &&
            (source === undefined || transaction.source === source) &&
            (type === undefined || transaction.type === type),
        },
        page,
      ),
  ),
  route('GET', '/v1/balance_transactions/:id', 'BalanceTransactionRetrieveParams', ({ tx }, _parameters, id) => {
    const transaction = tx.get('balance_transactions', id);
    if (transaction === undefined) throw noSuch('balance transaction', id);
    return transaction;
  }),
  route('GET', '/v1/balance', 'BalanceRetrieveParams', ({ tx, now }): Stripe.Balance => {
    const sums = new Map<string, { available: number; pending: number }>();
    for (const { currency, net, available_on: availableOn } of tx.newestFirst('balance_transactions')) {
      const sum = sums.get(currency) ?? { available: 0, pending: 0 };
      sum[availableOn <= now ? 'available' : 'pending'] += net;
      sums.set(currency, sum);
    }
    const side = (which: 'available' | 'pending') =>
      [...sums].map(([currency, sum]) => ({ amount: sum[which], currency, source_types: { card: sum[which] } }));
    return { object: 'balance', available: side('available'), livemode: false, pending: side('pending') };
  }),
];
