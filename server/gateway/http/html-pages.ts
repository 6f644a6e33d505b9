/**
 * The few pages that the server renders itself: errors, and a build that is missing. The site's pages are built from
 * `server/web`.
 */
import { html, type Markup } from './html.ts';

const STYLE = `
  :root { color-scheme: dark; }
  body { margin: 0; min-height: 100dvh; display: grid; place-content: center; padding: 2rem; box-sizing: border-box;
    background: #14100f; color: #f2ebe4; font: 1.0625rem/1.6 system-ui, sans-serif; text-align: center; }
  h1 { font-size: clamp(1.5rem, 5vw, 2.25rem); line-height: 1.2; margin: 0 0 1rem; text-wrap: balance; }
  p { margin: 0 0 1rem; color: #c9bdb2; }
  a { color: #e8b06a; } a:focus-visible { outline: 2px solid #e8b06a; outline-offset: 4px; }
  button { padding: .7rem 1.4rem; border: 0; border-radius: .5rem; background: #e8b06a; color: #14100f; font: inherit; font-weight: 600; cursor: pointer; }
  button:focus-visible { outline: 2px solid #f2ebe4; outline-offset: 4px; }
  code { background: #2a211e; border-radius: .3rem; padding: .1em .4em; }
`;

export function page(title: string, body: Markup, language: 'en' | 'fr' = 'en'): string {
  return html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Loge</title>
<style>${STYLE}</style></head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`.text;
}

export function errorPage({ status, title }: { status: number; title: string }): string {
  return page(title, html`<p>${status}</p><p><a href="/">To the home page</a></p>`);
}

export function missingBuildPage(): string {
  return page(
    'The pages have not been built yet.',
    html`<p>Stop the server and run <code>npm start</code>, which builds them, or <code>npm run setup</code> alone.</p>`,
  );
}
