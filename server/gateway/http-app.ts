/**
 * The HTTP side of the gateway, in the order in which a request meets it. It owns nothing but headers, sessions and budgets: every decision is
 * a domain's. `app.ts` hangs it on the server that also carries the sockets.
 */
import express, { type Express } from 'express';
import { DeskAccess, mountDeskSignIn } from './desk-access.ts';
import { mountDocs } from './docs-routes.ts';
import { HttpAuth } from './http-auth.ts';
import type { HttpContext, LiveView } from './http-context.ts';
import { createErrorHandler, mountMethodNotAllowed, notFound, routeOf } from './http-errors.ts';
import { HttpPipeline } from './http-pipeline.ts';
import { embedderCors, noStore, securityHeaders } from './http-security.ts';
import { HTTP_OPERATIONS } from './operations/table.ts';
import { countRequests, mountOperations } from './operations-routes.ts';
import { createHttpLimits, createLimiterFactory } from './rate-limits.ts';
import { siteOperations } from './site-operations.ts';
import { mountEmbedScripts, mountSitePages } from './site-pages.ts';
import { SiteSessions } from './site-session.ts';
import { mountWebhooks } from './webhook-routes.ts';

export function createHttpApp(context: HttpContext, live: LiveView): Express {
  const { config, log, metrics, apiKeys, tokens, clock } = context;
  const sessions = new SiteSessions({ config, clock });
  const desk = new DeskAccess({ config, sessions: context.deskSessions });
  const limits = createHttpLimits(createLimiterFactory(context.redis));
  const auth = new HttpAuth({ config, keys: apiKeys.ring, tokens, sessions, desk, limits });
  const pipeline = new HttpPipeline({ domains: { ...context, live }, auth });

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxyHops);
  app.set('query parser', 'simple');
  app.use(securityHeaders(config), countRequests(metrics, routeOf));
  mountOperations(app, context, { live, auth });
  mountWebhooks(app, context, limits);
  mountEmbedScripts(app, context);
  mountDocs(app, context);
  app.use('/v1', noStore, embedderCors(context));
  pipeline.mount(app, HTTP_OPERATIONS);
  app.use('/site', noStore);
  pipeline.mount(app, siteOperations(context, { sessions, desk }));
  mountDeskSignIn(app, context, { access: desk, limits });
  mountSitePages(app, context, limits);
  mountMethodNotAllowed(app);
  app.use(notFound);
  app.use(createErrorHandler(log));
  return app;
}
