/** Invoices and their lines as objects. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';

const FINALIZES_AFTER_SECONDS = 60 * 60;

export type Invoice = Readonly<Stripe.Invoice>;

export interface WantedLine {
  amountMinor: number;
  description: string;
  isProration: boolean;
  period: { start: number; end: number };
  price: Readonly<Stripe.Price>;
  quantity: number;
  subscription: string;
  subscriptionItem: string;
}

export interface WantedInvoice {
  billingReason: Stripe.Invoice.BillingReason;
  currency: string;
  customer: Readonly<Stripe.Customer>;
  lines: readonly WantedLine[];
  /** The invoice covers the past period; its lines the next one. */
  period: { start: number; end: number };
  subscription: Readonly<Stripe.Subscription>;
}

export function newInvoice(operation: Operation, wanted: WantedInvoice): Stripe.Invoice {
  const { billingReason, currency, customer, period, subscription } = wanted;
  const id = newId('in');
  const total = wanted.lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const invoice: Stripe.Invoice = {
    id,
    object: 'invoice',
    account_country: 'FR',
    account_name: null,
    account_tax_ids: null,
    amount_due: Math.max(0, total),
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: Math.max(0, total),
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: operation.now + FINALIZES_AFTER_SECONDS,
    billing_reason: billingReason,
    collection_method: 'charge_automatically',
    created: operation.now,
    currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: {
      object: 'list',
      data: wanted.lines.map((line) => newLine(line, id, currency)),
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: period.end,
    period_start: period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: operation.now,
  };
  return invoice;
}

function newLine(line: WantedLine, invoice: string, currency: string): Stripe.InvoiceLineItem {
  const { amountMinor, description, isProration, period, price, quantity, subscription, subscriptionItem } = line;
  return {
    id: newId('il'),
    object: 'line_item',
    amount: amountMinor,
    currency,
    description,
    discount_amounts: [],
    discountable: !isProration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: isProration,
        proration_details: { credited_items: null },
        subscription,
        subscription_item: subscriptionItem,
      },
      type: 'subscription_item_details',
    },
    period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: price.product as string },
      type: 'price_details',
      unit_amount_decimal: price.unit_amount_decimal,
    },
    quantity,
    // The SDK's type is its decimal class; over HTTP it is a string.
    quantity_decimal: String(quantity) as unknown as Stripe.InvoiceLineItem['quantity_decimal'],
    subscription,
    subtotal: amountMinor,
    taxes: [],
  };
}

export function subscriptionIdOf({ parent }: Invoice): string | undefined {
  const subscription = parent?.subscription_details?.subscription;
  return typeof subscription === 'string' ? subscription : subscription?.id;
}
