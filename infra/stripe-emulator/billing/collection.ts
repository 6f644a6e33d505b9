/** Collects invoices: automatically from a saved card with retries, or on session by the customer. */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { confirmPaymentIntent } from '../payments/payment-intents.ts';
import { type Invoice, subscriptionIdOf } from './invoice-model.ts';
import { finalizeInvoice, markPaid, paymentIntentOf } from './invoices.ts';
import { handleExhausted, handleInvoicePaid, handlePaymentFailed } from './standing.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** Days between the attempts; the first is made when the invoice is finalized. */
const RETRY_AFTER_DAYS = [3, 5, 7];

/** An hour has passed since the draft. */
export function finalizeByTime(operation: Operation, invoiceId: string): void {
  const invoice = operation.must('invoices', invoiceId);
  if (invoice.status !== 'draft' || invoice.auto_advance !== true) return;
  collectInvoice(operation, finalizeInvoice(operation, invoice));
}

export function retryByTime(operation: Operation, invoiceId: string, attemptAt: number): void {
  const invoice = operation.must('invoices', invoiceId);
  if (invoice.status === 'open' && invoice.next_payment_attempt === attemptAt) collectInvoice(operation, invoice);
}

/** One off-session attempt; the reactions below handle its outcome. */
export function collectInvoice(operation: Operation, invoice: Invoice): void {
  if (invoice.status !== 'open') return;
  const attempts = invoice.attempt_count + 1;
  const waitDays = invoice.billing_reason === 'subscription_create' ? undefined : RETRY_AFTER_DAYS[attempts - 1];
  const nextAttempt = waitDays === undefined ? null : operation.now + waitDays * DAY_SECONDS;
  const attempted: Stripe.Invoice = {
    ...invoice,
    attempt_count: attempts,
    attempted: true,
    next_payment_attempt: nextAttempt,
  };
  operation.tx.put('invoices', invoice.id, attempted);
  if (nextAttempt !== null) {
    const dueAtMs = nextAttempt * 1000;
    operation.schedule({ kind: 'retry_invoice', invoice: invoice.id, attemptAt: nextAttempt, dueAtMs });
  }
  const paymentMethod = paymentMethodFor(operation, attempted);
  if (paymentMethod === undefined) {
    operation.emit('invoice.payment_failed', { object: attempted });
    handleFailure(operation, attempted);
  } else {
    const paymentIntent = paymentIntentFor(operation, attempted);
    confirmPaymentIntent(operation, { paymentIntent, paymentMethod, isOffSession: true, returnUrl: null });
  }
}

/** `POST /v1/invoices/:id/pay`, and the portal's button. */
export function payInvoice(
  operation: Operation,
  invoice: Invoice,
  {
    paymentMethod,
    isOffSession,
    returnUrl,
  }: { paymentMethod?: string | undefined; isOffSession: boolean; returnUrl: string | null },
) {
  const open = invoice.status === 'draft' ? finalizeInvoice(operation, invoice) : invoice;
  if (open.status === 'paid' && invoice.status === 'draft') return undefined;
  if (open.status !== 'open') {
    throw invalidRequest({ message: `Invoice is already ${open.status}.` });
  }
  const method =
    paymentMethod === undefined ? paymentMethodFor(operation, open) : operation.must('payment_methods', paymentMethod);
  if (method === undefined) {
    const message =
      'There is no `default_payment_method` set on this Customer or Invoice. Please attach a payment method to this customer and try again.';
    throw invalidRequest({ code: 'resource_missing', message });
  }
  const paymentIntent = paymentIntentFor(operation, open);
  return confirmPaymentIntent(operation, { paymentIntent, paymentMethod: method, isOffSession, returnUrl });
}

/** The card that pays the invoice; undefined if there is none. */
export function paymentMethodFor(operation: Operation, invoice: Invoice): Readonly<Stripe.PaymentMethod> | undefined {
  const subscription = operation.tx.get('subscriptions', subscriptionIdOf(invoice) ?? '');
  const customer = operation.must('customers', invoice.customer as string);
  const wanted =
    invoice.default_payment_method ??
    subscription?.default_payment_method ??
    customer.invoice_settings.default_payment_method;
  if (wanted === null) return undefined;
  const found = operation.tx.get('payment_methods', typeof wanted === 'string' ? wanted : wanted.id);
  // A detached card cannot pay.
  return found?.customer === customer.id ? found : undefined;
}

function paymentIntentFor(operation: Operation, invoice: Invoice): Readonly<Stripe.PaymentIntent> {
  const paymentIntent = paymentIntentOf(operation, invoice);
  if (paymentIntent === undefined) throw new Error(`Invoice ${invoice.id} asks for no payment`);
  return paymentIntent;
}

/** Applies the outcome of a PaymentIntent to its invoice, if it has one. */
export function reactToPayment(operation: Operation, type: string, object: { id?: string }): void {
  if (!type.startsWith('payment_intent.')) return;
  const invoiceId = operation.tx.get('payment_intent_owners', object.id ?? '')?.invoice;
  const invoice = invoiceId === undefined ? undefined : operation.tx.get('invoices', invoiceId);
  if (invoice === undefined || invoice.status === 'void' || invoice.status === 'paid') return;
  const paymentIntent = object as Readonly<Stripe.PaymentIntent>;
  switch (type) {
    case 'payment_intent.succeeded':
      handleInvoicePaid(operation, markPaid(operation, invoice), paymentIntent.payment_method as string | null);
      break;
    case 'payment_intent.requires_action':
      operation.emit('invoice.payment_action_required', { object: invoice });
      break;
    case 'payment_intent.payment_failed':
      if (paymentIntent.last_payment_error?.code === 'authentication_required') {
        operation.emit('invoice.payment_action_required', { object: invoice });
      }
      operation.emit('invoice.payment_failed', { object: invoice });
      handleFailure(operation, invoice);
      break;
  }
}

function handleFailure(operation: Operation, invoice: Invoice): void {
  handlePaymentFailed(operation, invoice);
  const isExhausted = invoice.attempt_count > RETRY_AFTER_DAYS.length;
  if (isExhausted && invoice.billing_reason !== 'subscription_create') handleExhausted(operation, invoice);
}
