/** What a viewer asks the server ahead of `stage:watch`, to save its round trip. */
import type { RequestInput } from '../../../../server/protocol/realtime.ts';
import type { Viewport, WatchAheadAnswer, WatchAnswer } from '../../../../server/protocol/stage.ts';
import { type Connection, httpAddress } from '../../connection/connection.ts';
import { LogeError, parseWireError } from '../../errors.ts';
import type { MediaEngine } from '../../media/media-engine.ts';

/** `signal` aborts the request. */
export type AskToWatch = (input: RequestInput<'stage:watch'>, signal?: AbortSignal) => Promise<WatchAnswer>;

/** Errors after which retrying is useless until an event of the room calls `start()`. */
export const WAIT_AFTER = new Set([
  'not_live',
  'access_required',
  'access_removed',
  'forbidden',
  'room_ended',
  'connection_failed',
  'not_connected',
]);

/** The fields of a room token that the SDK reads. */
interface Claims {
  sub: unknown;
  room: string;
  role: string;
  /** Whether the embedder sold access itself. */
  entitled: boolean;
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
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Partial<Claims>;
    const { sub, room, role, entitled } = claims;
    const isToken = typeof room === 'string' && typeof role === 'string';
    return isToken ? { sub, room, role, entitled: entitled === true } : null;
  } catch {
    return null;
  }
}

/** `viewport` is read last, since the media device may take a while. */
export async function describeViewer(
  engine: MediaEngine,
  viewport: () => Viewport | undefined,
): Promise<RequestInput<'stage:watch'>> {
  const [rtpCapabilities, dtlsParameters] = await Promise.all([engine.receiver(), engine.dtlsParameters('recv')]);
  const size = viewport();
  return { rtpCapabilities, ...(size ? { viewport: size } : {}), ...(dtlsParameters ? { dtlsParameters } : {}) };
}

/**
 * In the lobby: sends the server what it needs to open a session together with the access. `open` also opens a
 * transport now.
 */
export async function prepareToWatch(
  connection: Pick<Connection, 'request'>,
  { rtpCapabilities, ...input }: RequestInput<'stage:watch'>,
  open = false,
): Promise<Partial<WatchAnswer>> {
  if (!('router' in rtpCapabilities)) return {};
  return connection.request('stage:prepare', { rtpCapabilities, ...input, ...(open && { open }) });
}

/**
 * Opens a media session by HTTP while the socket is still being opened. The request is simple in the sense of CORS,
 * since a preflight would cost the round trip that this saves: plain text, and the token in the body.
 */
export async function requestWatch(
  url: string,
  room: string,
  { signal, ...input }: RequestInput<'stage:watch'> & { token: string; signal: AbortSignal | undefined },
): Promise<WatchAnswer> {
  const address = httpAddress(url, `/v1/rooms/${encodeURIComponent(room)}/watch`);
  // The full capabilities of a browser would not fit into the first flight of a connection.
  if (!('router' in input.rtpCapabilities)) throw new LogeError('stage_unavailable');
  const response = await fetch(address, { method: 'POST', body: JSON.stringify(input), ...(signal && { signal }) });
  const answer = (await response.json()) as Partial<WatchAheadAnswer> & { error?: unknown };
  if (!answer.watching) throw parseWireError(answer.error) ?? new LogeError('stage_unavailable');
  return answer.watching;
}
