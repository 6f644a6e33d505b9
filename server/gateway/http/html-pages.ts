/**
 * The few pages that need no script: errors, what the house writes itself, and a build that is missing. The site's
 * pages are built from `server/web`.
 */

import { css } from 'lit';
import { html, Markup } from '../../platform/html.ts';
import { FOOTER_PAGES, type FooterPage } from '../../protocol/house-pages.ts';
import { LANGUAGES, type Language, otherLanguage } from '../../protocol/languages.ts';
import { documentStyles } from '../../web/styles/document-styles.ts';
import { siteTexts } from '../../web/texts/site-texts.ts';
import { fontHead } from '../site/fonts.ts';

const styles = css`
  * {
    box-sizing: border-box;
  }

  body {
    display: grid;
    grid-template-rows: auto 1fr auto;
    min-height: 100dvh;
  }

  header,
  footer {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: var(--_space-4) var(--_space-16);
    min-height: 3.5rem;
    padding: var(--_space-4) var(--_space-16);
    font: var(--_type-14);
  }

  header {
    justify-content: space-between;
    border-bottom: 1px solid var(--_line);
  }

  footer {
    border-top: 1px solid var(--_line);
  }

  header a,
  footer a {
    display: inline-flex;
    align-items: center;
    gap: var(--_space-8);
    min-height: 2.75rem;
  }

  .brand {
    color: var(--_accent);
    font: var(--_title-20);
    text-decoration: none;
  }

  main {
    width: min(42rem, 100%);
    margin: 0 auto;
    padding: var(--_space-32) var(--_space-16) var(--_space-48);
    overflow-wrap: anywhere;
  }

  main:not(:has(.text)) {
    display: grid;
    align-content: center;
    justify-items: center;
    text-align: center;
  }

  h1 {
    margin: 0 0 var(--_space-16);
    font: var(--_title-page);
    text-wrap: balance;
  }

  h2 {
    margin: var(--_space-32) 0 var(--_space-8);
    font: var(--_title-20);
  }

  p,
  form {
    margin: 0 0 var(--_space-16);
  }

  a {
    color: inherit;
    text-underline-offset: 0.2em;
  }

  :is(a, button, select, input, textarea, summary):focus-visible {
    outline: none;
    border-radius: var(--_radius-small);
    box-shadow: var(--_ring);
  }

  .next a {
    display: inline-flex;
    align-items: center;
    min-height: 2.75rem;
  }

  button {
    min-height: var(--_control);
    padding: 0 var(--_space-24);
    border: 0;
    border-radius: var(--_radius-small);
    background: var(--_text);
    color: var(--_ground);
    font: var(--_strong-16);
    cursor: pointer;
  }

  :is(input:not([type='checkbox'], [type='radio']), select, textarea) {
    width: 100%;
    min-height: var(--_control);
    padding: var(--_space-8) var(--_space-16);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }

  code {
    padding: 0 var(--_space-4);
    border-radius: var(--_radius-small);
    background: var(--_raised);
    font: var(--_code-14);
    overflow-wrap: anywhere;
  }

  .quiet {
    color: var(--_muted);
    font: var(--_type-14);
  }

  .words {
    margin: 0;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
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
${fontHead}<style>${new Markup(`${documentStyles.cssText}${styles.cssText}`)}</style></head>
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
