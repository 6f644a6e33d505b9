/** Changes the tier within a period: credits the rest of the old one and charges the rest of the new one. */
import type Stripe from 'stripe';
import { invalidRequest, notEmulated, StripeApiError } from '../api/errors.ts';
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
  newItem,
  periodOf,
  planOf,
  recurringOf,
  type Subscription,
  type WantedItem,
} from './subscription-model.ts';
import { lineOf, nameOf, scheduleRenewal, takePendingLines } from './subscriptions.ts';

export interface ItemChange {
  /** Absent: a new item. */
  id: string | undefined;
  isDeleted: boolean;
  wanted: Partial<WantedItem>;
}

export interface ChangeOptions {
  proration: 'create_prorations' | 'always_invoice' | 'none';
  prorationDate: number;
  /** Whether the change is undone if its invoice cannot be paid. */
  isUndoneUnpaid: boolean;
  /** Whether a fixed time of cancellation moves to the end of the new period. */
  isEndMoved: boolean;
}

export function changeItems(
  operation: Operation,
  subscription: Subscription,
  changes: readonly ItemChange[],
  options: ChangeOptions,
): Stripe.Subscription {
  const period = periodOf(subscription);
  const { prorationDate } = options;
  if (prorationDate < period.start || prorationDate > period.end) {
    const message = 'Invalid timestamp: must be an integer Unix timestamp in the current period.';
    throw invalidRequest({ param: 'proration_date', message });
  }
  const changed = changedItems(operation, subscription, changes);
  const resets = startsAnew(subscription, changed);
  const start = operation.now;
  const newPeriod = resets ? { start, end: periodEndAfter(start, recurringOf(changed[0]?.price), start) } : period;
  const items = changed.map((item) => ({
    ...item,
    current_period_start: newPeriod.start,
    current_period_end: newPeriod.end,
  }));
  const lines = options.proration === 'none' ? [] : prorations(operation, subscription, changed, prorationDate, resets);
  const updated: Stripe.Subscription = {
    ...subscription,
    items: itemList(subscription.id, items),
    ...(resets ? { billing_cycle_anchor: start } : {}),
    ...(subscription.cancel_at_period_end || options.isEndMoved ? { cancel_at: newPeriod.end } : {}),
  };
  const saved = saveSubscription(operation, updated, { items: subscription.items });
  if (resets) scheduleRenewal(operation, saved);
  const isInvoiced = resets || options.proration === 'always_invoice';
  if (!isInvoiced) {
    for (const line of lines) keepForLater(operation, line);
    return saved;
  }
  const own = resets ? items.map((item) => lineOf(operation, item)) : [];
  return invoiceChange(operation, saved, [...lines, ...own], options.isUndoneUnpaid);
}

function changedItems(operation: Operation, subscription: Subscription, changes: readonly ItemChange[]) {
  let items: Stripe.SubscriptionItem[] = [...subscription.items.data];
  for (const { id, isDeleted, wanted } of changes) {
    if (id === undefined) {
      const { price, quantity = 1, metadata = {} } = wanted;
      if (price === undefined) throw invalidRequest({ param: 'items', message: 'A new item needs a price.' });
      items.push(newItem(operation, subscription.id, { price, quantity, metadata }, periodOf(subscription)));
      continue;
    }
    const item = items.find((candidate) => candidate.id === id);
    if (item === undefined) {
      throw invalidRequest({ code: 'resource_missing', param: 'items', message: `No such subscription_item: '${id}'` });
    }
    const { price = item.price, quantity = item.quantity, metadata = item.metadata } = wanted;
    const next = { ...item, price, plan: planOf(price), quantity, metadata } as Stripe.SubscriptionItem;
    items = isDeleted ? items.filter((other) => other !== item) : items.map((other) => (other === item ? next : other));
  }
  if (items.length === 0) {
    throw invalidRequest({ param: 'items', message: 'A subscription must have at least one active plan.' });
  }
  const intervals = new Set(
    items.map(({ price }) => `${recurringOf(price).interval} ${recurringOf(price).interval_count}`),
  );
  if (intervals.size > 1) throw notEmulated('A subscription with items of different intervals', 'items');
  return items;
}

/** Another interval starts a new period now. */
function startsAnew(subscription: Subscription, items: readonly Item[]): boolean {
  const [before, after] = [recurringOf(subscription.items.data[0]?.price), recurringOf(items[0]?.price)];
  return before.interval !== after.interval || before.interval_count !== after.interval_count;
}

function prorations(
  operation: Operation,
  subscription: Subscription,
  items: readonly Item[],
  at: number,
  isCreditOnly: boolean,
): WantedLine[] {
  const { start, end } = periodOf(subscription);
  // `at` may be the end of the period.
  const shareOf = (amountMinor: number, since: number) =>
    Math.round((amountMinor * (end - at)) / Math.max(1, end - since));
  const day = new Date(at * 1000).toISOString().slice(0, 10);
  const lines: WantedLine[] = [];
  const add = (item: Item, amountMinor: number, words: string) => {
    const description = `${words} ${nameOf(operation, item.price)} after ${day}`;
    lines.push({ ...lineOf(operation, item), amountMinor, description, isProration: true, period: { start: at, end } });
  };
  const isSame = (a: Item, b: Item | undefined) =>
    b !== undefined && a.price.id === b.price.id && a.quantity === b.quantity;
  for (const item of subscription.items.data) {
    const next = items.find(({ id }) => id === item.id);
    const debit = isSame(item, next) ? undefined : lastDebitOf(operation, subscription, item);
    if (debit === undefined) continue;
    if (at < debit.period.start) throw notEmulated('A proration before the last change', 'proration_date');
    add({ ...item, price: debit.price }, -shareOf(debit.amountMinor, debit.period.start), 'Unused time on');
  }
  for (const item of isCreditOnly ? [] : items) {
    const before = subscription.items.data.find(({ id }) => id === item.id);
    if (!isSame(item, before)) add(item, shareOf(lineOf(operation, item).amountMinor, start), 'Remaining time on');
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
