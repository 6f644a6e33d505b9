/** Memberships at Stripe Billing. */
import Stripe from 'stripe';
import { RecentMap } from '../../platform/recent-map.ts';
import { AppError } from '../../protocol/errors.ts';
import type {
  BillingProvider,
  MembershipOrder,
  PriceChange,
  ProviderInvoice,
  ProviderInvoiceLine,
  ProviderJoin,
  ProviderSubscription,
  TierPrice,
} from './billing-provider.ts';
import { keyForAWhile, type StripeCall } from './stripe-call.ts';
import { localeOf, SWITCHED_OFF } from './stripe-objects.ts';

/** Invoices of a membership that are read; older ones were booked long ago. */
const INVOICES_MAX = 100;
const TIERS_REMEMBERED = 10_000;
const PORTALS_MAX = 100;
const DESCRIPTOR_MIN = 5;
/** Another name makes a new configuration: change it with the features. */
const PORTAL = 'portal-1';
/** Members get the house's numbered receipts, and change tiers here: Stripe's invoices and plans are not shown. */
const PORTAL_FEATURES: Stripe.BillingPortal.ConfigurationCreateParams.Features = {
  customer_update: { enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: true, mode: 'at_period_end' },
  subscription_update: { enabled: false },
};

export class StripeBilling implements BillingProvider {
  readonly #stripe: Stripe;
  readonly #call: StripeCall;
  readonly #statementName: string | undefined;
  readonly #tiers = new RecentMap<string, string | null>(TIERS_REMEMBERED);

  constructor(stripe: Stripe, call: StripeCall, statementName: string | undefined) {
    this.#stripe = stripe;
    this.#call = call;
    this.#statementName = statementName;
  }

  async ensurePrice({ tier, creator, name, amountMinor, currency, interval }: TierPrice): Promise<string> {
    return this.#call('make the price of a tier', async () => {
      const known = await this.#stripe.prices.list({ lookup_keys: [tier], limit: 1 });
      if (known.data[0]) return known.data[0].id;
      const metadata = { tier, creator };
      const product = await this.#stripe.products.create(
        { name, metadata, ...this.#descriptor() },
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
      // Uses the SDK's own idempotency key, new for each call, for the same reason as checkouts.
      async () =>
        toJoin(
          await this.#stripe.checkout.sessions.create({
            mode: 'subscription',
            customer: order.customer,
            client_reference_id: order.membership,
            metadata,
            subscription_data: { metadata },
            ...SWITCHED_OFF,
            line_items: [{ price: order.price, quantity: 1 }],
            success_url: order.successUrl,
            cancel_url: order.cancelUrl,
            // As for other payments: paid at once or not at all.
            allowed_payment_method_types: ['card'],
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
    return this.#call('list invoices', async () => {
      const expand = ['data.payments'];
      const { data } = await this.#stripe.invoices.list({ subscription, status: 'paid', limit: INVOICES_MAX, expand });
      return Promise.all(data.map((invoice) => this.#toInvoice(invoice)));
    });
  }

  async openPortal(order: { customer: string; returnUrl: string; locale: string | null }): Promise<string> {
    const { customer, returnUrl, locale } = order;
    return this.#call('open the billing portal', async () => {
      const configuration = await this.#ensurePortal();
      const wanted = { configuration, customer, return_url: returnUrl, locale: localeOf(locale) };
      return (await this.#stripe.billingPortal.sessions.create(wanted)).url;
    });
  }

  /** The house's own settings of the portal, made once: a live account has none until somebody makes them. */
  async #ensurePortal(): Promise<string> {
    const { configurations } = this.#stripe.billingPortal;
    const { data } = await configurations.list({ active: true, limit: PORTALS_MAX });
    const known = data.find(({ metadata }) => metadata?.loge === PORTAL);
    if (known) return known.id;
    const made = await configurations.create(
      { features: PORTAL_FEATURES, metadata: { loge: PORTAL } },
      { idempotencyKey: keyForAWhile(PORTAL) },
    );
    return made.id;
  }

