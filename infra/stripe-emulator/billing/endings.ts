/**
 * Scheduled cancellations and their withdrawal. In flexible billing mode the portal sets
 * `cancel_at` alone, to the end of the period; the API, the dashboard and Stripe's own answer to a dispute set
 * `cancel_at_period_end` as well (docs.stripe.com/billing/subscriptions/billing-mode/compare, “Scheduled subscription
 * cancellation”).
 */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { subscriptionIdOf } from './invoice-model.ts';
import { endSubscription, saveSubscription } from './standing.ts';
import { isOver, periodOf, type Subscription } from './subscription-model.ts';

interface Ending {
  /** Follows a change of the period; absent: the time is fixed. */
  isAtPeriodEnd: boolean;
  reason?: 'cancellation_requested' | 'payment_disputed';
}

export function endingLater(
  operation: Operation,
  subscription: Subscription,
  { isAtPeriodEnd, reason = 'cancellation_requested' }: Ending,
): Stripe.Subscription {
  const { end: cancelAt } = periodOf(subscription);
  // At the end of the period: it ends instead of being renewed.
  if (!isAtPeriodEnd) {
    operation.schedule({ kind: 'end_subscription', subscription: subscription.id, cancelAt, dueAtMs: cancelAt * 1000 });
  }
  return {
    ...(subscription as Stripe.Subscription),
    cancel_at: cancelAt,
    cancel_at_period_end: isAtPeriodEnd,
    canceled_at: operation.now,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason },
  };
}

export function goingOn(subscription: Subscription): Stripe.Subscription {
  return {
    ...(subscription as Stripe.Subscription),
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
  };
}

/** The previous values of the cancellation fields, for the event about their change. */
export function endingOf({ cancel_at, cancel_at_period_end, canceled_at }: Subscription) {
  return { cancel_at, cancel_at_period_end, canceled_at };
}

/** A setting of the merchant: a subscription with a disputed payment is not renewed. */
export function endDisputed(operation: Operation, paymentIntent: string | null): void {
  const invoice = operation.tx.get('payment_intent_owners', paymentIntent ?? '')?.invoice;
  const id = invoice && subscriptionIdOf(operation.must('invoices', invoice));
  const subscription = id ? operation.must('subscriptions', id) : undefined;
  if (!subscription || isOver(subscription)) return;
  const ending = endingLater(operation, subscription, { isAtPeriodEnd: true, reason: 'payment_disputed' });
  saveSubscription(operation, ending, endingOf(subscription));
}

/** The time has come, unless the cancellation was withdrawn. */
export function endByTime(operation: Operation, id: string, cancelAt: number): void {
  const subscription = operation.must('subscriptions', id);
  if (isOver(subscription) || subscription.cancel_at !== cancelAt) return;
  endSubscription(operation, subscription, 'cancellation_requested');
}
