/**
 * The few pages that need no script: errors, what the house writes itself, and a build that is missing. The site's
 * pages are built from `server/web`.
 */

import { html, Markup } from '../../platform/html.ts';
import { FOOTER_PAGES, type FooterPage } from '../../protocol/house-pages.ts';
import { LANGUAGES, type Language, otherLanguage } from '../../protocol/languages.ts';
import { siteTexts } from '../../web/texts/site-texts.ts';

/** The look of the site: `client-sdk/elements/theme/theme.ts`. */
const STYLE = `
  :root { color-scheme: dark; }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100dvh; display: grid; grid-template-rows: auto 1fr auto; background: #130d10; color: #f6eee6;
    font: 1.0625rem/1.6 -apple-system, 'Segoe UI', Roboto, Inter, Cantarell, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans Condensed', sans-serif;
    --display: 'New York', 'Iowan Old Style', 'Palatino Linotype', Palatino, P052, Georgia, 'Noto Serif', 'Liberation Serif', 'DejaVu Serif Condensed', serif; }
  header, footer { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding: .5rem 1rem; min-height: 3.5rem; }
  header { border-bottom: 1px solid #41323a; justify-content: space-between; }
  footer { border-top: 1px solid #41323a; justify-content: center; font-size: .9375rem; }
  header a, footer a { display: inline-flex; align-items: center; min-height: 2.75rem; }
  .brand { gap: .55rem; font: 1.4rem var(--display); text-decoration: none; }
  main { width: min(42rem, 100%); margin: 0 auto; padding: 2.5rem 1.15rem 3rem; overflow-wrap: anywhere; }
  main:not(:has(.text)) { display: grid; align-content: center; justify-items: center; text-align: center; }
  h1, h2 { font-family: var(--display); font-weight: 500; line-height: 1.2; text-wrap: balance; }
  h1 { font-size: clamp(1.7rem, 6vw, 2.5rem); margin: 0 0 1rem; }
  h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; }
  p, form { margin: 0 0 1rem; color: #d8cac4; }
  .next a { display: inline-flex; align-items: center; min-height: 2.75rem; }
  a { color: #e6b566; } a:focus-visible, button:focus-visible { outline: 2px solid #e6b566; outline-offset: 3px; }
  button { padding: .7rem 1.4rem; border: 0; border-radius: 9px; background: #e6b566; color: #1e1305; font: inherit; font-weight: 600; cursor: pointer; }
  code { background: #271c21; border-radius: .3rem; padding: .1em .4em; }
`;

interface PlainPage {
  language?: Language;
  /** Pages that the footer links. */
  links?: readonly FooterPage[];
}

export function page(title: string, body: Markup, { language = 'en', links = [] }: PlainPage = {}): string {
  const { site, house } = siteTexts(language);
  const other = otherLanguage(language);
  const shown = FOOTER_PAGES.filter((name) => links.includes(name));
  return html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Loge</title>
<style>${new Markup(STYLE)}</style></head>
<body>
<header><a class="brand" href="/"><svg aria-hidden="true" width="26" height="26" viewBox="0 0 26 26" fill="none" stroke="currentColor" stroke-width="1.7"><path d="M4 23V12a9 9 0 0 1 18 0v11M2 23h22M4.5 12.5c3.5 0 6-2.5 8.5-7.5 2.5 5 5 7.5 8.5 7.5" stroke-linecap="round"/></svg>${site.name}</a>
<a href="?lang=${other}" lang="${other}" hreflang="${other}">${LANGUAGES[other].name}</a></header>
<main><h1>${title}</h1>${body}</main>
${shown.length > 0 && html`<footer>${shown.map((name) => html`<a href="/${name}">${house[name]}</a>`)}</footer>`}
</body>
</html>
`.text;
}

interface ErrorPage extends PlainPage {
  status: number;
  title: string;
  /** What to tell the operator, where the error is ours. */
  logId?: string | undefined;
}

const TELL_NUMBER = { en: 'Tell us this number:', fr: 'Donnez-nous ce numéro\u00a0:' } as const;

export function errorPage({ status, title, logId, language = 'en', ...rest }: ErrorPage): string {
  const body = html`<p>${status}</p>${logId !== undefined && html`<p>${TELL_NUMBER[language]}<br><code>${logId}</code></p>`}
    <p class="next"><a href="/">${siteTexts(language).site.toHome}</a></p>`;
  return page(title, body, { language, ...rest });
}

export function missingBuildPage(): string {
  return page(
    'The pages have not been built yet.',
    html`<p>Stop the server and run <code>npm start</code>, which builds them, or <code>npm run setup</code> alone.</p>`,
  );
}
