/**
 * The part of the port that renews memberships: prices of tiers, subscriptions and invoices. Amounts are minor units.
 */

export interface TierPrice {
  /** Our id of the tier, under which the provider stores its price. */
  tier: string;
  creator: string;
  name: string;
  amountMinor: number;
  currency: string;
  interval: 'month' | 'year';
}

export interface MembershipOrder {
  /** Our id of the membership, stored with the subscription. */
  membership: string;
  identity: string;
  customer: string;
  price: string;
  successUrl: string;
  cancelUrl: string;
  locale: string | null;
  expiresAtMs: number;
}

export interface ProviderJoin {
  session: string;
  status: 'open' | 'complete' | 'expired';
  url: string | null;
  subscription: string | null;
}

export interface ProviderSubscription {
  subscription: string;
  /** Our id of the membership; null if the subscription is not ours. */
  membership: string | null;
  customer: string;
  /** Our id of the tier of the next renewal. */
  tier: string | null;
  /** `unpaid`: never paid so far, but still payable. */
  status: 'unpaid' | 'active' | 'past_due' | 'ended';
  /** It ends instead of renewing, by whichever form of cancellation. */
  cancelAtPeriodEnd: boolean;
  /** The provider cancelled it itself because of a dispute. */
  isCancelledForDispute: boolean;
}

export interface ProviderInvoice {
  invoice: string;
  amountMinor: number;
  currency: string;
  payment: string | null;
  paidAtMs: number;
  lines: ProviderInvoiceLine[];
}

export interface ProviderInvoiceLine {
  /**
   * `upgrade`: another tier for a period that was sold before; `unused`: a period that was sold before and is taken
   * back.
   */
  kind: 'term' | 'upgrade' | 'unused';
  /** Our id of the tier; null if the price is not ours. */
  tier: string | null;
  startsAtMs: number;
  endsAtMs: number;
}

export interface PriceChange {
  subscription: string;
  /** The expected current price. Rejects with `unavailable` if it has changed. */
  from: string;
  to: string;
}

export interface BillingProvider {
  /** The provider's price of a tier, created if it is missing; idempotent. */
  ensurePrice(tier: TierPrice): Promise<string>;
  /**
   * Creates a page to join. Two calls create two pages, of which only one may be given out. Undefined: the provider
   * does not know the customer.
   */
  createJoin(order: MembershipOrder): Promise<ProviderJoin | undefined>;
  fetchJoin(session: string): Promise<ProviderJoin | undefined>;
  fetchSubscription(subscription: string): Promise<ProviderSubscription | undefined>;
  /** All paid invoices of a subscription, newest first. An invoice that was paid with credit has the amount 0. */
  listPaidInvoices(subscription: string): Promise<ProviderInvoice[]>;
  /** The provider's page on which a customer replaces the card and pays an open invoice. */
  openPortal(order: { customer: string; returnUrl: string; locale: string | null }): Promise<string>;
  /** Sets or clears the cancellation, including one made on the provider's own page. */
  setCancelAtPeriodEnd(subscription: string, isCancelled: boolean): Promise<void>;
  /** Ends it at once without a refund. */
  endSubscription(subscription: string): Promise<void>;
  /**
   * Raises the price at once and charges the difference for the remaining time. Credits what was debited for the rest
   * of the period, whichever price is scheduled. Nothing changes if the card is declined (`card_declined`) or the
   * period is unpaid (`membership_unpaid`).
   */
  upgrade(change: PriceChange): Promise<void>;
  /** Changes the price from the next renewal on, within the same interval. Nothing is charged or credited. */
  setRenewalPrice(change: PriceChange): Promise<void>;
  /** The subscription whose invoice the payment paid. */
  findSubscriptionOfPayment(payment: string): Promise<string | undefined>;
}
