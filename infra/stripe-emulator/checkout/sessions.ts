/** The life of a Checkout Session: open, then complete by a payment, or expired by time or by request. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { expireIncomplete } from '../billing/standing.ts';
import { cancelPaymentIntent } from '../payments/payment-intents.ts';
import { newId } from '../random.ts';
import type { CheckoutForm } from '../store/records.ts';

export type NewSession = Pick<
  Stripe.Checkout.Session,
  | 'adaptive_pricing'
  | 'allowed_payment_method_types'
  | 'cancel_url'
  | 'client_reference_id'
  | 'currency'
  | 'customer'
  | 'customer_creation'
  | 'expires_at'
  | 'locale'
  | 'metadata'
  | 'mode'
  | 'saved_payment_method_options'
  | 'success_url'
>;

export function createSession(operation: Operation, wanted: NewSession, form: CheckoutForm): Stripe.Checkout.Session {
  const id = newId('cs_test', 58);
  const amount = form.lineItems.reduce((sum, item) => sum + item.amount_total, 0);
  const session: Stripe.Checkout.Session = {
    ...wanted,
    id,
    object: 'checkout.session',
    after_expiration: null,
    allow_promotion_codes: null,
    amount_subtotal: amount,
    amount_total: amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: operation.now,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer_account: null,
    customer_email: null,
    customer_details: detailsBefore(operation, wanted),
    discounts: [],
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    managed_payments: { enabled: false },
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: wanted.mode === 'subscription' ? 'always' : 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `/c/pay/${id}`,
    wallet_options: null,
  };
  operation.tx.put('checkout_sessions', id, session);
  operation.tx.put('checkout_forms', id, form);
  operation.schedule({ kind: 'expire_session', session: id, dueAtMs: session.expires_at * 1000 });
  return session;
}

/** The payer's details known before the payment. */
function detailsBefore(operation: Operation, { customer }: NewSession) {
  const email = typeof customer === 'string' ? operation.must('customers', customer).email : null;
  return email === null ? null : customerDetails(null, email);
}

function customerDetails(
  name: string | null,
  email: string | null,
  country: string | null = null,
): Stripe.Checkout.Session.CustomerDetails {
  const address =
    country === null ? null : { city: null, country, line1: null, line2: null, postal_code: null, state: null };
  return {
    address,
    business_name: null,
    email,
    individual_name: null,
    name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
}

interface Payer {
  name: string | null;
  email: string | null;
  country: string | null;
}

export function completeSession(
  operation: Operation,
  session: Readonly<Stripe.Checkout.Session>,
  { name, email, country }: Payer,
): Stripe.Checkout.Session {
  const { subscription } = operation.must('checkout_forms', session.id);
  const complete: Stripe.Checkout.Session = {
    ...session,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    ...(subscription === undefined ? {} : subscribed(operation, subscription)),
    customer_details: customerDetails(name, email ?? session.customer_details?.email ?? null, country),
    payment_status: 'paid',
    status: 'complete',
    url: null,
  };
  operation.tx.put('checkout_sessions', session.id, complete);
  operation.emit('checkout.session.completed', { object: complete });
  return complete;
}

function subscribed({ tx }: Operation, id: string): Pick<Stripe.Checkout.Session, 'invoice' | 'subscription'> {
  return { invoice: tx.get('subscriptions', id)?.latest_invoice ?? null, subscription: id };
}

/** Also cancels the PaymentIntent of a declined attempt, so that it cannot be paid any more. */
export function expireSession(
  operation: Operation,
  session: Readonly<Stripe.Checkout.Session>,
): Stripe.Checkout.Session {
  const paymentIntent =
    session.payment_intent === null ? undefined : operation.must('payment_intents', session.payment_intent);
  if (paymentIntent !== undefined && paymentIntent.status !== 'succeeded') {
    cancelPaymentIntent(operation, paymentIntent, 'automatic');
  }
  const { subscription } = operation.must('checkout_forms', session.id);
  if (subscription !== undefined) expireIncomplete(operation, subscription);
  const expired: Stripe.Checkout.Session = { ...session, status: 'expired', url: null };
  operation.tx.put('checkout_sessions', session.id, expired);
  operation.emit('checkout.session.expired', { object: expired });
  return expired;
}
