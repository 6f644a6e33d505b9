/** The HTML document of every page, and short pages without a form. */
import { html, type Markup } from './html.ts';
import { type Language, textsOf } from './texts.ts';

interface Document {
  language: Language;
  title: string;
  body: Markup;
  layout: 'wide' | 'short';
}

/** Addresses are relative, so that the page also works behind a proxy that adds a path. */
export function documentOf({ language, title, body, layout }: Document): string {
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="../../assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="../../assets/checkout.css">
<script src="../../assets/checkout.js" defer></script>
</head>
<body class="${layout}">${body}</body>
</html>
`;
  return page.text;
}

export interface NoticeView {
  language: Language;
  title: string;
  text: string;
  link?: { href: string; label: string } | undefined;
}

export function noticePage({ language, title, text, link }: NoticeView): string {
  const body = html`
    <main class="notice">
      <span class="badge">${textsOf(language).testMode}</span>
      <h1>${title}</h1>
      <p>${text}</p>
      ${link && html`<a class="submit" href="${link.href}">${link.label}</a>`}
    </main>`;
  return documentOf({ language, title, body, layout: 'short' });
}

interface Field {
  id: string;
  label: string;
  fault: string | undefined;
  input: Markup;
}

export function field({ id, label, fault, input }: Field): Markup {
  return html`
    <div class="field">
      <label class="label" for="${id}">${label}</label>
      ${input}
      ${fault !== undefined && html`<p class="fault" id="${id}-fault">${fault}</p>`}
    </div>`;
}

export function describedBy(id: string, fault: string | undefined): Markup | false {
  return fault !== undefined && html`aria-invalid="true" aria-describedby="${id}-fault"`;
}

export const CHECKED = html`checked`;
