/** Limits of media sessions per socket and per person. The SFU nodes enforce the latter across gateways and nodes. */
import { WATCH_SESSIONS_PER_PERSON_MAX } from '../../../sfu/contract.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId, SessionId } from '../../protocol/ids.ts';
import { isInUse, type SessionEntry, type SessionTable } from './session-table.ts';

/** One that is shown, and one that replaces it when its node drains. */
const SESSIONS_PER_SOCKET_MAX = 2;
const SPARES_PER_SOCKET_MAX = 1;

export interface OpenRequest {
  room: RoomId;
  identity: string;
  socket: string | undefined;
  direction: SessionEntry['direction'];
  spareOf?: SessionId | undefined;
  isPrepared?: boolean;
}

/**
 * Sessions to end so that another can be opened: at a limit the oldest unused ones. Throws `too_many_media_sessions` if
 * all are in use.
 */
export function sessionsInTheWay(sessions: SessionTable, request: OpenRequest): SessionEntry[] {
  const { room, identity, socket, direction, spareOf, isPrepared } = request;
  const onSocket = sessions.ofSocket(socket).filter((entry) => entry.direction === direction);
  // A spare replaces an earlier spare of the same session anyway.
  if (spareOf !== undefined) {
    const others = onSocket.filter((entry) => entry.spareOf !== undefined && entry.spareOf !== spareOf);
    return excess(others, SPARES_PER_SOCKET_MAX);
  }
  if (isPrepared) return onSocket.filter((entry) => entry.isPrepared);
  const here = excess(onSocket.filter(isInUse), SESSIONS_PER_SOCKET_MAX);
  if (direction === 'publish' || here.length > 0) return here;
  const watching = sessions.ofPerson(room, identity).filter((entry) => entry.direction === 'watch' && isInUse(entry));
  return excess(watching, WATCH_SESSIONS_PER_PERSON_MAX);
}

function excess(sessions: SessionEntry[], max: number): SessionEntry[] {
  const count = sessions.length + 1 - max;
  if (count <= 0) return [];
  const idle = sessions.filter(({ node, socket, connected }) => node !== undefined && !(socket && connected));
  if (idle.length < count) throw new AppError('too_many_media_sessions');
  return idle.slice(0, count);
}
