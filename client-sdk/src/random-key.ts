/** Keys that name a request of one's own: 144 random bits as base64url, from the platform's CSPRNG (works on plain-http pages too). */
export function createKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
