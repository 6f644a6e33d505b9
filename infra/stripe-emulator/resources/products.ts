/** `/v1/products` */
import type Stripe from 'stripe';
import { noSuch } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { type Route, route } from '../api/route.ts';
import { assertDescriptor } from '../payments/statement-descriptors.ts';
import { newId } from '../random.ts';

export const productRoutes: readonly Route[] = [
  route<Stripe.ProductCreateParams>('POST', '/v1/products', 'ProductCreateParams', (operation, parameters) => {
    const { name, metadata, statement_descriptor: descriptor } = parameters;
    if (descriptor !== undefined) assertDescriptor(descriptor, 'statement_descriptor');
    const product = createProduct(operation, {
      name,
      metadata: mergeMetadata(null, metadata),
      statement_descriptor: descriptor ?? null,
    });
    operation.emit('product.created', { object: product });
    return product;
  }),
];

export function productOf(operation: Operation, id: string): Readonly<Stripe.Product> {
  const product = operation.tx.get('products', id);
  if (product === undefined) throw noSuch('product', id, 'product');
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
