/**
 * Headers that every answer carries: content security policy, permissions, transport security, and who may call from
 * another origin.
 */
import { randomUUID } from 'node:crypto';
import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../../config.ts';
import { AppError } from '../../protocol/errors.ts';
import { isOriginAllowed, isOwnOrigin, type OriginRules } from '../origins.ts';

const HSTS_SECONDS = 2 * 365 * 24 * 3600;
const PREFLIGHT_CACHE_SECONDS = 600;

const PERMISSIONS_POLICY = [
  ...[
    'camera',
    'microphone',
    'display-capture',
    'autoplay',
    'fullscreen',
    'picture-in-picture',
    'screen-wake-lock',
  ].map((feature) => `${feature}=(self)`),
  ...['geolocation', 'payment', 'usb', 'serial', 'midi', 'browsing-topics'].map((feature) => `${feature}=()`),
].join(', ');

export function securityHeaders(config: Config): RequestHandler[] {
  return [
    (_request, response, next) => {
      response.locals.requestId = randomUUID();
      response.set({ 'x-request-id': response.locals.requestId, 'permissions-policy': PERMISSIONS_POLICY });
      next();
    },
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy(config) },
      frameguard: { action: 'deny' },
      strictTransportSecurity: config.development ? false : { maxAge: HSTS_SECONDS, includeSubDomains: false },
      // Not `no-referrer`: browsers would then send `Origin: null` with some same-origin requests, which we tell apart
      // by it.
      referrerPolicy: { policy: 'same-origin' },
    }),
  ];
}

function contentSecurityPolicy(config: Config): Record<string, Iterable<string>> {
  // `'self'` covers WebSockets in recent browsers only, so the server's own socket address is named as well.
  const ownSocket = new URL(config.publicUrl).origin.replace(/^http/, 'ws');
  const localSockets = config.development ? ['ws://localhost:*', 'ws://127.0.0.1:*'] : [];
  return {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    scriptSrcAttr: ["'none'"],
    // Web Awesome and media-chrome put style elements into their shadow roots, which have no nonce.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    mediaSrc: ["'self'", 'blob:'],
    connectSrc: ["'self'", ownSocket, ...localSockets],
    fontSrc: ["'self'"],
    frameAncestors: ["'none'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    ...(config.development ? {} : { upgradeInsecureRequests: [] }),
  };
}

/**
 * CORS for the embedders' sites, by exact origin. Their pages call with a room token in a header, never with a cookie,
 * so credentials are not allowed. A request from another site's page is refused outright, with a reason that its
 * developer can read in the network panel.
 */
export function embedderCors(context: OriginRules): RequestHandler[] {
  const allow = cors({
    origin: (origin, callback) => callback(null, origin !== undefined && isOriginAllowed(context, origin)),
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type'],
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: PREFLIGHT_CACHE_SECONDS,
  });
  return [
    (request, _response, next) => {
      const origin = request.get('origin');
      const isAllowed =
        origin === undefined || isOriginAllowed(context, origin) || isOwnOrigin(context.config, origin, request);
      next(isAllowed ? undefined : new AppError('origin_not_allowed'));
    },
    allow,
  ];
}

/** For the scripts that any page may load: there is nothing secret in them. */
export const publicScript: RequestHandler[] = [
  cors({ origin: '*', methods: ['GET'] }),
  (_request, response, next) => {
    response.set('cross-origin-resource-policy', 'cross-origin');
    next();
  },
];

export const noStore: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store');
  next();
};
