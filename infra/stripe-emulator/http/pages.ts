/** Answers for browsers: documents with a strict content security policy, redirects, and static files. */
import { readFileSync } from 'node:fs';
import type { HttpAnswer, HttpRequest } from './exchange.ts';
import type { FormObject } from './form.ts';

const ASSET_TYPES: Readonly<Record<string, string>> = {
  'checkout.css': 'text/css; charset=utf-8',
  'checkout.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};
const ASSETS_FOLDER = new URL('../checkout/assets/', import.meta.url);

export function redirectAnswer(location: string): HttpAnswer {
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' };
}

/** Browsers apply `form-action` to redirects of a form too, so the return addresses must be listed. */
export function pageAnswer(status: number, body: string, waysBack: readonly (string | null)[] = []): HttpAnswer {
  const origins = waysBack.flatMap((url) => (url !== null && URL.canParse(url) ? [new URL(url).origin] : []));
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${["'self'", ...new Set(origins)].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    status,
    body,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
  };
}

export function assetAnswer(name: string): HttpAnswer | undefined {
  const type = Object.hasOwn(ASSET_TYPES, name) ? ASSET_TYPES[name] : undefined;
  if (type === undefined) return undefined;
  const body = readFileSync(new URL(name, ASSETS_FOLDER));
  const headers = { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
  return { status: 200, headers, body };
}

/** Refuses forms that another site submits. */
export function isFromHere({ headers }: HttpRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return origin === `http://${host}` || origin === `https://${host}`;
}

export function textOf(value: FormObject[string] | undefined): string {
  return typeof value === 'string' ? value : '';
}
