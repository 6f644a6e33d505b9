/** One person's media in a room, over all nodes that it is on and whichever gateways look after it; for whoever bills it by the minute. */
import { SfuError } from '../../sfu/contract.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { RoomPlaces } from './room-places.ts';
import { toAppError } from './sfu-errors.ts';

/** What has flowed so far between a room's publisher and one viewer. */
export interface StageTraffic {
  /** Names the media sessions that were counted; with others the counters begin anew. */
  key: string;
  creatorVideoBytes: number;
  fanVideoBytes: number;
  fanAnswerBytes: number;
}

type Places = Pick<RoomPlaces, 'nodesOf'>;

export async function countMedia(places: Places, room: RoomId, identity: string): Promise<StageTraffic | undefined> {
  const nodes = await places.nodesOf(room);
  const counted = await Promise.all(nodes.map((node) => node.roomTraffic({ room, identity }))).catch((error) => {
    throw toAppError(error);
  });
  const traffic = counted.flat();
  const [publishers, viewers] = [traffic.filter(({ publish }) => publish), traffic.filter(({ publish }) => !publish)];
  if (publishers.length === 0 || viewers.length === 0) return undefined;
  const sum = (of: typeof traffic, key: 'videoReceivedBytes' | 'videoSentBytes' | 'receivedBytes') =>
    of.reduce((total, each) => total + each[key], 0);
  return {
    key: [...publishers, ...viewers].map(({ session }) => session).join(),
    creatorVideoBytes: sum(publishers, 'videoReceivedBytes'),
    fanVideoBytes: sum(viewers, 'videoSentBytes'),
    fanAnswerBytes: sum(viewers, 'receivedBytes'),
  };
}

export async function extendWatching(
  places: Places,
  { room, identity, untilMs }: { room: RoomId; identity: string; untilMs: number },
): Promise<void> {
  const nodes = await places.nodesOf(room);
  await Promise.all(
    nodes.map(async (node) => {
      const watching = (await node.roomTraffic({ room, identity })).filter(({ publish }) => !publish);
      await Promise.all(watching.map(({ session }) => node.updateGrant({ session, until: untilMs })));
    }),
  ).catch((error) => {
    // One that has just ended, or is still being opened, has its time from the decision about access.
    if (!(error instanceof SfuError) || error.code !== 'session_not_found') throw toAppError(error);
  });
}
