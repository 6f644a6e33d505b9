/** The life of a SetupIntent of the billing portal: prepares a card for later payments, without one. */
import type Stripe from 'stripe';
import { StripeApiError } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import { declineMessage } from './cards.ts';
import { challengeAction, customerIdOf } from './payment-intents.ts';
import { assertUsableBy, finishUse } from './payment-methods.ts';

export function createSetupIntent(operation: Operation, customer: string): Stripe.SetupIntent {
  const id = newId('seti');
  const setupIntent: Stripe.SetupIntent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_${newId('secret', 25)}`,
    created: operation.now,
    customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: { created_by: 'billing_portal' },
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: 'requires_payment_method',
    usage: 'off_session',
  };
  return save(operation, setupIntent, 'setup_intent.created');
}

export type SetUp =
  | { outcome: 'succeeded' | 'requires_action'; setupIntent: Stripe.SetupIntent }
  | { outcome: 'declined'; setupIntent: Stripe.SetupIntent; error: StripeApiError };

export function confirmSetupIntent(
  operation: Operation,
  setupIntent: Readonly<Stripe.SetupIntent>,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  returnUrl: string | null,
): SetUp {
  assertUsableBy(operation, paymentMethod, customerIdOf(setupIntent));
  const { decline, isSavedFirst, authentication } = operation.must('card_behaviours', paymentMethod.id);
  if (decline !== undefined && isSavedFirst !== true) {
    const fault = { code: decline.code, decline_code: decline.declineCode, message: declineMessage(decline) };
    return fail(operation, setupIntent, paymentMethod, fault);
  }
  if (authentication === 'never') return succeed(operation, setupIntent, paymentMethod);
  const waiting: Stripe.SetupIntent = {
    ...setupIntent,
    last_setup_error: null,
    next_action: challengeAction(setupIntent, returnUrl),
    payment_method: paymentMethod.id,
    status: 'requires_action',
  };
  return { outcome: 'requires_action', setupIntent: save(operation, waiting, 'setup_intent.requires_action') };
}

/** The bank's decision on a SetupIntent that requires action. */
export function authenticateSetupIntent(
  operation: Operation,
  setupIntent: Readonly<Stripe.SetupIntent>,
  isAuthenticated: boolean,
): SetUp {
  const paymentMethod = operation.must('payment_methods', setupIntent.payment_method);
  if (isAuthenticated) return succeed(operation, setupIntent, paymentMethod);
  const message =
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
  return fail(operation, setupIntent, paymentMethod, { code: 'setup_intent_authentication_failure', message });
}

function succeed(
  operation: Operation,
  setupIntent: Readonly<Stripe.SetupIntent>,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
): SetUp {
  finishUse(operation, { paymentMethod, customer: customerIdOf(setupIntent), futureUsage: setupIntent.usage });
  const done: Stripe.SetupIntent = {
    ...setupIntent,
    last_setup_error: null,
    next_action: null,
    payment_method: paymentMethod.id,
    status: 'succeeded',
  };
  return { outcome: 'succeeded', setupIntent: save(operation, done, 'setup_intent.succeeded') };
}

function fail(
  operation: Operation,
  setupIntent: Readonly<Stripe.SetupIntent>,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  fault: { code: string; decline_code?: string; message: string },
): SetUp {
  const error = new StripeApiError(402, { type: 'card_error', ...fault });
  const failed: Stripe.SetupIntent = {
    ...setupIntent,
    last_setup_error: { ...error.body, payment_method: paymentMethod } as Stripe.SetupIntent.LastSetupError,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  };
  save(operation, failed, 'setup_intent.setup_failed');
  const body = { ...error.body, setup_intent: failed, payment_method: paymentMethod };
  return { outcome: 'declined', setupIntent: failed, error: new StripeApiError(402, body) };
}

function save(operation: Operation, setupIntent: Stripe.SetupIntent, eventType: Stripe.Event.Type): Stripe.SetupIntent {
  operation.tx.put('setup_intents', setupIntent.id, setupIntent);
  operation.emit(eventType, { object: setupIntent });
  return setupIntent;
}
