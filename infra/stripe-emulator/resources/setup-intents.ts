/** `/v1/setup_intents` */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch, StripeApiError } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, type RouteAnswer, route } from '../api/route.ts';
import { assertCardAllowed } from '../payments/cards.ts';
import { assertUsableBy, findPaymentMethod } from '../payments/payment-methods.ts';
import { cancelSetupIntent, confirmSetupIntent, createSetupIntent } from '../payments/setup-intents.ts';
import { customerOf } from './customers.ts';

const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export const setupIntentRoutes: readonly Route[] = [
  route<Stripe.SetupIntentCreateParams>('POST', '/v1/setup_intents', 'SetupIntentCreateParams', create),
  route<Stripe.SetupIntentListParams>(
    'GET',
    '/v1/setup_intents',
    'SetupIntentListParams',
    ({ tx }, { customer, payment_method: paymentMethod, ...page }) => {
      const newestFirst = tx.newestFirst('setup_intents', { customer, payment_method: paymentMethod });
      return paginate({ url: '/v1/setup_intents', noun: 'setup_intent', newestFirst }, page);
    },
  ),
  route('GET', '/v1/setup_intents/:id', 'SetupIntentRetrieveParams', (operation, _parameters, id) =>
    setupIntentOf(operation, id),
  ),
  route<Stripe.SetupIntentUpdateParams>('POST', '/v1/setup_intents/:id', 'SetupIntentUpdateParams', update),
  route<Stripe.SetupIntentConfirmParams>(
    'POST',
    '/v1/setup_intents/:id/confirm',
    'SetupIntentConfirmParams',
    (operation, parameters, id) => confirm(operation, setupIntentOf(operation, id), parameters),
  ),
  route<Stripe.SetupIntentCancelParams>(
    'POST',
    '/v1/setup_intents/:id/cancel',
    'SetupIntentCancelParams',
    (operation, { cancellation_reason: reason }, id) => {
      const setupIntent = setupIntentOf(operation, id);
      assertOpen(setupIntent, 'cancel');
      return cancelSetupIntent(operation, setupIntent, reason ?? null);
    },
  ),
];

function create(operation: Operation, parameters: Stripe.SetupIntentCreateParams): RouteAnswer {
  assertCardAllowed(parameters.allowed_payment_method_types);
  const { customer, payment_method: paymentMethodId, automatic_payment_methods: automatic, return_url } = parameters;
  const customerId = customer === undefined ? null : customerOf(operation.tx, customer).id;
  const paymentMethod = paymentMethodId === undefined ? undefined : findPaymentMethod(operation, paymentMethodId);
  if (paymentMethod !== undefined) assertUsableBy(operation, paymentMethod, customerId);
  const setupIntent = createSetupIntent(operation, {
    allowed_payment_method_types: parameters.allowed_payment_method_types ?? null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true, ...automatic },
    customer: customerId,
    description: parameters.description ?? null,
    metadata: mergeMetadata(null, parameters.metadata),
    payment_method: paymentMethod?.id ?? null,
    status: paymentMethod === undefined ? 'requires_payment_method' : 'requires_confirmation',
    usage: parameters.usage ?? 'off_session',
  });
  if (parameters.confirm === true) return confirm(operation, setupIntent, { return_url });
  if (return_url === undefined) return setupIntent;
  const message = 'You can only pass `return_url` when `confirm` is true.';
  throw invalidParameter({ param: 'return_url', message });
}

function confirm(
  operation: Operation,
  setupIntent: Readonly<Stripe.SetupIntent>,
  { payment_method: given, return_url: returnUrl }: Stripe.SetupIntentConfirmParams,
): RouteAnswer {
  assertOpen(setupIntent, 'confirm');
  const wanted = given ?? setupIntent.payment_method;
  if (wanted === null) {
    const message =
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.";
    throw invalidRequest({ code: 'setup_intent_unexpected_state', message });
  }
  if (setupIntent.automatic_payment_methods?.allow_redirects === 'always' && returnUrl === undefined) {
    const message =
      'This SetupIntent is configured to accept payment methods that might redirect your customer off of your page: you must provide a `return_url`, or set `automatic_payment_methods[allow_redirects]` to `never`.';
    throw invalidRequest({ message });
  }
  const paymentMethod = findPaymentMethod(operation, typeof wanted === 'string' ? wanted : wanted.id);
  const result = confirmSetupIntent(operation, setupIntent, paymentMethod, returnUrl ?? null);
  return result.outcome === 'declined' ? result.error : result.setupIntent;
}

function update(
  operation: Operation,
  parameters: Stripe.SetupIntentUpdateParams,
  id: string,
): Readonly<Stripe.SetupIntent> {
  const setupIntent = setupIntentOf(operation, id);
  const { customer, description, metadata, payment_method: paymentMethodId } = parameters;
  const updated: Stripe.SetupIntent = { ...setupIntent, metadata: mergeMetadata(setupIntent.metadata, metadata) };
  if (customer !== undefined) updated.customer = customerOf(operation.tx, customer).id;
  if (description !== undefined) updated.description = description;
  if (paymentMethodId !== undefined) {
    assertOpen(setupIntent, 'update');
    updated.payment_method = findPaymentMethod(operation, paymentMethodId).id;
    updated.status = 'requires_confirmation';
  }
  operation.tx.put('setup_intents', id, updated);
  return updated;
}

function setupIntentOf(operation: Operation, id: string): Readonly<Stripe.SetupIntent> {
  const setupIntent = operation.tx.get('setup_intents', id);
  if (setupIntent === undefined) throw noSuch('setup_intent', id);
  return setupIntent;
}

function assertOpen(setupIntent: Readonly<Stripe.SetupIntent>, act: string): void {
  if (OPEN.includes(setupIntent.status)) return;
  throw new StripeApiError(400, {
    type: 'invalid_request_error',
    code: 'setup_intent_unexpected_state',
    message: `You cannot ${act} this SetupIntent because it has a status of ${setupIntent.status}. Only a SetupIntent with one of the following statuses may be used for this: ${OPEN.join(', ')}.`,
    setup_intent: setupIntent as Stripe.SetupIntent,
  });
}
