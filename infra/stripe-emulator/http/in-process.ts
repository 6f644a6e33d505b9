/** `fetch` without a network, with the same requests and answers, for callers in the same process. */
import type { HttpRequest } from './exchange.ts';
import type { HttpHandler } from './server.ts';

export function inProcessFetch(handle: HttpHandler): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const request: HttpRequest = {
      method: init.method ?? 'GET',
      path: pathname,
      query: search.slice(1),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: await bodyOf(init.body),
    };
    const outcome = await handle(request);
    if (outcome === 'hang') return hang(init.signal);
    if (outcome === 'reset') throw new TypeError('fetch failed', { cause: new Error('The connection was reset') });
    const { status, headers, body } = outcome;
    return new Response(typeof body === 'string' ? body : new Uint8Array(body), { status, headers });
  };
}

async function bodyOf(body: RequestInit['body']): Promise<string> {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : new Response(body).text();
}

/** Hangs until the caller aborts. */
function hang(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_resolve, reject) => {
    const giveUp = () => reject(signal?.reason ?? new Error('aborted'));
    if (signal?.aborted) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}
