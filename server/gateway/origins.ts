/**
 * Which web origins may use the APIs: our own, those named in the configuration or listed by a live API key, and in development any `localhost`.
 * From which of them a token counts is its key's to say (`Tokens.parse`).
 */
import type { ApiKeys } from '../accounts/api-keys.ts';
import type { Config } from '../config.ts';

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
