/** `/v1/payment_methods`: cards, created from tokens or by paying, and their customers. */
import type Stripe from 'stripe';
import { invalidParameter, noSuch, notEmulated } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { type PageParameters, paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { cardByName } from '../payments/cards.ts';
import {
  attachPaymentMethod,
  createPaymentMethod,
  detachPaymentMethod,
  entryOf,
  findPaymentMethod,
} from '../payments/payment-methods.ts';
import { customerOf } from './customers.ts';

type ListParams = PageParameters & Pick<Stripe.PaymentMethodListParams, 'allow_redisplay' | 'customer' | 'type'>;

export const paymentMethodRoutes: readonly Route[] = [
  route<Stripe.PaymentMethodCreateParams>('POST', '/v1/payment_methods', 'PaymentMethodCreateParams', create),
  route<ListParams>('GET', '/v1/payment_methods', 'PaymentMethodListParams', list),
  route('GET', '/v1/payment_methods/:id', 'PaymentMethodRetrieveParams', (operation, _parameters, id) =>
    paymentMethodOf(operation, id),
  ),
  route<Stripe.PaymentMethodUpdateParams>('POST', '/v1/payment_methods/:id', 'PaymentMethodUpdateParams', update),
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

function create(operation: Operation, parameters: Stripe.PaymentMethodCreateParams): Stripe.PaymentMethod {
  const { type = 'card', card } = parameters;
  if (type !== 'card') throw notEmulated(`A payment method of type ${type}`, 'type');
  const token = (card as { token?: string } | undefined)?.token;
  if (token === undefined) {
    const message = 'Missing required param: card[token]. Card numbers are typed on pages; the API takes tokens alone.';
    throw invalidParameter({ code: 'parameter_missing', param: 'card[token]', message });
  }
  const known = token.startsWith('tok_') ? cardByName(token) : undefined;
  if (known === undefined) throw noSuch('token', token, 'card[token]');
  return createPaymentMethod(operation, entryOf(operation, known));
}

function update(
  operation: Operation,
  { allow_redisplay }: Stripe.PaymentMethodUpdateParams,
  id: string,
): Readonly<Stripe.PaymentMethod> {
  const paymentMethod = paymentMethodOf(operation, id);
  const updated = { ...paymentMethod, ...(allow_redisplay === undefined ? {} : { allow_redisplay }) };
  operation.tx.put('payment_methods', id, updated);
  const { allow_redisplay: before } = paymentMethod;
  operation.emit('payment_method.updated', { object: updated, previous: { allow_redisplay: before } });
  return updated;
}

function list({ tx }: Operation, { allow_redisplay, customer, type, ...page }: ListParams): object {
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
      matches: (paymentMethod) =>
        (type === undefined || paymentMethod.type === type) &&
        (allow_redisplay === undefined || paymentMethod.allow_redisplay === allow_redisplay),
    },
    page,
  );
}

function paymentMethodOf(operation: Operation, id: string): Readonly<Stripe.PaymentMethod> {
  const paymentMethod = operation.tx.get('payment_methods', id);
  if (paymentMethod === undefined) throw noSuch('PaymentMethod', id);
  return paymentMethod;
}
