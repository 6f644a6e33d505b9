/** `/v1/subscriptions` */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import type { Included } from '../api/expand.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { assertPaid, type ChangeOptions, changeItems, type ItemChange } from '../billing/changes.ts';
import { endingLater, endingOf, goingOn } from '../billing/endings.ts';
import { endSubscription, saveSubscription } from '../billing/standing.ts';
import { isEnding, isOver, type Subscription, type WantedItem } from '../billing/subscription-model.ts';
import { createSubscription } from '../billing/subscriptions.ts';
import { customerOf, savedPaymentMethodOf } from './customers.ts';
import { activePriceOf } from './prices.ts';

const ITEMS_MAX = 20;
/** All items have the same period. */
const PERIOD_ENDS: readonly unknown[] = ['max_period_end', 'min_period_end'];

export const subscriptionRoutes: readonly Route[] = [
  route<Stripe.SubscriptionCreateParams>('POST', '/v1/subscriptions', 'SubscriptionCreateParams', create),
  route<Stripe.SubscriptionListParams>(
    'GET',
    '/v1/subscriptions',
    'SubscriptionListParams',
    ({ tx }, { customer, price, status, ...page }) =>
      paginate(
        {
          url: '/v1/subscriptions',
          noun: 'subscription',
          newestFirst: tx.newestFirst('subscriptions', { customer }),
          matches: (subscription) =>
            hasStatus(subscription, status) &&
            (price === undefined || subscription.items.data.some((item) => item.price.id === price)),
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
    (operation, { cancellation_details: details }, id) => {
      const subscription = liveSubscriptionOf(operation, id);
      const told = withDetails(subscription, details);
      return endSubscription(operation, told, 'cancellation_requested');
    },
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

/** `expand[]=subscriptions` on a customer. */
export const subscriptionsOfCustomer: Included = (reader, customer) =>
  paginate(
    {
      url: `/v1/customers/${customer}/subscriptions`,
      noun: 'subscription',
      newestFirst: reader.newestFirst('subscriptions', { customer }),
      matches: (subscription) => !isOver(subscription),
    },
    {},
  );

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
  const { customer, items, default_payment_method: paymentMethod, description, metadata } = parameters;
  if (customer === undefined) throw missing('customer');
  if (items === undefined || items.length === 0) throw missing('items');
  if (items.length > ITEMS_MAX) {
    throw invalidParameter({ param: 'items', message: `A subscription may have at most ${ITEMS_MAX} items.` });
  }
  const { id } = customerOf(operation.tx, customer);
  const behavior = behaviorOf(parameters.payment_behavior);
  const wanted = items.map((item, index) => wholeItem(operation, item, `items[${index}]`));
  const currencies = new Set(wanted.map(({ price }) => price.currency));
  if (currencies.size > 1) throw invalidRequest({ param: 'items', message: 'All prices must have the same currency.' });
  const subscription = createSubscription(
    operation,
    {
      cancel_at_period_end: parameters.cancel_at_period_end ?? false,
      currency: wanted[0]?.price.currency ?? '',
      customer: id,
      default_payment_method:
        paymentMethod === undefined
          ? null
          : savedPaymentMethodOf(operation, id, paymentMethod, 'default_payment_method'),
      description: description ?? null,
      items: wanted,
      metadata: mergeMetadata(null, metadata),
      savesDefaultPaymentMethod: parameters.payment_settings?.save_default_payment_method === 'on_subscription',
    },
    behavior !== 'default_incomplete',
  );
  if (behavior === 'error_if_incomplete') assertPaid(operation, subscription.latest_invoice as string);
  return subscription;
}

type GivenItem = Pick<Stripe.SubscriptionCreateParams.Item, 'metadata' | 'price' | 'quantity'>;

function wholeItem(operation: Operation, item: GivenItem, param: string): WantedItem {
  if (item.price === undefined) throw missing(`${param}[price]`);
  const { price = undefined, quantity = 1, metadata = {} } = partialItem(operation, item, param);
  if (price === undefined) throw missing(`${param}[price]`);
  return { price, quantity, metadata };
}

function partialItem(
  operation: Operation,
  {
    metadata,
    price: priceId,
    quantity,
  }: { metadata?: '' | Stripe.MetadataParam | null; price?: string; quantity?: number },
  param: string,
): Partial<WantedItem> {
  const wanted: Partial<WantedItem> = {};
  if (priceId !== undefined) {
    wanted.price = activePriceOf(operation, priceId, `${param}[price]`);
    if (wanted.price.recurring === null) {
      const message = `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`;
      throw invalidRequest({ param: `${param}[price]`, message });
    }
  }
  if (quantity !== undefined) {
    if (quantity < 1) {
      const message = 'This value must be greater than or equal to 1.';
      throw invalidRequest({ code: 'parameter_invalid_integer', param: `${param}[quantity]`, message });
    }
    wanted.quantity = quantity;
  }
  if (metadata !== undefined) wanted.metadata = mergeMetadata(null, metadata);
  return wanted;
}

function update(operation: Operation, parameters: Stripe.SubscriptionUpdateParams, id: string): Subscription {
  const before = liveSubscriptionOf(operation, id);
  const behavior = behaviorOf(parameters.payment_behavior);
  const proration = prorationOf(parameters.proration_behavior);
  const changed = changedFields(operation, before, parameters);
  const current =
    Object.keys(changed.previous).length > 0
      ? saveSubscription(operation, changed.subscription, changed.previous)
      : before;
  const { items } = parameters;
  if (items === undefined || items.length === 0) return current;
  const changes = items.map((item, index): ItemChange => {
    const only = items.length === 1 && item.id === undefined ? undefined : item.id;
    return {
      id: only,
      isDeleted: item.deleted === true,
      wanted: partialItem(operation, item, `items[${index}]`),
    };
  });
  return changeItems(operation, current, changes, {
    proration,
    prorationDate: parameters.proration_date ?? operation.now,
    isUndoneUnpaid: behavior === 'error_if_incomplete',
    isEndMoved: Boolean(parameters.cancel_at),
  });
}

function prorationOf(
  behavior: Stripe.SubscriptionUpdateParams.ProrationBehavior | undefined,
): ChangeOptions['proration'] {
  if (behavior === 'always_invoice') return 'always_invoice';
  return behavior === 'none' ? 'none' : 'create_prorations';
}

function changedFields(operation: Operation, before: Subscription, parameters: Stripe.SubscriptionUpdateParams) {
  const { default_payment_method: paymentMethod, description, metadata } = parameters;
  const { cancel_at: cancelAt, cancel_at_period_end: ends, payment_settings: settings } = parameters;
  if (cancelAt !== undefined && ends !== undefined) {
    const message = 'Received both cancel_at_period_end and cancel_at parameters. Please pass in only one.';
    throw invalidParameter({ message });
  }
  if (cancelAt && !PERIOD_ENDS.includes(cancelAt)) throw notEmulated('A time as cancel_at', 'cancel_at');
  const subscription: Stripe.Subscription = { ...withDetails(before, parameters.cancellation_details) };
  const previous: Record<string, unknown> = {};
  if (metadata !== undefined) {
    subscription.metadata = mergeMetadata(before.metadata, metadata);
    previous.metadata = before.metadata;
  }
  if (description !== undefined) {
    subscription.description = description || null;
    previous.description = before.description;
  }
  if (paymentMethod !== undefined) {
    const customer = before.customer as string;
    subscription.default_payment_method =
      paymentMethod === '' ? null : savedPaymentMethodOf(operation, customer, paymentMethod, 'default_payment_method');
    previous.default_payment_method = before.default_payment_method;
  }
  if (settings?.save_default_payment_method !== undefined && subscription.payment_settings !== null) {
    const { save_default_payment_method } = settings;
    subscription.payment_settings = { ...subscription.payment_settings, save_default_payment_method };
    previous.payment_settings = before.payment_settings;
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

function withDetails(
  subscription: Subscription,
  given: Stripe.SubscriptionCancelParams.CancellationDetails | undefined,
): Stripe.Subscription {
  const before = subscription.cancellation_details;
  if (given === undefined) return subscription as Stripe.Subscription;
  return {
    ...subscription,
    cancellation_details: {
      comment: given.comment === undefined ? (before?.comment ?? null) : given.comment || null,
      feedback: given.feedback === undefined ? (before?.feedback ?? null) : given.feedback || null,
      feedback_option: null,
      reason: before?.reason ?? null,
    },
  };
}

function missing(param: string): Error {
  return invalidParameter({ code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
}
