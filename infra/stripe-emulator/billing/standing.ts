/** Effects of payments on a subscription: it becomes active or past due, or ends unpaid. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { type Invoice, subscriptionIdOf } from './invoice-model.ts';
import { unsettledInvoices, voidInvoice } from './invoices.ts';
import { customerIdOf, isOver, type Subscription } from './subscription-model.ts';

export function saveSubscription(
  operation: Operation,
  subscription: Subscription,
  previous: Record<string, unknown>,
): Stripe.Subscription {
  const saved = subscription as Stripe.Subscription;
  operation.tx.put('subscriptions', saved.id, saved);
  if (Object.keys(previous).length > 0) operation.emit('customer.subscription.updated', { object: saved, previous });
  return saved;
}

export function handleInvoicePaid(operation: Operation, invoice: Invoice, paymentMethod: string | null): void {
  const subscription = subscriptionOf(operation, invoice);
  if (subscription === undefined || isOver(subscription)) return;
  const previous: Record<string, unknown> = {};
  const updated: Stripe.Subscription = { ...subscription };
  if (subscription.latest_invoice === invoice.id && subscription.status !== 'active') {
    previous.status = subscription.status;
    updated.status = 'active';
  }
  const isFirst = invoice.billing_reason === 'subscription_create';
  const isSaved = subscription.payment_settings?.save_default_payment_method === 'on_subscription';
  if (isFirst && isSaved && paymentMethod !== null && subscription.default_payment_method === null) {
    previous.default_payment_method = null;
    updated.default_payment_method = paymentMethod;
  }
  saveSubscription(operation, updated, previous);
  markDelinquent(operation, updated, false);
}

export function handlePaymentFailed(operation: Operation, invoice: Invoice): void {
  const subscription = subscriptionOf(operation, invoice);
  if (subscription?.status !== 'active') return;
  saveSubscription(operation, { ...subscription, status: 'past_due' }, { status: 'active' });
  markDelinquent(operation, subscription, true);
}

/** The last attempt has failed. */
export function handleExhausted(operation: Operation, invoice: Invoice): void {
  const subscription = subscriptionOf(operation, invoice);
  if (subscription !== undefined && !isOver(subscription)) endSubscription(operation, subscription, 'payment_failed');
}

type EndReason = NonNullable<Stripe.Subscription.CancellationDetails['reason']>;

/** At once and for good; open invoices are not collected automatically any more. */
export function endSubscription(
  operation: Operation,
  subscription: Subscription,
  reason: EndReason | null,
): Stripe.Subscription {
  const isNeverPaid = subscription.status === 'incomplete';
  for (const invoice of unsettledInvoices(operation, subscription)) {
    if (isNeverPaid && invoice.status === 'open') voidInvoice(operation, invoice);
    else {
      const kept = { ...invoice, auto_advance: false, automatically_finalizes_at: null, next_payment_attempt: null };
      operation.tx.put('invoices', invoice.id, kept as Stripe.Invoice);
    }
  }
  for (const item of [...operation.tx.newestFirst('pending_items', { subscription: subscription.id })]) {
    operation.tx.remove('pending_items', item.id);
  }
  const details = subscription.cancellation_details;
  const ended: Stripe.Subscription = {
    ...subscription,
    canceled_at: subscription.canceled_at ?? operation.now,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: details?.reason ?? reason,
    },
    ended_at: operation.now,
    status: 'canceled',
  };
  operation.tx.put('subscriptions', ended.id, ended);
  operation.emit('customer.subscription.deleted', { object: ended });
  return ended;
}

/** The first invoice was not paid within a day: the subscription expires. */
export function expireIncomplete(operation: Operation, subscriptionId: string): void {
  const subscription = operation.must('subscriptions', subscriptionId);
  if (subscription.status !== 'incomplete') return;
  for (const invoice of unsettledInvoices(operation, subscription)) {
    if (invoice.status === 'open') voidInvoice(operation, invoice);
  }
  const expired: Stripe.Subscription = { ...subscription, ended_at: operation.now, status: 'incomplete_expired' };
  saveSubscription(operation, expired, { status: 'incomplete', ended_at: null });
}

function subscriptionOf(operation: Operation, invoice: Invoice): Subscription | undefined {
  const id = subscriptionIdOf(invoice);
  return id === undefined ? undefined : operation.tx.get('subscriptions', id);
}

function markDelinquent(operation: Operation, subscription: Subscription, isDelinquent: boolean): void {
  const customer = operation.must('customers', customerIdOf(subscription));
  if (customer.delinquent === isDelinquent) return;
  const updated = { ...customer, delinquent: isDelinquent };
  operation.tx.put('customers', customer.id, updated);
  operation.emit('customer.updated', { object: updated, previous: { delinquent: customer.delinquent ?? null } });
}
