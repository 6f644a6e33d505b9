/**
 * The pages' language: `?lang=`, else the stored choice, else the browser's. Set on the document, where elements read
 * it.
 */

import type { Language } from '../../../client-sdk/elements/texts/language.ts';
import { parseLanguage } from '../../../client-sdk/elements/texts/language.ts';
import type { SiteTexts } from '../texts/english.ts';
import { english } from '../texts/english.ts';
import { french } from '../texts/french.ts';

const STORED = 'loge-language';
const TEXTS: Record<Language, SiteTexts> = { en: english, fr: french };

export function siteTexts(language: Language): SiteTexts {
  return TEXTS[language];
}

function storedLanguage(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // Storage may be forbidden; the browser's language serves then.
  }
}

export function chooseLanguage(language: Language): void {
  document.documentElement.lang = language;
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Used without being stored.
  }
}

/** Call it before the first element is rendered. */
export function startLanguage(): void {
  const asked = parseLanguage(new URLSearchParams(location.search).get('lang'));
  if (asked) chooseLanguage(asked);
  else document.documentElement.lang = parseLanguage(storedLanguage()) ?? parseLanguage(navigator.language) ?? 'en';
}
