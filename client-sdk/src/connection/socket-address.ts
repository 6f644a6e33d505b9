/** Socket.IO reads a path in the address as a namespace; an embedder means a server behind a path prefix. */
export function socketAddress(url: string): { origin: string; path: string } {
  const base = typeof location === 'object' ? location.href : undefined;
  const { origin, pathname } = new URL(url || '/', base);
  return { origin, path: `${pathname.replace(/\/$/, '')}/socket.io` };
}
