/** A call to the server with the session cookie. Failures are errors of the SDK, so pages handle one kind. */
import { LogeError, parseWireError } from '../../../client-sdk/src/errors.ts';

const TIMEOUT_MS = 12_000;
/** A photo, or all of a person's data, over a slow line. */
const FILE_TIMEOUT_MS = 120_000;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export function call<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
  // A page of another site cannot send this type without a preflight: the server requires it against CSRF.
  const headers: Record<string, string> = method === 'GET' ? {} : { 'content-type': 'application/json' };
  return send(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, TIMEOUT_MS);
}

export function putFile<Answer>(path: string, body: Blob): Promise<Answer> {
  return send(path, { method: 'PUT', headers: { 'content-type': body.type }, body }, FILE_TIMEOUT_MS);
}

export async function getFile(path: string): Promise<File> {
  const response = await request(path, { method: 'GET', headers: {} }, FILE_TIMEOUT_MS);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '';
  return new File([await response.blob()], name);
}

interface Init {
  method: Method;
  headers: Record<string, string>;
  body?: BodyInit;
}

async function send<Answer>(path: string, init: Init, timeoutMs: number): Promise<Answer> {
  const response = await request(path, init, timeoutMs);
  return (await response.json().catch(() => null)) as Answer;
}

/** Throws what the server refused with. */
async function request(path: string, init: Init, timeoutMs: number): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json', ...init.headers },
    });
  } catch (cause) {
    throw new LogeError('connection_failed', undefined, { cause });
  }
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
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
