/** `/v1/payouts`, of a connected account by its `Stripe-Account` header. */
import type Stripe from 'stripe';
import { invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route } from '../api/route.ts';
import { createPayout } from '../connect/payouts.ts';
import { parseCurrency } from '../payments/money.ts';

export const payoutRoutes: readonly Route[] = [
  accountRoute<Stripe.PayoutCreateParams>('POST', '/v1/payouts', 'PayoutCreateParams', create),
  accountRoute<Stripe.PayoutListParams>('GET', '/v1/payouts', 'PayoutListParams', ({ tx }, page) =>
    paginate({ url: '/v1/payouts', noun: 'payout', newestFirst: tx.newestFirst('payouts') }, page),
  ),
  accountRoute('GET', '/v1/payouts/:id', 'PayoutRetrieveParams', (operation, _parameters, id) =>
    payoutOf(operation, id),
  ),
];

function create(operation: Operation, parameters: Stripe.PayoutCreateParams): Stripe.Payout {
  const { amount, description, metadata, method } = parameters;
  if (method === 'instant') throw notEmulated('An instant payout', 'method');
  if (amount < 1) {
    const message = 'This value must be greater than or equal to 1.';
    throw invalidRequest({ code: 'parameter_invalid_integer', param: 'amount', message });
  }
  const account = operation.account === null ? undefined : operation.must('accounts', operation.account);
  return createPayout(operation, account, {
    amountMinor: amount,
    currency: parseCurrency(parameters.currency),
    description: description ?? null,
    isAutomatic: false,
    metadata: mergeMetadata(null, metadata),
  });
}

export function payoutOf(operation: Operation, id: string): Readonly<Stripe.Payout> {
  const payout = operation.tx.get('payouts', id);
  if (payout === undefined) throw noSuch('payout', id);
  return payout;
}
