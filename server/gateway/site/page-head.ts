/** A page's metadata for browsers, search engines and link previews. */
import { html, Markup } from '../../platform/html.ts';
import { LANGUAGES, type Language, otherLanguage } from '../../protocol/languages.ts';
import { documentStyles } from '../../web/styles/document-styles.ts';
import { CARD_SIZE } from './cards/card-content.ts';
import { fontHead } from './fonts.ts';

export interface PageHead {
  /** Of the browser's window. */
  title: string;
  /** The image of a shared link, beside the name of the site. */
  heading: string;
  description: string;
  /** Absolute, without a language. */
  url: string;
  language: Language;
  /** Whether search engines may list it. */
  isIndexed: boolean;
  /** Absolute URL of the picture of a shared link. */
  picture?: string;
  /** Of Open Graph. */
  type?: 'website' | 'profile';
  /** A schema.org object. */
  structuredData?: object;
  /** Absolute URL of the page's oEmbed document. */
  oembed?: string;
}

/** As Open Graph writes it. */
function localeOf(language: Language): string {
  return LANGUAGES[language].locale.replace('-', '_');
}

export function pageHead(head: PageHead): Markup {
  const {
    title,
    heading,
    description,
    url,
    language,
    isIndexed,
    picture,
    type = 'website',
    structuredData,
    oembed,
  } = head;
  return html`<title>${title}</title>
    <meta name="description" content="${description}">
    ${!isIndexed && html`<meta name="robots" content="noindex">`}
    ${isIndexed && html`<link rel="canonical" href="${url}">${languageLinks(url)}`}
    <meta property="og:type" content="${type}">
    <meta property="og:site_name" content="Loge">
    <meta property="og:title" content="${heading}">
    <meta property="og:description" content="${description}">
    <meta property="og:url" content="${url}">
    <meta property="og:locale" content="${localeOf(language)}">
    <meta property="og:locale:alternate" content="${localeOf(otherLanguage(language))}">
    ${picture !== undefined && pictureOf(picture, heading)}
    ${oembed !== undefined && html`<link rel="alternate" type="application/json+oembed" href="${oembed}" title="${heading}">`}
    ${structuredData !== undefined && html`<script type="application/ld+json">${scriptData(structuredData)}</script>`}
    <link rel="manifest" href="/manifest.webmanifest">
    <link rel="apple-touch-icon" href="/app-icon.png">
    ${fontHead}<style>${new Markup(documentStyles.cssText)}</style>`;
}

/** The same page in each language; without `lang` it answers in the visitor's. */
function languageLinks(url: string): Markup {
  return html`<link rel="alternate" hreflang="en" href="${url}?lang=en"><link rel="alternate" hreflang="fr" href="${url}?lang=fr"><link rel="alternate" hreflang="x-default" href="${url}">`;
}

function pictureOf(picture: string, heading: string): Markup {
  return html`<meta property="og:image" content="${picture}">
    <meta property="og:image:type" content="image/jpeg">
    <meta property="og:image:width" content="${CARD_SIZE.width}">
    <meta property="og:image:height" content="${CARD_SIZE.height}">
    <meta property="og:image:alt" content="${heading}">
    <meta name="twitter:card" content="summary_large_image">`;
}

/** JSON inside a script element, which a `</script>` or `<!--` in a string would end or change. */
function scriptData(value: object): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
