/**
 * Formats amounts, counts and times. Amounts are integers in the minor unit, with the currency's number of decimals.
 */
import { LANGUAGES, type Language } from '../../../server/protocol/languages.ts';

const formatters = new Map<string, Intl.NumberFormat>();

function formatterOf(currency: string, language: Language): Intl.NumberFormat {
  const key = `${language} ${currency}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(LANGUAGES[language].locale, {
      style: 'currency',
      currency: currency.toUpperCase(),
    });
    formatters.set(key, formatter);
  }
  return formatter;
}

/** Number of minor units in one unit of the currency: 100 for `eur`, 1 for `jpy`. */
export function minorUnits(currency: string): number {
  return 10 ** (formatterOf(currency, 'en').resolvedOptions().maximumFractionDigits ?? 2);
}

export function formatMoney(amountMinor: number, currency: string, language: Language): string {
  // Intl writes a hyphen, which is narrower than the digits and may end a line.
  return formatterOf(currency, language)
    .format(amountMinor / minorUnits(currency))
    .replace('-', '\u2212');
}

/** Without decimals where they are zero, for amounts to choose from. */
export function formatShortMoney(amountMinor: number, currency: string, language: Language): string {
  const options = { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' } as const;
  return new Intl.NumberFormat(LANGUAGES[language].locale, options).format(amountMinor / minorUnits(currency));
}

/** The sign of the currency, such as `€`, where an amount is typed. */
export function currencySymbol(currency: string, language: Language): string {
  const parts = formatterOf(currency, language).formatToParts(0);
  return parts.find(({ type }) => type === 'currency')?.value ?? currency.toUpperCase();
}

/** The number without the currency, as `parseMoney` reads it. */
export function formatAmount(amountMinor: number, currency: string, language: Language): string {
  const { maximumFractionDigits = 2 } = formatterOf(currency, language).resolvedOptions();
  const digits = { minimumFractionDigits: maximumFractionDigits, maximumFractionDigits, useGrouping: false };
  return new Intl.NumberFormat(LANGUAGES[language].locale, digits).format(amountMinor / minorUnits(currency));
}

/** Parses a typed amount (`12`, `12.50`, `12,50`, `1 200`, `1,200`); undefined if it is not valid. */
export function parseMoney(text: string, currency: string): number | undefined {
  const decimals = Math.round(Math.log10(minorUnits(currency)));
  // A space before three digits separates thousands; so does a comma, unless the currency has three decimals.
  const joined = text.trim().replace(/\s(\d{3})\b/g, '$1');
  const isGrouped = decimals < 3 && /^[1-9]\d{0,2},\d{3}$/.test(joined);
  const plain = joined.replace(',', isGrouped ? '' : '.');
  const [, whole = '', fraction = ''] = /^(\d{1,7})(?:\.(\d+))?$/.exec(plain) ?? [];
  if (whole === '' || fraction.length > decimals) return undefined;
  return Number(whole) * minorUnits(currency) + Number(fraction.padEnd(decimals, '0') || '0');
}

export function formatCount(count: number, language: Language): string {
  return new Intl.NumberFormat(LANGUAGES[language].locale, {
    notation: count >= 10_000 ? 'compact' : 'standard',
  }).format(count);
}

/** Whether what is counted is in the singular: in French, none is too. */
export function isOne(count: number, language: Language): boolean {
  return new Intl.PluralRules(language).select(count) === 'one';
}

const dateFormatters = new Map<string, Intl.DateTimeFormat>();

/** Caches formatters, because creating one is expensive and a chat formats a time for every entry. */
function dateFormatterOf(name: string, language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  let formatter = dateFormatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(LANGUAGES[language].locale, options);
    dateFormatters.set(key, formatter);
  }
  return formatter;
}

/** Maximum number of cached times; a busy chat has hundreds of messages per minute. */
const MAX_CACHED_TIMES = 200;
const timeTexts = new Map<string, string>();

/** Time of day of a chat entry. */
export function formatTime(at: string, language: Language): string {
  const key = `${language} ${at.slice(0, 16)}`;
  let text = timeTexts.get(key);
  if (text === undefined) {
    text = dateFormatterOf('time', language, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
    if (timeTexts.size >= MAX_CACHED_TIMES) timeTexts.clear();
    timeTexts.set(key, text);
  }
  return text;
}

/** In the reader's time zone. */
export function formatDateTime(at: string, language: Language): string {
  const options: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  };
  return dateFormatterOf('date', language, options).format(new Date(at));
}

/** `1 December 2026`, for documents. */
export function formatLongDay(at: string, language: Language): string {
  return dateFormatterOf('long day', language, { dateStyle: 'long' }).format(new Date(at));
}

/** Within this time the hour says which day is meant, past midnight too. */
const HOUR_ALONE_MS = 12 * 3_600_000;

/** A time to come: the hour alone if it is near, the date too later. */
export function formatUntil(at: string, language: Language): string {
  const isNear = Date.parse(at) - Date.now() < HOUR_ALONE_MS;
  return isNear ? formatTime(at, language) : formatDateTime(at, language);
}

/** Somebody's own words, which may end with a full stop or not, as a sentence that another one follows. */
export function asSentence(words: string): string {
  return /[.!?…][»”")]?$/.test(words) ? words : `${words}.`;
}

/** Duration as `4:07` or `1:02:09`. */
export function formatDuration(durationMs: number): string {
  const totalSeconds = Math.max(0, Math.floor(durationMs / 1000));
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor((totalSeconds % 3600) / 60);
  const seconds = String(totalSeconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}
