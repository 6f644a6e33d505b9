/** The life of a subscription: created with its first invoice, renewed after each period, until it is cancelled. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { decimalsOf } from '../payments/money.ts';
import { collectInvoice } from './collection.ts';
import type { WantedLine } from './invoice-model.ts';
import { draftInvoice, finalizeInvoice } from './invoices.ts';
import { periodEndAfter } from './periods.ts';
import { endSubscription, handleInvoicePaid, saveSubscription } from './standing.ts';
import {
  customerIdOf,
  type Item,
  isOver,
  itemList,
  newSubscription,
  periodOf,
  recurringOf,
  type Subscription,
  type WantedSubscription,
} from './subscription-model.ts';

const INCOMPLETE_SECONDS = 23 * 60 * 60;

/** Creates it with a finalized first invoice, which a saved card pays at once if requested. */
export function createSubscription(
  operation: Operation,
  wanted: WantedSubscription,
  isPaidAtOnce: boolean,
): Stripe.Subscription {
  const subscription = newSubscription(operation, wanted);
  operation.tx.put('subscriptions', subscription.id, subscription);
  operation.emit('customer.subscription.created', { object: subscription });
  const period = { start: operation.now, end: operation.now };
  const invoice = draftInvoice(operation, {
    billingReason: 'subscription_create',
    currency: subscription.currency,
    customer: operation.must('customers', customerIdOf(subscription)),
    lines: subscription.items.data.map((item) => lineOf(operation, item)),
    period,
    subscription,
  });
  operation.tx.put('subscriptions', subscription.id, { ...subscription, latest_invoice: invoice.id });
  const finalized = finalizeInvoice(operation, invoice);
  if (finalized.status === 'paid') handleInvoicePaid(operation, finalized, null);
  else if (isPaidAtOnce) collectInvoice(operation, finalized);
  scheduleRenewal(operation, subscription);
  operation.schedule({
    kind: 'expire_subscription',
    subscription: subscription.id,
    dueAtMs: (operation.now + INCOMPLETE_SECONDS) * 1000,
  });
  return operation.must('subscriptions', subscription.id) as Stripe.Subscription;
}

export function scheduleRenewal(operation: Operation, subscription: Subscription): void {
  const { end: periodEnd } = periodOf(subscription);
  operation.schedule({
    kind: 'renew_subscription',
    subscription: subscription.id,
    periodEnd,
    dueAtMs: periodEnd * 1000,
  });
}

/** A period is over: drafts the invoice of the next one, or ends the subscription if a cancellation is scheduled. */
export function renewSubscription(operation: Operation, subscriptionId: string, periodEnd: number): void {
  const subscription = operation.must('subscriptions', subscriptionId);
  const ended = periodOf(subscription);
  if (isOver(subscription) || subscription.status === 'incomplete' || ended.end !== periodEnd) return;
  const { cancel_at: cancelAt } = subscription;
  if (subscription.cancel_at_period_end || (cancelAt !== null && cancelAt <= periodEnd)) {
    endSubscription(operation, subscription, 'cancellation_requested');
    return;
  }
  const [first] = subscription.items.data;
  const end = periodEndAfter(subscription.billing_cycle_anchor, recurringOf(first?.price).interval, periodEnd);
  const items = subscription.items.data.map((item) => ({
    ...item,
    current_period_start: periodEnd,
    current_period_end: end,
  }));
  const renewed: Stripe.Subscription = { ...subscription, items: itemList(subscription.id, items) };
  const invoice = draftInvoice(operation, {
    billingReason: 'subscription_cycle',
    currency: subscription.currency,
    customer: operation.must('customers', customerIdOf(subscription)),
    lines: [...takePendingLines(operation, subscription), ...items.map((item) => lineOf(operation, item))],
    period: ended,
    subscription,
  });
  if (invoice.automatically_finalizes_at !== null) {
    const dueAtMs = invoice.automatically_finalizes_at * 1000;
    operation.schedule({ kind: 'finalize_invoice', invoice: invoice.id, dueAtMs });
  }
  saveSubscription(
    operation,
    { ...renewed, latest_invoice: invoice.id },
    { items: subscription.items, latest_invoice: subscription.latest_invoice },
  );
  scheduleRenewal(operation, renewed);
}

/** Invoice items that changes within the period have left for the next invoice. */
export function takePendingLines(operation: Operation, { id }: Subscription): WantedLine[] {
  const pending = [...operation.tx.newestFirst('pending_items', { subscription: id })].reverse();
  return pending.map(({ id: itemId, line }) => {
    operation.tx.remove('pending_items', itemId);
    return line as WantedLine;
  });
}

export function lineOf(operation: Operation, item: Item): WantedLine {
  const quantity = item.quantity ?? 1;
  return {
    amountMinor: (item.price.unit_amount ?? 0) * quantity,
    description: `${quantity} × ${nameOf(operation, item.price)} (at ${priceText(item.price)})`,
    isProration: false,
    period: { start: item.current_period_start, end: item.current_period_end },
    price: item.price,
    quantity,
    subscription: item.subscription,
    subscriptionItem: item.id,
  };
}

export function nameOf(operation: Operation, price: Readonly<Stripe.Price>): string {
  return operation.must('products', price.product as string).name;
}

function priceText(price: Readonly<Stripe.Price>): string {
  const decimals = decimalsOf(price.currency);
  const amount = ((price.unit_amount ?? 0) / 10 ** decimals).toFixed(decimals);
  return `${amount} ${price.currency.toUpperCase()} / ${recurringOf(price).interval}`;
}
