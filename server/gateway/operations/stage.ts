/** The stage: who publishes, who watches, and what of it flows. On sockets alone. */
import type { RtpCapabilities, RtpParameters } from '../../../sfu/contract.ts';
import { AppError } from '../../protocol/errors.ts';
import type { StageCaller } from '../../stage/sessions/session-commands.ts';
import { createIceServers } from '../../stage/turn.ts';
import type { Connection } from '../socket/connection.ts';
import { type SocketDomains, socketOperation } from './operation.ts';

const WATCHING = { from: 'inside', limit: 'stage' } as const;
const PUBLISHING = { from: 'inside', right: 'publish', limit: 'stage' } as const;

function callerOf({ roomId: room, participant, socket, access, can }: Connection): StageCaller {
  return { room, identity: participant.identity, socket: socket.id, access, publish: can.publish };
}

/** Joining reads access from the database instead of the connection's last decision. */
async function freshCallerOf({ rooms }: SocketDomains, connection: Connection): Promise<StageCaller> {
  const { access } = await rooms.admit(connection.claims);
  // The socket closed or lost access meanwhile: nothing would close a session that is opened now.
  if (connection.closed || !connection.isInside) throw new AppError('access_required');
  return { ...callerOf(connection), access };
}

function withIceServers<T extends object>({ config, clock }: SocketDomains, identity: string, answer: T) {
  if (!config.turn) return answer;
  return { ...answer, iceServers: createIceServers(config.turn, identity, clock.now()) };
}

const sessionOperations = [
  socketOperation({
    socket: 'stage:watch',
    ...WATCHING,
    run: async (domains, { caller, connection, input }) => {
      const rtpCapabilities = input.rtpCapabilities as RtpCapabilities;
      const viewer = await freshCallerOf(domains, connection);
      return withIceServers(domains, caller.identity, await domains.stage.watch(viewer, { ...input, rtpCapabilities }));
    },
  }),
  socketOperation({
    socket: 'stage:publish',
    ...PUBLISHING,
    run: async (domains, { caller, connection, input }) => {
      const publisher = await freshCallerOf(domains, connection);
      return withIceServers(domains, caller.identity, await domains.stage.publish(publisher, input));
    },
  }),
  socketOperation({
    socket: 'stage:connect',
    ...WATCHING,
    run: async ({ stage }, { connection, input: { session, dtlsParameters } }) => {
      await stage.commands.connect(callerOf(connection), session, dtlsParameters);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:restartIce',
    ...WATCHING,
    run: async (domains, { caller, connection, input: { session } }) =>
      withIceServers(domains, caller.identity, await domains.stage.commands.restartIce(callerOf(connection), session)),
  }),
  socketOperation({
    socket: 'stage:resume',
    ...WATCHING,
    run: async ({ stage }, { connection, input: { session, publication } }) => {
      try {
        return await stage.resume(callerOf(connection), session, publication);
      } finally {
        // The socket closed while the node was asked: the session waits for the next socket.
        if (connection.closed) stage.handleSocketGone(connection.socket.id, false);
      }
    },
  }),
  socketOperation({
    socket: 'stage:leave',
    from: 'lobby',
    limit: 'stage',
    run: async ({ stage }, { connection, input: { session } }) => {
      await stage.leave(callerOf(connection), session);
      return {};
    },
  }),
];

const publisherOperations = [
  socketOperation({
    socket: 'stage:produce',
    ...PUBLISHING,
    run: ({ stage }, { connection, input }) =>
      stage.produce(callerOf(connection), { ...input, rtpParameters: input.rtpParameters as RtpParameters }),
  }),
  socketOperation({
    socket: 'stage:unproduce',
    ...PUBLISHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.unproduce(callerOf(connection), input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:mute',
    ...PUBLISHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.setMuted(callerOf(connection), input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:sentLayers',
    ...PUBLISHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.setSentLayers(callerOf(connection), input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:endLive',
    ...PUBLISHING,
    run: async ({ stage }, { room, input: { publication } }) => {
      await stage.endLive(room, publication);
      return {};
    },
  }),
];

const viewerOperations = [
  socketOperation({
    socket: 'stage:viewport',
    ...WATCHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.setViewport(callerOf(connection), input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:restartVideo',
    ...WATCHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.restartVideo(callerOf(connection), input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:play',
    ...WATCHING,
    run: async ({ stage }, { connection, input: { session } }) => {
      await stage.commands.play(callerOf(connection), session);
      return {};
    },
  }),
];

export const stageOperations = [...sessionOperations, ...publisherOperations, ...viewerOperations];
