/** What the emulator keeps, by collection: Stripe's objects with ids for references, and records of its own. */
import type Stripe from 'stripe';

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

/** What a test card does; decided by its number, which itself is never kept. */
export interface CardBehaviour {
  decline?: { code: string; declineCode: string };
  needsAuthentication: boolean;
  refund: 'succeeds' | 'fails_later' | 'pending';
}

/** The part of a Checkout Session that the API doesn't show. */
export interface CheckoutForm {
  paymentIntentData: Stripe.Checkout.SessionCreateParams.PaymentIntentData;
  lineItems: Stripe.LineItem[];
}

export type TaskWithoutId =
  | { kind: 'settle_charge'; charge: string; dueAtMs: number }
  | { kind: 'finish_refund'; refund: string; outcome: 'referenced' | 'succeeded' | 'failed'; dueAtMs: number }
  | { kind: 'expire_session'; session: string; dueAtMs: number };

export type Task = TaskWithoutId & { id: string };

export interface Delivery {
  id: string;
  event: string;
  endpoint: string;
  status: 'pending' | 'delivered' | 'failed' | 'dropped';
  attempts: number;
  nextAttemptAtMs: number;
  firstAttemptAtMs: number | null;
  lastStatus: number | null;
  lastError: string | null;
}

export interface Records {
  answers: StoredAnswer;
  balance_transactions: Stripe.BalanceTransaction;
  card_behaviours: CardBehaviour;
  charges: Stripe.Charge;
  checkout_forms: CheckoutForm;
  checkout_sessions: Stripe.Checkout.Session;
  clock: { offsetMs: number };
  customers: Stripe.Customer;
  deliveries: Delivery;
  /** Also the ids of deleted customers: Stripe answers for them with `deleted: true`. */
  deleted_customers: Stripe.DeletedCustomer;
  events: Stripe.Event;
  /** Which Checkout Session a PaymentIntent belongs to. */
  payment_intent_owners: { session: string };
  payment_intents: Stripe.PaymentIntent;
  payment_methods: Stripe.PaymentMethod;
  prices: Stripe.Price;
  products: Stripe.Product;
  refunds: Stripe.Refund;
  tasks: Task;
  webhook_endpoints: Stripe.WebhookEndpoint & { secret: string };
}

export type Collection = keyof Records;

export const COLLECTIONS: readonly Collection[] = [
  'answers',
  'balance_transactions',
  'card_behaviours',
  'charges',
  'checkout_forms',
  'checkout_sessions',
  'clock',
  'customers',
  'deliveries',
  'deleted_customers',
  'events',
  'payment_intent_owners',
  'payment_intents',
  'payment_methods',
  'prices',
  'products',
  'refunds',
  'tasks',
  'webhook_endpoints',
];
