/**
 * The adapter for Stripe, together with the other `stripe-*.ts` files. It talks to the host it is given, and with a
 * live key only to Stripe itself. It has no branch for the emulator.
 */
import Stripe from 'stripe';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { AppError } from '../../protocol/errors.ts';
import type {
  CheckoutOrder,
  PaymentProvider,
  ProviderCheckout,
  ProviderEvent,
  ProviderEventList,
  ProviderPayment,
  ProviderRefund,
  RefundOrder,
} from './payment-provider.ts';
import { StripeBilling } from './stripe-billing.ts';
import { StripeBooks } from './stripe-books.ts';
import { createStripeCall, isKeySpent, type StripeCall } from './stripe-call.ts';
import { isCardPayment, StripeCards } from './stripe-cards.ts';
import { StripeConnect } from './stripe-connect.ts';
import { StripeDisputes } from './stripe-disputes.ts';
import { localeOf, SWITCHED_OFF, subjectOf, suffixOf, toCheckout, toPayment, toRefund } from './stripe-objects.ts';

export interface StripeProviderOptions {
  secretKey: string;
  /** One secret, or two while the endpoint's secret is being rotated. */
  webhookSecrets: string[];
  /** Host of the API; absent means Stripe itself. */
  host?: string | undefined;
  port?: number | undefined;
  protocol?: 'http' | 'https' | undefined;
  timeoutMs?: number;
  maxNetworkRetries?: number;
  /** The house's neutral name on bank statements, behind the account's own; absent: only that. */
  statementName?: string | undefined;
  /** Sends requests; absent means the SDK's own HTTP client. */
  fetch?: typeof globalThis.fetch | undefined;
  clock: Clock;
  log: Log;
}

const API_VERSION = '2026-10-28.endive';
const STRIPE_HOST = 'api.stripe.com';
const LIVE_KEY = /^[sr]k_live_/;
const TIMEOUT_MS = 10_000;
const NETWORK_RETRIES = 2;
/** Maximum age of a signed event, and maximum clock difference into the future. */
const SIGNATURE_TOLERANCE_SECONDS = 300;
/** Limit of events in one listing. */
const EVENTS_MAX = 1_000;
const PAGE_ITEMS = 100;
const PAYMENT_EXPANSION = ['latest_charge.balance_transaction'];
const CHECKOUT_EXPANSION = ['payment_intent.latest_charge.balance_transaction'];

export class StripeProvider implements PaymentProvider {
  readonly cards: StripeCards;
  readonly billing: StripeBilling;
  readonly connect: StripeConnect;
  readonly disputes: StripeDisputes;
  readonly books: StripeBooks;
  readonly #stripe: Stripe;
  readonly #call: StripeCall;
  readonly #statementName: string | undefined;
  readonly #webhookSecrets: string[];
  readonly #clock: Clock;
  readonly #log: Log;

  private constructor(stripe: Stripe, options: StripeProviderOptions) {
    this.#stripe = stripe;
    const call = createStripeCall(options.log);
    this.#call = call;
    this.#statementName = options.statementName;
    this.cards = new StripeCards(stripe, call, options.statementName);
    this.billing = new StripeBilling(stripe, call, options.statementName);
    this.connect = new StripeConnect(stripe, call);
    this.disputes = new StripeDisputes(stripe, call);
    this.books = new StripeBooks(stripe, call);
    this.#webhookSecrets = options.webhookSecrets;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  static create(options: StripeProviderOptions): StripeProvider {
    const host = options.host ?? STRIPE_HOST;
    if (LIVE_KEY.test(options.secretKey) && (host !== STRIPE_HOST || options.protocol === 'http')) {
      throw new AppError('internal', 'Use a live Stripe key only with Stripe itself, not with another host.');
    }
    const stripe = new Stripe(options.secretKey, {
      apiVersion: API_VERSION,
      host,
      ...(options.port === undefined ? {} : { port: options.port }),
      protocol: options.protocol ?? 'https',
      timeout: options.timeoutMs ?? TIMEOUT_MS,
      maxNetworkRetries: options.maxNetworkRetries ?? NETWORK_RETRIES,
      telemetry: false,
      ...(options.fetch === undefined ? {} : { httpClient: Stripe.createFetchHttpClient(options.fetch) }),
    });
    return new StripeProvider(stripe, options);
  }

