/** Stripe's test cards by number and by the API's payment method names, with their behaviour. */
import { createHash } from 'node:crypto';
import { invalidRequest } from '../api/errors.ts';
import type { CardBehaviour } from '../store/records.ts';
import { TEST_CARDS, type TestCard } from './test-cards.ts';

export interface Card {
  brand: string;
  last4: string;
  fingerprint: string;
  funding: 'credit' | 'debit';
  country: string;
  cvcLength: number;
  behaviour: CardBehaviour;
}

/** Stripe's texts for each decline, for developers and, translated on the page, for the payer. */
const DECLINE_MESSAGES: Readonly<Record<string, string>> = {
  card_declined: 'Your card was declined.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  insufficient_funds: 'Your card has insufficient funds.',
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
  test_mode_live_card:
    'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
  authentication_required: 'Your card was declined. This transaction requires authentication.',
};

export function declineMessage({ code, declineCode }: NonNullable<CardBehaviour['decline']>): string {
  return DECLINE_MESSAGES[declineCode] ?? DECLINE_MESSAGES[code] ?? 'Your card was declined.';
}

/** Stripe offers methods that are allowed and eligible; here only cards are eligible. */
export function assertCardAllowed(allowedTypes: readonly string[] | undefined): void {
  if (allowedTypes === undefined || allowedTypes.includes('card')) return;
  const message =
    'No payment method types are left: the emulator has cards alone, and `card` is not among the allowed.';
  throw invalidRequest({ param: 'allowed_payment_method_types', message });
}

/** By the API's name, such as `pm_card_visa`. */
export function cardByName(name: string): Card | undefined {
  const found = TEST_CARDS.find(({ names }) => names.includes(name));
  return found && toCard(found);
}

/** Any well-formed number: one that is not a test card is declined, as in Stripe's test mode. */
export function cardByNumber(number: string): Card {
  const decline = { code: 'card_declined', declineCode: 'test_mode_live_card' };
  return toCard(TEST_CARDS.find((card) => card.number === number) ?? { number, names: [], decline });
}

export function isValidCardNumber(number: string): boolean {
  if (!/^\d{13,19}$/.test(number)) return false;
  let sum = 0;
  for (const [index, digit] of [...number].reverse().entries()) {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function toCard({ number, names: _names, country = 'US', ...rest }: TestCard): Card {
  const brand = brandOf(number);
  return {
    brand,
    last4: number.slice(-4),
    fingerprint: createHash('sha256').update(`loge-stripe-emulator ${number}`).digest('hex').slice(0, 16),
    funding: ['4000056655665556', '5200828282828210'].includes(number) ? 'debit' : 'credit',
    country,
    cvcLength: brand === 'amex' ? 4 : 3,
    behaviour: { authentication: 'never', refund: 'succeeds', ...rest },
  };
}

function brandOf(number: string): string {
  if (number.startsWith('4')) return 'visa';
  if (/^(5[1-5]|2[2-7])/.test(number)) return 'mastercard';
  if (/^3[47]/.test(number)) return 'amex';
  if (/^6(011|5)/.test(number)) return 'discover';
  if (/^35/.test(number)) return 'jcb';
  if (/^3[068]/.test(number)) return 'diners';
  return 'unknown';
}
