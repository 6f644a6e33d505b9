/** Names that the pages share with the server: paths, and the cookie of the language. */

export const LANGUAGE_COOKIE = 'loge_language';

/** Where one reads what the house decided about oneself, and can appeal. */
export const DECISIONS_PATH = '/reports';

/** The id in paths such as `/rooms/:id` or `/self-bills/:id`, the handle in `/c/:handle`; empty if there is none. */
export function idOfPage(section: 'rooms' | 'studio' | 'receipts' | 'self-bills' | 'c'): string {
  const [first, id = ''] = location.pathname.split('/').filter(Boolean);
  return first === section ? decodeURIComponent(id) : '';
}

/** The sign-in page, which leads back to `path`. */
export function signInPath(path: string): string {
  return path === '/' || path === '/account' || path.startsWith('/sign-in')
    ? '/sign-in'
    : `/sign-in?to=${encodeURIComponent(path)}`;
}