  async createCustomer({ identity, name, club }: { identity: string; name: string; club: string }): Promise<string> {
    const customer = await this.#call('create customer', () =>
      this.#stripe.customers.create({ name, metadata: { identity, ...(club ? { club } : {}) } }),
    );
    return customer.id;
  }

  async deleteCustomer(customer: string): Promise<void> {
    await this.#call('delete customer', () => this.#stripe.customers.del(customer), { whenMissing: 'id' });
  }

  async createCheckout(order: CheckoutOrder): Promise<ProviderCheckout | undefined> {
    const metadata = {
      checkout: order.checkout,
      purpose: order.purpose,
      [order.purpose]: order.sourceId,
      identity: order.identity,
    };
    const params: Stripe.Checkout.SessionCreateParams = {
      mode: 'payment',
      customer: order.customer,
      client_reference_id: order.checkout,
      metadata,
      payment_intent_data: { metadata, description: order.description, ...suffixOf(this.#statementName) },
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: order.currency,
            unit_amount: order.amountMinor,
            product_data: { name: order.description },
          },
        },
      ],
      success_url: order.successUrl,
      cancel_url: order.cancelUrl,
      // The payer can save the card for later payments. Without the tick nothing is stored.
      saved_payment_method_options: { payment_method_save: 'enabled', allow_redisplay_filters: ['always', 'limited'] },
      ...SWITCHED_OFF,
      // Only cards, including the wallets of phones: they are paid at once or not at all.
      allowed_payment_method_types: ['card'],
      locale: localeOf(order.locale),
      expires_at: Math.floor(order.expiresAtMs / 1000),
      expand: CHECKOUT_EXPANSION,
    };
    return this.#call(
      'create checkout',
      // Uses the SDK's own idempotency key, new for each call. A page whose URL was never returned cannot be paid,
      // while with a key of ours Stripe would repeat a first failure for a day.
      async () => toCheckout(await this.#stripe.checkout.sessions.create(params)),
      { whenMissing: 'customer' },
    );
  }

  async fetchCheckout(session: string): Promise<ProviderCheckout | undefined> {
    if (isCardPayment(session)) return this.cards.fetch(session);
    return this.#call(
      'fetch checkout',
      async () => toCheckout(await this.#stripe.checkout.sessions.retrieve(session, { expand: CHECKOUT_EXPANSION })),
      { whenMissing: 'id' },
    );
  }

  async expireCheckout(session: string): Promise<void> {
    if (isCardPayment(session)) return this.cards.cancel(session);
    await this.#call('expire checkout', async () => {
      try {
        await this.#stripe.checkout.sessions.expire(session);
      } catch (error) {
        // The session is not open any more, as intended. Whether it was paid is found by fetching it.
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      }
    });
  }

  async fetchPayment(payment: string): Promise<ProviderPayment | undefined> {
    return this.#call(
      'fetch payment',
      async () => toPayment(await this.#stripe.paymentIntents.retrieve(payment, { expand: PAYMENT_EXPANSION })),
      { whenMissing: 'id' },
    );
  }

  async refund(order: RefundOrder): Promise<ProviderRefund | 'key_spent'> {
    try {
      const refund = await this.#call('refund', () =>
        this.#stripe.refunds.create(
          {
            payment_intent: order.payment,
            amount: order.amountMinor,
            metadata: { refund: order.refund, order: order.idempotencyKey },
          },
          { idempotencyKey: order.idempotencyKey },
        ),
      );
      return toRefund(refund);
    } catch (error) {
      if (isKeySpent(error)) return 'key_spent';
      throw error;
    }
  }

  async fetchRefund(providerRefund: string): Promise<ProviderRefund | undefined> {
    return this.#call('fetch refund', async () => toRefund(await this.#stripe.refunds.retrieve(providerRefund)), {
      whenMissing: 'id',
    });
  }

  async listRefunds(payment: string): Promise<ProviderRefund[]> {
    const list = await this.#call('list refunds', () =>
      this.#stripe.refunds.list({ payment_intent: payment, limit: PAGE_ITEMS }),
    );
    return list.data.map(toRefund);
  }

  parseEvent(rawBody: Buffer, signature: string | undefined): ProviderEvent {
    if (!signature) throw new AppError('signature_invalid');
    const nowSeconds = Math.floor(this.#clock.now() / 1000);
    let failure: unknown;
    for (const secret of this.#webhookSecrets) {
      try {
        const event = this.#stripe.webhooks.constructEvent(
          rawBody,
          signature,
          secret,
          SIGNATURE_TOLERANCE_SECONDS,
          undefined,
          this.#clock.now(),
        );
        // Stripe's SDK checks only the past: an event with a future timestamp would stay replayable until then.
        if (!(timestampOf(signature) <= nowSeconds + SIGNATURE_TOLERANCE_SECONDS)) break;
        return this.#toEvent(event);
      } catch (error) {
        failure = error;
      }
    }
    throw new AppError('signature_invalid', undefined, { cause: failure });
  }

  async fetchEvents(span: { sinceMs: number; untilMs?: number | undefined }): Promise<ProviderEventList> {
    const created = {
      gte: Math.floor(span.sinceMs / 1000),
      ...(span.untilMs === undefined ? {} : { lte: Math.floor(span.untilMs / 1000) }),
    };
    const events = await this.#call('list events', () =>
      this.#stripe.events.list({ created, limit: PAGE_ITEMS }).autoPagingToArray({ limit: EVENTS_MAX }),
    );
    return { events: events.map((event) => this.#toEvent(event)), isWhole: events.length < EVENTS_MAX };
  }

  #toEvent(event: Stripe.Event): ProviderEvent {
    if (event.api_version !== API_VERSION) {
      this.#log.warn(
        { event: event.id, type: event.type, version: event.api_version, expected: API_VERSION },
        'provider event has another API version; set it at the Stripe endpoint',
      );
    }
    const isVersionOurs = event.api_version === API_VERSION;
    return { id: event.id, type: event.type, ...subjectOf(event), isVersionOurs, createdAtMs: event.created * 1000 };
  }
}

/** The timestamp that the SDK has verified: it uses the last one of the header. */
function timestampOf(signature: string): number {
  const stamps = signature.split(',').filter((part) => part.startsWith('t='));
  return Number(stamps.at(-1)?.slice(2));
}
