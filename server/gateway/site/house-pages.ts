/** The pages that the house writes itself, such as its terms: one HTML fragment for each page and language. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Express } from 'express';
import { Markup } from '../../platform/html.ts';
import { type FooterPage, HOUSE_PAGES, type HousePage } from '../../protocol/house-pages.ts';
import { LANGUAGE_CODES, type Language } from '../../protocol/languages.ts';
import { siteTexts } from '../../web/texts/site-texts.ts';
import type { HttpContext } from '../context.ts';
import { page } from '../http/html-pages.ts';
import { pageLanguage } from './page-language.ts';

/** The pages of which the folder has at least one language. */
export function findHousePages(folder: string | undefined): HousePage[] {
  return HOUSE_PAGES.filter((name) => LANGUAGE_CODES.some((language) => read(folder, name, language) !== undefined));
}

/** The pages that a footer links. */
export async function footerPages({
  config,
  charter,
  committee,
}: Pick<HttpContext, 'config' | 'charter' | 'committee'>): Promise<FooterPage[]> {
  const written = findHousePages(config.housePagesDir);
  const [hasCharter, hasCommittee] = await Promise.all([charter.isInForce(), committee.hasSeats()]);
  return [
    ...(hasCharter ? (['charter'] as const) : []),
    ...(hasCommittee ? (['committee'] as const) : []),
    'transparency',
    ...written,
  ];
}

export function mountHousePages(app: Express, context: HttpContext): void {
  const folder = context.config.housePagesDir;
  for (const name of findHousePages(folder)) {
    app.get(`/${name}`, async (request, response) => {
      const wanted = pageLanguage(request, response);
      // The text of a contract in the other language is better than none.
      const language = [wanted, ...LANGUAGE_CODES].find((one) => read(folder, name, one) !== undefined) ?? wanted;
      const title = siteTexts(language).house[name];
      const body = new Markup(`<div class="text">${read(folder, name, language)}</div>`);
      const links = await footerPages(context);
      response
        .set('cache-control', 'private, no-cache')
        .type('html')
        .send(page(title, body, { language, links }));
    });
  }
}

function read(folder: string | undefined, name: HousePage, language: Language): string | undefined {
  if (folder === undefined) return undefined;
  try {
    return readFileSync(join(folder, `${name}.${language}.html`), 'utf8');
  } catch {
    return undefined;
  }
}
