/** `/v1/products` and `/v1/prices`: one-time prices, as far as Checkout asks for them. */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { parseCurrency } from '../payments/money.ts';
import { newId } from '../random.ts';
import { mergeMetadata } from './metadata.ts';

export const productRoutes: readonly Route[] = [
  route<Stripe.ProductCreateParams>('POST', '/v1/products', 'ProductCreateParams', (operation, parameters) => {
    const { id, name, active, description, images, metadata, url } = parameters;
    if (id !== undefined && operation.tx.get('products', id) !== undefined) {
      throw invalidRequest({ code: 'resource_already_exists', message: 'Product already exists.', param: 'id' });
    }
    const product = createProduct(operation, {
      name,
      metadata: mergeMetadata(null, metadata),
      ...(id === undefined ? {} : { id }),
      ...(active === undefined ? {} : { active }),
      ...(description === undefined ? {} : { description }),
      ...(images === undefined ? {} : { images }),
      ...(url === undefined ? {} : { url }),
    });
    operation.emit('product.created', { object: product });
    return product;
  }),
  route<Stripe.ProductListParams>('GET', '/v1/products', 'ProductListParams', ({ tx }, { active, ids, ...page }) =>
    paginate(
      {
        url: '/v1/products',
        noun: 'product',
        newestFirst: tx.newestFirst('products'),
        matches: (product) =>
          (active === undefined || product.active === active) && (ids === undefined || ids.includes(product.id)),
      },
      page,
    ),
  ),
  route('GET', '/v1/products/:id', 'ProductRetrieveParams', ({ tx }, _parameters, id) => {
    const product = tx.get('products', id);
    if (product === undefined) throw noSuch('product', id);
    return product;
  }),
  route<Stripe.PriceCreateParams>('POST', '/v1/prices', 'PriceCreateParams', (operation, parameters) => {
    const { currency, product, product_data, unit_amount, active, metadata, nickname } = parameters;
    if ((product === undefined) === (product_data === undefined)) {
      throw invalidParameter({ message: 'You must specify either `product` or `product_data` when creating a price.' });
    }
    if (unit_amount === undefined) {
      throw invalidParameter({
        code: 'parameter_missing',
        param: 'unit_amount',
        message: 'Missing required param: unit_amount.',
      });
    }
    const owner = product === undefined ? createInlineProduct(operation, product_data) : productOf(operation, product);
    const price = createPrice(operation, {
      currency: parseCurrency(currency),
      unit_amount: wholeUnitAmount(unit_amount, 'unit_amount'),
      product: owner.id,
      metadata: mergeMetadata(null, metadata),
      ...(active === undefined ? {} : { active }),
      ...(nickname === undefined ? {} : { nickname }),
    });
    operation.emit('price.created', { object: price });
    return price;
  }),
  route<Stripe.PriceListParams>(
    'GET',
    '/v1/prices',
    'PriceListParams',
    ({ tx }, { active, currency, product, ...page }) =>
      paginate(
        {
          url: '/v1/prices',
          noun: 'price',
          newestFirst: tx.newestFirst('prices', { product }),
          matches: (price) =>
            (active === undefined || price.active === active) &&
            (currency === undefined || price.currency === currency),
        },
        page,
      ),
  ),
  route('GET', '/v1/prices/:id', 'PriceRetrieveParams', ({ tx }, _parameters, id) => {
    const price = tx.get('prices', id);
    if (price === undefined) throw noSuch('price', id);
    return price;
  }),
];

export function productOf(operation: Operation, id: string, param = 'product'): Readonly<Stripe.Product> {
  const product = operation.tx.get('products', id);
  if (product === undefined) throw noSuch('product', id, param);
  return product;
}

function createInlineProduct(
  operation: Operation,
  data: Stripe.PriceCreateParams.ProductData | undefined,
): Stripe.Product {
  const { id, name = '', active, metadata } = data ?? {};
  const product = createProduct(operation, {
    name,
    metadata: mergeMetadata(null, metadata),
    ...(id === undefined ? {} : { id }),
    ...(active === undefined ? {} : { active }),
  });
  operation.emit('product.created', { object: product });
  return product;
}

export function createProduct(
  operation: Operation,
  wanted: Pick<Stripe.Product, 'name'> & Partial<Stripe.Product>,
): Stripe.Product {
  const product: Stripe.Product = {
    id: newId('prod', 14),
    object: 'product',
    active: true,
    created: operation.now,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: operation.now,
    url: null,
    ...wanted,
  };
  operation.tx.put('products', product.id, product);
  return product;
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
    // The SDK's type is its decimal class; on the wire it is a string.
  } as unknown as Stripe.Price;
  operation.tx.put('prices', price.id, price);
  return price;
}

export function wholeUnitAmount(amountMinor: number, param: string): number {
  if (amountMinor >= 0) return amountMinor;
  const message = 'This value must be greater than or equal to 0.';
  throw invalidRequest({ code: 'parameter_invalid_integer', param, message });
}
