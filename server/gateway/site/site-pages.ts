/** The built browser code: the pages of the site, their assets, and the two scripts that embedders load. */
import { join } from 'node:path';
import express, { type Express, type Request, type RequestHandler } from 'express';
import { Remembered } from '../../platform/remembered.ts';
import { AppError } from '../../protocol/errors.ts';
import type { PageName } from '../../web/site/site-frame.ts';
import type { HttpContext } from '../context.ts';
import { PublicBody, sendBuiltFile } from '../http/compression.ts';
import { missingBuildPage } from '../http/html-pages.ts';
import { publicScript } from '../http/security.ts';
import type { HttpLimits } from '../rate-limits.ts';
import { type PageContent, PageContents } from './page-contents.ts';
import { fillDocument } from './page-document.ts';
import { pageLanguage } from './page-language.ts';
import type { DeskAccess } from './sign-in/desk-access.ts';
import type { SiteSessions } from './sign-in/site-session.ts';

const PAGES = {
  '/': 'home',
  '/rooms/:id': 'room',
  '/studio': 'studio',
  '/studio/:id': 'studio',
  '/wallet': 'wallet',
  '/receipts/:id': 'receipt',
  '/self-bills/:id': 'receipt',
  '/earnings': 'earnings',
  '/desk': 'desk',
  '/desk/:section': 'desk',
  '/desk/payments/:id': 'desk',
  '/desk/people/:id': 'desk',
} as const satisfies Record<string, PageName>;

/** Pages of a house with accounts. */
const ACCOUNT_PAGES = {
  '/sign-in': 'sign-in-page',
  '/account': 'account',
  '/c/:handle': 'profile',
  '/review': 'review',
  '/review/:case': 'review',
  '/seat': 'seat',
  '/seat/:section': 'seat',
  '/seat/:section/:id': 'seat',
} as const satisfies Record<string, PageName>;

/** In development: all parts of the pages in all states. */
const DEVELOPER_PAGES = { '/parts': 'parts' } as const satisfies Record<string, PageName>;

/** The loader names the chunks of its release, so a browser must not use an old one for long after an upgrade. */
const LOADER_CACHE = 'public, max-age=300';
/** The SDK needs no other file. Pages should get a new one soon, without a request at every load. */
const SDK_CACHE = `${LOADER_CACHE}, stale-while-revalidate=86400`;
const SCRIPTS = {
  '/embed.js': LOADER_CACHE,
  '/embed.js.map': LOADER_CACHE,
  '/sdk/loge.js': SDK_CACHE,
  '/sdk/loge.js.map': SDK_CACHE,
} as const;
/** Asset names contain a hash of their content, so they can be cached forever. */
const ASSET_CACHE = 'public, max-age=31536000, immutable';
/** One name without a folder. */
const ASSET_NAME = /^[\w-][\w.-]*$/;
const CHECKOUT_SESSION = /^(cs|checkout)_[A-Za-z0-9_]{1,250}$/;
/** How long the page waits for the payment to be confirmed; otherwise the webhook settles it later. */
const CONFIRM_WAIT_MS = 2_500;

export function mountEmbedScripts(app: Express, { clientDir, config }: HttpContext): void {
  for (const [path, cache] of Object.entries(SCRIPTS)) {
    app.get(path, publicScript, ((request, response, next) => {
      const cacheControl = config.development ? 'no-cache' : cache;
      if (!sendBuiltFile(request, response, { folder: clientDir, name: path.slice(1), cacheControl }))
        next(new AppError('unavailable', 'The scripts have not been built yet.'));
    }) satisfies RequestHandler);
    app.options(path, publicScript);
  }
  // The loader's chunks are the site's assets, which pages on other origins load too.
  app.get('/assets/:name', publicScript, ((request, response, next) => {
    const name = String(request.params.name);
    const file = { folder: join(clientDir, 'site/assets'), name, cacheControl: ASSET_CACHE };
    if (ASSET_NAME.test(name) && sendBuiltFile(request, response, file)) return;
    next(new AppError('not_found'));
  }) satisfies RequestHandler);
}

/** Pages with many rooms take up to 40 ms. For visitors they are rendered once in this time, in each language. */
/** Pages that are dark in both themes, as a room is before the curtain rises. */
const THEATRE: ReadonlySet<PageName> = new Set(['room', 'studio']);
const LISTS: ReadonlySet<PageName> = new Set(['home', 'profile']);
const LISTS_MS = 1_000;
const LISTS_KEPT = 100;
/** A page depends on its visitor's language and session, so no shared cache may keep it. */
const PAGE_CACHE = 'private, no-cache';

interface FilledPage extends PageContent {
  /** Undefined if the page has not been built. */
  text: string | undefined;
  /** For visitors alone, as it is compressed. */
  encoded: PublicBody;
}

interface SiteParts {
  limits: HttpLimits;
  sessions: SiteSessions;
  desk: DeskAccess;
  compress: RequestHandler;
}

export function mountSitePages(app: Express, context: HttpContext, { limits, compress, ...visitors }: SiteParts): void {
  const siteDir = join(context.clientDir, 'site');
  const contents = new PageContents(context, visitors);
  const pages: Record<string, PageName> = {
    ...PAGES,
    ...(context.config.hasSite ? ACCOUNT_PAGES : {}),
    ...(context.config.development ? DEVELOPER_PAGES : {}),
  };
  const lists = new Remembered<string, FilledPage>({
    clock: { now: () => performance.now() },
    forMs: LISTS_MS,
    max: LISTS_KEPT,
  });
  for (const [path, name] of Object.entries(pages)) {
    app.get(path, async (request, response) => {
      await limits.consume('site', { address: request.ip });
      await confirmCheckout(context, limits, request);
      const language = pageLanguage(request, response);
      const person = await contents.findPerson(request);
      const fill = async (): Promise<FilledPage> => {
        const content = await contents.create(name, request, { language, person });
        const text = await fillDocument(join(siteDir, `${name}.html`), { ...content, isTheatre: THEATRE.has(name) });
        return { ...content, text, encoded: new PublicBody('html', text ?? '') };
      };
      const isForAll = person === null && LISTS.has(name);
      const filled = isForAll ? await lists.find(`${language} ${request.path}`, fill) : await fill();
      const { status, location, text, encoded } = filled;
      if (location !== undefined) response.redirect(status, location);
      else if (text === undefined) response.status(503).set('retry-after', '10').type('html').send(missingBuildPage());
      else if (isForAll) await encoded.send(request, response.status(status), PAGE_CACHE);
      else
        compress(request, response, () => {
          response.status(status).set('cache-control', PAGE_CACHE).type('html').send(text);
        });
    });
  }
  app.use(express.static(siteDir, { index: false, redirect: false, maxAge: '1h' }));
}

/**
 * Confirms a payment when its buyer returns, without waiting for the webhook. The URL proves nothing; it only names the
 * payment to ask the provider about.
 */
async function confirmCheckout(context: HttpContext, limits: HttpLimits, request: Request): Promise<void> {
  const { checkout, session_id: session } = request.query;
  if (checkout !== 'success' || typeof session !== 'string' || !CHECKOUT_SESSION.test(session)) return;
  try {
    await limits.consume('checkoutReturn', { address: request.ip });
    await Promise.race([context.money.confirmCheckout(session), waited(CONFIRM_WAIT_MS)]);
  } catch (error) {
    context.log.warn({ err: error }, 'checkout not confirmed on return; the webhook will bring it');
  }
}

function waited(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
