/** Which web origins may use the APIs: our own, the embedders' named in the configuration, and in development any `localhost`. */
import type { Config } from '../config.ts';

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isOriginAllowed(config: Config, origin: string): boolean {
  if (origin === new URL(config.publicUrl).origin || config.allowedOrigins.includes(origin)) return true;
  if (!config.development || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return /^https?:$/.test(url.protocol) && LOCAL_HOSTS.has(url.hostname);
}

/** Where a payment page may send people back to. */
export function isReturnUrlAllowed(config: Config, url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && isOriginAllowed(config, new URL(url).origin);
}
