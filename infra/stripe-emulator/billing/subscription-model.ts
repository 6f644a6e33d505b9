/** Subscriptions and their items as objects. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import { periodEndAfter } from './periods.ts';

export type Subscription = Readonly<Stripe.Subscription>;
export type Item = Readonly<Stripe.SubscriptionItem>;

export interface WantedItem {
  price: Readonly<Stripe.Price>;
  quantity: number;
}

export type WantedSubscription = Pick<Stripe.Subscription, 'currency' | 'default_payment_method' | 'metadata'> & {
  customer: string;
  items: readonly WantedItem[];
  savesDefaultPaymentMethod: boolean;
};

export function newSubscription(operation: Operation, wanted: WantedSubscription): Stripe.Subscription {
  const { items, savesDefaultPaymentMethod, ...rest } = wanted;
  const { now } = operation;
  const id = newId('sub');
  const period = { start: now, end: periodEndAfter(now, recurringOf(items[0]?.price).interval, now) };
  const subscription: Stripe.Subscription = {
    ...rest,
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: now,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: now,
    customer_account: null,
    days_until_due: null,
    description: null,
    default_source: null,
    default_tax_rates: [],
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: itemList(
      id,
      items.map((item) => newItem(operation, id, item, period)),
    ),
    latest_invoice: null,
    livemode: false,
    managed_payments: { enabled: false },
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: savesDefaultPaymentMethod ? 'on_subscription' : 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: 'incomplete',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: null,
    trial_start: null,
  };
  return subscription;
}

export function itemList(subscription: string, data: Stripe.SubscriptionItem[]): Stripe.Subscription['items'] {
  return { object: 'list', data, has_more: false, url: `/v1/subscription_items?subscription=${subscription}` };
}

function newItem(
  operation: Operation,
  subscription: string,
  { price, quantity }: WantedItem,
  { start, end }: { start: number; end: number },
): Stripe.SubscriptionItem {
  return {
    id: newId('si', 14),
    object: 'subscription_item',
    billing_thresholds: null,
    created: operation.now,
    current_period_end: end,
    current_period_start: start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(price),
    price: price as Stripe.Price,
    quantity,
    subscription,
    tax_rates: [],
  };
}

/** The same price in its older shape, a plan. */
export function planOf(price: Readonly<Stripe.Price>): Stripe.Plan {
  const { interval, interval_count, trial_period_days, usage_type } = recurringOf(price);
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval,
    interval_count,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product as string,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days,
    usage_type,
  } as Stripe.Plan;
}

export function recurringOf(price: Readonly<Stripe.Price> | undefined): Stripe.Price.Recurring {
  if (!price?.recurring) throw new Error(`Price ${price?.id} is not recurring`);
  return price.recurring;
}

/** All items of a subscription share one period here. */
export function periodOf({ items }: Subscription): { start: number; end: number } {
  const [item] = items.data;
  return { start: item?.current_period_start ?? 0, end: item?.current_period_end ?? 0 };
}

export function customerIdOf({ customer }: Subscription): string {
  return typeof customer === 'string' ? customer : customer.id;
}

/** Whether a cancellation is scheduled, at the end of the period or at a time. */
export function isEnding({ cancel_at, cancel_at_period_end }: Subscription): boolean {
  return cancel_at_period_end || cancel_at !== null;
}

/** Whether it has ended for good. */
export function isOver({ status }: Subscription): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}
