/** Parses the typed card fields as Stripe's page does, and names faults by field. */
import type { FormObject } from '../http/form.ts';
import { type Card, cardByNumber, isValidCardNumber } from '../payments/cards.ts';

export type CardField = 'cardNumber' | 'cardExpiry' | 'cardCvc' | 'billingName' | 'billingCountry' | 'email';

/** Stripe's page preselects the payer's country; here everybody is in France. */
export const USUAL_COUNTRY = 'FR';
export type FieldFault = 'number' | 'numberIncomplete' | 'expiry' | 'expiryPast' | 'cvc' | 'name' | 'email';

export interface CardForm {
  card: Card;
  expMonth: number;
  expYear: number;
  name: string;
  /** Of the billing address, which the payer chooses: it need not be that of the card. */
  country: string;
  email: string | null;
}

export type ReadCardForm =
  | { isValid: true; form: CardForm }
  | { isValid: false; faults: Partial<Record<CardField, FieldFault>> };

const NUMBER_LENGTH_MIN = 13;
const TEXT_LENGTH_MAX = 200;

export function readCardForm(form: FormObject, nowMs: number): ReadCardForm {
  const text = (field: CardField) => {
    const value = form[field];
    return typeof value === 'string' ? value.trim().slice(0, TEXT_LENGTH_MAX) : '';
  };
  const faults: Partial<Record<CardField, FieldFault>> = {};
  const number = text('cardNumber').replace(/[\s-]/g, '');
  if (number.length < NUMBER_LENGTH_MIN) faults.cardNumber = 'numberIncomplete';
  else if (!isValidCardNumber(number)) faults.cardNumber = 'number';
  const card = cardByNumber(number);
  const expiry = readExpiry(text('cardExpiry'));
  if (expiry === undefined) faults.cardExpiry = 'expiry';
  else if (isPast(expiry, nowMs)) faults.cardExpiry = 'expiryPast';
  const cvc = text('cardCvc');
  if (!/^\d+$/.test(cvc) || cvc.length !== card.cvcLength) faults.cardCvc = 'cvc';
  const name = text('billingName');
  if (name === '') faults.billingName = 'name';
  const country = /^[A-Z]{2}$/.test(text('billingCountry')) ? text('billingCountry') : USUAL_COUNTRY;
  const email = text('email');
  if (email !== '' && !/^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(email)) faults.email = 'email';
  if (expiry === undefined || Object.keys(faults).length > 0) return { isValid: false, faults };
  return { isValid: true, form: { card, ...expiry, name, country, email: email === '' ? null : email } };
}

function readExpiry(text: string): { expMonth: number; expYear: number } | undefined {
  const match = /^(0?[1-9]|1[0-2])\s*(?:\/\s*)?(\d{2}|20\d{2})$/.exec(text);
  if (match === null) return undefined;
  const year = Number(match[2]);
  return { expMonth: Number(match[1]), expYear: year < 100 ? 2000 + year : year };
}

/** A card is valid until the end of its month. */
function isPast({ expMonth, expYear }: { expMonth: number; expYear: number }, nowMs: number): boolean {
  return nowMs >= Date.UTC(expYear, expMonth);
}
