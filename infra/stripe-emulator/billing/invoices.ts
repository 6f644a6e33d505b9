/** The life of an invoice: drafted, finalized with a number, then paid or voided. */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { minimumOf } from '../payments/money.ts';
import { cancelPaymentIntent, createPaymentIntent } from '../payments/payment-intents.ts';
import { newId } from '../random.ts';
import { changeBalance } from './customer-balance.ts';
import { type Invoice, newInvoice, subscriptionIdOf, type WantedInvoice } from './invoice-model.ts';

/** Creates a draft. It is finalized an hour later, unless it is finalized at once. */
export function draftInvoice(operation: Operation, wanted: WantedInvoice): Stripe.Invoice {
  const invoice = newInvoice(operation, wanted);
  operation.tx.put('invoices', invoice.id, invoice);
  operation.emit('invoice.created', { object: invoice });
  return invoice;
}

/** Finalizes it: from now on only its payment changes. */
export function finalizeInvoice(operation: Operation, invoice: Invoice): Stripe.Invoice {
  assertStatus(invoice, 'finalize', ['draft']);
  const customer = operation.must('customers', invoice.customer as string);
  const sequence = customer.next_invoice_sequence ?? 1;
  const startingBalance = customer.balance;
  // The credit is used first, and a negative total becomes a credit. An amount below the minimum charge is owed with
  // the next invoice.
  const due = invoice.total + startingBalance;
  const isTooSmall = due > 0 && due < minimumOf(invoice.currency);
  const amountDue = isTooSmall ? 0 : Math.max(0, due);
  const endingBalance = due - amountDue;
  const finalized: Stripe.Invoice = {
    ...invoice,
    amount_due: amountDue,
    amount_remaining: amountDue,
    automatically_finalizes_at: null,
    effective_at: operation.now,
    ending_balance: endingBalance,
    number: `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`,
    starting_balance: startingBalance,
    status: 'open',
    status_transitions: { ...invoice.status_transitions, finalized_at: operation.now },
  };
  const numbered = { ...customer, currency: invoice.currency, next_invoice_sequence: sequence + 1 };
  operation.tx.put('customers', customer.id, numbered);
  if (endingBalance !== startingBalance) {
    changeBalance(operation, customer.id, endingBalance - startingBalance, invoice.currency);
  }
  operation.tx.put('invoices', finalized.id, finalized);
  operation.emit('invoice.finalized', { object: finalized });
  if (amountDue === 0) return markPaid(operation, finalized);
  requestPayment(operation, finalized);
  return finalized;
}

function requestPayment(operation: Operation, invoice: Invoice): void {
  const paymentIntent = createPaymentIntent(operation, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    automatic_payment_methods: { allow_redirects: 'never', enabled: true },
    customer: invoice.customer as string,
    description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
    setup_future_usage: 'off_session',
  });
  operation.tx.put('payment_intent_owners', paymentIntent.id, { invoice: invoice.id });
  const payment: Stripe.InvoicePayment = {
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: operation.now,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: paymentIntent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  operation.tx.put('invoice_payments', payment.id, payment);
}

function paymentOf(operation: Operation, invoice: Invoice): Readonly<Stripe.InvoicePayment> | undefined {
  for (const payment of operation.tx.newestFirst('invoice_payments', { invoice: invoice.id })) return payment;
  return undefined;
}

export function paymentIntentOf(operation: Operation, invoice: Invoice): Readonly<Stripe.PaymentIntent> | undefined {
  const payment = paymentOf(operation, invoice);
  return payment && operation.must('payment_intents', payment.payment.payment_intent);
}

export function markPaid(operation: Operation, invoice: Invoice): Stripe.Invoice {
  const paid: Stripe.Invoice = {
    ...invoice,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: operation.now },
  };
  operation.tx.put('invoices', paid.id, paid);
  const payment = paymentOf(operation, invoice);
  if (payment !== undefined) {
    const settled: Stripe.InvoicePayment = {
      ...payment,
      amount_paid: payment.amount_requested,
      status: 'paid',
      status_transitions: { ...payment.status_transitions, paid_at: operation.now },
    };
    operation.tx.put('invoice_payments', payment.id, settled);
    operation.emit('invoice_payment.paid', { object: settled });
  }
  operation.emit('invoice.paid', { object: paid });
  operation.emit('invoice.payment_succeeded', { object: paid });
  return paid;
}

export function voidInvoice(operation: Operation, invoice: Invoice): Stripe.Invoice {
  assertStatus(invoice, 'void', ['open']);
  cancelRequest(operation, invoice);
  const voided: Stripe.Invoice = {
    ...invoice,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'void',
    status_transitions: { ...invoice.status_transitions, voided_at: operation.now },
  };
  operation.tx.put('invoices', voided.id, voided);
  returnAppliedBalance(operation, invoice);
  operation.emit('invoice.voided', { object: voided });
  return voided;
}

/** Returns the used balance to the customer (docs.stripe.com/changelog/2019-12-03). */
function returnAppliedBalance(operation: Operation, invoice: Invoice): void {
  const amountMinor = invoice.starting_balance - (invoice.ending_balance ?? invoice.starting_balance);
  if (amountMinor !== 0) changeBalance(operation, invoice.customer as string, amountMinor, invoice.currency);
}

function cancelRequest(operation: Operation, invoice: Invoice): void {
  const payment = paymentOf(operation, invoice);
  const paymentIntent = paymentIntentOf(operation, invoice);
  if (payment === undefined || paymentIntent === undefined || paymentIntent.status === 'canceled') return;
  cancelPaymentIntent(operation, paymentIntent, 'void_invoice');
  const canceledAt = operation.now;
  const status_transitions = { ...payment.status_transitions, canceled_at: canceledAt };
  operation.tx.put('invoice_payments', payment.id, { ...payment, status: 'canceled', status_transitions });
}

function assertStatus({ id, status }: Invoice, act: string, allowed: readonly string[]): void {
  if (allowed.includes(String(status))) return;
  const message = `You can't ${act} the invoice ${id}: it is ${status}. Only ${allowed.join(' or ')} invoices can be.`;
  throw invalidRequest({ message });
}

/** All invoices of a subscription that are open or drafts. */
export function unsettledInvoices(operation: Operation, subscription: Readonly<Stripe.Subscription>): Invoice[] {
  const all = [...operation.tx.newestFirst('invoices', { customer: subscription.customer as string })];
  return all.filter(
    (invoice) => subscriptionIdOf(invoice) === subscription.id && ['draft', 'open'].includes(String(invoice.status)),
  );
}
