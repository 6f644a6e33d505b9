/** Which of a customer's saved cards a session's page may show. */
import type Stripe from 'stripe';
import type { Reader } from '../store/reader.ts';

const SHOWN_MAX = 10;
const FILTERS_DEFAULT: readonly string[] = ['always'];

export function savedCardsFor(
  reader: Reader,
  { customer, saved_payment_method_options: options }: Readonly<Stripe.Checkout.Session>,
): Readonly<Stripe.PaymentMethod>[] {
  if (customer === null) return [];
  const filters: readonly string[] = options?.allow_redisplay_filters ?? FILTERS_DEFAULT;
  const id = typeof customer === 'string' ? customer : customer.id;
  const saved = [...reader.newestFirst('payment_methods', { customer: id })];
  return saved.filter((card) => filters.includes(card.allow_redisplay ?? 'unspecified')).slice(0, SHOWN_MAX);
}
