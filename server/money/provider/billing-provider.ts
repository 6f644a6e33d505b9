/** The part of the provider's port that renews memberships: prices of tiers, subscriptions and what was paid for them. Amounts are minor units. */

export interface TierPrice {
  /** Our id of the tier; the provider keeps its price under it, so that asking again finds the same. */
  tier: string;
  creator: string;
  name: string;
  amountMinor: number;
  currency: string;
  interval: 'month' | 'year';
}

export interface MembershipOrder {
  /** Our id of the membership, which the provider keeps with the subscription. */
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
  /** Our id of the membership, as we gave it; null for one that is none of ours. */
  membership: string | null;
  customer: string;
  /** Our id of the tier that it is renewed as. */
  tier: string | null;
  /** `unpaid`: nothing was ever paid for it, and it may still be. */
  status: 'unpaid' | 'active' | 'past_due' | 'ended';
  /** It is going to end instead of being renewed, whoever said so, in whichever way. */
  cancelAtPeriodEnd: boolean;
  /** The provider itself said so, since a payment for it is disputed. */
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
  /** `upgrade`: another tier for time that was sold before; `unused`: time that was sold before and is taken back. */
  kind: 'term' | 'upgrade' | 'unused';
  /** Our id of the tier; null for a price that is none of ours. */
  tier: string | null;
  startsAtMs: number;
  endsAtMs: number;
}

export interface PriceChange {
  subscription: string;
  /** The price that it must have before; with another one it is `unavailable`. */
  from: string;
  to: string;
}

export interface BillingProvider {
  /** The provider's price of a tier; made when it is missing, the same whenever it is asked for. */
  ensurePrice(tier: TierPrice): Promise<string>;
  /**
   * Makes the page to join on; called twice, it makes two, and only one may be handed out. Undefined: the customer is not known (any more).
   */
  createJoin(order: MembershipOrder): Promise<ProviderJoin | undefined>;
  fetchJoin(session: string): Promise<ProviderJoin | undefined>;
  fetchSubscription(subscription: string): Promise<ProviderSubscription | undefined>;
  /** Every paid invoice of a subscription, the newest first; of those that credit has paid for, the amount is 0. */
  listPaidInvoices(subscription: string): Promise<ProviderInvoice[]>;
  /** The provider's own page on which a customer changes the card and pays what is owed. */
  openPortal(order: { customer: string; returnUrl: string; locale: string | null }): Promise<string>;
  /** Takes back any cancellation, also one of the provider's own page. */
  setCancelAtPeriodEnd(subscription: string, isCancelled: boolean): Promise<void>;
  /** Ends it at once, without paying anything back. */
  endSubscription(subscription: string): Promise<void>;
  /**
   * Changes the price at once, for no less than the old one: what more it costs for the time that is left is charged now, and nothing changes
   * when the card declines (`card_declined`) or the time is not paid for (`membership_unpaid`).
   */
  upgrade(change: PriceChange): Promise<void>;
  /** Changes the price of the next renewal, to one of the same interval. Nothing is charged or credited. */
  setRenewalPrice(change: PriceChange): Promise<void>;
  /** The subscription whose invoice a payment has paid. */
  findSubscriptionOfPayment(payment: string): Promise<string | undefined>;
}
