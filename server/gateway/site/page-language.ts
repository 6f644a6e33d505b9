/** The language of a page: `?lang=`, else the visitor's choice, else their browser's. */
import type { Request, Response } from 'express';
import { parseLanguage } from '../../../client-sdk/elements/texts/language.ts';
import { LANGUAGE_CODES, type Language } from '../../protocol/languages.ts';
import { LANGUAGE_COOKIE } from '../../web/site/site-paths.ts';

export function askedLanguage(request: Request): Language | undefined {
  const { lang } = request.query;
  return typeof lang === 'string' ? parseLanguage(lang) : undefined;
}

/** Also says in `Vary` what the answer depends on. */
export function pageLanguage(request: Request, response: Response): Language {
  response.vary('Accept-Language').vary('Cookie');
  return askedLanguage(request) ?? chosenLanguage(request) ?? browserLanguage(request);
}

function chosenLanguage(request: Request): Language | undefined {
  const pair = (request.headers.cookie ?? '').split(';').find((it) => it.trim().startsWith(`${LANGUAGE_COOKIE}=`));
  return parseLanguage(pair?.split('=')[1]?.trim());
}

function browserLanguage(request: Request): Language {
  return parseLanguage(request.acceptsLanguages(LANGUAGE_CODES) || undefined) ?? 'en';
}
