/** Dates on pages that the server renders whole, in UTC: it does not know where their reader is. */
import type { Language } from '../../../client-sdk/elements/texts/language.ts';
import { SERVER_TIME_ZONE } from './discovery/room-summary.ts';

const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' };

/** `30 November 2026`. */
export function pageDay(at: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeZone: SERVER_TIME_ZONE }).format(
    new Date(at),
  );
}

/** `30 November 2026 at 07:16 UTC`. */
export function pageMoment(at: string, language: Language): string {
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: SERVER_TIME_ZONE } as const;
  return `${new Intl.DateTimeFormat(LOCALES[language], options).format(new Date(at))} ${SERVER_TIME_ZONE}`;
}
