/** Dates in letters, in UTC: the house does not know where their reader is. */
import type { Language } from '../../../protocol/accounts/people.ts';

const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' };

export function formatDay(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso));
}

export function formatMoment(iso: string, language: Language): string {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(LOCALES[language], options).format(new Date(iso))} UTC`;
}
