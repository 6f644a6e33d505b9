/** `/v1/payment_intents` */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch, notEmulated, StripeApiError } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, type RouteAnswer, route } from '../api/route.ts';
import { assertCardAllowed } from '../payments/cards.ts';
import { assertChargeable, parseCurrency } from '../payments/money.ts';
import { cancelPaymentIntent, confirmPaymentIntent, createPaymentIntent } from '../payments/payment-intents.ts';
import { assertUsableBy, findPaymentMethod } from '../payments/payment-methods.ts';
import { assertDescriptors } from '../payments/statement-descriptors.ts';
import { customerOf } from './customers.ts';

export const paymentIntentRoutes: readonly Route[] = [
  route<Stripe.PaymentIntentCreateParams>('POST', '/v1/payment_intents', 'PaymentIntentCreateParams', create),
  route<Stripe.PaymentIntentListParams>(
    'GET',
    '/v1/payment_intents',
    'PaymentIntentListParams',
    ({ tx }, { customer, ...page }) =>
      paginate(
        {
          url: '/v1/payment_intents',
          noun: 'payment_intent',
          newestFirst: tx.newestFirst('payment_intents', { customer }),
        },
        page,
      ),
  ),
  route('GET', '/v1/payment_intents/:id', 'PaymentIntentRetrieveParams', (operation, _parameters, id) =>
    paymentIntentOf(operation, id),
  ),
  route<Stripe.PaymentIntentConfirmParams>(
    'POST',
    '/v1/payment_intents/:id/confirm',
    'PaymentIntentConfirmParams',
    (operation, parameters, id) => confirm(operation, paymentIntentOf(operation, id), parameters),
  ),
  route<Stripe.PaymentIntentCancelParams>(
    'POST',
    '/v1/payment_intents/:id/cancel',
    'PaymentIntentCancelParams',
    (operation, { cancellation_reason: reason }, id) => {
      const paymentIntent = paymentIntentOf(operation, id);
      assertNotCheckouts(operation, paymentIntent, 'cancel');
      assertStatus(paymentIntent, 'cancel', OPEN);
      return cancelPaymentIntent(operation, paymentIntent, reason ?? null);
    },
  ),
];

const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

function create(operation: Operation, parameters: Stripe.PaymentIntentCreateParams): RouteAnswer {
  const currency = parseCurrency(parameters.currency);
  assertChargeable(parameters.amount, currency);
  assertCardPayment(parameters);
  assertDescriptors(parameters);
  const { customer, payment_method: paymentMethodId, automatic_payment_methods: automatic } = parameters;
  const paymentMethod = paymentMethodId === undefined ? undefined : findPaymentMethod(operation, paymentMethodId);
  const customerId = customer === undefined ? null : customerOf(operation.tx, customer).id;
  if (paymentMethod !== undefined) assertUsableBy(operation, paymentMethod, customerId);
  const paymentIntent = createPaymentIntent(operation, {
    amount: parameters.amount,
    currency,
    allowed_payment_method_types: parameters.allowed_payment_method_types ?? null,
    // Dynamic payment methods are on by default, and may redirect unless that is disabled.
    automatic_payment_methods: { allow_redirects: 'always', enabled: true, ...automatic },
    capture_method: parameters.capture_method ?? 'automatic_async',
    customer: customerId,
    description: parameters.description ?? null,
    metadata: mergeMetadata(null, parameters.metadata),
    payment_method: paymentMethod?.id ?? null,
    setup_future_usage: parameters.setup_future_usage ?? null,
    statement_descriptor_suffix: parameters.statement_descriptor_suffix ?? null,
    status: paymentMethod === undefined ? 'requires_payment_method' : 'requires_confirmation',
    transfer_group: parameters.transfer_group ?? null,
  });
  if (parameters.confirm !== true) {
    for (const param of ['off_session', 'return_url'] as const) {
      if (parameters[param] === undefined) continue;
      throw invalidParameter({ param, message: `You can only pass \`${param}\` when \`confirm\` is true.` });
    }
    return paymentIntent;
  }
  const { off_session, return_url } = parameters;
  return confirm(operation, paymentIntent, { off_session, return_url });
}

function assertCardPayment(parameters: Stripe.PaymentIntentCreateParams): void {
  assertCardAllowed(parameters.allowed_payment_method_types);
  if (parameters.capture_method === 'manual') throw notEmulated('Manual capture', 'capture_method');
}

function confirm(
  operation: Operation,
  paymentIntent: Readonly<Stripe.PaymentIntent>,
  parameters: Stripe.PaymentIntentConfirmParams,
): RouteAnswer {
  assertNotCheckouts(operation, paymentIntent, 'confirm');
  assertStatus(paymentIntent, 'confirm', OPEN);
  const { off_session, return_url, setup_future_usage: futureUsage } = parameters;
  const isOffSession = off_session !== undefined && off_session !== false;
  if (isOffSession && (futureUsage ?? paymentIntent.setup_future_usage)) {
    const message =
      'You cannot confirm with `off_session=true` when `setup_future_usage` is also set on the PaymentIntent.';
    throw invalidRequest({ param: 'off_session', message });
  }
  const wanted = parameters.payment_method ?? paymentIntent.payment_method;
  if (wanted === null) {
    const message = `You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.`;
    throw invalidRequest({ code: 'payment_intent_unexpected_state', message });
  }
  const needsReturnUrl = paymentIntent.automatic_payment_methods?.allow_redirects === 'always';
  if (needsReturnUrl && return_url === undefined && !isOffSession) {
    const message =
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.";
    throw invalidRequest({ message });
  }
  const setup_future_usage = futureUsage === undefined ? paymentIntent.setup_future_usage : futureUsage || null;
  const confirmed = confirmPaymentIntent(operation, {
    paymentIntent: { ...paymentIntent, setup_future_usage },
    paymentMethod: findPaymentMethod(operation, typeof wanted === 'string' ? wanted : wanted.id),
    isOffSession,
    returnUrl: return_url ?? null,
  });
  return confirmed.outcome === 'declined' ? confirmed.error : confirmed.paymentIntent;
}

function paymentIntentOf(operation: Operation, id: string): Readonly<Stripe.PaymentIntent> {
  const paymentIntent = operation.tx.get('payment_intents', id);
  if (paymentIntent === undefined) throw noSuch('payment_intent', id, 'id');
  return paymentIntent;
}

function assertStatus(paymentIntent: Readonly<Stripe.PaymentIntent>, act: string, allowed: readonly string[]): void {
  if (allowed.includes(paymentIntent.status)) return;
  throw new StripeApiError(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `You cannot ${act} this PaymentIntent because it has a status of ${paymentIntent.status}. Only a PaymentIntent with one of the following statuses may be used for this: ${allowed.join(', ')}.`,
    payment_intent: paymentIntent as Stripe.PaymentIntent,
  });
}

/** Only its page and its expiry may change a session's own PaymentIntent. */
function assertNotCheckouts(operation: Operation, { id }: Readonly<Stripe.PaymentIntent>, act: string): void {
  const owner = operation.tx.get('payment_intent_owners', id);
  const isInvoices = owner?.invoice !== undefined && act !== 'confirm';
  if (owner?.session === undefined && !isInvoices) return;
  const message = isInvoices
    ? `You cannot ${act} this PaymentIntent because it belongs to an invoice. Void the invoice instead.`
    : `You cannot ${act} this PaymentIntent because it was created by Checkout. Expire the Checkout Session instead.`;
  throw invalidRequest({ code: 'payment_intent_unexpected_state', message });
}
