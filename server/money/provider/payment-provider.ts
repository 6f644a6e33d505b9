/**
 * The port to whoever takes card payments, in the house's words. Amounts are minor units. Every method may reject with
 * `provider_unavailable`, which says nothing about whether the order was carried out. What the provider refuses for good is `not_refundable` for a refund and `internal` for the rest.
 */

import type { BillingProvider } from './billing-provider.ts';
import type { ConnectProvider, DisputesProvider, ProviderBooks } from './settlement-provider.ts';

export interface CheckoutOrder {
  /** Our id of the checkout, which the provider keeps as the reference. */
  checkout: string;
  customer: string;
  purpose: 'topup' | 'ticket' | 'tip';
  /** The top-up, ticket or tip that is paid for. */
  sourceId: string;
  identity: string;
  amountMinor: number;
  currency: string;
  /** What the person reads on the payment page. */
  description: string;
  /** Complete addresses; the success one holds the provider's placeholder for its session. */
  successUrl: string;
  cancelUrl: string;
  locale: string | null;
  expiresAtMs: number;
}

export interface ProviderCheckout {
  session: string;
  /** Our id of the checkout, as we gave it. */
  reference: string | null;
  status: 'open' | 'paid' | 'expired';
  /** The page to pay on, while it is open. */
  url: string | null;
  amountMinor: number;
  currency: string;
  payment: ProviderPayment | null;
}

export interface ProviderCard {
  card: string;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
}

/** A payment by a card that the payer has saved, ordered while they are there. */
export interface CardOrder {
  checkout: string;
  customer: string;
  card: string;
  sourceId: string;
  identity: string;
  amountMinor: number;
  currency: string;
  description: string;
  /** Where the bank's page leads back to. */
  returnUrl: string;
}

export interface CardsProvider {
  /** Empty for a customer that the provider does not know (any more). */
  list(customer: string): Promise<ProviderCard[]>;
  remove(card: string): Promise<void>;
  /**
   * `open` with an `url`: the bank asks the payer there. `expired`: declined. Repeated, it is the same payment; from then on it is fetched
   * like any checkout.
   */
  pay(order: CardOrder): Promise<ProviderCheckout>;
  /** The payment of an order whose answer was lost, among the customer's latest. */
  findPlaced(order: Pick<CardOrder, 'customer' | 'checkout'>): Promise<ProviderCheckout | undefined>;
}

export interface ProviderPayment {
  payment: string;
  /** What the provider keeps; null until it knows. */
  feeMinor: number | null;
  /** Where the payer lives by their billing address, or else where the card is from: ISO 3166-1 alpha-2. */
  country: string | null;
  /** Our id of the checkout that it pays, where there is one. */
  checkout: string | null;
}

export interface RefundOrder {
  /** Our id of the refund, kept by the provider as the reference. */
  refund: string;
  payment: string;
  amountMinor: number;
  idempotencyKey: string;
}

export interface ProviderRefund {
  /** The payment that it gives back; null for one that is none of ours. */
  payment: string | null;
  amountMinor: number;
  currency: string;
  providerRefund: string;
  reference: string | null;
  /** The idempotency key of the order it came from; tells one order from another for the same refund. */
  order: string | null;
  status: 'pending' | 'succeeded' | 'failed';
  failure: string | null;
  createdAtMs: number;
}

/** Something changed at the provider. It only says where to look: the object is fetched again before anything is believed. */
export interface ProviderEvent {
  id: string;
  /** The provider's own name of the event, for people. */
  type: string;
  subject:
    | 'checkout'
    | 'subscription'
    | 'payment'
    | 'refund'
    | 'dispute'
    | 'account'
    | 'transfer'
    | 'bank_payout'
    | 'other';
  /** Whether it was made with the version of the provider's API that this adapter is written for. */
  isVersionOurs: boolean;
  objectId: string;
  /** Of a dispute, and of a refund that has succeeded: the payment that it is about. */
  payment?: string | null;
  createdAtMs: number;
}

export interface ProviderEventList {
  events: ProviderEvent[];
  /** False: there are older ones; ask again up to the oldest of these. */
  isWhole: boolean;
}

export interface PaymentProvider {
  /** `club`: the creator whose club the person joins; empty for their own payments. */
  createCustomer(person: { identity: string; name: string; club: string }): Promise<string>;
  /**
   * Makes a page to pay on; called twice, it makes two, and only one may be handed out. Undefined when the provider does not know the
   * customer (any more).
   */
  createCheckout(order: CheckoutOrder): Promise<ProviderCheckout | undefined>;
  fetchCheckout(session: string): Promise<ProviderCheckout | undefined>;
  /** Closes a checkout that nobody has paid; one that is paid or closed stays as it is. */
  expireCheckout(session: string): Promise<void>;
  fetchPayment(payment: string): Promise<ProviderPayment | undefined>;
  /**
   * Can be repeated with the same key, as long as the provider remembers it. `key_spent`: the provider has failed and would answer so to
   * this key again; look whether it was carried out, and order under another key.
   */
  refund(order: RefundOrder): Promise<ProviderRefund | 'key_spent'>;
  fetchRefund(providerRefund: string): Promise<ProviderRefund | undefined>;
  /** Every refund of a payment, whoever ordered it. */
  listRefunds(payment: string): Promise<ProviderRefund[]>;
  readonly cards: CardsProvider;
  readonly billing: BillingProvider;
  readonly connect: ConnectProvider;
  readonly disputes: DisputesProvider;
  readonly books: ProviderBooks;
  /** Checks the signature and its age; throws `signature_invalid`. */
  parseWebhook(rawBody: Buffer, signature: string | undefined): ProviderEvent;
  /** Events of a time, both ends included, the newest first; bounded by the adapter, and then not whole. */
  fetchEvents(span: { sinceMs: number; untilMs?: number | undefined }): Promise<ProviderEventList>;
}
