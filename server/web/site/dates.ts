/** Date formats of the pages. */
import { LANGUAGES, type Language } from '../../protocol/languages.ts';

const DAY_MS = 24 * 60 * 60_000;

/** `Tue 1 December`, with the year if it is another one. */
export function formatDay(at: string, language: Language): string {
  const date = new Date(at);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(LANGUAGES[language].locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(date);
}

/** `24 Nov 2026, 18:20`, where the minute matters. */
export function formatMoment(at: string, language: Language): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(LANGUAGES[language].locale, options).format(new Date(at));
}

/** `24 November 2026`, as in a contract. */
export function formatDate(at: string, language: Language): string {
  const options = { day: 'numeric', month: 'long', year: 'numeric' } as const;
  return new Intl.DateTimeFormat(LANGUAGES[language].locale, options).format(new Date(at));
}

/** A month such as `2026-11`, in words. Statements use months in the house's time zone. */
export function formatMonth(month: string, language: Language): string {
  const options = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(LANGUAGES[language].locale, options).format(new Date(`${month}-01T00:00:00Z`));
}

/** `in 7 days`, `tomorrow`. */
export function formatDaysUntil(at: string, language: Language): string {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(new Date(at)) - midnight(new Date())) / DAY_MS);
  return new Intl.RelativeTimeFormat(LANGUAGES[language].locale, { numeric: 'auto' }).format(days, 'day');
}

/** The local day, as a grouping key. */
export function dayKey(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}
