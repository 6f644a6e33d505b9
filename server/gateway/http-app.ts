/**
 * The HTTP side of the gateway, in the order in which a request meets it. It owns nothing but headers, sessions and budgets: every decision is
 * a domain's. `app.ts` hangs it on the server that also carries the sockets.
 */
import express, { type Express } from 'express';
import { accountsRoutes } from './accounts-routes.ts';
import { chatRoutes } from './chat-routes.ts';
import { DeskAccess, deskSessionRoutes, mountDeskSignIn } from './desk-access.ts';
import { deskRoutes } from './desk-routes.ts';
import { mountDocs } from './docs-routes.ts';
import { mountEarningsExports } from './earnings-exports.ts';
import { eventsRoutes } from './events-routes.ts';
import { HttpAuth } from './http-auth.ts';
import type { HttpContext, LiveView } from './http-context.ts';
import { createErrorHandler, mountMethodNotAllowed, notFound, routeOf } from './http-errors.ts';
import { HttpPipeline } from './http-pipeline.ts';
import { embedderCors, noStore, securityHeaders } from './http-security.ts';
import { keysRoutes } from './keys-routes.ts';
import { membershipsRoutes } from './memberships-routes.ts';
import { moneyRoutes } from './money-routes.ts';
import { countRequests, mountOperations } from './operations-routes.ts';
import { payoutsRoutes } from './payouts-routes.ts';
import { pricingRoutes } from './pricing-routes.ts';
import { createHttpLimits, createLimiterFactory } from './rate-limits.ts';
import { receiptsRoutes } from './receipts-routes.ts';
import { roomsRoutes } from './rooms-routes.ts';
import { siteClubsRoutes } from './site-clubs.ts';
import { siteEarningsRoutes } from './site-earnings.ts';
import { mountEmbedScripts, mountSitePages } from './site-pages.ts';
import { siteRoutes } from './site-routes.ts';
import { SiteSessions } from './site-session.ts';
import { siteWalletRoutes } from './site-wallet.ts';
import { tippingRoutes } from './tipping-routes.ts';
import { mountWebhooks } from './webhook-routes.ts';

export function createHttpApp(context: HttpContext, live: LiveView): Express {
  const { config, log, metrics, apiKeys, tokens, clock, deskSessions } = context;
  const sessions = new SiteSessions({ config, clock });
  const access = new DeskAccess({ config, sessions: deskSessions });
  const limits = createHttpLimits(createLimiterFactory(context.redis));
  const auth = new HttpAuth({ config, keys: apiKeys.ring, tokens, sessions, desk: access, limits });
  const pipeline = new HttpPipeline({ auth, log });
  const desk = deskRoutes(context);
  const apiRoutes = [
    ...accountsRoutes(context),
    ...roomsRoutes(context, live),
    ...moneyRoutes(context),
    ...tippingRoutes(context),
    ...pricingRoutes(context),
    ...payoutsRoutes(context),
    ...receiptsRoutes(context),
    ...eventsRoutes(context),
    ...membershipsRoutes(context),
    ...desk.filter(({ auth }) => auth === 'server'),
    ...deskSessionRoutes(config, deskSessions),
    ...keysRoutes(context),
    ...chatRoutes(context),
  ];

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxyHops);
  app.set('query parser', 'simple');
  app.use(securityHeaders(config), countRequests(metrics, routeOf));
  mountOperations(app, context, { live, auth });
  mountWebhooks(app, context, limits);
  mountEmbedScripts(app, context);
  mountDocs(app, context, apiRoutes);
  app.use('/v1', noStore, embedderCors(context));
  mountEarningsExports(app, context, auth);
  pipeline.mount(app, apiRoutes);
  app.use('/site', noStore);
  pipeline.mount(
    app,
    desk.filter(({ auth }) => auth === 'operator'),
  );
  pipeline.mount(app, [
    ...siteRoutes(context, live, { sessions, desk: access }),
    ...siteEarningsRoutes(context),
    ...siteClubsRoutes(context),
    ...siteWalletRoutes(context),
  ]);
  mountDeskSignIn(app, {
    access,
    sessions: deskSessions,
    limits,
    assertOwnSite: (request) => auth.assertOwnSite(request),
  });
  mountSitePages(app, context, limits);
  mountMethodNotAllowed(app);
  app.use(notFound);
  app.use(createErrorHandler(log));
  return app;
}
