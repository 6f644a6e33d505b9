/** Memberships at Stripe Billing. */
import Stripe from 'stripe';
import { AppError } from '../protocol/errors.ts';
import type {
  BillingProvider,
  MembershipOrder,
  ProviderInvoice,
  ProviderJoin,
  ProviderSubscription,
  TierPrice,
} from './billing-provider.ts';
import { keyForAWhile, type StripeCall } from './stripe-call.ts';
import { localeOf } from './stripe-objects.ts';

/** Invoices of one membership that are looked at; older ones were booked long ago. */
const INVOICES_MAX = 100;

export class StripeBilling implements BillingProvider {
  readonly #stripe: Stripe;
  readonly #call: StripeCall;

  constructor(stripe: Stripe, call: StripeCall) {
    this.#stripe = stripe;
    this.#call = call;
  }

  async ensurePrice({ tier, creator, name, amountMinor, currency, interval }: TierPrice): Promise<string> {
    return this.#call('make the price of a tier', async () => {
      const known = await this.#stripe.prices.list({ lookup_keys: [tier], limit: 1 });
      if (known.data[0]) return known.data[0].id;
      const metadata = { tier, creator };
      const product = await this.#stripe.products.create(
        { name, metadata },
        { idempotencyKey: keyForAWhile(`product-${tier}`) },
      );
      const price = await this.#stripe.prices.create(
        {
          product: product.id,
          currency,
          unit_amount: amountMinor,
          recurring: { interval },
          lookup_key: tier,
          metadata,
        },
        { idempotencyKey: keyForAWhile(`price-${tier}`) },
      );
      return price.id;
    });
  }

  async createJoin(order: MembershipOrder): Promise<ProviderJoin | undefined> {
    const metadata = { membership: order.membership, identity: order.identity };
    return this.#call(
      'open the page to join',
      // With the SDK's own idempotency key, new for each call, for the reason that checkouts have.
      async () =>
        toJoin(
          await this.#stripe.checkout.sessions.create({
            mode: 'subscription',
            customer: order.customer,
            client_reference_id: order.membership,
            metadata,
            subscription_data: { metadata },
            line_items: [{ price: order.price, quantity: 1 }],
            success_url: order.successUrl,
            cancel_url: order.cancelUrl,
            locale: localeOf(order.locale),
            expires_at: Math.floor(order.expiresAtMs / 1000),
          }),
        ),
      { whenMissing: 'customer' },
    );
  }

  async fetchJoin(session: string): Promise<ProviderJoin | undefined> {
    return this.#call('fetch join', async () => toJoin(await this.#stripe.checkout.sessions.retrieve(session)), {
      whenMissing: 'id',
    });
  }

  async fetchSubscription(subscription: string): Promise<ProviderSubscription | undefined> {
    return this.#call(
      'fetch subscription',
      async () => toSubscription(await this.#stripe.subscriptions.retrieve(subscription)),
      { whenMissing: 'id' },
    );
  }

  async listPaidInvoices(subscription: string): Promise<ProviderInvoice[]> {
    const list = await this.#call('list invoices', () =>
      this.#stripe.invoices.list({ subscription, status: 'paid', limit: INVOICES_MAX, expand: ['data.payments'] }),
    );
    return list.data.map(toInvoice);
  }

  async openPortal(order: { customer: string; returnUrl: string; locale: string | null }): Promise<string> {
    const { customer, returnUrl, locale } = order;
    const create = () =>
      this.#stripe.billingPortal.sessions.create({ customer, return_url: returnUrl, locale: localeOf(locale) });
    return (await this.#call('open the billing portal', create)).url;
  }

  async setCancelAtPeriodEnd(subscription: string, isCancelled: boolean): Promise<void> {
    await this.#call('cancel or resume', async () => {
      const found = await this.#stripe.subscriptions.retrieve(subscription);
      if (isEnding(found) === isCancelled && statusOf(found.status) !== 'ended') return;
      // Each form is taken back by its own parameter, and Stripe refuses both at once.
      const isByTime = found.cancel_at !== null && !found.cancel_at_period_end;
      const change = isByTime ? { cancel_at: '' as const } : { cancel_at_period_end: isCancelled };
      await this.#stripe.subscriptions.update(subscription, change);
    });
  }

  async endSubscription(subscription: string): Promise<void> {
    await this.#call('end subscription', () => this.#stripe.subscriptions.cancel(subscription), {
      whenMissing: 'id',
    });
  }

  async changePrice(change: { subscription: string; price: string; chargeNow: boolean }): Promise<void> {
    const { subscription, price, chargeNow } = change;
    try {
      await this.#call('change tier', async () => {
        const { items } = await this.#stripe.subscriptions.retrieve(subscription);
        const item = items.data[0]?.id;
        if (!item) throw new AppError('internal', 'A subscription has no item.');
        await this.#stripe.subscriptions.update(subscription, {
          items: [{ id: item, price }],
          proration_behavior: chargeNow ? 'always_invoice' : 'create_prorations',
          payment_behavior: chargeNow ? 'error_if_incomplete' : 'allow_incomplete',
        });
      });
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof Stripe.errors.StripeCardError) {
        throw new AppError('card_declined', undefined, { cause: error });
      }
      throw error;
    }
  }
}

