/** `/v1/subscriptions` */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { assertPaid, changePrice, type PriceChange } from '../billing/changes.ts';
import { endingLater, endingOf, goingOn } from '../billing/endings.ts';
import { endSubscription, saveSubscription } from '../billing/standing.ts';
import { isEnding, isOver, type Subscription } from '../billing/subscription-model.ts';
import { createSubscription } from '../billing/subscriptions.ts';
import { customerOf, savedPaymentMethodOf } from './customers.ts';
import { activePriceOf } from './prices.ts';

/** There is one item, and one period. */
const PERIOD_ENDS: readonly unknown[] = ['max_period_end', 'min_period_end'];

export const subscriptionRoutes: readonly Route[] = [
  route<Stripe.SubscriptionCreateParams>('POST', '/v1/subscriptions', 'SubscriptionCreateParams', create),
  route<Stripe.SubscriptionListParams>(
    'GET',
    '/v1/subscriptions',
    'SubscriptionListParams',
    ({ tx }, { customer, status, ...page }) =>
      paginate(
        {
          url: '/v1/subscriptions',
          noun: 'subscription',
          newestFirst: tx.newestFirst('subscriptions', { customer }),
          matches: (subscription) => hasStatus(subscription, status),
        },
        page,
      ),
  ),
  route('GET', '/v1/subscriptions/:id', 'SubscriptionRetrieveParams', (operation, _parameters, id) =>
    subscriptionOf(operation, id),
  ),
  route<Stripe.SubscriptionUpdateParams>('POST', '/v1/subscriptions/:id', 'SubscriptionUpdateParams', update),
  route<Stripe.SubscriptionCancelParams>(
    'DELETE',
    '/v1/subscriptions/:id',
    'SubscriptionCancelParams',
    (operation, _parameters, id) =>
      endSubscription(operation, liveSubscriptionOf(operation, id), 'cancellation_requested'),
  ),
];

function hasStatus(subscription: Subscription, status: Stripe.SubscriptionListParams.Status | undefined): boolean {
  if (status === 'all') return true;
  if (status === 'ended') return isOver(subscription);
  return status === undefined ? subscription.status !== 'canceled' : subscription.status === status;
}

function subscriptionOf(operation: Operation, id: string): Subscription {
  const subscription = operation.tx.get('subscriptions', id);
  if (subscription === undefined) throw noSuch('subscription', id);
  return subscription;
}

function liveSubscriptionOf(operation: Operation, id: string): Subscription {
  const subscription = subscriptionOf(operation, id);
  if (!isOver(subscription)) return subscription;
  const message = `No such subscription: '${id}'. A ${subscription.status} subscription can only be read.`;
  throw invalidRequest({ code: 'resource_missing', message, param: 'id' });
}

type Behavior = Stripe.SubscriptionCreateParams.PaymentBehavior;

function behaviorOf(behavior: Behavior | undefined): 'allow_incomplete' | 'default_incomplete' | 'error_if_incomplete' {
  switch (behavior ?? 'allow_incomplete') {
    case 'allow_incomplete':
      return 'allow_incomplete';
    case 'default_incomplete':
      return 'default_incomplete';
    case 'error_if_incomplete':
      return 'error_if_incomplete';
  }
  throw notEmulated(`The payment_behavior ${behavior}`, 'payment_behavior');
}

function create(operation: Operation, parameters: Stripe.SubscriptionCreateParams): Stripe.Subscription {
  const { customer, items, default_payment_method: paymentMethod, metadata } = parameters;
  if (customer === undefined) throw missing('customer');
  const { id } = customerOf(operation.tx, customer);
  const behavior = behaviorOf(parameters.payment_behavior);
  const price = recurringPriceOf(operation, onlyItemOf(items).price);
  const subscription = createSubscription(
    operation,
    {
      currency: price.currency,
      customer: id,
      default_payment_method:
        paymentMethod === undefined
          ? null
          : savedPaymentMethodOf(operation, id, paymentMethod, 'default_payment_method'),
      items: [{ price, quantity: 1 }],
      metadata: mergeMetadata(null, metadata),
      savesDefaultPaymentMethod: false,
    },
    behavior !== 'default_incomplete',
  );
  if (behavior === 'error_if_incomplete') assertPaid(operation, subscription.latest_invoice as string);
  return subscription;
}

function onlyItemOf<T>(items: readonly T[] | undefined): T {
  const [item, ...others] = items ?? [];
  if (item === undefined) throw missing('items');
  if (others.length > 0) throw notEmulated('A subscription with several items', 'items');
  return item;
}

function recurringPriceOf(operation: Operation, id: string | undefined): Readonly<Stripe.Price> {
  if (id === undefined) throw missing('items[0][price]');
  const price = activePriceOf(operation, id, 'items[0][price]');
  if (price.recurring !== null) return price;
  const message = `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`;
  throw invalidRequest({ param: 'items[0][price]', message });
}

function update(operation: Operation, parameters: Stripe.SubscriptionUpdateParams, id: string): Subscription {
  const before = liveSubscriptionOf(operation, id);
  const behavior = behaviorOf(parameters.payment_behavior);
  const changed = changedFields(operation, before, parameters);
  const current =
    Object.keys(changed.previous).length > 0
      ? saveSubscription(operation, changed.subscription, changed.previous)
      : before;
  const { items, proration_behavior: proration = 'create_prorations' } = parameters;
  if (items === undefined) return current;
  const item = onlyItemOf(items);
  if (item.id === undefined) throw notEmulated('A subscription with several items', 'items');
  return changePrice(operation, current, {
    item: item.id,
    price: recurringPriceOf(operation, item.price),
    proration: proration as PriceChange['proration'],
    isUndoneUnpaid: behavior === 'error_if_incomplete',
    isEndMoved: Boolean(parameters.cancel_at),
  });
}

function changedFields(operation: Operation, before: Subscription, parameters: Stripe.SubscriptionUpdateParams) {
  const { default_payment_method: paymentMethod, metadata } = parameters;
  const { cancel_at: cancelAt, cancel_at_period_end: ends } = parameters;
  if (cancelAt !== undefined && ends !== undefined) {
    const message = 'Received both cancel_at_period_end and cancel_at parameters. Please pass in only one.';
    throw invalidParameter({ message });
  }
  if (cancelAt && !PERIOD_ENDS.includes(cancelAt)) throw notEmulated('A time as cancel_at', 'cancel_at');
  const subscription: Stripe.Subscription = { ...before };
  const previous: Record<string, unknown> = {};
  if (metadata !== undefined) {
    subscription.metadata = mergeMetadata(before.metadata, metadata);
    previous.metadata = before.metadata;
  }
  if (paymentMethod !== undefined) {
    const customer = before.customer as string;
    subscription.default_payment_method =
      paymentMethod === '' ? null : savedPaymentMethodOf(operation, customer, paymentMethod, 'default_payment_method');
    previous.default_payment_method = before.default_payment_method;
  }
  const isTakenBack = cancelAt === '' && isEnding(before);
  if (isTakenBack || cancelAt || (ends !== undefined && ends !== before.cancel_at_period_end)) {
    Object.assign(previous, endingOf(before));
    const isAtPeriodEnd = ends === true;
    const isLater = isAtPeriodEnd || cancelAt;
    const told = isLater ? endingLater(operation, subscription, { isAtPeriodEnd }) : goingOn(subscription);
    Object.assign(subscription, told);
  }
  return { subscription, previous };
}

function missing(param: string): Error {
  return invalidParameter({ code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
}
