/** Line items of a Checkout Session, from existing prices or from `price_data`, which creates a price. */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { parseCurrency } from '../payments/money.ts';
import { newId } from '../random.ts';
import { activePriceOf, createPrice, wholeUnitAmount } from '../resources/prices.ts';
import { createProduct, productOf } from '../resources/products.ts';

type LineItemParam = Stripe.Checkout.SessionCreateParams.LineItem;

const ITEMS_MAX = 100;

export function createLineItems(
  operation: Operation,
  given: readonly LineItemParam[],
): { currency: string; lineItems: Stripe.LineItem[] } {
  if (given.length === 0) throw missing('line_items');
  if (given.length > ITEMS_MAX) {
    throw invalidParameter({ param: 'line_items', message: `line_items may have at most ${ITEMS_MAX} items.` });
  }
  const lineItems = given.map((item, index) => createLineItem(operation, item, `line_items[${index}]`));
  const currencies = new Set(lineItems.map((item) => item.currency));
  const [currency = '', ...others] = currencies;
  if (others.length > 0) {
    throw invalidRequest({ param: 'line_items', message: 'All line items must have the same currency.' });
  }
  return { currency, lineItems };
}

function createLineItem(operation: Operation, item: LineItemParam, param: string): Stripe.LineItem {
  const { quantity } = item;
  if (quantity === undefined) throw missing(`${param}[quantity]`);
  if (quantity < 1) {
    const message = 'This value must be greater than or equal to 1.';
    throw invalidRequest({ code: 'parameter_invalid_integer', param: `${param}[quantity]`, message });
  }
  const price = priceOf(operation, item, param);
  const amount = (price.unit_amount ?? 0) * quantity;
  const product = productOf(operation, String(price.product));
  return {
    id: newId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: product.name,
    metadata: {},
    price,
    quantity,
  };
}

function priceOf(operation: Operation, item: LineItemParam, param: string): Stripe.Price {
  const { price: id, price_data: data } = item;
  if ((id === undefined) === (data === undefined)) {
    const message = `You must specify either \`price\` or \`price_data\` for ${param}.`;
    throw invalidParameter({ param, message });
  }
  if (data === undefined) {
    return activePriceOf(operation, id ?? '', `${param}[price]`) as Stripe.Price;
  }
  const amountParam = `${param}[price_data][unit_amount]`;
  if (data.unit_amount === undefined) throw missing(amountParam);
  if (data.product_data === undefined) throw missing(`${param}[price_data][product_data]`);
  return createPrice(operation, {
    // A price that was created for one session cannot be used for another.
    active: false,
    currency: parseCurrency(data.currency, `${param}[price_data][currency]`),
    product: createProduct(operation, { active: false, name: data.product_data.name }).id,
    unit_amount: wholeUnitAmount(data.unit_amount, amountParam),
  });
}

function missing(param: string): Error {
  return invalidParameter({ code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
}
