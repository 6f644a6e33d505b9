/**
 * Dates and times that the server writes for people, who are in a time zone that it does not know: in letters, pages,
 * link previews and exports. They are in the house's time zone (`LOGE_TIME_ZONE`), which each time names.
 */
import { LANGUAGES, type Language } from '../protocol/languages.ts';

export interface HouseLocale {
  language: Language;
  /** An IANA name, such as `Europe/Paris`. */
  timeZone: string;
}

/** By Intl's short name; its long one, `heure normale d’Europe centrale`, is not what French people say. */
const PARIS_IN_FRENCH: Readonly<Record<string, string>> = {
  'UTC+1': 'heure d’hiver de Paris',
  'UTC+2': 'heure d’été de Paris',
};

/** Examples, in English, without the zone's name, which all but `day`, `month` and `brief` have. */
const STYLES = {
  /** `4 May 2026` */
  day: { dateStyle: 'long' },
  /** `May 2026` */
  month: { month: 'long', year: 'numeric' },
  /** `4 May, 21:00`, for the subject of a letter that names the zone. */
  brief: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  /** `Mon 4 May, 21:00` */
  short: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  /** `4 May 2026 at 21:00` */
  long: { dateStyle: 'long', timeStyle: 'short' },
  /** `Monday 4 May 2026 at 21:00` */
  full: { dateStyle: 'full', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type DateStyle = keyof typeof STYLES;

/** `at` is in ISO 8601. */
export function formatDate(at: string, style: DateStyle, locale: HouseLocale): string {
  const date = new Date(at);
  const text = formatterOf(style, STYLES[style], locale).format(date);
  return style === 'day' || style === 'month' || style === 'brief' ? text : `${text} ${zoneNameOf(date, locale)}`;
}

/** ISO 8601. */
export interface Period {
  fromIso: string;
  /** Exclusive. */
  untilIso: string;
}

/** Whole months, from the midnight of the first day of `firstMonth`, which is like `2026-11`. */
export function periodIn(timeZone: string, { firstMonth, months }: { firstMonth: string; months: number }): Period {
  const month = Temporal.PlainYearMonth.from(firstMonth);
  const startOf = (first: Temporal.PlainYearMonth) => midnightOf(first.toPlainDate({ day: 1 }), timeZone);
  return { fromIso: startOf(month), untilIso: startOf(month.add({ months })) };
}

/** A quarter such as `2026-Q4`. */
export function quarterIn(timeZone: string, quarter: string): Period {
  const [year, number] = quarter.split('-Q');
  return periodIn(timeZone, { firstMonth: `${year}-${String(Number(number) * 3 - 2).padStart(2, '0')}`, months: 3 });
}

/** The quarter of a moment, and those before it, newest first. */
export function quartersUntil(timeZone: string, atMs: number, count: number): string[] {
  const { year, month } = dayIn(timeZone, atMs);
  const last = year * 4 + Math.ceil(month / 3) - 1;
  return Array.from({ length: count }, (_, ago) => `${Math.floor((last - ago) / 4)}-Q${((last - ago) % 4) + 1}`);
}

/** Whole weeks from Monday on, oldest first. The last one is not over. */
export function weeksUntil(timeZone: string, atMs: number, count: number): Period[] {
  const today = dayIn(timeZone, atMs);
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const startOf = (ahead: number) => midnightOf(monday.add({ weeks: ahead }), timeZone);
  return Array.from({ length: count }, (_, index) => {
    const ahead = index - count + 1;
    return { fromIso: startOf(ahead), untilIso: startOf(ahead + 1) };
  });
}

/** The last midnight, in ISO 8601. */
export function midnightIn(timeZone: string, atMs: number): string {
  return midnightOf(dayIn(timeZone, atMs), timeZone);
}

/** Such as `2026-11-30`. */
export function dateIn(timeZone: string, atMs: number): string {
  return dayIn(timeZone, atMs).toString();
}

/** The midnight at the end of a date such as `2026-11-30`, in ISO 8601. */
export function endOfDateIn(timeZone: string, date: string): string {
  return midnightOf(Temporal.PlainDate.from(date).add({ days: 1 }), timeZone);
}

function dayIn(timeZone: string, atMs: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate();
}

function midnightOf(day: Temporal.PlainDate, timeZone: string): string {
  return day.toZonedDateTime(timeZone).toInstant().toString();
}

/** The year in which a receipt is issued. */
export function yearIn(timeZone: string, atMs: number): number {
  return Number(formatterOf('year', { year: 'numeric' }, { language: 'en', timeZone }).format(atMs));
}

/** `CEST`; where Intl has only an offset such as `UTC+1`, `(heure d’été britannique)`. */
function zoneNameOf(date: Date, locale: HouseLocale): string {
  const short = intlZoneName(date, 'short', locale);
  if (!/\d/.test(short)) return short;
  const isParisInFrench = locale.language === 'fr' && locale.timeZone === 'Europe/Paris';
  return `(${(isParisInFrench && PARIS_IN_FRENCH[short]) || intlZoneName(date, 'long', locale)})`;
}

function intlZoneName(date: Date, timeZoneName: 'short' | 'long', locale: HouseLocale): string {
  const parts = formatterOf(`zone ${timeZoneName}`, { timeZoneName }, locale).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? locale.timeZone;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Caches formatters, because creating one is expensive. A house has one time zone, so they are few. */
function formatterOf(
  name: string,
  options: Intl.DateTimeFormatOptions,
  { language, timeZone }: HouseLocale,
): Intl.DateTimeFormat {
  const key = `${name} ${language} ${timeZone}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(LANGUAGES[language].locale, { ...options, timeZone });
    formatters.set(key, formatter);
  }
  return formatter;
}
