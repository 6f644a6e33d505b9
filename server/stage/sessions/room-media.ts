/** A person's media in a room over all nodes and gateways, for per-minute billing. */
import { SfuError, type SfuNode } from '../../../sfu/contract.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { RoomPlaces } from '../placement/room-places.ts';
import { toAppError } from '../sfu-errors.ts';

/** Counters between a room's publisher and one viewer. */
export interface StageTraffic {
  /** Identifies the publisher's sessions that were counted; with others the counters start again. */
  key: string;
  creatorVideoBytes: number;
  /** The viewer's media sessions. */
  fan: { session: string; videoBytes: number; reports: number }[];
  /** Media to the viewer is paused, as their client does not report receiving it. */
  isFanPaused: boolean;
}

type Places = Pick<RoomPlaces, 'nodesOf'>;

export async function countMedia(places: Places, room: RoomId, identity: string): Promise<StageTraffic | undefined> {
  const nodes = await places.nodesOf(room);
  const { answers, failure } = await askAll(nodes, (node) => node.roomTraffic({ room, identity }));
  const traffic = answers.flat();
  const [publishers, viewers] = [traffic.filter(({ publish }) => publish), traffic.filter(({ publish }) => !publish)];
  if (publishers.length === 0 || viewers.length === 0) {
    if (failure) throw toAppError(failure.error);
    return undefined;
  }
  return {
    key: publishers.map(({ session }) => session).join(),
    creatorVideoBytes: publishers.reduce((sum, { videoReceivedBytes }) => sum + videoReceivedBytes, 0),
    fan: viewers.map(({ session, videoSentBytes, receiverReports }) => ({
      session,
      videoBytes: videoSentBytes,
      reports: receiverReports,
    })),
    isFanPaused: viewers.every(({ paused }) => paused === true),
  };
}

export async function extendWatching(
  places: Places,
  { room, identity, untilMs }: { room: RoomId; identity: string; untilMs: number },
): Promise<void> {
  const nodes = await places.nodesOf(room);
  const { answers, failure } = await askAll(nodes, async (node) => {
    const watching = (await node.roomTraffic({ room, identity })).filter(({ publish }) => !publish);
    const extended = await Promise.all(watching.map(({ session }) => extend(node, session, untilMs)));
    return extended.filter(Boolean).length;
  });
  if (failure && !answers.some((extended) => extended > 0)) throw toAppError(failure.error);
}

/** False for a session that has just ended or is being opened: the access decision sets its time. */
async function extend(node: SfuNode, session: string, until: number): Promise<boolean> {
  try {
    await node.updateGrant({ session, until });
    return true;
  } catch (error) {
    if (error instanceof SfuError && error.code === 'session_not_found') return false;
    throw error;
  }
}

/**
 * Asks every node. While Redis is gone, a failing node may be one without the room: the other answers count if they
 * suffice.
 */
async function askAll<A>(
  nodes: readonly SfuNode[],
  ask: (node: SfuNode) => Promise<A>,
): Promise<{ answers: A[]; failure: { error: unknown } | undefined }> {
  const asked = await Promise.allSettled(nodes.map(ask));
  const failed = asked.find((result) => result.status === 'rejected');
  return {
    answers: asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failure: failed && { error: failed.reason },
  };
}
