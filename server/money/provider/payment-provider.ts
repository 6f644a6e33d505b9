/**
 * The port to the payment provider: card payments, refunds, creators' accounts and transfers, disputes, and the
 * provider's own books. Amounts are minor units. Every method may reject with `provider_unavailable`, which says
 * nothing about whether the order was carried out. What the provider refuses for good is `not_refundable` for a refund,
 * `payout_refused` for a transfer and `internal` otherwise.
 */

import type { Evidence } from '../disputes/disputes.schema.ts';
import type { CountryEvidence } from '../sales/country-evidence.ts';
import type { BillingProvider } from './billing-provider.ts';

export interface CheckoutOrder {
  /** Our id of the checkout, which the provider stores as the reference. */
  checkout: string;
  customer: string;
  purpose: 'topup' | 'ticket' | 'tip';
  /** The top-up, ticket or tip. */
  sourceId: string;
  identity: string;
  amountMinor: number;
  currency: string;
  /** Text on the payment page. */
  description: string;
  /** Absolute URLs. The success URL contains the provider's placeholder for its session. */
  successUrl: string;
  cancelUrl: string;
  locale: string | null;
  expiresAtMs: number;
}

export interface ProviderCheckout {
  session: string;
  /** Our id of the checkout. */
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

/** A payment by the payer's saved card while the payer is present. */
export interface CardOrder {
  checkout: string;
  customer: string;
  card: string;
  sourceId: string;
  identity: string;
  amountMinor: number;
  currency: string;
  description: string;
  /** Where the bank's page returns the payer. */
  returnUrl: string;
}

export interface CardsProvider {
  /** Empty if the provider does not know the customer. */
  list(customer: string): Promise<ProviderCard[]>;
  remove(card: string): Promise<void>;
  /**
   * Idempotent by checkout. `open` with a `url`: the bank asks the payer there. `expired`: declined. Afterwards it is
   * fetched like any checkout.
   */
  pay(order: CardOrder): Promise<ProviderCheckout>;
  /** Finds the payment of an order whose answer was lost among the customer's latest. */
  findPlaced(order: Pick<CardOrder, 'customer' | 'checkout'>): Promise<ProviderCheckout | undefined>;
}

export interface ProviderPayment {
  payment: string;
  /** The provider's fee; null until it is known. */
  feeMinor: number | null;
  /** Null without a charge. */
  paidAtMs: number | null;
  /** What it says of where the payer lives. */
  evidence: CountryEvidence[];
  /** The same for each payment with one card number, whoever pays; null without a charge to a card. */
  cardFingerprint: string | null;
  /** Our id of the checkout, if any. */
  checkout: string | null;
}

export interface RefundOrder {
  /** Our id of the refund, which the provider stores as the reference. */
  refund: string;
  payment: string;
  amountMinor: number;
  idempotencyKey: string;
}

export interface ProviderRefund {
  /** The refunded payment; null if it is not ours. */
  payment: string | null;
  amountMinor: number;
  currency: string;
  providerRefund: string;
  reference: string | null;
  /** The idempotency key of its order, which distinguishes several orders of one refund. */
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
  /** Whether the account accepts transfers. */
  isTransfersEnabled: boolean;
  /** What the creator still has to provide, in the provider's terms. */
  requirements: string[];
  disabledReason: string | null;
}

export interface TransferOrder {
  /** Our id of the payout, which the provider stores as the reference. */
  payout: string;
  batch: string;
  account: string;
  amountMinor: number;
  currency: string;
  idempotencyKey: string;
}

export interface ProviderTransfer {
  transfer: string;
  /** The idempotency key of its order. */
  order: string | null;
  createdAtMs: number;
}

/** A transfer with its reversals. */
export interface FoundTransfer {
  transfer: string;
  /** Our id of the payout, if the transfer is ours. */
  payout: string | null;
  account: string;
  amountMinor: number;
  currency: string;
  createdAtMs: number;
  reversals: { id: string; amountMinor: number }[];
}

export interface ConnectProvider {
  /** Where the provider pays creators, as ISO 3166-1 codes. */
  readonly countries: ReadonlySet<string>;
  /**
   * Idempotent: a creator has one account, and another one if that is `gone`. Throws `country_not_payable` where the
   * provider has no accounts.
   */
  createAccount(creator: {
    identity: string;
    name: string;
    country: string;
    gone: string | undefined;
  }): Promise<ProviderAccount>;
  /** Undefined when it is gone, or the platform has lost the access to it. */
  fetchAccount(account: string): Promise<ProviderAccount | undefined>;
  /** A page, valid for one visit, where the creator enters their identity and bank account. */
  createOnboardingLink(link: { account: string; returnUrl: string; refreshUrl: string }): Promise<string>;
  /** `key_spent`: see `PaymentProvider.refund`. Rejects with `payout_refused` for good. */
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
  /** `won` and `lost` are the bank's last word; what it comes to is decided by the movements. */
  status: 'inquiry' | 'open' | 'under_review' | 'won' | 'lost';
  evidenceDueAtMs: number | null;
  openedAtMs: number;
  /** Withdrawals and reinstatements by the bank, each once. */
  movements: { id: string; amountMinor: number; feeMinor: number }[];
}

/** The card's issuer has reported a payment as fraud. */
export interface ProviderFraudWarning {
  payment: string | null;
  /** Neither disputed nor refunded whole. */
  isOpen: boolean;
  /** 3-D Secure had confirmed who pays: a dispute as fraud is mostly the issuer's loss. */
  isAuthenticated: boolean;
  createdAtMs: number;
}

export interface DisputesProvider {
  fetchFraudWarning(warning: string): Promise<ProviderFraudWarning | undefined>;
  fetchDispute(dispute: string): Promise<ProviderDispute | undefined>;
  /** Submits the evidence, which is final. */
  submitEvidence(dispute: string, evidence: Evidence): Promise<ProviderDispute>;
}

/** A movement between the provider and the house alone, which no record of a sale explains. */
export type OwnMovementKind =
  /** To the house's bank, or from it. */
  | 'bank_payout'
  /** Fees, taxes on them, corrections, contributions. */
  | 'provider_charge'
  /** Held back by the provider, or released. */
  | 'provider_reserve'
  /** Of products that the house does not use. */
  | 'provider_other';

/** `other`: of a type that is not on the provider's list. */
export type MovementKind = 'payment' | 'refund' | 'dispute' | 'transfer' | OwnMovementKind | 'other';

/** A line of the provider's own books. */
export interface ProviderMovement {
  id: string;
  kind: MovementKind;
  /** The provider's name of the kind, for people. */
  type: string;
  /** The payment, refund, dispute or transfer. */
  source: string | null;
  amountMinor: number;
  feeMinor: number;
  netMinor: number;
  createdAtMs: number;
  /** Our id of the checkout, if any. */
  checkout: string | null;
}

/** Of one currency: another application may share the provider's account. */
export interface ProviderBooks {
  /** Movements since a moment; 0 means all. Of more than `max` only the newest, and since when these are complete. */
  listMovements(
    currency: string,
    sinceMs: number,
    max?: number,
  ): Promise<{ movements: ProviderMovement[]; sinceMs: number }>;
  /** Movements of one object, such as a payout to the house's bank and its return. */
  listMovementsOf(source: string, currency: string): Promise<ProviderMovement[]>;
  /** When the provider pays the balance out to the house's bank by itself: `manual` is never. */
  fetchPayoutInterval(): Promise<string>;
  /** The balance at the provider, available or not. */
  fetchBalanceMinor(currency: string): Promise<number>;
}

/** A change at the provider. The event is only a hint: the object is fetched before anything is booked. */
export interface ProviderEvent {
  id: string;
  /** The provider's name of the event, for people. */
  type: string;
  subject:
    | 'checkout'
    | 'subscription'
    | 'payment'
    | 'refund'
    | 'dispute'
    | 'fraud_warning'
    | 'account'
    | 'transfer'
    | 'bank_payout'
    | 'other';
  /** Whether it has the API version of this adapter. */
  isVersionOurs: boolean;
  objectId: string;
  /** The payment of a dispute or of a succeeded refund. */
  payment?: string | null;
  createdAtMs: number;
}

export interface ProviderEventList {
  events: ProviderEvent[];
  /** False: there are older events; fetch again up to the oldest of these. */
  isWhole: boolean;
}

export interface PaymentProvider {
  /** `club`: the creator of the club that the person joins; empty for their own payments. */
  createCustomer(person: { identity: string; name: string; club: string }): Promise<string>;
  /** Deletes the name and the saved cards; payments stay, and can still be refunded and disputed. Idempotent. */
  deleteCustomer(customer: string): Promise<void>;
  /**
   * Creates a payment page. Two calls create two pages, of which only one may be given out. Undefined: the provider
   * does not know the customer.
   */
  createCheckout(order: CheckoutOrder): Promise<ProviderCheckout | undefined>;
  fetchCheckout(session: string): Promise<ProviderCheckout | undefined>;
  /** Closes an unpaid checkout; a paid or closed one is unchanged. */
  expireCheckout(session: string): Promise<void>;
  fetchPayment(payment: string): Promise<ProviderPayment | undefined>;
  /**
   * Idempotent by key, as long as the provider remembers it. `key_spent`: the provider failed, or its balance does not
   * cover the order yet, and it would repeat that answer under this key. Check whether the refund exists, and order
   * with another key.
   */
  refund(order: RefundOrder): Promise<ProviderRefund | 'key_spent'>;
  fetchRefund(providerRefund: string): Promise<ProviderRefund | undefined>;
  /** All refunds of a payment, including manual ones. */
  listRefunds(payment: string): Promise<ProviderRefund[]>;
  readonly cards: CardsProvider;
  readonly billing: BillingProvider;
  readonly connect: ConnectProvider;
  readonly disputes: DisputesProvider;
  readonly books: ProviderBooks;
  /** Verifies the signature and its age; throws `signature_invalid`. */
  parseEvent(rawBody: Buffer, signature: string | undefined): ProviderEvent;
  /** Events of a period, both ends included, newest first. The adapter limits their number. */
  fetchEvents(span: { sinceMs: number; untilMs?: number | undefined }): Promise<ProviderEventList>;
}
