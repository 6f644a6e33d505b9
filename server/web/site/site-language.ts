/**
 * The pages' language. The server chooses it for each page (`?lang=`, else the stored choice, else the browser's) and
 * sets it on the document, where elements read it.
 */

import { withFrenchSpaces } from '../../../client-sdk/elements/texts/french-spaces.ts';
import type { Language } from '../../../client-sdk/elements/texts/language.ts';
import { english, type SiteTexts } from '../texts/english/site.ts';
import { french } from '../texts/french/site.ts';
import { LANGUAGE_COOKIE } from './site-paths.ts';

const STORED_SECONDS = 365 * 24 * 3600;
// Not complete until `addSiteTexts()` was called by the pages that have texts of their own.
const TEXTS = { en: { ...english }, fr: withFrenchSpaces(french) } as Record<Language, SiteTexts>;

/** Adds texts that only some pages load. */
export function addSiteTexts(added: Readonly<Record<Language, Partial<SiteTexts>>>): void {
  Object.assign(TEXTS.en, added.en);
  Object.assign(TEXTS.fr, withFrenchSpaces(added.fr));
}

export function siteTexts(language: Language): SiteTexts {
  return TEXTS[language];
}

/** Changes the page's language, and stores it in a cookie for the next pages. */
export function chooseLanguage(language: Language): void {
  document.documentElement.lang = language;
  // biome-ignore lint/suspicious/noDocumentCookie: Safari has no Cookie Store API before 18.4, and Firefox before 140.
  document.cookie = `${LANGUAGE_COOKIE}=${language}; Path=/; Max-Age=${STORED_SECONDS}; SameSite=Lax`;
}
