/** Changes the tier within a period: credits the rest of the old one and charges the rest of the new one. */
import type Stripe from 'stripe';
import { invalidRequest, StripeApiError } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import { collectInvoice } from './collection.ts';
import type { WantedLine } from './invoice-model.ts';
import { draftInvoice, finalizeInvoice, paymentIntentOf } from './invoices.ts';
import { periodEndAfter } from './periods.ts';
import { handleInvoicePaid, saveSubscription } from './standing.ts';
import {
  customerIdOf,
  type Item,
  itemList,
  periodOf,
  planOf,
  recurringOf,
  type Subscription,
} from './subscription-model.ts';
import { lineOf, nameOf, scheduleRenewal, takePendingLines } from './subscriptions.ts';

export interface PriceChange {
  /** The subscription's only item. */
  item: string;
  price: Readonly<Stripe.Price>;
  proration: 'create_prorations' | 'always_invoice' | 'none';
  /** Whether the change is undone if its invoice cannot be paid. */
  isUndoneUnpaid: boolean;
  /** Whether a fixed time of cancellation moves to the end of the new period. */
  isEndMoved: boolean;
}

export function changePrice(
  operation: Operation,
  subscription: Subscription,
  { item: itemId, price, proration, isUndoneUnpaid, isEndMoved }: PriceChange,
): Stripe.Subscription {
  const before = subscription.items.data.find(({ id }) => id === itemId);
  if (before === undefined) {
    const message = `No such subscription_item: '${itemId}'`;
    throw invalidRequest({ code: 'resource_missing', param: 'items', message });
  }
  const { interval } = recurringOf(price);
  // Another interval starts a new period now.
  const resets = interval !== recurringOf(before.price).interval;
  const start = operation.now;
  const period = resets ? { start, end: periodEndAfter(start, interval, start) } : periodOf(subscription);
  const item = {
    ...before,
    price,
    plan: planOf(price),
    current_period_start: period.start,
    current_period_end: period.end,
  } as Stripe.SubscriptionItem;
  const lines = proration === 'none' ? [] : prorations(operation, subscription, item, resets);
  const updated: Stripe.Subscription = {
    ...subscription,
    items: itemList(subscription.id, [item]),
    ...(resets ? { billing_cycle_anchor: start } : {}),
    ...(subscription.cancel_at_period_end || isEndMoved ? { cancel_at: period.end } : {}),
  };
  const saved = saveSubscription(operation, updated, { items: subscription.items });
  if (resets) scheduleRenewal(operation, saved);
  if (!resets && proration !== 'always_invoice') {
    for (const line of lines) keepForLater(operation, line);
    return saved;
  }
  const own = resets ? [lineOf(operation, item)] : [];
  return invoiceChange(operation, saved, [...lines, ...own], isUndoneUnpaid);
}

/** Credits the rest of the old price, and unless a new period starts, charges the rest of the new one. */
function prorations(operation: Operation, subscription: Subscription, item: Item, resets: boolean): WantedLine[] {
  const [before] = subscription.items.data;
  if (before === undefined || before.price.id === item.price.id) return [];
  const { start, end } = periodOf(subscription);
  const at = operation.now;
  // `at` may be the end of the period.
  const shareOf = (amountMinor: number, since: number) =>
    Math.round((amountMinor * (end - at)) / Math.max(1, end - since));
  const day = new Date(at * 1000).toISOString().slice(0, 10);
  const lineFor = (of: Item, amountMinor: number, words: string): WantedLine => {
    const description = `${words} ${nameOf(operation, of.price)} after ${day}`;
    return { ...lineOf(operation, of), amountMinor, description, isProration: true, period: { start: at, end } };
  };
  const debit = lastDebitOf(operation, subscription, before);
  const lines: WantedLine[] = [];
  if (debit !== undefined) {
    const unusedMinor = shareOf(debit.amountMinor, debit.period.start);
    lines.push(lineFor({ ...before, price: debit.price }, -unusedMinor, 'Unused time on'));
  }
  if (!resets) {
    lines.push(lineFor(item, shareOf(lineOf(operation, item).amountMinor, start), 'Remaining time on'));
  }
  return lines;
}

/**
 * The item's newest debit for this period. Flexible mode credits that, whatever the price is now. Within one change,
 * debits follow credits.
 */
function lastDebitOf(operation: Operation, subscription: Subscription, item: Item) {
  const { tx } = operation;
  const pending = [...tx.newestFirst('pending_items', { subscription: subscription.id })];
  const invoices = [...tx.newestFirst('invoices', { customer: customerIdOf(subscription) })];
  const invoiced = invoices
    .filter(({ status }) => status !== 'void')
    .flatMap(({ lines }) => lines.data.toReversed())
    .map(({ amount, parent, period, pricing }) => ({
      amountMinor: amount,
      period,
      price: operation.must('prices', pricing?.price_details?.price),
      subscriptionItem: parent?.subscription_item_details?.subscription_item,
    }));
  const { end } = periodOf(subscription);
  return [...pending.map(({ line }) => line as WantedLine), ...invoiced].find(
    (line) => line.subscriptionItem === item.id && line.amountMinor >= 0 && line.period.end === end,
  );
}

function keepForLater(operation: Operation, line: WantedLine): void {
  const id = newId('ii');
  operation.tx.put('pending_items', id, { id, subscription: line.subscription, line });
}

/** Invoices the change at once; a negative total becomes a credit of the customer. */
function invoiceChange(
  operation: Operation,
  subscription: Subscription,
  lines: WantedLine[],
  isUndoneUnpaid: boolean,
): Stripe.Subscription {
  const all = [...takePendingLines(operation, subscription), ...lines];
  if (all.length === 0) return subscription as Stripe.Subscription;
  const invoice = draftInvoice(operation, {
    billingReason: 'subscription_update',
    currency: subscription.currency,
    customer: operation.must('customers', customerIdOf(subscription)),
    lines: all,
    period: { start: operation.now, end: operation.now },
    subscription,
  });
  const latest = { ...subscription, latest_invoice: invoice.id } as Stripe.Subscription;
  operation.tx.put('subscriptions', subscription.id, latest);
  const finalized = finalizeInvoice(operation, invoice);
  if (finalized.status === 'paid') handleInvoicePaid(operation, finalized, null);
  else collectInvoice(operation, finalized);
  if (isUndoneUnpaid) assertPaid(operation, invoice.id);
  return operation.must('subscriptions', subscription.id) as Stripe.Subscription;
}

/** `error_if_incomplete`: a refused payment rolls the whole change back. */
export function assertPaid(operation: Operation, invoiceId: string): void {
  const invoice = operation.must('invoices', invoiceId);
  if (invoice.status === 'paid') return;
  const error = paymentIntentOf(operation, invoice)?.last_payment_error;
  const message = error?.message ?? 'This customer has no attached payment source or default payment method.';
  throw new StripeApiError(402, {
    type: 'card_error',
    code: error?.code ?? 'resource_missing',
    message,
    ...(error?.decline_code === undefined ? {} : { decline_code: error.decline_code }),
  });
}