  /** Of a subscription's payments Stripe shows the product's descriptor, in which it asks for five characters. */
  #descriptor(): { statement_descriptor?: string } {
    const name = this.#statementName;
    return name === undefined || name.length < DESCRIPTOR_MIN ? {} : { statement_descriptor: name };
  }

  async setCancelAtPeriodEnd(subscription: string, isCancelled: boolean): Promise<void> {
    await this.#call('cancel or resume', async () => {
      const found = await this.#stripe.subscriptions.retrieve(subscription);
      if (isEnding(found) === isCancelled && statusOf(found.status) !== 'ended') return;
      // The two forms of cancellation have separate parameters, and Stripe rejects both at once.
      const change = endsByTime(found) ? { cancel_at: '' as const } : { cancel_at_period_end: isCancelled };
      await this.#stripe.subscriptions.update(subscription, change);
    });
  }

  async endSubscription(subscription: string): Promise<void> {
    await this.#call('end subscription', () => this.#stripe.subscriptions.cancel(subscription), {
      whenMissing: 'id',
    });
  }

  async upgrade({ subscription, from, to }: PriceChange): Promise<void> {
    try {
      await this.#call('upgrade', async () => {
        const found = await this.#stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] });
        // For an hour or more after a renewal, Stripe also credits the remaining time of an unpaid period.
        const latest = found.latest_invoice;
        const isPaid = latest !== null && typeof latest !== 'string' && latest.status === 'paid';
        if (found.status !== 'active' || !isPaid) throw new AppError('membership_unpaid');
        // Classic mode credits the price that is set. Flexible mode credits the paid one, also if another is scheduled.
        if (found.billing_mode.type !== 'flexible') {
          throw new AppError('internal', 'Migrate this subscription to flexible billing mode.');
        }
        await this.#stripe.subscriptions.update(subscription, {
          items: [{ id: itemOf(found, from), price: to }],
          proration_behavior: 'always_invoice',
          // Another interval begins a new period, but a fixed end would stay where it is.
          ...(endsByTime(found) ? { cancel_at: 'max_period_end' as const } : {}),
          payment_behavior: 'error_if_incomplete',
        });
      });
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof Stripe.errors.StripeCardError) {
        throw new AppError('card_declined', undefined, { cause: error });
      }
      throw error;
    }
  }

  async setRenewalPrice({ subscription, from, to }: PriceChange): Promise<void> {
    await this.#call('change the price of the renewal', async () => {
      const found = await this.#stripe.subscriptions.retrieve(subscription);
      const items = [{ id: itemOf(found, from), price: to }];
      await this.#stripe.subscriptions.update(subscription, { items, proration_behavior: 'none' });
    });
  }

  async findSubscriptionOfPayment(payment: string): Promise<string | undefined> {
    return this.#call('find the invoice of a payment', async () => {
      const by = { type: 'payment_intent', payment_intent: payment } as const;
      const { data } = await this.#stripe.invoicePayments.list({ payment: by, limit: 1, expand: ['data.invoice'] });
      const invoice = data[0]?.invoice;
      if (!invoice || typeof invoice === 'string' || invoice.deleted) return undefined;
      return idOf(invoice.parent?.subscription_details?.subscription) ?? undefined;
    });
  }

  async #toInvoice(invoice: Stripe.Invoice): Promise<ProviderInvoice> {
    const paid = invoice.payments?.data.find(({ status }) => status === 'paid');
    return {
      invoice: invoice.id ?? '',
      amountMinor: invoice.amount_paid,
      currency: invoice.currency,
      payment: idOf(paid?.payment.payment_intent),
      paidAtMs: (invoice.status_transitions.paid_at ?? invoice.created) * 1000,
      lines: await Promise.all(invoice.lines.data.map((line) => this.#toLine(line))),
    };
  }

  async #toLine({ amount, parent, period, pricing }: Stripe.InvoiceLineItem): Promise<ProviderInvoiceLine> {
    const isProration = parent?.subscription_item_details?.proration === true;
    const price = idOf(pricing?.price_details?.price);
    return {
      kind: amount < 0 ? 'unused' : isProration ? 'upgrade' : 'term',
      tier: price === null ? null : await this.#tierOfPrice(price),
      startsAtMs: period.start * 1000,
      endsAtMs: period.end * 1000,
    };
  }

  /** Stripe's lines contain only the price. The tier of a price never changes. */
  async #tierOfPrice(id: string): Promise<string | null> {
    const known = this.#tiers.get(id);
    if (known !== undefined) return known;
    const tier = tierOf(await this.#stripe.prices.retrieve(id));
    this.#tiers.set(id, tier);
    return tier;
  }
}

/** The only item of a subscription, if it has this price. */
function itemOf({ items }: Stripe.Subscription, price: string): string {
  const item = items.data[0];
  if (!item) throw new AppError('internal', 'The subscription has no item.');
  if (item.price.id !== price) throw new AppError('unavailable', 'The price of this membership has just changed.');
  return item.id;
}

function tierOf(price: Stripe.Price | undefined): string | null {
  return price?.metadata?.tier ?? price?.lookup_key ?? null;
}

function toJoin(session: Stripe.Checkout.Session): ProviderJoin {
  return {
    session: session.id,
    status: session.status === 'complete' ? 'complete' : session.status === 'expired' ? 'expired' : 'open',
    url: session.status === 'open' ? (session.url ?? null) : null,
    subscription: idOf(session.subscription),
  };
}

function toSubscription(subscription: Stripe.Subscription): ProviderSubscription {
  return {
    subscription: subscription.id,
    membership: subscription.metadata.membership ?? null,
    customer: idOf(subscription.customer) ?? '',
    tier: tierOf(subscription.items.data[0]?.price),
    status: statusOf(subscription.status),
    cancelAtPeriodEnd: isEnding(subscription),
    isCancelledForDispute: isEnding(subscription) && subscription.cancellation_details?.reason === 'payment_disputed',
  };
}

/**
 * Whether Stripe is going to end it. Our own cancellation, one in the dashboard and one for a dispute set
 * `cancel_at_period_end`; one by the member in the portal, in flexible billing mode, sets only `cancel_at`
 * (docs.stripe.com/billing/subscriptions/billing-mode/compare, “Scheduled subscription cancellation”). Every new
 * subscription since 2025-09-30.clover has that mode.
 */
function isEnding({ cancel_at, cancel_at_period_end }: Stripe.Subscription): boolean {
  return cancel_at_period_end || cancel_at !== null;
}

/** Whether it ends at a fixed time, which does not follow a change of the period. */
function endsByTime({ cancel_at, cancel_at_period_end }: Stripe.Subscription): boolean {
  return cancel_at !== null && !cancel_at_period_end;
}

function statusOf(status: Stripe.Subscription.Status): ProviderSubscription['status'] {
  switch (status) {
    case 'active':
    case 'trialing':
      return 'active';
    // `unpaid` at Stripe: every attempt to renew has failed. The house decides how long access lasts.
    case 'past_due':
    case 'unpaid':
      return 'past_due';
    case 'incomplete':
      return 'unpaid';
    default:
      return 'ended';
  }
}

function idOf(reference: string | { id: string } | null | undefined): string | null {
  return typeof reference === 'string' ? reference : (reference?.id ?? null);
}
