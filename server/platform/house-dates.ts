/**
 * Dates and times that the server writes for people, who are in a time zone that it does not know: in letters, pages,
 * link previews and exports. They are in the house's time zone (`LOGE_TIME_ZONE`), which each time names.
 */
import type { Language } from '../protocol/accounts/people.ts';

export interface HouseLocale {
  language: Language;
  /** An IANA name, such as `Europe/Paris`. */
  timeZone: string;
}

const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' };
/** What French people say where Intl has only `heure d’Europe centrale`. */
const FRENCH_ZONES: Readonly<Record<string, string>> = { 'Europe/Paris': 'heure de Paris' };

/** In English and without the name of the zone: */
const STYLES = {
  /** `4 May 2026` */
  day: { dateStyle: 'long' },
  /** `Mon 4 May, 21:00` */
  short: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  /** `4 May 2026 at 21:00` */
  long: { dateStyle: 'long', timeStyle: 'short' },
  /** `Monday 4 May 2026 at 21:00` */
  full: { dateStyle: 'full', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** `at` is in ISO 8601. */
export function formatDate(at: string, style: keyof typeof STYLES, locale: HouseLocale): string {
  const date = new Date(at);
  const text = formatterOf(style, STYLES[style], locale).format(date);
  return style === 'day' ? text : `${text} ${zoneNameOf(date, locale)}`;
}

/** `CEST`; where the zone has no such abbreviation in this language, `(heure de Paris)`, and not `UTC+2`. */
function zoneNameOf(date: Date, locale: HouseLocale): string {
  const abbreviation = intlZoneName(date, 'short', locale);
  if (!/\d/.test(abbreviation)) return abbreviation;
  const french = locale.language === 'fr' ? FRENCH_ZONES[locale.timeZone] : undefined;
  return `(${french ?? intlZoneName(date, 'longGeneric', locale)})`;
}

function intlZoneName(date: Date, timeZoneName: 'short' | 'longGeneric', locale: HouseLocale): string {
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
    formatter = new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone });
    formatters.set(key, formatter);
  }
  return formatter;
}
