/** Saved cards at Stripe, and payments by one of them without a page, but for what the bank asks. */
import Stripe from 'stripe';
import { AppError } from '../../protocol/errors.ts';
import type { CardOrder, CardsProvider, ProviderCard, ProviderCheckout } from './payment-provider.ts';
import type { StripeCall } from './stripe-call.ts';
import { toPayment } from './stripe-objects.ts';

/** More saved cards than anybody has. */
const CARDS_MAX = 20;
/** Latest payments of a customer among which an unanswered order is looked for. */
const PLACED_MAX = 20;
const INTENT_EXPANSION = ['latest_charge.balance_transaction'];
const INTENT_ID = /^pi_/;

/** Payments without a page go by their own id where others go by that of their page. */
export function isCardPayment(session: string): boolean {
  return INTENT_ID.test(session);
}

export class StripeCards implements CardsProvider {
  readonly #stripe: Stripe;
  readonly #call: StripeCall;

  constructor(stripe: Stripe, call: StripeCall) {
    this.#stripe = stripe;
    this.#call = call;
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
              // The person is there: when the bank asks, they answer on its page and come back.
              confirm: true,
              return_url: order.returnUrl,
              description: order.description,
              metadata,
              expand: INTENT_EXPANSION,
            },
            // One key for one order: however often it is repeated, the card is charged once.
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
      // Stripe keeps a failure of its own under the key, and would answer so for a day: what counts is whether the payment exists.
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

  /** One that is paid or closed stays as it is. */
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

/** The card is not there, or was removed since: Stripe names no code for the latter, only the parameter or the message. */
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

/** Declined, or the bank's question not answered: this order is over; whoever wants to pay all the same orders anew. */
function statusOf(status: Stripe.PaymentIntent.Status): ProviderCheckout['status'] {
  if (status === 'succeeded') return 'paid';
  return status === 'canceled' || status === 'requires_payment_method' ? 'expired' : 'open';
}
