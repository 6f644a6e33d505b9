/**
 * Composes the HTTP side of the gateway, in the order in which a request passes it. It owns headers, sessions and rate
 * limits; every other decision is a domain's. The composition root attaches it to the server that also serves the
 * sockets.
 */
import express, { type Express, type RequestHandler } from 'express';
import { AppError } from '../../protocol/errors.ts';
import type { HttpContext, LiveView } from '../context.ts';
import { HTTP_OPERATIONS } from '../operations/table.ts';
import { createHttpLimits, createLimiterFactory, type HttpLimits } from '../rate-limits.ts';
import { mountDiscovery } from '../site/discovery/discovery.ts';
import { mountFonts } from '../site/fonts.ts';
import { findHousePages, mountHousePages } from '../site/house-pages.ts';
import { LetterLinks } from '../site/letter-links/letter-link.ts';
import { mountKeptLetters, mountUnsubscribing } from '../site/letter-links/mail-pages.ts';
import { mountTicketReturns } from '../site/letter-links/return-pages.ts';
import { mountPictures } from '../site/picture-files.ts';
import { mountAddressLinks } from '../site/sign-in/address-links.ts';
import { DeskAccess, mountDeskSignIn } from '../site/sign-in/desk-access.ts';
import { OidcSignIn } from '../site/sign-in/oidc-sign-in.ts';
import { passkeyCeremonies } from '../site/sign-in/passkey-operations.ts';
import { siteOperations } from '../site/sign-in/session-operations.ts';
import { mountSignInLinks } from '../site/sign-in/sign-in-links.ts';
import { signInOperations } from '../site/sign-in/sign-in-operations.ts';
import { SiteSessions } from '../site/sign-in/site-session.ts';
import { mountEmbedScripts, mountSitePages } from '../site/site-pages.ts';
import { mountCharterPages } from '../site/trust/charter-pages.ts';
import { mountCommitteePage } from '../site/trust/committee-page.ts';
import { mountProposalPages } from '../site/trust/proposal-pages.ts';
import { mountRecordFiles } from '../site/trust/record-files.ts';
import { mountReportPages } from '../site/trust/report-pages.ts';
import { mountTransparencyPage } from '../site/trust/transparency-page.ts';
import { HttpAuth } from './auth.ts';
import { compressPublic } from './compression.ts';
import { mountDocs } from './docs/docs.ts';
import { createErrorHandler, mountMethodNotAllowed, notFound, routeOf } from './errors.ts';
import { countRequests, mountOperations } from './health.ts';
import { HttpPipeline } from './pipeline.ts';
import { embedderCors, noStore, securityHeaders } from './security.ts';

/** Provider events contain whole objects, and are larger than requests to our own APIs. */
const EVENT_BYTES = 256 * 1024;

export function createHttpApp(context: HttpContext, live: LiveView): Express {
  const { config, log, metrics, apiKeys, tokens, people } = context;
  const sessions = new SiteSessions({ config, people });
  const desk = new DeskAccess({ config, sessions: context.deskSessions });
  const limits = createHttpLimits(createLimiterFactory(context.redis));
  const auth = new HttpAuth({
    config,
    clock: context.clock,
    roles: context.roles,
    committee: context.committee,
    keys: apiKeys.ring,
    tokens,
    sessions,
    desk,
    limits,
  });
  const compress = compressPublic((request) => sessions.isPresentedIn(request) || desk.isPresentedIn(request));
  const pipeline = new HttpPipeline({ domains: { ...context, live }, auth, compress, limits });

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxyHops);
  app.set('query parser', 'simple');
  app.use(securityHeaders(config), countRequests(metrics, routeOf));
  mountOperations(app, context, { live, auth });
  mountProviderEvents(app, context, limits);
  mountEmbedScripts(app, context);
  mountFonts(app);
  mountPictures(app, context, limits);
  mountDocs(app, context);
  app.use('/v1', noStore, embedderCors(context));
  pipeline.mount(app, HTTP_OPERATIONS);
  app.use('/site', noStore);
  const oidc = new OidcSignIn(context, { sessions, desk, limits });
  pipeline.mount(app, [
    ...siteOperations(context, { sessions, desk }),
    ...signInOperations(context, { sessions, desk, limits }),
    ...passkeyCeremonies(context, { sessions, desk, limits }),
    ...oidc.operations,
  ]);
  // The database refuses NUL, so no address of a page has one.
  app.use((request, _response, next) => next(request.url.includes('%00') ? new AppError('not_found') : undefined));
  mountDeskSignIn(app, context, { access: desk, limits });
  const letterLinks = new LetterLinks(app, { config, limits });
  mountSignInLinks(letterLinks, context, { sessions, desk });
  oidc.mountAnswer(app);
  mountAddressLinks(letterLinks, context);
  mountTicketReturns(letterLinks, context);
  mountUnsubscribing(app, context, limits);
  mountKeptLetters(app, context);
  mountDiscovery(app, context, limits);
  mountHousePages(app, context);
  mountProposalPages(app, context, { limits, sessions });
  mountCharterPages(app, context, limits);
  mountCommitteePage(app, context, limits);
  mountTransparencyPage(app, context, limits);
  mountRecordFiles(app, context, limits);
  mountReportPages(app, context, { limits, sessions });
  mountSitePages(app, context, { limits, sessions, desk, compress });
  mountMethodNotAllowed(app);
  app.use(notFound);
  app.use(createErrorHandler(log, findHousePages(config.housePagesDir)));
  return app;
}

/** The signature covers the raw bytes, so the body is not parsed before it is verified. */
function mountProviderEvents(app: Express, { money }: HttpContext, limits: HttpLimits): void {
  const rawBody = express.raw({ type: () => true, limit: EVENT_BYTES, inflate: false });
  const limit: RequestHandler = async (request, _response, next) => {
    await limits.consume('webhook', { address: request.ip });
    next();
  };
  app.post('/webhooks/stripe', limit, rawBody, async (request, response) => {
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body)) throw new AppError('signature_invalid', 'The event has no body.');
    await money.providerEvents.receive(body, request.get('stripe-signature'));
    response.json({ received: true });
  });
}