function toJoin(session: Stripe.Checkout.Session): ProviderJoin {
  return {
    session: session.id,
    status: session.status === 'complete' ? 'complete' : session.status === 'expired' ? 'expired' : 'open',
    url: session.status === 'open' ? (session.url ?? null) : null,
    subscription: idOf(session.subscription),
  };
}

export function toSubscription(subscription: Stripe.Subscription): ProviderSubscription {
  const price = subscription.items.data[0]?.price;
  return {
    subscription: subscription.id,
    membership: subscription.metadata.membership ?? null,
    tier: price?.metadata?.tier ?? price?.lookup_key ?? null,
    status: statusOf(subscription.status),
    cancelAtPeriodEnd: isEnding(subscription),
    isCancelledForDispute: isEnding(subscription) && subscription.cancellation_details?.reason === 'payment_disputed',
  };
}

/**
 * Whether Stripe is going to end it: told by us, in the dashboard or since a payment is disputed, `cancel_at_period_end` says so; told by the member in
 * the portal, in flexible billing mode, `cancel_at` alone (docs.stripe.com/billing/subscriptions/billing-mode/compare, “Scheduled subscription
 * cancellation”), which is the mode of every new subscription since 2025-09-30.clover.
 */
function isEnding({ cancel_at, cancel_at_period_end }: Stripe.Subscription): boolean {
  return cancel_at_period_end || cancel_at !== null;
}

function statusOf(status: Stripe.Subscription.Status): ProviderSubscription['status'] {
  switch (status) {
    case 'active':
    case 'trialing':
      return 'active';
    // `unpaid` at Stripe: every attempt at a renewal has failed. How long access lasts all the same is the house's to say.
    case 'past_due':
    case 'unpaid':
      return 'past_due';
    case 'incomplete':
      return 'unpaid';
    default:
      return 'ended';
  }
}

export function toInvoice(invoice: Stripe.Invoice): ProviderInvoice {
  const paid = invoice.payments?.data.find(({ status }) => status === 'paid');
  return {
    invoice: invoice.id ?? '',
    amountMinor: invoice.amount_paid,
    currency: invoice.currency,
    payment: idOf(paid?.payment.payment_intent),
    periodEndMs: periodEndOf(invoice) * 1000,
    paidAtMs: (invoice.status_transitions.paid_at ?? invoice.created) * 1000,
  };
}

/** The end of what was sold; lines below zero are of time that was given back. */
function periodEndOf({ lines: { data: lines } }: Stripe.Invoice): number {
  const sold = lines.filter(({ amount }) => amount >= 0);
  return Math.max(...(sold.length > 0 ? sold : lines).map(({ period }) => period.end));
}

function idOf(reference: string | { id: string } | null | undefined): string | null {
  return typeof reference === 'string' ? reference : (reference?.id ?? null);
}
