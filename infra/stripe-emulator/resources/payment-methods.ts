/** `/v1/payment_methods`: read only so far; they come into being by paying. */
import { noSuch } from '../api/errors.ts';
import { type Route, route } from '../api/route.ts';

export const paymentMethodRoutes: readonly Route[] = [
  route('GET', '/v1/payment_methods/:id', 'PaymentMethodRetrieveParams', ({ tx }, _parameters, id) => {
    const paymentMethod = tx.get('payment_methods', id);
    if (paymentMethod === undefined) throw noSuch('PaymentMethod', id);
    return paymentMethod;
  }),
];
