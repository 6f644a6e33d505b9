/** The action of a Checkout Session's page: pays, one attempt at a time. */
import type Stripe from 'stripe';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paymentIntentOf as invoicePaymentIntentOf } from '../billing/invoices.ts';
import { isOver } from '../billing/subscription-model.ts';
import { createSubscription } from '../billing/subscriptions.ts';
import {
  authenticatePaymentIntent,
  type Confirmed,
  confirmPaymentIntent,
  createPaymentIntent,
} from '../payments/payment-intents.ts';
import { createPaymentMethod } from '../payments/payment-methods.ts';
import { createCustomer } from '../resources/customers.ts';
import type { CheckoutForm } from '../store/records.ts';
import type { CardForm } from './card-form.ts';
import type { Session } from './page.ts';
import { completeSession } from './sessions.ts';

export type Payment =
  | { outcome: 'paid'; session: Session }
  | { outcome: 'challenged'; clientSecret: string }
  | { outcome: 'declined'; code: string; declineCode: string | undefined };

/** A typed card, perhaps to be saved, or a saved one. */
export type PaymentSource = { form: CardForm; isSaved: boolean } | { paymentMethod: string };

export function paySession(operation: Operation, session: Session, source: PaymentSource): Payment {
  const known = withCustomer(operation, session, source);
  const paymentMethod =
    'form' in source
      ? cardOf(operation, known, source.form, source.isSaved)
      : operation.must('payment_methods', source.paymentMethod);
  if (known.mode === 'subscription') return subscribe(operation, known, paymentMethod);
  const existing = paymentIntentOf(operation, known);
  const isSaved = 'form' in source && source.isSaved;
  const setup_future_usage = existing.setup_future_usage ?? (isSaved ? 'on_session' : null);
  const current = { ...known, payment_intent: existing.id };
  operation.tx.put('checkout_sessions', session.id, current);
  const confirmed = confirmPaymentIntent(operation, {
    paymentIntent: { ...existing, customer: current.customer, setup_future_usage },
    paymentMethod,
    isOffSession: false,
    returnUrl: null,
  });
  return finish(operation, current, confirmed);
}

/** The bank's answer to the challenge of a session's page. */
export function authenticateSession(
  operation: Operation,
  session: Session,
  paymentIntent: Readonly<Stripe.PaymentIntent>,
  isAuthenticated: boolean,
): Payment {
  return finish(operation, session, authenticatePaymentIntent(operation, paymentIntent, isAuthenticated));
}

function finish(operation: Operation, session: Session, confirmed: Confirmed): Payment {
  switch (confirmed.outcome) {
    case 'succeeded':
      return paid(operation, session, confirmed.paymentIntent.payment_method);
    case 'requires_action':
      return { outcome: 'challenged', clientSecret: String(confirmed.paymentIntent.client_secret) };
    case 'declined':
      return declined(confirmed.error);
  }
}

/** The subscription of the first attempt is reused by the next; it starts when its first invoice is paid. */
function subscribe(operation: Operation, session: Session, paymentMethod: Readonly<Stripe.PaymentMethod>): Payment {
  const form = operation.must('checkout_forms', session.id);
  const started = form.subscription === undefined ? undefined : operation.must('subscriptions', form.subscription);
  const subscription = started === undefined || isOver(started) ? startSubscription(operation, session, form) : started;
  operation.tx.put('checkout_sessions', session.id, session);
  operation.tx.put('checkout_forms', session.id, { ...form, subscription: subscription.id });
  const invoice = operation.must('invoices', subscription.latest_invoice);
  const paymentIntent = invoicePaymentIntentOf(operation, invoice);
  if (paymentIntent === undefined) return paid(operation, session, paymentMethod.id);
  operation.tx.put('payment_intent_owners', paymentIntent.id, { session: session.id, invoice: invoice.id });
  const confirmed = confirmPaymentIntent(operation, {
    paymentIntent,
    paymentMethod,
    isOffSession: false,
    returnUrl: null,
  });
  return finish(operation, session, confirmed);
}

function startSubscription(operation: Operation, session: Session, form: Readonly<CheckoutForm>): Stripe.Subscription {
  const items = form.lineItems.flatMap(({ price, quantity }) => (price ? [{ price, quantity: quantity ?? 1 }] : []));
  const wanted = {
    currency: session.currency ?? '',
    customer: session.customer as string,
    default_payment_method: null,
    items,
    metadata: mergeMetadata(null, form.subscriptionData?.metadata),
    savesDefaultPaymentMethod: true,
  };
  return createSubscription(operation, wanted, false);
}

function paid(operation: Operation, session: Session, paymentMethod: string | { id: string } | null): Payment {
  const { name, email, address } = operation.must('payment_methods', paymentMethod).billing_details;
  const payer = { name, email, country: address?.country ?? null };
  return { outcome: 'paid', session: completeSession(operation, session, payer) };
}

function declined({ body }: { body: { code?: string; decline_code?: string } }): Payment {
  return { outcome: 'declined', code: body.code ?? 'card_declined', declineCode: body.decline_code };
}

/** A card can only be saved with a customer: creates one if there is none. */
function withCustomer(operation: Operation, session: Session, source: PaymentSource): Session {
  const { paymentIntentData } = operation.must('checkout_forms', session.id);
  const isSaving = paymentIntentData.setup_future_usage !== undefined || session.mode === 'subscription';
  if (session.customer !== null || !isSaving) return session;
  const form = 'form' in source ? source.form : undefined;
  const { id } = createCustomer(operation, { name: form?.name ?? null, email: form?.email ?? null });
  return { ...session, customer: id };
}

function cardOf(operation: Operation, session: Session, form: CardForm, isSaved: boolean): Stripe.PaymentMethod {
  const email = form.email ?? session.customer_details?.email ?? null;
  const entry = { ...form, email };
  // The payer's own choice allows showing the card again; a card that the merchant saves may stay hidden.
  return createPaymentMethod(operation, entry, { allow_redisplay: isSaved ? 'always' : 'limited' });
}

/** Created at the first attempt and reused by the next, as Checkout does since 2022-08-01. */
function paymentIntentOf(operation: Operation, session: Session): Readonly<Stripe.PaymentIntent> {
  if (session.payment_intent !== null) return operation.must('payment_intents', session.payment_intent);
  const { paymentIntentData: data } = operation.must('checkout_forms', session.id);
  const paymentIntent = createPaymentIntent(operation, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? '',
    customer: session.customer,
    description: data.description ?? null,
    metadata: mergeMetadata(null, data.metadata),
    setup_future_usage: data.setup_future_usage ?? null,
    statement_descriptor_suffix: data.statement_descriptor_suffix ?? null,
  });
  operation.tx.put('payment_intent_owners', paymentIntent.id, { session: session.id });
  return paymentIntent;
}
