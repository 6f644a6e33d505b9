/** An idempotency key: 144 random bits as base64url. Uses `getRandomValues`, which plain-http pages have too. */
export function createKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
