/** `/v1/invoices` and `/v1/invoice_payments`: created by subscriptions, paid and voided here. */
import type Stripe from 'stripe';
import { invalidRequest, noSuch } from '../api/errors.ts';
import type { Included } from '../api/expand.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, type RouteAnswer, route } from '../api/route.ts';
import { payInvoice } from '../billing/collection.ts';
import { type Invoice, subscriptionIdOf } from '../billing/invoice-model.ts';
import { voidInvoice } from '../billing/invoices.ts';
import type { Reader } from '../store/reader.ts';
import { savedPaymentMethodOf } from './customers.ts';

export const invoiceRoutes: readonly Route[] = [
  route<Stripe.InvoiceListParams>(
    'GET',
    '/v1/invoices',
    'InvoiceListParams',
    ({ tx }, { customer, status, subscription, ...page }) =>
      paginate(
        {
          url: '/v1/invoices',
          noun: 'invoice',
          newestFirst: tx.newestFirst('invoices', { customer }),
          matches: (invoice) =>
            (status === undefined || invoice.status === status) &&
            (subscription === undefined || subscriptionIdOf(invoice) === subscription),
        },
        page,
      ),
  ),
  route<Stripe.InvoicePayParams>('POST', '/v1/invoices/:id/pay', 'InvoicePayParams', pay),
  route('POST', '/v1/invoices/:id/void', 'InvoiceVoidInvoiceParams', (operation, _parameters, id) =>
    voidInvoice(operation, invoiceOf(operation, id)),
  ),
  route<Stripe.InvoicePaymentListParams>(
    'GET',
    '/v1/invoice_payments',
    'InvoicePaymentListParams',
    ({ tx }, { invoice, payment: wanted, status, ...page }) =>
      paginate(
        {
          url: '/v1/invoice_payments',
          noun: 'invoice payment',
          newestFirst: tx.newestFirst('invoice_payments', { invoice }),
          matches: ({ status: actual, payment }) =>
            (status === undefined || actual === status) &&
            (wanted?.payment_intent === undefined || payment.payment_intent === wanted.payment_intent),
        },
        page,
      ),
  ),
];

function pay(operation: Operation, parameters: Stripe.InvoicePayParams, id: string): RouteAnswer {
  const invoice = invoiceOf(operation, id);
  const { payment_method: wanted, off_session: isOffSession = true } = parameters;
  const paymentMethod =
    wanted === undefined
      ? undefined
      : savedPaymentMethodOf(operation, invoice.customer as string, wanted, 'payment_method');
  const confirmed = payInvoice(operation, invoice, { paymentMethod, isOffSession, returnUrl: null });
  if (confirmed?.outcome === 'declined') return confirmed.error;
  if (confirmed?.outcome !== 'requires_action') return invoiceOf(operation, id);
  const message = 'Payment for this invoice requires additional user action before it can be completed successfully.';
  throw invalidRequest({ code: 'invoice_payment_intent_requires_action', message });
}

function invoiceOf(operation: Operation, id: string): Invoice {
  const invoice = operation.tx.get('invoices', id);
  if (invoice === undefined) throw noSuch('invoice', id);
  return invoice;
}

/** `expand[]=payments` on an invoice. */
export const paymentsOfInvoice: Included = (reader, invoice) =>
  paginate(
    {
      url: `/v1/invoice_payments?invoice=${invoice}`,
      noun: 'invoice payment',
      newestFirst: reader.newestFirst('invoice_payments', { invoice }),
    },
    {},
  );

/** `expand[]=confirmation_secret` on an invoice: what a browser needs to pay it. */
export function confirmationSecretOf(reader: Reader, invoice: string): object | null {
  for (const { payment } of reader.newestFirst('invoice_payments', { invoice })) {
    const paymentIntent = reader.get('payment_intents', payment.payment_intent as string);
    if (paymentIntent) return { client_secret: paymentIntent.client_secret, type: 'payment_intent' };
  }
  return null;
}
