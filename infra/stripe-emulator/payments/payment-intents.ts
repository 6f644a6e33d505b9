/**
 * The life of a PaymentIntent: created, confirmed, perhaps authenticated, then paid, declined or cancelled.
 * The API, the checkout page and invoices all use it, so that all emit the same events.
 */
import type Stripe from 'stripe';
import { StripeApiError } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import type { CardBehaviour } from '../store/records.ts';
import { declineMessage } from './cards.ts';
import { createCharge } from './charges.ts';
import { assertUsableBy, finishUse } from './payment-methods.ts';

export type NewPaymentIntent = Pick<Stripe.PaymentIntent, 'amount' | 'currency'> & Partial<Stripe.PaymentIntent>;

export function createPaymentIntent(operation: Operation, wanted: NewPaymentIntent): Stripe.PaymentIntent {
  const id = newId('pi');
  const paymentIntent: Stripe.PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_${newId('secret', 25)}`,
    confirmation_method: 'automatic',
    created: operation.now,
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
    ...wanted,
  };
  return savePaymentIntent(operation, paymentIntent, 'payment_intent.created');
}

interface Confirmation {
  paymentIntent: Readonly<Stripe.PaymentIntent>;
  paymentMethod: Readonly<Stripe.PaymentMethod>;
  isOffSession: boolean;
  /** Where the bank's page returns; without it the app handles the challenge itself. */
  returnUrl: string | null;
}

export type Confirmed =
  | { outcome: 'succeeded' | 'requires_action'; paymentIntent: Stripe.PaymentIntent }
  | { outcome: 'declined'; paymentIntent: Stripe.PaymentIntent; error: StripeApiError };

export function confirmPaymentIntent(operation: Operation, confirmation: Confirmation): Confirmed {
  const { paymentIntent, paymentMethod, isOffSession, returnUrl } = confirmation;
  assertUsableBy(operation, paymentMethod, customerIdOf(paymentIntent));
  const behaviour = operation.must('card_behaviours', paymentMethod.id);
  if (!asksHolder(behaviour, isOffSession)) return attempt(operation, paymentIntent, paymentMethod, false);
  if (isOffSession) {
    const authenticationRequired = { code: 'authentication_required', declineCode: 'authentication_required' };
    return declineWithCharge(operation, paymentIntent, paymentMethod, authenticationRequired);
  }
  const waiting: Stripe.PaymentIntent = {
    ...paymentIntent,
    last_payment_error: null,
    next_action: challengeAction(paymentIntent, returnUrl),
    payment_method: paymentMethod.id,
    status: 'requires_action',
  };
  savePaymentIntent(operation, waiting, 'payment_intent.requires_action');
  return { outcome: 'requires_action', paymentIntent: waiting };
}

/** Whether the bank requires authentication of this payment. */
function asksHolder({ authentication, isSetUp }: CardBehaviour, isOffSession: boolean): boolean {
  switch (authentication) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'on_session':
      return !isOffSession;
    case 'unless_set_up':
      return !(isOffSession && isSetUp === true);
  }
}

/** The redirect to the bank's page; without a return address the app's own script opens it. */
export function challengeAction({ client_secret }: { client_secret: string | null }, returnUrl: string | null) {
  const url = `/c/authenticate/${client_secret}`;
  return returnUrl === null
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
    : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
}

/** The bank's decision on a PaymentIntent that requires action. */
export function authenticatePaymentIntent(
  operation: Operation,
  paymentIntent: Readonly<Stripe.PaymentIntent>,
  isAuthenticated: boolean,
): Confirmed {
  const paymentMethod = operation.must('payment_methods', paymentIntent.payment_method);
  if (isAuthenticated) return attempt(operation, paymentIntent, paymentMethod, true);
  const message =
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
  return fail(operation, paymentIntent, paymentMethod, { code: 'payment_intent_authentication_failure', message });
}

function attempt(
  operation: Operation,
  paymentIntent: Readonly<Stripe.PaymentIntent>,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  isAuthenticated: boolean,
): Confirmed {
  const { decline } = operation.must('card_behaviours', paymentMethod.id);
  if (decline !== undefined) return declineWithCharge(operation, paymentIntent, paymentMethod, decline);
  const charge = createCharge(operation, { paymentIntent, paymentMethod, isAuthenticated });
  const futureUsage = paymentIntent.setup_future_usage;
  finishUse(operation, { paymentMethod, customer: customerIdOf(paymentIntent), futureUsage });
  const done: Stripe.PaymentIntent = {
    ...paymentIntent,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: paymentMethod.id,
    amount_received: paymentIntent.amount,
    status: 'succeeded',
  };
  return { outcome: 'succeeded', paymentIntent: savePaymentIntent(operation, done, 'payment_intent.succeeded') };
}

export function cancelPaymentIntent(
  operation: Operation,
  paymentIntent: Readonly<Stripe.PaymentIntent>,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent {
  const cancelled: Stripe.PaymentIntent = {
    ...paymentIntent,
    canceled_at: operation.now,
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  };
  return savePaymentIntent(operation, cancelled, 'payment_intent.canceled');
}

function declineWithCharge(
  operation: Operation,
  paymentIntent: Readonly<Stripe.PaymentIntent>,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  decline: NonNullable<CardBehaviour['decline']>,
): Confirmed {
  const charge = createCharge(operation, { paymentIntent, paymentMethod, isAuthenticated: false, decline });
  const fault = {
    code: decline.code,
    decline_code: decline.declineCode,
    charge: charge.id,
    message: declineMessage(decline),
  };
  return fail(operation, { ...paymentIntent, latest_charge: charge.id }, paymentMethod, fault);
}

interface PaymentFault {
  code: string;
  decline_code?: string;
  charge?: string;
  message: string;
}

function fail(
  operation: Operation,
  paymentIntent: Readonly<Stripe.PaymentIntent>,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  fault: PaymentFault,
): Confirmed {
  const error = new StripeApiError(402, { type: 'card_error', ...fault });
  const failed: Stripe.PaymentIntent = {
    ...paymentIntent,
    last_payment_error: { ...error.body, payment_method: paymentMethod } as Stripe.PaymentIntent.LastPaymentError,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  };
  savePaymentIntent(operation, failed, 'payment_intent.payment_failed');
  const body = { ...error.body, payment_intent: failed, payment_method: paymentMethod };
  return { outcome: 'declined', paymentIntent: failed, error: new StripeApiError(402, body) };
}

function savePaymentIntent(
  operation: Operation,
  paymentIntent: Stripe.PaymentIntent,
  eventType: Stripe.Event.Type,
): Stripe.PaymentIntent {
  operation.tx.put('payment_intents', paymentIntent.id, paymentIntent);
  operation.emit(eventType, { object: paymentIntent });
  return paymentIntent;
}

export function customerIdOf({ customer }: Readonly<Pick<Stripe.PaymentIntent, 'customer'>>): string | null {
  return customer === null || typeof customer === 'string' ? customer : customer.id;
}
