/**
 * Handles: what may be one, and which look alike. They are lower-case ASCII, so of the confusables of Unicode (UTS #39)
 * only those within ASCII remain.
 */
import { AppError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';

/** Small letters and digits, with single separators between them. */
const HANDLE = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/[._-]/g, ''],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/0/g, 'o'],
  [/[1i]/g, 'l'],
];

/** Names of the house and its staff; refused also as a part of a handle, as in `loge-support`. */
const STAFF = [
  ...['loge', 'admin', 'administrator', 'moderator', 'operator', 'support', 'staff', 'team', 'official', 'security'],
  ...['help', 'helpdesk', 'service', 'system', 'root', 'reviewer', 'committee', 'house', 'lamaison', 'equipe'],
  ...['officiel', 'assistance', 'aide', 'moderateur', 'moderatrice', 'comite', 'postmaster', 'abuse', 'webmaster'],
];
/** Parts of addresses of this site, and words of programs. */
const WORDS = [
  ...['account', 'api', 'assets', 'c', 'card', 'charter', 'contact', 'desk', 'dev', 'docs', 'earnings', 'embed'],
  ...['healthz', 'imprint', 'me', 'metrics', 'oembed', 'privacy', 'readyz', 'receipts', 'replays', 'reports'],
  ...['review', 'robots', 'rooms', 'sdk', 'sign-in', 'site', 'sitemap', 'studio', 'terms', 'transparency', 'v1'],
  ...['wallet', 'webhooks', 'whip', 'www', 'null', 'undefined', 'everyone', 'here', 'anonymous', 'erased'],
];
const STAFF_FOLDED = new Set(STAFF.map(foldHandle));
const RESERVED = new Set([...STAFF, ...WORDS].map(foldHandle));

/** Equal for handles that look alike. */
export function foldHandle(handle: string): string {
  return LOOKALIKES.reduce((folded, [pattern, letter]) => folded.replace(pattern, letter), handle);
}

/** Throws `handle_invalid`, or `handle_unavailable` for a name of the house. */
export function assertHandle(handle: string): void {
  const { handleMinChars: min, handleMaxChars: max } = LIMITS;
  if (handle.length < min || handle.length > max || !HANDLE.test(handle)) throw new AppError('handle_invalid');
  const isStaff = handle.split(/[._-]/).some((part) => STAFF_FOLDED.has(foldHandle(part)));
  if (isStaff || RESERVED.has(foldHandle(handle))) throw new AppError('handle_unavailable');
}
