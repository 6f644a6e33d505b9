/** A call to the server with the session cookie. Failures are errors of the SDK, so pages handle one kind. */
import { LogeError, parseWireError } from '../../../client-sdk/src/errors.ts';

const TIMEOUT_MS = 12_000;

export async function call<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A page of another site cannot send this type without a preflight: the server requires it against CSRF.
      headers: { accept: 'application/json', ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new LogeError('connection_failed', undefined, { cause });
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : null;
  throw parseWireError(error) ?? new LogeError('internal');
}

/** A path with its query, without empty fields. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}
