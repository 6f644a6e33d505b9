/** Sends facts and progress of private sessions to the two people concerned. */
import type { PrivateProgress } from '../../money/private-sessions/private-runner.ts';
import type { Fact } from '../../platform/outbox/outbox.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { PrivateSession } from '../../protocol/money/private-sessions.ts';
import type { Connection } from './connection.ts';
import type { Presence } from './presence.ts';
import { creatorRoom, personRoom, type SocketServer } from './socket-rooms.ts';

const EVENT_OF_TOPIC = {
  'private_session.requested': 'private:requested',
  'private_session.started': 'private:started',
  'private_session.closed': 'private:closed',
  'private_session.ended': 'private:ended',
} as const;

export function tellPrivateFact(presence: Presence, fact: Fact): void {
  const event = EVENT_OF_TOPIC[fact.topic as keyof typeof EVENT_OF_TOPIC];
  const { session } = fact.data as { session: PrivateSession };
  for (const { socket } of concerned(presence, session.room, session.identity)) socket.emit(event, { session });
}

/** Both people may be connected to other gateways. */
export function tellPrivateProgress(io: SocketServer, progress: PrivateProgress): void {
  const { room, identity, running, isFundsLow } = progress;
  const { session, remainingMs } = running;
  for (const target of [creatorRoom(room), personRoom(room, identity)]) {
    io.to(target).emit('private:running', running);
    if (isFundsLow) io.to(target).emit('private:fundsLow', { session, remainingMs });
  }
}

function concerned(presence: Presence, room: RoomId, identity: string): Connection[] {
  return presence
    .inRoom(room)
    .filter(({ participant }) => participant.role === 'creator' || participant.identity === identity);
}
