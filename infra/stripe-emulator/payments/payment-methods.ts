/** Payment methods of type card, made from a test card on a page or from one of the API's ready-made names. */
import type Stripe from 'stripe';
import { noSuch } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import { type Card, cardByPaymentMethodName } from './cards.ts';

export interface CardEntry {
  card: Card;
  expMonth: number;
  expYear: number;
  hasCvc: boolean;
  name: string | null;
  email: string | null;
  country: string | null;
}

export function createPaymentMethod(operation: Operation, entry: CardEntry): Stripe.PaymentMethod {
  const { card, expMonth, expYear, hasCvc, name, email, country } = entry;
  const address = { city: null, country, line1: null, line2: null, postal_code: null, state: null };
  const paymentMethod: Stripe.PaymentMethod = {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: { address, email, name, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: hasCvc ? 'unchecked' : null,
      },
      country: card.country,
      display_brand: card.brand,
      exp_month: expMonth,
      exp_year: expYear,
      fingerprint: card.fingerprint,
      funding: card.funding,
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: operation.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
  operation.tx.put('payment_methods', paymentMethod.id, paymentMethod);
  operation.tx.put('card_behaviours', paymentMethod.id, card.behaviour);
  return paymentMethod;
}

/** An existing payment method, or a new one for a name such as `pm_card_visa`. */
export function findPaymentMethod(operation: Operation, id: string): Readonly<Stripe.PaymentMethod> {
  const existing = operation.tx.get('payment_methods', id);
  if (existing !== undefined) return existing;
  const card = cardByPaymentMethodName(id);
  if (card === undefined) throw noSuch('PaymentMethod', id, 'payment_method');
  const expYear = new Date(operation.nowMs).getUTCFullYear() + 1;
  const entry = { card, expMonth: 12, expYear, hasCvc: true, name: null, email: null, country: null };
  return createPaymentMethod(operation, entry);
}
