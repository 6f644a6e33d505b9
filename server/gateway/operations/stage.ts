import { AppError } from '../../protocol/errors.ts';
import { stageContract } from '../../protocol/operations/stage.ts';
import type { StageCaller } from '../../stage/sessions/stage-caller.ts';
import { withIceServers } from '../../stage/turn.ts';
import type { Connection } from '../socket/connection.ts';
import { implement, type SocketDomains } from './operation.ts';

/** Joining reads access from the database instead of the connection's last decision. */
async function freshCallerOf({ rooms }: SocketDomains, connection: Connection): Promise<StageCaller> {
  const { access } = await rooms.admit(connection.claims);
  // The socket closed or lost access meanwhile: nothing would close a session that is opened now.
  if (connection.closed || !connection.isInside) throw new AppError('access_required');
  return { ...connection.stageCaller, access };
}

export const stageOperations = implement(stageContract, {
  watchRoom: async ({ live }, { admitted, input: { token, ...input }, response }) => {
    if (!admitted) throw new AppError('forbidden');
    return live.watchAhead(admitted, input, response);
  },
  'stage:watch': async (domains, { caller, connection, input }) => {
    const viewer = await freshCallerOf(domains, connection);
    return withIceServers(domains, caller.identity, await domains.stage.watch(viewer, input));
  },
  'stage:prepare': async (domains, { caller, connection, input: { open, ...input } }) => {
    connection.prepared = { ...connection.prepared, input };
    // Only for participants who could buy access.
    if (!open || connection.access.state !== 'required' || !connection.access.offer) return {};
    const answer = await domains.stage.prepare(connection.stageCaller, input);
    connection.prepared = { input, session: answer.session };
    if (connection.closed) domains.stage.handleSocketGone(connection.socket.id, connection.endedCleanly);
    return withIceServers(domains, caller.identity, answer);
  },
  'stage:publish': async (domains, { caller, connection, input }) => {
    const { spareOf, restore, publication } = input;
    const isRestored = Boolean(restore && publication);
    // A spare belongs to a publication that was admitted.
    if (!spareOf) await domains.charter.assertMayGoLive(connection.roomId, { isRestored });
    const publisher = await freshCallerOf(domains, connection);
    return withIceServers(domains, caller.identity, await domains.stage.publish(publisher, input));
  },
  'stage:preparePublish': async (domains, { caller, connection, input }) => {
    const publisher = await freshCallerOf(domains, connection);
    return withIceServers(domains, caller.identity, await domains.stage.preparePublisher(publisher, input));
  },
  'stage:takeStage': async (domains, { connection, input }) => {
    await domains.charter.assertMayGoLive(connection.roomId, { isRestored: false });
    return domains.stage.takeStage(await freshCallerOf(domains, connection), input);
  },
  'stage:connect': ({ stage }, { connection, input: { session, dtlsParameters } }) =>
    stage.commands.connect(connection.stageCaller, session, dtlsParameters),
  'stage:restartIce': async (domains, { caller, connection, input: { session } }) =>
    withIceServers(domains, caller.identity, await domains.stage.commands.restartIce(connection.stageCaller, session)),
  'stage:resume': async (domains, { caller, connection, input: { session, publication, restartIce } }) => {
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
  'stage:leave': ({ stage }, { connection, input: { session } }) => stage.leave(connection.stageCaller, session),
  'stage:produce': ({ stage }, { connection, input }) => stage.produce(connection.stageCaller, input),
  'stage:unproduce': ({ stage }, { connection, input }) => stage.commands.unproduce(connection.stageCaller, input),
  'stage:mute': ({ stage }, { connection, input }) => stage.commands.setMuted(connection.stageCaller, input),
  'stage:sentLayers': ({ stage }, { connection, input }) => stage.commands.setSentLayers(connection.stageCaller, input),
  'stage:endLive': ({ stage }, { room, input: { publication } }) => stage.endLive(room, publication),
  'stage:viewport': ({ stage }, { connection, input }) => stage.commands.setViewport(connection.stageCaller, input),
  'stage:restartVideo': ({ stage }, { connection, input }) =>
    stage.commands.restartVideo(connection.stageCaller, input),
  'stage:play': ({ stage }, { connection, input: { session } }) => stage.commands.play(connection.stageCaller, session),
});
