/** Stripe's amounts: integers in the currency's smallest unit, within limits. */
import { invalidRequest, type StripeApiError } from '../api/errors.ts';

const ZERO_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));
const CURRENCIES = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));
/** Stripe publishes a minimum per currency; 50 for those not listed here. */
const MINIMUM_MINOR: Readonly<Record<string, number>> = { eur: 50, usd: 50, chf: 50, gbp: 30, jpy: 50, sek: 300 };
const MINIMUM_MINOR_DEFAULT = 50;
const MAXIMUM_MINOR = 99_999_999;

export function decimalsOf(currency: string): number {
  if (ZERO_DECIMALS.has(currency)) return 0;
  return THREE_DECIMALS.has(currency) ? 3 : 2;
}

/** Formats an amount for people, by locale. */
export function formatAmount(amountMinor: number, currency: string, locale: string): string {
  const decimals = decimalsOf(currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return format.format(amountMinor / 10 ** decimals);
}

/** The currency in lower case, as Stripe answers it. */
export function parseCurrency(currency: string, param = 'currency'): string {
  const lower = currency.toLowerCase();
  if (!CURRENCIES.has(lower)) throw invalidRequest({ param, message: `Invalid currency: ${lower}.` });
  return lower;
}

/** The minimum charge. */
export function minimumOf(currency: string): number {
  return MINIMUM_MINOR[currency] ?? MINIMUM_MINOR_DEFAULT;
}

export function assertChargeable(amountMinor: number, currency: string, param = 'amount'): void {
  const minimum = minimumOf(currency);
  if (amountMinor < 1) {
    const message = 'This value must be greater than or equal to 1.';
    throw invalidRequest({ code: 'parameter_invalid_integer', param, message });
  }
  if (amountMinor < minimum)
    throw amountFault('small', `at least ${formatAmount(minimum, currency, 'en')} ${currency}`, param);
  if (amountMinor > MAXIMUM_MINOR) {
    throw amountFault('large', `no more than ${formatAmount(MAXIMUM_MINOR, currency, 'en')}`, param);
  }
}

function amountFault(size: 'small' | 'large', bound: string, param: string): StripeApiError {
  return invalidRequest({ code: `amount_too_${size}`, param, message: `Amount must be ${bound}` });
}
