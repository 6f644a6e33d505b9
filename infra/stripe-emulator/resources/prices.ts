/** `/v1/prices`: one-time, monthly and yearly, per unit. */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { parseCurrency } from '../payments/money.ts';
import { newId } from '../random.ts';
import { createProduct, productOf } from './products.ts';

export const priceRoutes: readonly Route[] = [
  route<Stripe.PriceCreateParams>('POST', '/v1/prices', 'PriceCreateParams', create),
  route<Stripe.PriceListParams>('GET', '/v1/prices', 'PriceListParams', ({ tx }, parameters) => {
    const { lookup_keys: keys, ...page } = parameters;
    return paginate(
      {
        url: '/v1/prices',
        noun: 'price',
        newestFirst: tx.newestFirst('prices'),
        matches: (price) => keys === undefined || keys.includes(price.lookup_key ?? ''),
      },
      page,
    );
  }),
  route('GET', '/v1/prices/:id', 'PriceRetrieveParams', (operation, _parameters, id) => priceOf(operation, id, 'id')),
];

function priceOf(operation: Operation, id: string, param: string): Readonly<Stripe.Price> {
  const price = operation.tx.get('prices', id);
  if (price === undefined) throw noSuch('price', id, param);
  return price;
}

/** A price that is active. */
export function activePriceOf(operation: Operation, id: string, param: string): Readonly<Stripe.Price> {
  const price = priceOf(operation, id, param);
  if (price.active) return price;
  throw invalidRequest({ param, message: 'The price specified is inactive. This field only accepts active prices.' });
}

function create(operation: Operation, parameters: Stripe.PriceCreateParams): Stripe.Price {
  const { currency, product, product_data, unit_amount, metadata, recurring } = parameters;
  if ((product === undefined) === (product_data === undefined)) {
    throw invalidParameter({ message: 'You must specify either `product` or `product_data` when creating a price.' });
  }
  if (unit_amount === undefined) {
    const message = 'Missing required param: unit_amount.';
    throw invalidParameter({ code: 'parameter_missing', param: 'unit_amount', message });
  }
  const { lookup_key: lookupKey } = parameters;
  if (lookupKey !== undefined) assertLookupKeyFree(operation, lookupKey);
  const owner = product === undefined ? createInlineProduct(operation, product_data) : productOf(operation, product);
  const price = createPrice(operation, {
    currency: parseCurrency(currency),
    unit_amount: wholeUnitAmount(unit_amount, 'unit_amount'),
    product: owner.id,
    lookup_key: lookupKey ?? null,
    metadata: mergeMetadata(null, metadata),
    ...(recurring === undefined ? {} : { recurring: recurringFrom(recurring.interval), type: 'recurring' }),
  });
  operation.emit('price.created', { object: price });
  return price;
}

/** A lookup key belongs to one price at a time. */
function assertLookupKeyFree(operation: Operation, lookupKey: string): void {
  for (const price of operation.tx.newestFirst('prices')) {
    if (price.lookup_key !== lookupKey) continue;
    const message = `A price (\`${price.id}\`) already uses that lookup key.`;
    throw invalidRequest({ code: 'resource_already_exists', param: 'lookup_key', message });
  }
}

function createInlineProduct(
  operation: Operation,
  data: Stripe.PriceCreateParams.ProductData | undefined,
): Stripe.Product {
  const product = createProduct(operation, { name: data?.name ?? '' });
  operation.emit('product.created', { object: product });
  return product;
}

function recurringFrom(interval: Stripe.PriceCreateParams.Recurring.Interval) {
  if (interval !== 'month' && interval !== 'year')
    throw notEmulated(`A price by the ${interval}`, 'recurring[interval]');
  return { interval, interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' } as const;
}

type WantedPrice = Pick<Stripe.Price, 'currency' | 'product'> & { unit_amount: number } & Partial<Stripe.Price>;

export function createPrice(operation: Operation, wanted: WantedPrice): Stripe.Price {
  const price = {
    id: newId('price'),
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: operation.now,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    recurring: null,
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount_decimal: String(wanted.unit_amount),
    ...wanted,
    // The SDK's type is its decimal class; over HTTP it is a string.
  } as unknown as Stripe.Price;
  operation.tx.put('prices', price.id, price);
  return price;
}

export function wholeUnitAmount(amountMinor: number, param: string): number {
  if (amountMinor >= 0) return amountMinor;
  const message = 'This value must be greater than or equal to 0.';
  throw invalidRequest({ code: 'parameter_invalid_integer', param, message });
}
