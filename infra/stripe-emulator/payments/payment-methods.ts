/** Payment methods of type card: created from a test card, attached to a customer, detached. */
import type Stripe from 'stripe';
import { invalidRequest, noSuch, StripeApiError } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import { type Card, cardByName, declineMessage } from './cards.ts';

export interface CardEntry {
  card: Card;
  expMonth: number;
  expYear: number;
  name: string | null;
  email: string | null;
  country: string | null;
}

type NewPaymentMethod = Partial<Pick<Stripe.PaymentMethod, 'allow_redisplay'>>;

export function createPaymentMethod(
  operation: Operation,
  entry: CardEntry,
  wanted: NewPaymentMethod = {},
): Stripe.PaymentMethod {
  const { card, expMonth, expYear, name, email, country } = entry;
  const address = { city: null, country, line1: null, line2: null, postal_code: null, state: null };
  const paymentMethod: Stripe.PaymentMethod = {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address, email, name, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: 'unchecked',
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
    ...wanted,
  };
  operation.tx.put('payment_methods', paymentMethod.id, paymentMethod);
  operation.tx.put('card_behaviours', paymentMethod.id, card.behaviour);
  return paymentMethod;
}

/** An existing payment method, or a new one for a name such as `pm_card_visa`. */
export function findPaymentMethod(
  operation: Operation,
  id: string,
  param = 'payment_method',
): Readonly<Stripe.PaymentMethod> {
  const existing = operation.tx.get('payment_methods', id);
  if (existing !== undefined) return existing;
  const card = cardByName(id);
  if (card === undefined) throw noSuch('PaymentMethod', id, param);
  const expYear = new Date(operation.nowMs).getUTCFullYear() + 1;
  return createPaymentMethod(operation, { card, expMonth: 12, expYear, name: null, email: null, country: null });
}

/** Attaches a card to a customer; a card that cannot be saved is declined, as in a payment. */
export function attachPaymentMethod(
  operation: Operation,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  customer: string,
): Stripe.PaymentMethod {
  if (paymentMethod.customer === customer) return paymentMethod;
  if (paymentMethod.customer !== null) {
    throw invalidRequest({ message: 'The payment method you provided has already been attached to a customer.' });
  }
  assertNotUsedUp(operation, paymentMethod);
  const { decline, isSavedFirst } = operation.must('card_behaviours', paymentMethod.id);
  if (decline !== undefined && isSavedFirst !== true) {
    const { code, declineCode } = decline;
    throw new StripeApiError(402, {
      type: 'card_error',
      code,
      decline_code: declineCode,
      message: declineMessage(decline),
    });
  }
  return attach(operation, paymentMethod, customer);
}

function attach(
  operation: Operation,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  customer: string,
): Stripe.PaymentMethod {
  const attached: Stripe.PaymentMethod = { ...paymentMethod, customer };
  operation.tx.put('payment_methods', attached.id, attached);
  operation.emit('payment_method.attached', { object: attached });
  return attached;
}

export function detachPaymentMethod(
  operation: Operation,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
): Stripe.PaymentMethod {
  const { id, customer } = paymentMethod;
  if (customer === null) {
    const message = 'The payment method you provided is not attached to a customer so detachment is impossible.';
    throw invalidRequest({ message });
  }
  const owner = operation.must('customers', customer);
  if (owner.invoice_settings.default_payment_method === id) {
    const invoice_settings = { ...owner.invoice_settings, default_payment_method: null };
    operation.tx.put('customers', owner.id, { ...owner, invoice_settings });
  }
  const detached: Stripe.PaymentMethod = { ...paymentMethod, customer: null };
  operation.tx.put('payment_methods', id, detached);
  const behaviour = operation.must('card_behaviours', id);
  operation.tx.put('card_behaviours', id, { ...behaviour, isUsedUp: true });
  operation.emit('payment_method.detached', { object: detached, previous: { customer } });
  return detached;
}

/** Refuses a card of another customer, and a second use of a card that was not saved. */
export function assertUsableBy(
  operation: Operation,
  paymentMethod: Readonly<Stripe.PaymentMethod>,
  customer: string | null,
): void {
  assertNotUsedUp(operation, paymentMethod);
  if (paymentMethod.customer === null || paymentMethod.customer === customer) return;
  const hint =
    customer === null
      ? 'Please include the Customer in the `customer` parameter on the PaymentIntent.'
      : `It cannot be used with the Customer ${customer}.`;
  const message = `The payment method supplied (${paymentMethod.id}) belongs to the Customer ${paymentMethod.customer}. ${hint}`;
  throw invalidRequest({ param: 'payment_method', message });
}

function assertNotUsedUp(operation: Operation, { id, customer }: Readonly<Stripe.PaymentMethod>): void {
  if (customer !== null || operation.must('card_behaviours', id).isUsedUp !== true) return;
  const message =
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.';
  throw invalidRequest({ param: 'payment_method', message });
}

interface Use {
  paymentMethod: Readonly<Stripe.PaymentMethod>;
  customer: string | null;
  /** How the payment or set-up prepares the card for later use. */
  futureUsage: string | null;
}

/** After a success: attaches the card to its customer if requested; otherwise it cannot be used again. */
export function finishUse(operation: Operation, { paymentMethod, customer, futureUsage }: Use): void {
  const behaviour = operation.must('card_behaviours', paymentMethod.id);
  const isSaved = futureUsage !== null && customer !== null;
  if (isSaved && paymentMethod.customer === null) attach(operation, paymentMethod, customer);
  const isSetUp = behaviour.isSetUp === true || futureUsage === 'off_session';
  const isUsedUp = paymentMethod.customer === null && !isSaved;
  operation.tx.put('card_behaviours', paymentMethod.id, { ...behaviour, isSetUp, isUsedUp });
}
