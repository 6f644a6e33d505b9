import { expect, test } from 'vitest';
import { type SessionTraffic, SfuError, type SfuNode } from '../../../sfu/contract.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { countMedia, extendWatching } from './room-media.ts';

const ROOM = 'room_1' as RoomId;

type Counted = SessionTraffic & { publish: boolean };

function traffic(session: string, publish: boolean): Counted {
  return { session, publish, receiverReports: 10, videoReceivedBytes: 20, videoSentBytes: 30 };
}

/** As much of a node as is asked for: what flows there, and until when each session lasts. */
function node(counted: Counted[] | SfuError) {
  const until = new Map<string, number>();
  const asked = {
    roomTraffic: async () => {
      if (counted instanceof SfuError) throw counted;
      return counted;
    },
    updateGrant: async (request: { session: string; until: number }) => {
      if (request.session === 'ended') throw new SfuError('session_not_found', 'It has ended.');
      until.set(request.session, request.until);
    },
  };
  return { until, sfu: asked as unknown as SfuNode };
}

function placesOf(...nodes: { sfu: SfuNode }[]) {
  return { nodesOf: async () => nodes.map(({ sfu }) => sfu) };
}

const broken = () => node(new SfuError('node_unavailable', 'It does not answer.'));

test('a node that does not answer does not hide media on the others', async () => {
  const places = placesOf(broken(), node([traffic('publisher', true)]), node([traffic('viewer', false)]));
  expect(await countMedia(places, ROOM, 'lea')).toEqual({
    key: 'publisher',
    creatorVideoBytes: 20,
    fan: [{ session: 'viewer', videoBytes: 30, reports: 10 }],
    isFanPaused: false,
  });
});

test('a fan is paused if all of their sessions are', async () => {
  const [paused, other] = [{ ...traffic('viewer', false), paused: true }, traffic('other', false)];
  const isFanPaused = async (...viewers: ReturnType<typeof traffic>[]) =>
    (await countMedia(placesOf(node([traffic('publisher', true), ...viewers])), ROOM, 'lea'))?.isFanPaused;
  expect(await isFanPaused(paused)).toBe(true);
  expect(await isFanPaused(paused, other)).toBe(false);
});

test('reports no media only if all nodes have answered', async () => {
  const publisher = node([traffic('publisher', true)]);
  expect(await countMedia(placesOf(publisher), ROOM, 'lea')).toBeUndefined();
  await expect(countMedia(placesOf(publisher, broken()), ROOM, 'lea')).rejects.toMatchObject({
    code: 'stage_unavailable',
  });
});

test('extends a session on any node, also while another ends or a node does not answer', async () => {
  const there = node([traffic('ended', false), traffic('viewer', false)]);
  await extendWatching(placesOf(node([traffic('ended', false)]), broken(), there), {
    room: ROOM,
    identity: 'lea',
    untilMs: 5,
  });
  expect(there.until).toEqual(new Map([['viewer', 5]]));
  const nowhere = placesOf(node([traffic('ended', false)]), broken());
  await expect(extendWatching(nowhere, { room: ROOM, identity: 'lea', untilMs: 5 })).rejects.toMatchObject({
    code: 'stage_unavailable',
  });
});
