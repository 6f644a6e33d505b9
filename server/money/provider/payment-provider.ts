/**
 * The port to the payment provider: card payments, refunds, creators' accounts and transfers, disputes, and the provider's own books. Amounts are
 * minor units. Every method may reject with `provider_unavailable`, which says nothing about whether the order was carried out. What the provider
 * refuses for good is `not_refundable` for a refund, `payout_refused` for a transfer and `internal` otherwise.
 */

import type { Evidence } from '../disputes/disputes.schema.ts';
import type { BillingProvider } from './billing-provider.ts';

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

export interface ProviderAccount {
  account: string;
  isDetailsSubmitted: boolean;
  isChargesEnabled: boolean;
  isPayoutsEnabled: boolean;
  /** Whether transfers to it are accepted. */
  isTransfersEnabled: boolean;
  /** What is still asked of the creator, in the provider's own names. */
  requirements: string[];
  disabledReason: string | null;
}

export interface TransferOrder {
  /** Our id of the payout, kept by the provider as the reference. */
  payout: string;
  batch: string;
  account: string;
  amountMinor: number;
  currency: string;
  idempotencyKey: string;
}

export interface ProviderTransfer {
  transfer: string;
  /** The idempotency key of the order that it came from. */
  order: string | null;
}

/** A transfer as it stands, with what was taken back of it. */
export interface FoundTransfer {
  transfer: string;
  /** Our id of the payout, where it is one of ours. */
  payout: string | null;
  account: string;
  amountMinor: number;
  currency: string;
  createdAtMs: number;
  reversals: { id: string; amountMinor: number }[];
}

export interface ConnectProvider {
  /** Where it pays creators, as ISO 3166-1 codes. */
  readonly countries: ReadonlySet<string>;
  /** Idempotent: a creator has one account. Throws `country_not_payable` where the provider has no accounts. */
  createAccount(creator: { identity: string; name: string; country: string }): Promise<ProviderAccount>;
  fetchAccount(account: string): Promise<ProviderAccount | undefined>;
  /** A page, good for one visit, where the creator says who they are and where the money goes. */
  createOnboardingLink(link: { account: string; returnUrl: string; refreshUrl: string }): Promise<string>;
  /**
   * `key_spent`: see `PaymentProvider.refund`. Rejects with `payout_refused` for good, with `provider_unavailable` while the
   * provider's own balance does not cover it yet.
   */
  transfer(order: TransferOrder): Promise<ProviderTransfer | 'key_spent'>;
  /** Every transfer of a batch. */
  listTransfers(batch: string): Promise<ProviderTransfer[]>;
  fetchTransfer(transfer: string): Promise<FoundTransfer | undefined>;
}

export interface ProviderDispute {
  dispute: string;
  payment: string | null;
  amountMinor: number;
  currency: string;
  reason: string;
  status: 'inquiry' | 'open' | 'under_review' | 'won' | 'lost';
  evidenceDueAtMs: number | null;
  openedAtMs: number;
  /** What the bank took or gave back, each once. */
  movements: { id: string; amountMinor: number; feeMinor: number }[];
}

export interface DisputesProvider {
  fetchDispute(dispute: string): Promise<ProviderDispute | undefined>;
  /** Hands the evidence in for good. */
  submitEvidence(dispute: string, evidence: Evidence): Promise<ProviderDispute>;
}

export type MovementKind = 'payment' | 'refund' | 'dispute' | 'transfer' | 'bank_payout' | 'provider_charge' | 'other';

/** A line of the provider's own books. */
export interface ProviderMovement {
  id: string;
  kind: MovementKind;
  /** The provider's own name of the kind, for people. */
  type: string;
  /** The payment, refund, dispute or transfer. */
  source: string | null;
  amountMinor: number;
  feeMinor: number;
  netMinor: number;
  createdAtMs: number;
  /** Our ids, where the provider was given some. */
  checkout: string | null;
}

export interface ProviderBooks {
  /** Movements since a moment; everything when it is 0. */
  listMovements(sinceMs: number): Promise<ProviderMovement[]>;
  /** Movements of one object, such as a payout to the house's bank and its return. */
  listMovementsOf(source: string): Promise<ProviderMovement[]>;
  /** What lies at the provider, available or not yet. */
  fetchBalanceMinor(currency: string): Promise<number>;
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
  parseEvent(rawBody: Buffer, signature: string | undefined): ProviderEvent;
  /** Events of a time, both ends included, the newest first; bounded by the adapter, and then not whole. */
  fetchEvents(span: { sinceMs: number; untilMs?: number | undefined }): Promise<ProviderEventList>;
}
