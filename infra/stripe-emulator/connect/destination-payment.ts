/** A transfer as the connected account sees it: a payment from a Stripe balance instead of a card. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';

interface WantedPayment {
  amountMinor: number;
  currency: string;
  transfer: string;
}

export function newDestinationPayment(
  { now }: Operation,
  { amountMinor, currency, transfer }: WantedPayment,
): Stripe.Charge {
  return {
    id: newId('py'),
    object: 'charge',
    amount: amountMinor,
    amount_captured: amountMinor,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: {
      address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
      email: null,
      name: null,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: null,
    captured: true,
    created: now,
    currency,
    customer: null,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: null,
    paid: true,
    payment_intent: null,
    payment_method: null,
    payment_method_details: { type: 'stripe_account', stripe_account: {} },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: transfer,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}
