/**
 * One request to a route of the server, with the session cookie. Failures are errors of the SDK, so pages handle one
 * kind. Pages use `site-call.ts`, which asks for a passkey where the server wants one.
 */
import { LogeError, parseWireError } from '../../../client-sdk/client/errors.ts';
import type { Given, Route, RouteAnswer } from '../../protocol/operations/calls.ts';

const TIMEOUT_MS = 12_000;

type Fields = Readonly<Record<string, unknown>>;

export async function callOnce<R extends Route>(route: R, ...[given]: Given<R>): Promise<RouteAnswer<R>> {
  const response = await request(route, given);
  return (await response.json().catch(() => null)) as RouteAnswer<R>;
}

/** `file`: the body, where the route takes one. Throws what the server refused with. */
export async function request(
  route: string,
  given: Fields = {},
  { file, timeoutMs = TIMEOUT_MS }: { file?: Blob; timeoutMs?: number } = {},
): Promise<Response> {
  const { method, path, rest } = addressOf(route, given);
  const takesBody = method !== 'GET' && method !== 'DELETE';
  let response: Response;
  try {
    response = await fetch(takesBody ? path : withQuery(path, rest), {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        // A page of another site cannot send this type without a preflight: the server requires it against CSRF.
        ...(method !== 'GET' && { 'content-type': file?.type ?? 'application/json' }),
      },
      ...(takesBody && { body: file ?? JSON.stringify(rest) }),
    });
  } catch (cause) {
    throw new LogeError('connection_failed', undefined, { cause });
  }
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : null;
  throw parseWireError(error) ?? new LogeError('internal');
}

/** The path with its parameters, and the other fields. */
function addressOf(route: string, given: Fields): { method: string; path: string; rest: Fields } {
  const [method = '', pattern = ''] = route.split(' ');
  const rest = { ...given };
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  return { method, path, rest };
}

/** A path with its query, without empty fields. */
function withQuery(path: string, query: Fields): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}
