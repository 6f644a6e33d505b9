/** The stage: who publishes, who watches, and what of it flows. On sockets, but for the first session of a viewer. */
import { AppError } from '../../protocol/errors.ts';
import { watchAheadAnswer, watchAheadInput } from '../../protocol/stage.ts';
import type { StageCaller } from '../../stage/sessions/stage-caller.ts';
import { withIceServers } from '../../stage/turn.ts';
import type { Connection } from '../socket/connection.ts';
import { operation, type SocketDomains, socketOperation } from './operation.ts';

const WATCHING = { from: 'inside', limit: 'stage' } as const;
const PUBLISHING = { from: 'inside', right: 'publish', limit: 'stage' } as const;

/** Joining reads access from the database instead of the connection's last decision. */
async function freshCallerOf({ rooms }: SocketDomains, connection: Connection): Promise<StageCaller> {
  const { access } = await rooms.admit(connection.claims);
  // The socket closed or lost access meanwhile: nothing would close a session that is opened now.
  if (connection.closed || !connection.isInside) throw new AppError('access_required');
  return { ...connection.stageCaller, access };
}

const sessionOperations = [
  socketOperation({
    socket: 'stage:watch',
    ...WATCHING,
    run: async (domains, { caller, connection, input }) => {
      const viewer = await freshCallerOf(domains, connection);
      return withIceServers(domains, caller.identity, await domains.stage.watch(viewer, input));
    },
  }),
  socketOperation({
    socket: 'stage:prepare',
    from: 'lobby',
    limit: 'stage',
    run: async (domains, { caller, connection, input: { open, ...input } }) => {
      connection.prepared = { ...connection.prepared, input };
      // Only for participants who could buy access.
      if (!open || connection.access.state !== 'required' || !connection.access.offer) return {};
      const answer = await domains.stage.prepare(connection.stageCaller, input);
      connection.prepared = { input, session: answer.session };
      if (connection.closed) domains.stage.handleSocketGone(connection.socket.id, connection.endedCleanly);
      return withIceServers(domains, caller.identity, answer);
    },
  }),
  socketOperation({
    socket: 'stage:publish',
    ...PUBLISHING,
    run: async (domains, { caller, connection, input }) => {
      const { spareOf, restore, publication } = input;
      const isRestored = Boolean(restore && publication);
      // A spare belongs to a publication that was admitted.
      if (!spareOf) await domains.charter.assertMayGoLive(connection.roomId, { isRestored });
      const publisher = await freshCallerOf(domains, connection);
      return withIceServers(domains, caller.identity, await domains.stage.publish(publisher, input));
    },
  }),
  socketOperation({
    socket: 'stage:preparePublish',
    ...PUBLISHING,
    run: async (domains, { caller, connection, input }) => {
      const publisher = await freshCallerOf(domains, connection);
      return withIceServers(domains, caller.identity, await domains.stage.preparePublisher(publisher, input));
    },
  }),
  socketOperation({
    socket: 'stage:takeStage',
    ...PUBLISHING,
    run: async (domains, { connection, input }) => {
      await domains.charter.assertMayGoLive(connection.roomId, { isRestored: false });
      return domains.stage.takeStage(await freshCallerOf(domains, connection), input);
    },
  }),
  socketOperation({
    socket: 'stage:connect',
    ...WATCHING,
    run: async ({ stage }, { connection, input: { session, dtlsParameters } }) => {
      await stage.commands.connect(connection.stageCaller, session, dtlsParameters);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:restartIce',
    ...WATCHING,
    run: async (domains, { caller, connection, input: { session } }) =>
      withIceServers(
        domains,
        caller.identity,
        await domains.stage.commands.restartIce(connection.stageCaller, session),
      ),
  }),
  socketOperation({
    socket: 'stage:resume',
    ...WATCHING,
    run: async (domains, { caller, connection, input: { session, publication, restartIce } }) => {
      const { stage } = domains;
      try {
        const answer = await stage.resume(connection.stageCaller, session, publication);
        if (!restartIce) return answer;
        const { iceParameters } = await stage.commands.restartIce(connection.stageCaller, session);
        return withIceServers(domains, caller.identity, { ...answer, iceParameters });
      } finally {
        // The socket closed while the node was asked.
        if (connection.closed) stage.handleSocketGone(connection.socket.id, connection.endedCleanly);
      }
    },
  }),
  socketOperation({
    socket: 'stage:leave',
    from: 'lobby',
    limit: 'stage',
    run: async ({ stage }, { connection, input: { session } }) => {
      await stage.leave(connection.stageCaller, session);
      return {};
    },
  }),
];

const publisherOperations = [
  socketOperation({
    socket: 'stage:produce',
    ...PUBLISHING,
    run: ({ stage }, { connection, input }) => stage.produce(connection.stageCaller, input),
  }),
  socketOperation({
    socket: 'stage:unproduce',
    ...PUBLISHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.unproduce(connection.stageCaller, input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:mute',
    ...PUBLISHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.setMuted(connection.stageCaller, input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:sentLayers',
    ...PUBLISHING,
    run: async ({ stage }, { connection, input }) => {
      await stage.commands.setSentLayers(connection.stageCaller, input);
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
      await stage.commands.setViewport(connection.stageCaller, input);
      return {};
    },
  }),
  socketOperation({
    socket: 'stage:restartVideo',
    ...WATCHING,
    run: ({ stage }, { connection, input }) => stage.commands.restartVideo(connection.stageCaller, input),
  }),
  socketOperation({
    socket: 'stage:play',
    ...WATCHING,
    run: async ({ stage }, { connection, input: { session } }) => {
      await stage.commands.play(connection.stageCaller, session);
      return {};
    },
  }),
];

const watchAheadOperation = operation({
  name: 'watchRoom',
  http: 'POST /v1/rooms/:id/watch',
  by: ['participant'],
  from: 'lobby',
  limit: 'stage',
  tokenInBody: true,
  input: watchAheadInput,
  example: {
    rtpCapabilities: { router: 'af63dc4c8601ec8c', codecs: [100, 101, 102], headerExtensions: [1, 4, 5, 10] },
    dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: 'AB:CD' }] },
    viewport: { width: 640, height: 360 },
  },
  answer: watchAheadAnswer,
  summary: 'Watch before the socket is open',
  description:
    'For the SDK, which saves two round trips with it: opens a media session that the socket of the same participant has to take over by `stage:resume` within ten seconds. A page of another site sends the body as `text/plain` with the room token in `token`, so that its browser asks no preflight.',
  run: async ({ live }, { admitted, input: { token, ...input }, response }) => {
    if (!admitted) throw new AppError('forbidden');
    return live.watchAhead(admitted, input, response);
  },
});

export const stageOperations = [watchAheadOperation, ...sessionOperations, ...publisherOperations, ...viewerOperations];
