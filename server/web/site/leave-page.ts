/**
 * Opens another page of the site; resolves when this one has gone. An act that awaits it stays busy until then, so that
 * a second press does not repeat it. Not for payment pages: an installed site stays open behind those.
 */
export function leaveFor(path: string): Promise<void> {
  location.assign(path);
  return new Promise((resolve) => addEventListener('pagehide', () => resolve(), { once: true }));
}
