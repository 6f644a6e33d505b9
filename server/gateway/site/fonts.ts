/**
 * The typefaces of the house: Newsreader for titles and Figtree for everything else, both under the SIL Open Font
 * License. Pages preload them; embedders link `/fonts/loge.css`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import type { Express, RequestHandler } from 'express';
import { html, Markup } from '../../platform/html.ts';
import { AppError } from '../../protocol/errors.ts';
import { publicScript } from '../http/security.ts';

const { resolve } = createRequire(import.meta.url);

const FILES = {
  figtree: '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
  // Titles have one weight: all weights in one file would be more than twice as large.
  newsreader: '@fontsource/newsreader/files/newsreader-latin-500-normal.woff2',
};

/** What both files have; other characters are shown in the reader's own fonts. */
const LATIN =
  'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, U+0329, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD';

/** The version of the package, so that a browser may keep a file for good. */
function pathOf(name: keyof typeof FILES): string {
  const [scope, folder] = FILES[name].split('/');
  const { version } = JSON.parse(readFileSync(resolve(`${scope}/${folder}/package.json`), 'utf8')) as {
    version: string;
  };
  return `/fonts/${name}-${version}.woff2`;
}

const PATHS = { figtree: pathOf('figtree'), newsreader: pathOf('newsreader') };

/**
 * On a phone's line a first page is painted before the files are here (`optional` would keep it so). What stands in has
 * their widths and heights, so that nothing moves. Metrics by Capsize (`createFontStack()`).
 */
const FACES = `
@font-face { font-family: Figtree; font-weight: 300 900; font-display: swap; src: url(${PATHS.figtree}) format('woff2'); unicode-range: ${LATIN}; }
@font-face { font-family: Newsreader; font-weight: 500; font-display: swap; src: url(${PATHS.newsreader}) format('woff2'); unicode-range: ${LATIN}; }
@font-face { font-family: 'Figtree Fallback'; font-weight: 300 900; src: local('Arial'), local('Liberation Sans'); ascent-override: 94.3231%; descent-override: 24.8219%; line-gap-override: 0%; size-adjust: 100.7176%; }
@font-face { font-family: 'Figtree Fallback Roboto'; font-weight: 300 900; src: local('Roboto'); ascent-override: 94.1165%; descent-override: 24.7675%; size-adjust: 100.9387%; }
@font-face { font-family: 'Newsreader Fallback'; font-weight: 500; src: local('Georgia'); ascent-override: 76.4676%; descent-override: 27.5699%; size-adjust: 96.1192%; }
@font-face { font-family: 'Newsreader Fallback Times'; font-weight: 500; src: local('Times New Roman'), local('Liberation Serif'); ascent-override: 69.6835%; descent-override: 25.124%; line-gap-override: 0%; size-adjust: 105.4769%; }
@font-face { font-family: 'Newsreader Fallback Noto'; font-weight: 500; src: local('Noto Serif'), local('NotoSerif'); ascent-override: 83.4%; descent-override: 30.1%; line-gap-override: 0%; size-adjust: 88.1%; }
`;

/** For the head of a page. */
export const fontHead: Markup = html`${Object.values(PATHS).map(
  (path) => html`<link rel="preload" href="${path}" as="font" type="font/woff2" crossorigin>`,
)}<style>${new Markup(FACES)}</style>`;

const FONT_CACHE = 'public, max-age=31536000, immutable';
const STYLE_CACHE = 'public, max-age=300, stale-while-revalidate=86400';

export function mountFonts(app: Express): void {
  const fonts = Object.entries(FILES) as [keyof typeof FILES, string][];
  const files = new Map([
    ['loge.css', { type: 'css', cache: STYLE_CACHE, body: Buffer.from(FACES) }],
    ...fonts.map(([name, file]): [string, { type: string; cache: string; body: Buffer }] => [
      basename(PATHS[name]),
      { type: 'font/woff2', cache: FONT_CACHE, body: readFileSync(resolve(file)) },
    ]),
  ]);
  app.get('/fonts/:name', publicScript, ((request, response, next) => {
    const file = files.get(String(request.params.name));
    if (!file) return next(new AppError('not_found'));
    response.set('cache-control', file.cache).type(file.type).send(file.body);
  }) satisfies RequestHandler);
}
