/** Paying a Checkout Session from its page: one attempt at a time, however often the button is pressed. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import {
  authenticatePaymentIntent,
  type Confirmed,
  confirmPaymentIntent,
  createPaymentIntent,
} from '../payments/payment-intents.ts';
import { createPaymentMethod } from '../payments/payment-methods.ts';
import { mergeMetadata } from '../resources/metadata.ts';
import type { CardForm } from './card-form.ts';
import { completeSession } from './sessions.ts';

type Session = Readonly<Stripe.Checkout.Session>;

export type Payment =
  | { outcome: 'paid'; session: Session }
  | { outcome: 'challenged'; clientSecret: string }
  | { outcome: 'declined'; code: string; declineCode: string | undefined };

export function paySession(operation: Operation, session: Session, form: CardForm): Payment {
  const paymentIntent = paymentIntentOf(operation, session);
  const paymentMethod = createPaymentMethod(operation, {
    card: form.card,
    expMonth: form.expMonth,
    expYear: form.expYear,
    hasCvc: true,
    name: form.name,
    email: form.email ?? session.customer_details?.email ?? null,
    country: form.card.country,
  });
  const current = { ...session, payment_intent: paymentIntent.id };
  operation.tx.put('checkout_sessions', session.id, current);
  const confirmed = confirmPaymentIntent(operation, {
    paymentIntent,
    paymentMethod,
    isOffSession: false,
    returnUrl: null,
  });
  return finish(operation, current, confirmed);
}

/** The bank's answer to the challenge of a payment on a session's page. */
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
    case 'succeeded': {
      const { billing_details: details } = operation.must('payment_methods', confirmed.paymentIntent.payment_method);
      const { name, email, address } = details;
      const payer = { name, email, country: address?.country ?? null };
      return { outcome: 'paid', session: completeSession(operation, session, payer) };
    }
    case 'requires_action':
      return { outcome: 'challenged', clientSecret: String(confirmed.paymentIntent.client_secret) };
    case 'declined': {
      const { code = 'card_declined', decline_code: declineCode } = confirmed.error.body;
      return { outcome: 'declined', code, declineCode };
    }
  }
}

/** Made at the first attempt and used again by the next, as Checkout does since 2022-08-01. */
function paymentIntentOf(operation: Operation, session: Session): Readonly<Stripe.PaymentIntent> {
  if (session.payment_intent !== null) return operation.must('payment_intents', session.payment_intent);
  const { paymentIntentData: data } = operation.must('checkout_forms', session.id);
  const paymentIntent = createPaymentIntent(operation, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? '',
    capture_method: data.capture_method ?? 'automatic_async',
    customer: session.customer,
    description: data.description ?? null,
    metadata: mergeMetadata(null, data.metadata),
    receipt_email: data.receipt_email ?? null,
    statement_descriptor: data.statement_descriptor ?? null,
    statement_descriptor_suffix: data.statement_descriptor_suffix ?? null,
    transfer_group: data.transfer_group ?? null,
  });
  operation.tx.put('payment_intent_owners', paymentIntent.id, { session: session.id });
  return paymentIntent;
}
