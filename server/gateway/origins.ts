/**
 * Which web origins may use the APIs: our own, those in the configuration or listed by a live API key, and in
 * development any `localhost`. A key can restrict the origins of its tokens further (`Tokens.parse`). Cookies count
 * only for our own pages.
 */
import type { Request } from 'express';
import type { ApiKeys } from '../accounts/api-keys.ts';
import type { Config } from '../config.ts';
import { AppError } from '../protocol/errors.ts';

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface OriginRules {
  config: Config;
  apiKeys: ApiKeys;
}

export function isOriginAllowed({ config, apiKeys }: OriginRules, origin: string): boolean {
  if (origin === new URL(config.publicUrl).origin || config.allowedOrigins.includes(origin)) return true;
  if (apiKeys.ring.hasOrigin(origin)) return true;
  if (!config.development || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return /^https?:$/.test(url.protocol) && LOCAL_HOSTS.has(url.hostname);
}

/** Where a payment page may send people back to. */
export function isReturnUrlAllowed(rules: OriginRules, url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && isOriginAllowed(rules, new URL(url).origin);
}

/**
 * Whether a request comes from a page of this site: by `Sec-Fetch-Site`, or for older browsers by `Origin`, or by
 * `Referer` for reads. Pages cannot forge any of them. A request without all three comes from no browser, or from a
 * top-level navigation, whose answer no other page can read.
 */
export function isOwnPage(config: Config, request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const sender = request.get('origin') ?? originOf(request.get('referer'));
  return sender === undefined || isOwnOrigin(config, sender, request);
}

export function assertOwnPage(config: Config, request: Request): void {
  if (!isOwnPage(config, request)) {
    throw new AppError('origin_not_allowed', 'This is for the pages of this site only.');
  }
}

export function isOwnOrigin(config: Config, origin: string, request: Request): boolean {
  if (origin === new URL(config.publicUrl).origin) return true;
  // In development the same server answers under several names: localhost, 127.0.0.1, the machine's address.
  return config.development && URL.canParse(origin) && new URL(origin).host === request.get('host');
}

function originOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : url;
}
