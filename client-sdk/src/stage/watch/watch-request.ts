/**
 * The request that opens a media session by HTTP while the socket is still being opened. It is simple in the sense of
 * CORS, since a preflight would cost the round trip that this saves: plain text, and the token in the body.
 */
import { LIMITS } from '../../../../server/protocol/limits.ts';
import type { WatchAheadAnswer, WatchAheadInput, WatchAnswer } from '../../../../server/protocol/stage.ts';
import { httpAddress } from '../../connection/connection.ts';
import { LogeError, parseWireError } from '../../errors.ts';

/** The fields of a room token that the SDK reads. */
interface Claims {
  room: string;
  role: string;
}

/** Opens a connection to the server, so that it is there when the token is. */
export function preconnect(url: string): void {
  if (typeof document !== 'object') return;
  const { origin } = httpAddress(url, '/');
  if (origin === location.origin || document.head.querySelector(`link[rel=preconnect][href="${origin}"]`)) return;
  document.head.append(
    Object.assign(document.createElement('link'), { rel: 'preconnect', href: origin, crossOrigin: 'anonymous' }),
  );
}

/** Null for something that is no token; the server checks it. */
export function readClaims(token: string): Claims | null {
  try {
    const payload = token.split('.')[1] ?? '';
    const { room, role } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Partial<Claims>;
    return typeof room === 'string' && typeof role === 'string' ? { room, role } : null;
  } catch {
    return null;
  }
}

export async function requestWatch(
  url: string,
  room: string,
  { signal, ...input }: WatchAheadInput & { signal: AbortSignal },
): Promise<WatchAnswer> {
  const address = httpAddress(url, `/v1/rooms/${encodeURIComponent(room)}/watch`);
  const body = JSON.stringify(input);
  if (body.length > LIMITS.watchBodyBytes) throw new LogeError('stage_unavailable');
  const response = await fetch(address, { method: 'POST', body, signal });
  const answer = (await response.json()) as Partial<WatchAheadAnswer> & { error?: unknown };
  if (!answer.watching) throw parseWireError(answer.error) ?? new LogeError('stage_unavailable');
  return answer.watching;
}
