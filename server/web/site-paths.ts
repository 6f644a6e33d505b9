/** Addresses of the site's pages. */

/** The id in `/rooms/:id` or `/studio/:id`; empty where there is none. */
export function roomIdOfPage(section: 'rooms' | 'studio'): string {
  const [first, id = ''] = location.pathname.split('/').filter(Boolean);
  return first === section ? decodeURIComponent(id) : '';
}
