/** Private sessions on the socket: thin routes to money, and its facts and progress to the two whom a session concerns. */
import type { PrivateProgress } from '../money/private-sessions/private-runner.ts';
import type { Fact } from '../platform/outbox.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { PrivateSession } from '../protocol/private-sessions.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import type { Handlers } from './pipeline.ts';
import type { Presence } from './presence.ts';
import { creatorRoom, personRoom, type SocketServer } from './socket-rooms.ts';

type PrivateHandlers = { [N in keyof Handlers as N extends `private:${string}` ? N : never]: Handlers[N] };

export function privateHandlers({ money }: GatewayContext): PrivateHandlers {
  const caller = ({ roomId: room, participant }: Connection) => ({ room, participant });
  const desk = money.privateSessions;
  return {
    'private:request': {
      from: 'lobby',
      limit: 'money',
      handle: async (connection, input) => ({ session: await desk.request(caller(connection), input) }),
    },
    'private:accept': {
      from: 'inside',
      right: 'publish',
      limit: 'money',
      handle: async (connection, { session }) => ({ session: await desk.accept(caller(connection), session) }),
    },
    'private:decline': {
      from: 'inside',
      right: 'publish',
      limit: 'money',
      handle: async (connection, { session }) => ({ session: await desk.decline(caller(connection), session) }),
    },
    'private:end': {
      from: 'lobby',
      limit: 'money',
      handle: async (connection, { session }) => ({ session: await desk.end(caller(connection), session) }),
    },
    'private:extend': {
      from: 'inside',
      limit: 'money',
      handle: async (connection, { session, minutes }) => ({
        session: await desk.extend(caller(connection), session, minutes),
      }),
    },
    'private:list': {
      from: 'lobby',
      limit: 'default',
      handle: async (connection) => ({ sessions: await desk.list(caller(connection)) }),
    },
  };
}

const EVENT_OF_TOPIC = {
  'private_session.requested': 'private:requested',
  'private_session.started': 'private:started',
  'private_session.closed': 'private:closed',
  'private_session.ended': 'private:ended',
} as const;

/** Passes a fact of a private session on; every other fact is none of its business. */
export function tellPrivateFact(presence: Presence, fact: Fact): void {
  if (!Object.hasOwn(EVENT_OF_TOPIC, fact.topic)) return;
  const event = EVENT_OF_TOPIC[fact.topic as keyof typeof EVENT_OF_TOPIC];
  const { session } = fact.data as { session: PrivateSession };
  for (const { socket } of concerned(presence, session.room, session.identity)) socket.emit(event, { session });
}

/** Both may be connected to other gateways than the one that runs the session. */
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
