/** `/v1/customers` */
import type Stripe from 'stripe';
import { invalidRequest, noSuch } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { changeBalance } from '../billing/customer-balance.ts';
import { endSubscription } from '../billing/standing.ts';
import { isOver } from '../billing/subscription-model.ts';
import { parseCurrency } from '../payments/money.ts';
import { attachPaymentMethod, detachPaymentMethod, findPaymentMethod } from '../payments/payment-methods.ts';
import { newId, randomText } from '../random.ts';
import type { Reader } from '../store/reader.ts';

type NewCustomer = Partial<Pick<Stripe.Customer, 'email' | 'name'>>;

export const customerRoutes: readonly Route[] = [
  route<Stripe.CustomerCreateParams>('POST', '/v1/customers', 'CustomerCreateParams', (operation, parameters) =>
    createCustomer(operation, {}, parameters),
  ),
  route<Stripe.CustomerListParams>('GET', '/v1/customers', 'CustomerListParams', ({ tx }, { email, ...page }) =>
    paginate(
      {
        url: '/v1/customers',
        noun: 'customer',
        newestFirst: tx.newestFirst('customers'),
        matches: (customer) => email === undefined || customer.email === email,
      },
      page,
    ),
  ),
  route('GET', '/v1/customers/:id', 'CustomerRetrieveParams', ({ tx }, _parameters, id) => {
    const customer = tx.get('customers', id) ?? tx.get('deleted_customers', id);
    if (customer === undefined) throw noSuch('customer', id);
    return customer;
  }),
  route<Stripe.CustomerUpdateParams>('POST', '/v1/customers/:id', 'CustomerUpdateParams', updateCustomer),
  route<Stripe.CustomerCreateBalanceTransactionParams>(
    'POST',
    '/v1/customers/:id/balance_transactions',
    'CustomerCreateBalanceTransactionParams',
    (operation, { amount, currency }, id) =>
      changeBalance(operation, customerOf(operation.tx, id, 'id').id, amount, parseCurrency(currency)),
  ),
  route('DELETE', '/v1/customers/:id', 'CustomerDeleteParams', (operation, _parameters, id) => {
    const customer = operation.tx.get('customers', id);
    if (customer === undefined) throw noSuch('customer', id);
    for (const subscription of [...operation.tx.newestFirst('subscriptions', { customer: id })]) {
      if (!isOver(subscription)) endSubscription(operation, subscription, null);
    }
    for (const { id: saved } of [...operation.tx.newestFirst('payment_methods', { customer: id })]) {
      detachPaymentMethod(operation, operation.must('payment_methods', saved));
    }
    const deleted: Stripe.DeletedCustomer = { id, object: 'customer', deleted: true };
    operation.tx.remove('customers', id);
    operation.tx.put('deleted_customers', id, deleted);
    operation.emit('customer.deleted', { object: customer });
    return deleted;
  }),
];

/** A customer who has not been deleted. */
export function customerOf(reader: Reader, id: string, param = 'customer'): Readonly<Stripe.Customer> {
  const customer = reader.get('customers', id);
  if (customer === undefined) throw noSuch('customer', id, param);
  return customer;
}

export function createCustomer(
  operation: Operation,
  known: NewCustomer,
  parameters: Stripe.CustomerCreateParams = {},
): Stripe.Customer {
  const customer: Stripe.Customer = {
    id: newId('cus', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: operation.now,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    ...known,
  };
  operation.tx.put('customers', customer.id, customer);
  if (parameters.payment_method !== undefined) {
    attachPaymentMethod(operation, findPaymentMethod(operation, parameters.payment_method), customer.id);
  }
  const completed = { ...customer, ...changedFields(operation, customer, parameters) };
  operation.tx.put('customers', completed.id, completed);
  operation.emit('customer.created', { object: completed });
  return completed;
}

function updateCustomer(operation: Operation, parameters: Stripe.CustomerUpdateParams, id: string): Stripe.Customer {
  const customer = operation.tx.get('customers', id);
  if (customer === undefined) throw noSuch('customer', id);
  const fields = changedFields(operation, customer, parameters);
  const updated = { ...customer, ...fields };
  const before = customer as unknown as Record<string, unknown>;
  const changed = Object.entries(fields).filter(
    ([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value),
  );
  if (changed.length === 0) return updated;
  const previous = Object.fromEntries(changed.map(([key]) => [key, before[key] ?? null]));
  operation.tx.put('customers', id, updated);
  operation.emit('customer.updated', { object: updated, previous });
  return updated;
}

function changedFields(
  operation: Operation,
  customer: Readonly<Stripe.Customer>,
  parameters: Stripe.CustomerCreateParams | Stripe.CustomerUpdateParams,
): Partial<Stripe.Customer> {
  const { email, invoice_settings: invoiceSettings, metadata, name } = parameters;
  const fields: Partial<Stripe.Customer> = { metadata: mergeMetadata(customer.metadata, metadata) };
  if (email !== undefined) fields.email = email;
  if (invoiceSettings?.default_payment_method !== undefined) {
    const wanted = invoiceSettings.default_payment_method;
    const default_payment_method = wanted === '' ? null : savedPaymentMethodOf(operation, customer.id, wanted);
    fields.invoice_settings = { ...customer.invoice_settings, default_payment_method };
  }
  if (name !== undefined) fields.name = name;
  return fields;
}

/** A saved card of the customer: no other can be charged off session. */
export function savedPaymentMethodOf(
  { tx }: Operation,
  customer: string,
  id: string,
  param = 'invoice_settings[default_payment_method]',
): string {
  if (tx.get('payment_methods', id)?.customer === customer) return id;
  const message = `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`;
  throw invalidRequest({ code: 'resource_missing', param, message });
}
