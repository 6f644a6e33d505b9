/** The built browser code: the pages of the site, their assets, and the two scripts that embedders load. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express, type Request, type RequestHandler } from 'express';
import { AppError } from '../../protocol/errors.ts';
import type { PageName } from '../../web/site/site-frame.ts';
import type { HttpContext } from '../context.ts';
import { missingBuildPage } from '../http/html-pages.ts';
import { publicScript } from '../http/security.ts';
import type { HttpLimits } from '../rate-limits.ts';
import type { DeskAccess } from './desk-access.ts';
import { PageContents } from './page-contents.ts';
import { fillDocument } from './page-document.ts';
import { pageLanguage } from './page-language.ts';
import type { SiteSessions } from './site-session.ts';

const PAGES = {
  '/': 'home',
  '/rooms/:id': 'room',
  '/studio': 'studio',
  '/studio/:id': 'studio',
  '/wallet': 'wallet',
  '/receipts/:id': 'receipt',
  '/earnings': 'earnings',
  '/desk': 'desk',
  '/desk/:section': 'desk',
  '/desk/payments/:id': 'desk',
} as const satisfies Record<string, PageName>;

/**
 * The scripts change with each release. Embedders' pages should get a new one soon, without a request at every load.
 */
const SCRIPT_CACHE = 'public, max-age=300, stale-while-revalidate=86400';
const CHECKOUT_SESSION = /^(cs|checkout)_[A-Za-z0-9_]{1,250}$/;
/** How long the page waits for the payment to be confirmed; otherwise the webhook settles it later. */
const CONFIRM_WAIT_MS = 2_500;

export function mountEmbedScripts(app: Express, { clientDir, config }: HttpContext): void {
  const cacheControl = config.development ? 'no-cache' : SCRIPT_CACHE;
  for (const path of ['/embed.js', '/embed.js.map', '/sdk/loge.js', '/sdk/loge.js.map']) {
    app.get(path, publicScript, ((_request, response, next) => {
      const file = join(clientDir, path);
      if (!existsSync(file)) return next(new AppError('unavailable', 'The scripts have not been built yet.'));
      response.sendFile(file, { dotfiles: 'allow', cacheControl: false, headers: { 'cache-control': cacheControl } });
    }) satisfies RequestHandler);
    app.options(path, publicScript);
  }
}

/** A page depends on its visitor's language and session, so no shared cache may keep it. */
const PAGE_CACHE = 'private, no-cache';

export function mountSitePages(
  app: Express,
  context: HttpContext,
  { limits, ...visitors }: { limits: HttpLimits; sessions: SiteSessions; desk: DeskAccess },
): void {
  const siteDir = join(context.clientDir, 'site');
  const contents = new PageContents(context, visitors);
  for (const [path, name] of Object.entries(PAGES)) {
    app.get(path, async (request, response) => {
      await limits.consume('site', { address: request.ip });
      await confirmCheckout(context, limits, request);
      const { status, ...content } = await contents.create(name, request, pageLanguage(request, response));
      const file = join(siteDir, `${name === 'home' ? 'index' : name}.html`);
      const text = await fillDocument(file, content);
      if (text === undefined) response.status(503).set('retry-after', '10').type('html').send(missingBuildPage());
      else response.status(status).set('cache-control', PAGE_CACHE).type('html').send(text);
    });
  }
  // Asset names contain a hash of their content, so they can be cached forever.
  app.use('/assets', express.static(join(siteDir, 'assets'), { index: false, immutable: true, maxAge: '1y' }));
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
