/** Saved cards at Stripe, and payments by them. Such a payment has no page, except the bank's. */
import Stripe from 'stripe';
import { AppError } from '../../protocol/errors.ts';
import type { CardOrder, CardsProvider, ProviderCard, ProviderCheckout } from './payment-provider.ts';
import type { StripeCall } from './stripe-call.ts';
import { suffixOf, toPayment } from './stripe-objects.ts';

/** More saved cards than a person has. */
const CARDS_MAX = 20;
/** How many of a customer's latest payments are searched for an unanswered order. */
const PLACED_MAX = 20;
const INTENT_EXPANSION = ['latest_charge.balance_transaction'];
const INTENT_ID = /^pi_/;

/** A payment without a page is identified by its own id instead of a session's. */
export function isCardPayment(session: string): boolean {
  return INTENT_ID.test(session);
}

export class StripeCards implements CardsProvider {
  readonly #stripe: Stripe;
  readonly #call: StripeCall;
  readonly #statementName: string | undefined;

  constructor(stripe: Stripe, call: StripeCall, statementName: string | undefined) {
    this.#stripe = stripe;
    this.#call = call;
    this.#statementName = statementName;
  }

  async list(customer: string): Promise<ProviderCard[]> {
    const list = await this.#call(
      'list cards',
      () => this.#stripe.paymentMethods.list({ customer, type: 'card', limit: CARDS_MAX }),
      { whenMissing: 'customer' },
    );
    return (list?.data ?? []).flatMap(({ id, card }) =>
      card
        ? [{ card: id, brand: card.brand, last4: card.last4, expMonth: card.exp_month, expYear: card.exp_year }]
        : [],
    );
  }

  async remove(card: string): Promise<void> {
    await this.#call('remove card', () => this.#stripe.paymentMethods.detach(card), { whenMissing: 'id' });
  }

  async pay(order: CardOrder): Promise<ProviderCheckout> {
    const metadata = { checkout: order.checkout, purpose: 'topup', topup: order.sourceId, identity: order.identity };
    try {
      return await this.#call('pay by saved card', async () =>
        toCardCheckout(
          await this.#stripe.paymentIntents.create(
            {
              amount: order.amountMinor,
              currency: order.currency,
              customer: order.customer,
              payment_method: order.card,
              allowed_payment_method_types: ['card'],
              // The person is present: if the bank asks, they confirm on its page and return.
              confirm: true,
              return_url: order.returnUrl,
              description: order.description,
              ...suffixOf(this.#statementName),
              metadata,
              expand: INTENT_EXPANSION,
            },
            // One key per order: the card is charged once, however often the order is repeated.
            { idempotencyKey: `card:${order.checkout}` },
          ),
        ),
      );
    } catch (error) {
      const cause = error instanceof AppError ? error.cause : undefined;
      if (cause instanceof Stripe.errors.StripeCardError) {
        const intent = (cause.raw as { payment_intent?: Stripe.PaymentIntent }).payment_intent;
        if (intent) return { ...toCardCheckout(intent), status: 'expired', url: null };
      }
      if (cause instanceof Stripe.errors.StripeInvalidRequestError && isAboutCard(cause)) {
        throw new AppError('card_not_found', undefined, { cause });
      }
      // Stripe stores its own failure under the key and would repeat it for a day, so check whether the payment exists.
      if (cause instanceof Stripe.errors.StripeAPIError) {
        const placed = await this.findPlaced(order);
        if (placed) return placed;
      }
      throw error;
    }
  }

  async findPlaced({ customer, checkout }: Pick<CardOrder, 'customer' | 'checkout'>) {
    const list = await this.#call(
      'find a payment by card',
      () => this.#stripe.paymentIntents.list({ customer, limit: PLACED_MAX }),
      { whenMissing: 'customer' },
    );
    const placed = list?.data.find(({ metadata }) => metadata.checkout === checkout);
    return placed && this.fetch(placed.id);
  }

  async fetch(payment: string): Promise<ProviderCheckout | undefined> {
    return this.#call(
      'fetch payment by card',
      async () => toCardCheckout(await this.#stripe.paymentIntents.retrieve(payment, { expand: INTENT_EXPANSION })),
      { whenMissing: 'id' },
    );
  }

  /** A paid or closed payment is unchanged. */
  async cancel(payment: string): Promise<void> {
    await this.#call('cancel payment by card', async () => {
      try {
        await this.#stripe.paymentIntents.cancel(payment);
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      }
    });
  }
}

/** The card does not exist or was removed. For a removed card Stripe has no code, only the parameter or the message. */
function isAboutCard({ code, param, message }: Stripe.errors.StripeInvalidRequestError): boolean {
  return code === 'resource_missing' || param === 'payment_method' || message.includes('detached from a Customer');
}

function toCardCheckout(intent: Stripe.PaymentIntent): ProviderCheckout {
  return {
    session: intent.id,
    reference: intent.metadata.checkout ?? null,
    status: statusOf(intent.status),
    url: intent.next_action?.redirect_to_url?.url ?? null,
    amountMinor: intent.amount,
    currency: intent.currency,
    payment: intent.status === 'succeeded' ? toPayment(intent) : null,
  };
}

/** Declined, or not confirmed with the bank: this payment has failed, and paying needs a new one. */
function statusOf(status: Stripe.PaymentIntent.Status): ProviderCheckout['status'] {
  if (status === 'succeeded') return 'paid';
  return status === 'canceled' || status === 'requires_payment_method' ? 'expired' : 'open';
}
