/**
 * Authorises a socket, after `socket-edge.ts` admitted its address: a valid token for an existing room, of a person
 * who is not suspended, within the limits of open sockets.
 */
import type { TokenClaims } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { assertEmbedders } from '../../rooms/access-decision.ts';
import type { GatewayContext } from '../context.ts';
import type { RoomSocket } from './connection.ts';
import { clientAddress } from './socket-edge.ts';
import type { SocketSlots } from './socket-slots.ts';

const HASH_LENGTH_MAX = 32;

export interface Handshake {
  claims: TokenClaims;
  since: number | undefined;
  /** Hash of the routers' capabilities that the client was built with. */
  router: string | undefined;
  address: string;
  /** Releases its place among the sockets of the person and the room. */
  release: () => void;
}

export async function authorise(context: GatewayContext, socket: RoomSocket, slots: SocketSlots): Promise<Handshake> {
  const claims = context.tokens.parse(socket.handshake.auth.token, socket.handshake.headers.origin);
  const { room, sub: identity } = claims;
  const creator = await context.rooms.creatorOf(room);
  if (claims.logeSession === undefined) assertEmbedders(creator);
  if (claims.role === 'creator' && identity !== creator) {
    throw new AppError('forbidden', 'Only the creator of this room connects as its creator.');
  }
  await context.rooms.suspensions.assertNotSuspended(identity);
  const release = await slots.take([
    { key: `identity:${identity}`, limit: LIMITS.socketsPerIdentityOverall },
    { key: `identity:${identity}/${room}`, limit: LIMITS.socketsPerIdentity },
    { key: `room:${room}`, limit: LIMITS.socketsPerRoom },
  ]);
  // A socket that closes before it is authorised gets no `disconnect` event.
  socket.conn.once('close', release);
  if (socket.conn.readyState !== 'open') release();
  return {
    claims,
    since: parseSince(socket.handshake.auth.since),
    router: parseHash(socket.handshake.auth.router),
    address: clientAddress(socket.request, context.config.trustProxyHops),
    release,
  };
}

function parseSince(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

function parseHash(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= HASH_LENGTH_MAX ? value : undefined;
}
