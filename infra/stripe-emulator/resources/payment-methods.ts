/** `/v1/payment_methods`: cards, created by paying or attaching, and their customers. */
import type Stripe from 'stripe';
import { invalidParameter, noSuch } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { type PageParameters, paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { attachPaymentMethod, detachPaymentMethod, findPaymentMethod } from '../payments/payment-methods.ts';
import { customerOf } from './customers.ts';

type ListParams = PageParameters & Pick<Stripe.PaymentMethodListParams, 'customer' | 'type'>;

export const paymentMethodRoutes: readonly Route[] = [
  route<ListParams>('GET', '/v1/payment_methods', 'PaymentMethodListParams', list),
  route<Stripe.PaymentMethodAttachParams>(
    'POST',
    '/v1/payment_methods/:id/attach',
    'PaymentMethodAttachParams',
    (operation, { customer }, id) => {
      if (customer === undefined) {
        const message = 'Missing required param: customer.';
        throw invalidParameter({ code: 'parameter_missing', param: 'customer', message });
      }
      const owner = customerOf(operation.tx, customer);
      return attachPaymentMethod(operation, findPaymentMethod(operation, id, 'id'), owner.id);
    },
  ),
  route('POST', '/v1/payment_methods/:id/detach', 'PaymentMethodDetachParams', (operation, _parameters, id) =>
    detachPaymentMethod(operation, paymentMethodOf(operation, id)),
  ),
];

function list({ tx }: Operation, { customer, type, ...page }: ListParams): object {
  if (customer === undefined) {
    const message = 'Missing required param: customer.';
    throw invalidParameter({ code: 'parameter_missing', param: 'customer', message });
  }
  customerOf(tx, customer);
  return paginate(
    {
      url: '/v1/payment_methods',
      noun: 'PaymentMethod',
      newestFirst: tx.newestFirst('payment_methods', { customer }),
      matches: (paymentMethod) => type === undefined || paymentMethod.type === type,
    },
    page,
  );
}

function paymentMethodOf(operation: Operation, id: string): Readonly<Stripe.PaymentMethod> {
  const paymentMethod = operation.tx.get('payment_methods', id);
  if (paymentMethod === undefined) throw noSuch('PaymentMethod', id);
  return paymentMethod;
}
