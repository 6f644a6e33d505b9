/**
 * The pages' language. The server chooses it for each page (`?lang=`, else the stored choice, else the browser's) and
 * sets it on the document, where elements read it.
 */
import type { Language } from '../../protocol/languages.ts';
import { LANGUAGE_COOKIE } from './site-paths.ts';

const STORED_SECONDS = 365 * 24 * 3600;

/** Changes the page's language, and stores it in a cookie for the next pages. */
export function chooseLanguage(language: Language): void {
  document.documentElement.lang = language;
  // biome-ignore lint/suspicious/noDocumentCookie: Safari has no Cookie Store API before 18.4, and Firefox before 140.
  document.cookie = `${LANGUAGE_COOKIE}=${language}; Path=/; Max-Age=${STORED_SECONDS}; SameSite=Lax`;
}
