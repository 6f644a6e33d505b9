/** Amounts for people: from integers in the minor unit to text, with as many decimals as the currency has. */
import type { Language } from './language.ts';

const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' };
const formatters = new Map<string, Intl.NumberFormat>();

function formatterOf(currency: string, language: Language, whole: boolean): Intl.NumberFormat {
  const key = `${language} ${currency} ${whole}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(LOCALES[language], {
      style: 'currency',
      currency: currency.toUpperCase(),
      ...(whole ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
    });
    formatters.set(key, formatter);
  }
  return formatter;
}

/** How many minor units make one unit of the currency: 100 for `eur`, 1 for `jpy`. */
export function minorUnits(currency: string): number {
  return 10 ** (formatterOf(currency, 'en', false).resolvedOptions().maximumFractionDigits ?? 2);
}

export function formatMoney(amountMinor: number, currency: string, language: Language): string {
  return formatterOf(currency, language, false).format(amountMinor / minorUnits(currency));
}

/** The number alone, for a field beside which the currency stands. */
export function formatAmount(amountMinor: number, currency: string, language: Language): string {
  const { maximumFractionDigits = 2 } = formatterOf(currency, language, false).resolvedOptions();
  const digits = { minimumFractionDigits: maximumFractionDigits, maximumFractionDigits };
  return new Intl.NumberFormat(LOCALES[language], digits).format(amountMinor / minorUnits(currency));
}

/** Short form for presets: without decimals where the amount is whole. */
export function formatMoneyShort(amountMinor: number, currency: string, language: Language): string {
  const units = minorUnits(currency);
  return formatterOf(currency, language, amountMinor % units === 0).format(amountMinor / units);
}

/** Reads an amount as a person types it (`12`, `12.50`, `12,50`); undefined when it is not one. */
export function parseMoney(text: string, currency: string): number | undefined {
  const trimmed = text.trim().replace(',', '.');
  const decimals = Math.round(Math.log10(minorUnits(currency)));
  const [, whole = '', fraction = ''] = /^(\d{1,7})(?:\.(\d+))?$/.exec(trimmed) ?? [];
  if (whole === '' || fraction.length > decimals) return undefined;
  return Number(whole) * minorUnits(currency) + Number(fraction.padEnd(decimals, '0') || '0');
}

export function formatCount(count: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language], { notation: count >= 10_000 ? 'compact' : 'standard' }).format(count);
}

const times = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs far more than using it, and a chat formats a time for every entry. */
function timesOf(name: string, language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  let formatter = times.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(LOCALES[language], options);
    times.set(key, formatter);
  }
  return formatter;
}

/** Minutes whose words are kept: a busy chat says hundreds of messages in one. */
const MINUTES = 200;
const minutes = new Map<string, string>();

/** A time of day for a chat entry. */
export function formatTime(at: string, language: Language): string {
  const key = `${language} ${at.slice(0, 16)}`;
  let words = minutes.get(key);
  if (words === undefined) {
    words = timesOf('time', language, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
    if (minutes.size >= MINUTES) minutes.clear();
    minutes.set(key, words);
  }
  return words;
}

export function formatDateTime(at: string, language: Language): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return timesOf('date', language, options).format(new Date(at));
}

/** Elapsed time as a clock: `4:07`, `1:02:09`. */
export function formatDuration(durationMs: number): string {
  const totalSeconds = Math.max(0, Math.floor(durationMs / 1000));
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor((totalSeconds % 3600) / 60);
  const seconds = String(totalSeconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}
