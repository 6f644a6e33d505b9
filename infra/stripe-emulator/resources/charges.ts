/** `/v1/charges`: read only; payments create them. */
import type Stripe from 'stripe';
import { noSuch } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route } from '../api/route.ts';

export const chargeRoutes: readonly Route[] = [
  accountRoute<Stripe.ChargeListParams>('GET', '/v1/charges', 'ChargeListParams', ({ tx }, parameters) => {
    const { customer, payment_intent: paymentIntent, ...page } = parameters;
    const newestFirst = tx.newestFirst('charges', { payment_intent: paymentIntent, customer });
    return paginate({ url: '/v1/charges', noun: 'charge', newestFirst }, page);
  }),
  accountRoute('GET', '/v1/charges/:id', 'ChargeRetrieveParams', (operation, _parameters, id) =>
    chargeOf(operation, id),
  ),
];

export function chargeOf(operation: Operation, id: string, param?: string): Readonly<Stripe.Charge> {
  const charge = operation.tx.get('charges', id);
  if (charge === undefined) throw noSuch('charge', id, param);
  return charge;
}
