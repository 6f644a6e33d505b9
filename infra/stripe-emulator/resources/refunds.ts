/** `/v1/refunds` */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch } from '../api/errors.ts';
import type { Included } from '../api/expand.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route, route } from '../api/route.ts';
import { createRefund } from '../payments/refunds.ts';
import { chargeOf } from './charges.ts';

export const refundRoutes: readonly Route[] = [
  route<Stripe.RefundCreateParams>('POST', '/v1/refunds', 'RefundCreateParams', (operation, parameters) =>
    createRefund(operation, {
      charge: refundableCharge(operation, parameters),
      amountMinor: parameters.amount,
      reason: parameters.reason ?? null,
      metadata: mergeMetadata(null, parameters.metadata),
    }),
  ),
  accountRoute<Stripe.RefundListParams>('GET', '/v1/refunds', 'RefundListParams', ({ tx }, parameters) => {
    const { charge, payment_intent: paymentIntent, ...page } = parameters;
    return paginate(
      {
        url: '/v1/refunds',
        noun: 'refund',
        newestFirst: tx.newestFirst('refunds', { charge, payment_intent: paymentIntent }),
      },
      page,
    );
  }),
  accountRoute('GET', '/v1/refunds/:id', 'RefundRetrieveParams', ({ tx }, _parameters, id) => {
    const refund = tx.get('refunds', id);
    if (refund === undefined) throw noSuch('refund', id);
    return refund;
  }),
];

/** `expand[]=refunds` on a charge. */
export const refundsOfCharge: Included = (reader, chargeId) =>
  paginate(
    {
      url: `/v1/charges/${chargeId}/refunds`,
      noun: 'refund',
      newestFirst: reader.newestFirst('refunds', { charge: chargeId }),
    },
    {},
  );

function refundableCharge(operation: Operation, parameters: Stripe.RefundCreateParams): Readonly<Stripe.Charge> {
  const { charge, payment_intent: paymentIntentId } = parameters;
  if (charge !== undefined && paymentIntentId !== undefined) {
    const message = 'You may only specify one of these parameters: charge, payment_intent.';
    throw invalidParameter({ message, param: 'payment_intent' });
  }
  if (charge !== undefined) return chargeOf(operation, charge, 'charge');
  if (paymentIntentId === undefined) {
    const message = 'One of the following params should be provided for this request: payment_intent or charge.';
    throw invalidParameter({ message });
  }
  const paymentIntent = operation.tx.get('payment_intents', paymentIntentId);
  if (paymentIntent === undefined) throw noSuch('payment_intent', paymentIntentId, 'payment_intent');
  if (paymentIntent.status !== 'succeeded') {
    const message = `This PaymentIntent (${paymentIntentId}) does not have a successful charge to refund.`;
    throw invalidRequest({ message, param: 'payment_intent' });
  }
  return operation.must('charges', paymentIntent.latest_charge);
}
