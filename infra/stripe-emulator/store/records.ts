/** The stored records by collection: Stripe's objects with ids for references, and the emulator's own. */
import type Stripe from 'stripe';
import type { Task } from './tasks.ts';

export interface StoredAnswer {
  key: string;
  /** Method, path and a digest of the parameters, which must be equal for a replay. */
  endpoint: string;
  parametersDigest: string;
  status: number;
  body: string;
  requestId: string;
  createdAtMs: number;
}

/**
 * When a card requires authentication: `on_session` exempts off-session payments, `unless_set_up` exempts them once the
 * card was set up.
 */
export type CardAuthentication = 'never' | 'always' | 'on_session' | 'unless_set_up';

/** The behaviour of a test card; decided by its number, which is never stored. */
export interface CardBehaviour {
  decline?: { code: string; declineCode: string };
  /** Can be saved: only payments are declined, after authentication. */
  isSavedFirst?: boolean;
  authentication: CardAuthentication;
  refund: 'succeeds' | 'fails_later' | 'pending';
  dispute?: 'fraudulent' | 'product_not_received' | 'inquiry';
  /** The funds of a charge are available at once. */
  isAvailableAtOnce?: boolean;
  /** Authenticated by its holder for off-session payments. */
  isSetUp?: boolean;
  /** Has paid once without a customer: Stripe accepts no second payment from it. */
  isUsedUp?: boolean;
}

/** The part of a Checkout Session that the API does not show. */
export interface CheckoutForm {
  paymentIntentData: Stripe.Checkout.SessionCreateParams.PaymentIntentData;
  lineItems: Stripe.LineItem[];
  subscriptionData?: Stripe.Checkout.SessionCreateParams.SubscriptionData;
  /** Created at the first attempt, and shown on the session once it is paid. */
  subscription?: string;
}

export interface Delivery {
  id: string;
  event: string;
  /** The account of the event; absent: the platform. */
  account?: string;
  endpoint: string;
  status: 'pending' | 'delivered' | 'failed' | 'dropped';
  attempts: number;
  nextAttemptAtMs: number;
  firstAttemptAtMs: number | null;
  lastStatus: number | null;
  lastError: string | null;
}

/** An account's balance in one currency. */
export interface BalanceRecord {
  /** The currency. */
  id: string;
  currency: string;
  totalMinor: number;
  /** Parts of the total that become available later. */
  pending: { availableOn: number; amountMinor: number }[];
}

/** The part of a connected account that the API does not show. */
export interface AccountState {
  restriction?: { reason: string; due: string[] };
}

/** A link to the onboarding page, valid once. */
export interface AccountLinkRecord {
  account: string;
  expiresAt: number;
  isOpened: boolean;
  refreshUrl: string;
  returnUrl: string;
}

/** What the dashboard of the platform sets. */
export interface PlatformSettings {
  payoutInterval: 'daily' | 'manual';
}

/** A link to the billing portal, for one customer and for an hour. */
export interface PortalSessionRecord {
  customer: string;
  expiresAt: number;
  locale: string | null;
  returnUrl: string | null;
}

export interface Records {
  account_links: AccountLinkRecord;
  account_states: AccountState;
  accounts: Stripe.Account;
  answers: StoredAnswer;
  balance_transactions: Stripe.BalanceTransaction;
  balances: BalanceRecord;
  /** By bank account: the failure of payouts to it. */
  bank_behaviours: { payoutFault?: string };
  card_behaviours: CardBehaviour;
  charges: Stripe.Charge;
  checkout_forms: CheckoutForm;
  checkout_sessions: Stripe.Checkout.Session;
  clock: { offsetMs: number };
  customers: Stripe.Customer;
  deliveries: Delivery;
  /** Also the ids of deleted customers: Stripe answers for them with `deleted: true`. */
  deleted_customers: Stripe.DeletedCustomer;
  disputes: Stripe.Dispute;
  early_fraud_warnings: Stripe.Radar.EarlyFraudWarning;
  events: Stripe.Event;
  external_accounts: Stripe.BankAccount;
  invoice_payments: Stripe.InvoicePayment;
  invoices: Stripe.Invoice;
  /** The Checkout Session or invoice of a PaymentIntent. */
  payment_intent_owners: { session?: string; invoice?: string };
  payment_intents: Stripe.PaymentIntent;
  payment_methods: Stripe.PaymentMethod;
  payouts: Stripe.Payout;
  /** Invoice items that wait for a subscription's next invoice. */
  pending_items: { id: string; subscription: string; line: object };
  platform_settings: PlatformSettings;
  portal_configurations: Stripe.BillingPortal.Configuration;
  portal_sessions: PortalSessionRecord;
  prices: Stripe.Price;
  products: Stripe.Product;
  refunds: Stripe.Refund;
  setup_intents: Stripe.SetupIntent;
  subscriptions: Stripe.Subscription;
  tasks: Task;
  transfer_reversals: Stripe.TransferReversal;
  transfers: Stripe.Transfer;
  webhook_endpoints: { id: string; url: string; secret: string };
}

export type Collection = keyof Records;

/** The fields by which `newestFirst` can filter a collection. */
export const INDEXES: Readonly<Partial<Record<Collection, readonly string[]>>> = {
  balance_transactions: ['source'],
  charges: ['customer', 'payment_intent'],
  checkout_sessions: ['customer'],
  disputes: ['charge', 'payment_intent'],
  invoice_payments: ['invoice'],
  invoices: ['customer'],
  payment_intents: ['customer'],
  payment_methods: ['customer'],
  pending_items: ['subscription'],
  refunds: ['charge', 'payment_intent'],
  subscriptions: ['customer'],
  transfer_reversals: ['transfer'],
  transfers: ['destination', 'transfer_group'],
};
