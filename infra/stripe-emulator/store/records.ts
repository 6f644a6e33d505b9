/** What the emulator keeps, by collection: Stripe's objects with ids for references, and records of its own. */
import type Stripe from 'stripe';
import type { Task } from './tasks.ts';

export interface StoredAnswer {
  key: string;
  /** Method and path, and a digest of the parameters: both must be the same for a replay. */
  endpoint: string;
  parametersDigest: string;
  status: number;
  body: string;
  requestId: string;
  createdAtMs: number;
}

/**
 * When a card asks its holder: `on_session` spares payments without them, `unless_set_up` spares those too, once the
 * card was set up for them.
 */
export type CardAuthentication = 'never' | 'always' | 'on_session' | 'unless_set_up';

/** What a test card does; decided by its number, which itself is never kept. */
export interface CardBehaviour {
  decline?: { code: string; declineCode: string };
  /** Can be saved all the same: only paying with it is declined, after its holder was asked. */
  isSavedFirst?: boolean;
  authentication: CardAuthentication;
  refund: 'succeeds' | 'fails_later' | 'pending';
  dispute?: 'fraudulent' | 'product_not_received' | 'inquiry';
  /** The money of a charge can be spent at once. */
  isAvailableAtOnce?: boolean;
  /** Authenticated by its holder for payments without them. */
  isSetUp?: boolean;
  /** Has paid once without belonging to a customer: Stripe takes no second payment from it. */
  isUsedUp?: boolean;
}

/** The part of a Checkout Session that the API doesn't show. */
export interface CheckoutForm {
  paymentIntentData: Stripe.Checkout.SessionCreateParams.PaymentIntentData;
  lineItems: Stripe.LineItem[];
  subscriptionData?: Stripe.Checkout.SessionCreateParams.SubscriptionData;
  /** Made at the first attempt, and the session's own once it is paid. */
  subscription?: string;
}

export interface Delivery {
  id: string;
  event: string;
  /** Whose event it is; absent: the platform's own. */
  account?: string;
  endpoint: string;
  status: 'pending' | 'delivered' | 'failed' | 'dropped';
  attempts: number;
  nextAttemptAtMs: number;
  firstAttemptAtMs: number | null;
  lastStatus: number | null;
  lastError: string | null;
}

/** What an account has in one currency. */
export interface BalanceRecord {
  /** The currency. */
  id: string;
  currency: string;
  totalMinor: number;
  /** What is part of the total and can't be spent before a time. */
  pending: { availableOn: number; amountMinor: number }[];
}

/** The part of a connected account that Stripe keeps to itself. */
export interface AccountState {
  restriction?: { reason: string; due: string[] };
}

/** A way to the onboarding page, good for one visit. */
export interface AccountLinkRecord {
  account: string;
  expiresAt: number;
  isOpened: boolean;
  refreshUrl: string;
  returnUrl: string;
}

/** A way to the billing portal, for one customer and for an hour. */
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
  /** By bank account: what payouts to it fail with. */
  bank_behaviours: { payoutFault?: string };
  card_behaviours: CardBehaviour;
  charges: Stripe.Charge;
  checkout_forms: CheckoutForm;
  checkout_sessions: Stripe.Checkout.Session;
  clock: { offsetMs: number };
  customer_balance_transactions: Stripe.CustomerBalanceTransaction;
  customers: Stripe.Customer;
  deliveries: Delivery;
  /** Also the ids of deleted customers: Stripe answers for them with `deleted: true`. */
  deleted_customers: Stripe.DeletedCustomer;
  disputes: Stripe.Dispute;
  events: Stripe.Event;
  external_accounts: Stripe.BankAccount;
  invoice_payments: Stripe.InvoicePayment;
  invoices: Stripe.Invoice;
  /** Which Checkout Session a PaymentIntent or SetupIntent belongs to, or which invoice. */
  payment_intent_owners: { session?: string; invoice?: string };
  payment_intents: Stripe.PaymentIntent;
  payment_methods: Stripe.PaymentMethod;
  payouts: Stripe.Payout;
  /** Lines that wait for a subscription's next invoice. */
  pending_items: { id: string; subscription: string; line: object };
  portal_sessions: PortalSessionRecord;
  prices: Stripe.Price;
  products: Stripe.Product;
  refunds: Stripe.Refund;
  setup_intents: Stripe.SetupIntent;
  subscriptions: Stripe.Subscription;
  tasks: Task;
  transfer_reversals: Stripe.TransferReversal;
  transfers: Stripe.Transfer;
  /** `isConnect`: told of connected accounts' events instead of the platform's own. */
  webhook_endpoints: Stripe.WebhookEndpoint & { secret: string; isConnect?: boolean };
}

export type Collection = keyof Records;

/** The fields that `newestFirst` can narrow a collection by. */
export const INDEXES: Readonly<Partial<Record<Collection, readonly string[]>>> = {
  balance_transactions: ['source'],
  charges: ['customer', 'payment_intent', 'transfer_group'],
  checkout_sessions: ['customer', 'payment_intent', 'subscription'],
  customer_balance_transactions: ['customer'],
  disputes: ['charge', 'payment_intent'],
  invoice_payments: ['invoice'],
  invoices: ['customer'],
  payment_intents: ['customer'],
  payment_methods: ['customer'],
  pending_items: ['subscription'],
  prices: ['product'],
  refunds: ['charge', 'payment_intent'],
  setup_intents: ['customer', 'payment_method'],
  subscriptions: ['customer'],
  transfer_reversals: ['transfer'],
  transfers: ['destination', 'source_transaction', 'transfer_group'],
};
