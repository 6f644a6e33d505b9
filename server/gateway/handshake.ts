/** Who may open a socket: an allowed origin, a valid token for a room that exists, not too many at once. */
import type { IncomingMessage } from 'node:http';
import type { TokenClaims } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { RoomSocket } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { isOriginAllowed } from './origins.ts';
import type { Presence } from './presence.ts';
import type { SocketLimits } from './rate-limits.ts';

export interface Handshake {
  claims: TokenClaims;
  since: number | undefined;
  address: string;
}

/** An `Origin` header is a browser's; whoever sends none is not a page and has nothing but its token. */
export function isHandshakeOriginAllowed(context: GatewayContext, request: IncomingMessage): boolean {
  const { origin } = request.headers;
  return origin === undefined || isOriginAllowed(context.config, origin);
}

export async function authorise(
  context: GatewayContext,
  socket: RoomSocket,
  { presence, limits }: { presence: Presence; limits: SocketLimits },
): Promise<Handshake> {
  const address = clientAddress(socket, context.config.trustProxyHops);
  await limits.consume('connect', { address });
  const claims = context.tokens.parse(socket.handshake.auth.token);
  const creator = await context.rooms.creatorOf(claims.room);
  if (claims.role === 'creator' && claims.sub !== creator) {
    throw new AppError('forbidden', 'Only the creator of this room connects as its creator.');
  }
  const own = presence.ofIdentity(claims.sub).filter((connection) => connection.roomId === claims.room);
  if (own.length >= LIMITS.socketsPerIdentity) throw new AppError('too_many_connections');
  return { claims, since: parseSince(socket.handshake.auth.since), address };
}

function parseSince(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** The client's address: the socket's own, or what the nearest trusted proxy says of it. */
function clientAddress(socket: RoomSocket, trustedHops: number): string {
  const forwarded = socket.handshake.headers['x-forwarded-for'];
  if (trustedHops > 0 && typeof forwarded === 'string') {
    const hops = forwarded.split(',').map((hop) => hop.trim());
    return hops.at(-trustedHops) ?? socket.handshake.address;
  }
  return socket.handshake.address;
}
