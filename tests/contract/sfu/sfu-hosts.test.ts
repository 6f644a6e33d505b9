import { kill } from 'node:process';
import { expect, it, vi } from 'vitest';
import { MemoryLeasedHashes } from '../../../server/platform/leased-hashes.ts';
import { createLog } from '../../../server/platform/log.ts';
import { SharedSlots } from '../../../server/platform/shared-slots.ts';
import type { RoomUpstream } from '../../../sfu/contract.ts';
import { SfuControlServer } from '../../../sfu/control/server.ts';
import { LocalSfuNode, type LocalSfuNodeOptions } from '../../../sfu/node.ts';
import { MemoryAnnouncements } from '../../support/databases/memory-announcements.ts';
import { RtpStage, type StageViewer } from '../../support/media/rtp-stage.ts';

/** A room on several nodes: nodes without the publisher pull its stage over pipes between hosts. */

const SECRET = 'a secret of the tests, long enough to be one';
const WAIT = { timeout: 10_000, interval: 20 };
const SILENT_AFTER_MS = 250;
/** About 0.4 s of audio. */
const SHORT_AUDIO_PACKETS = 20;
let nextPort = 44_000;

class House implements AsyncDisposable {
  readonly node: LocalSfuNode;
  readonly control: SfuControlServer;
  readonly stage: RtpStage;

  static async create(options: Partial<LocalSfuNodeOptions> = {}): Promise<House> {
    nextPort += 100;
    const node = await LocalSfuNode.create({
      workers: 1,
      listenIp: '127.0.0.1',
      port: nextPort,
      portRequired: false,
      layerLoweringDelayMs: 200,
      pipes: { ip: '127.0.0.1', secret: SECRET },
      ...options,
    });
    return new House(node, await SfuControlServer.create({ node, host: '127.0.0.1', port: 0, secrets: [SECRET] }));
  }

  private constructor(node: LocalSfuNode, control: SfuControlServer) {
    this.node = node;
    this.control = control;
    this.stage = new RtpStage(node);
  }

  asUpstream(upstream?: RoomUpstream): RoomUpstream {
    return { node: this.node.id, url: `wss://127.0.0.1:${this.control.port}`, ...(upstream && { upstream }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await this.control.close();
  }
}

it.concurrent('gives viewers on another node the stage with the answer, encrypted, over one pipe', async () => {
  await using origin = await House.create();
  await using edge = await House.create();
  const { cameraId, microphoneId, session: publisher } = await origin.stage.publish('room_far');
  const upstream = origin.asUpstream();
  const viewers = await Promise.all(
    Array.from({ length: 8 }, () => edge.stage.watch('room_far', { upstream, openAll: true })),
  );
  for (const { consumers } of viewers) {
    expect(new Set(consumers.map(({ producerId }) => producerId))).toEqual(new Set([cameraId, microphoneId]));
  }
  await Promise.all(viewers.map(({ viewer }) => viewer.firstDecodableFrame));
  await vi.waitFor(() => expect(viewers.every(({ viewer }) => viewer.packets('audio') > 5)).toBe(true), WAIT);
  expect(viewers.flatMap(({ viewer }) => viewer.streams).every(({ rejected }) => rejected === 0)).toBe(true);
  // The publisher and one pipe.
  expect(await origin.node.stats()).toMatchObject({ sessions: 2, producers: 2, consumers: 0 });
  expect(await edge.node.stats()).toMatchObject({ sessions: 8, consumers: 16 });
  const pipe = (await pullsOf(origin.node))[0] ?? '';
  const count = async () => ({
    in: await bytes(origin.node, publisher, 'inbound-rtp'),
    piped: await bytes(origin.node, pipe, 'outbound-rtp'),
  });
  const before = await count();
  await vi.waitFor(async () => expect((await count()).in - before.in).toBeGreaterThan(500_000), WAIT);
  const after = await count();
  const copies = (after.piped - before.piped) / (after.in - before.in);
  expect(copies).toBeGreaterThan(0.8);
  expect(copies).toBeLessThan(1.2);

  for (const { session } of viewers) await edge.node.closeSession({ session });
  await vi.waitFor(async () => expect(await origin.node.stats()).toMatchObject({ sessions: 1 }), WAIT);
  expect(await edge.node.stats()).toMatchObject({ rooms: 0, sessions: 0 });
  await vi.waitFor(() => expect(origin.control.connections).toBe(0), WAIT);
});

it.concurrent('forwards the stage over an intermediate node', async () => {
  await using origin = await House.create();
  await using middle = await House.create();
  await using edge = await House.create();
  await origin.stage.publish('room_tree');
  // The middle node has no viewers, and learns its upstream from the edge.
  const upstream = middle.asUpstream(origin.asUpstream());
  const { viewer, consumers } = await edge.stage.watch('room_tree', { upstream });
  expect(consumers).toHaveLength(2);
  await viewer.firstDecodableFrame;
  expect(await middle.node.stats()).toMatchObject({ rooms: 1, sessions: 1 });
});

it.concurrent('requests from the publisher only the layers that viewers on all nodes want', async () => {
  await using origin = await House.create();
  await using edge = await House.create();
  const { session } = await origin.stage.publish('room_layers', { obeys: ['layersWanted'] });
  const told = () => origin.stage.events.of('layersWanted', session).at(-1)?.maxSpatialLayer;
  await vi.waitFor(() => expect(told()).toBe(-1), WAIT);
  const large = { width: 1280, height: 720 };
  const small = { width: 200, height: 112 };
  const upstream = origin.asUpstream();
  // First the large one, so that the layers begin together: see `RtpPublisher.introduceLayers`.
  const watcher = await edge.stage.watch('room_layers', { upstream, viewport: large, openAll: true });
  for (const [viewport, layer] of [
    [large, 2],
    [small, 0],
    [large, 2],
  ] as const) {
    await edge.node.setViewport({ session: watcher.session, viewport });
    await vi.waitFor(() => expect([told(), layerOf(watcher)]).toEqual([layer, layer]), WAIT);
  }
  await edge.node.closeSession({ session: watcher.session });
  await vi.waitFor(() => expect(told()).toBe(-1), WAIT);
});

it.concurrent('requests key frames for viewers behind a pipe', async () => {
  await using origin = await House.create();
  await using edge = await House.create();
  // Only the first PLI is answered; later viewers depend on the hint.
  const { session, publisher } = await origin.stage.publish('room_keys', {
    pliPauseMs: 60_000,
    obeys: ['keyFrameWanted'],
  });
  const upstream = origin.asUpstream();
  const wanted = () => origin.stage.events.of('keyFrameWanted', session).length;
  for (let viewers = 0; wanted() === 0 && viewers < 50; viewers++) await edge.stage.watch('room_keys', { upstream });
  await vi.waitFor(() => expect(wanted()).toBeGreaterThan(0), WAIT);
  expect(publisher.keyFrameRequests.reduce((sum, count) => sum + count, 0)).toBeLessThan(20);
});

it.concurrent('reports added, paused and removed tracks to viewers on another node', async () => {
  await using origin = await House.create();
  await using edge = await House.create();
  const early = await edge.stage.watch('room_tracks', { upstream: origin.asUpstream() });
  expect(early.consumers).toEqual([]);
  const { session, microphoneId, cameraId } = await origin.stage.publish('room_tracks');
  const added = () => edge.stage.events.of('consumersAdded', early.session).flatMap(({ consumers }) => consumers);
  await vi.waitFor(() => expect(added()).toHaveLength(2), WAIT);
  early.viewer.addConsumers(added());
  await early.viewer.firstDecodableFrame;
  await vi.waitFor(() => expect(early.viewer.packets('audio')).toBeGreaterThan(0), WAIT);

  await origin.node.setMuted({ session, producerId: microphoneId, muted: true });
  expect(await edge.stage.events.wait('trackMuted', early.session)).toMatchObject({ muted: true });
  await vi.waitFor(() => expect(early.viewer.silenceMs('audio')).toBeGreaterThan(SILENT_AFTER_MS), WAIT);
  const late = await edge.stage.watch('room_tracks', { upstream: origin.asUpstream() });
  expect(late.consumers.find(({ kind }) => kind === 'audio')?.muted).toBe(true);
  await origin.node.setMuted({ session, producerId: microphoneId, muted: false });
  await vi.waitFor(() => expect(late.viewer.packets('audio')).toBeGreaterThan(0), WAIT);

  await origin.node.unproduce({ session, producerId: cameraId });
  const removed = await edge.stage.events.wait('consumersRemoved', early.session);
  expect(removed.consumerIds).toEqual([added().find(({ kind }) => kind === 'video')?.id]);
  await origin.stage.publish('room_tracks');
  await vi.waitFor(() => expect(added()).toHaveLength(4), WAIT);
});

it.concurrent('follows a publisher to another node, also back to a previous one', async () => {
  await using first = await House.create();
  await using second = await House.create();
  const { session: earlier } = await first.stage.publish('room_moves');
  const here = await first.stage.watch('room_moves');
  const there = await second.stage.watch('room_moves', { upstream: first.asUpstream() });
  await Promise.all([here, there].map(({ viewer }) => viewer.firstDecodableFrame));

  await second.stage.publish('room_moves');
  await first.node.follow({ room: 'room_moves', upstream: second.asUpstream() });
  expect((await first.stage.events.wait('sessionClosed', earlier)).reason).toBe('replaced');
  for (const [house, { session, viewer }] of [
    [first, here],
    [second, there],
  ] as const) {
    const added = () => house.stage.events.of('consumersAdded', session).flatMap(({ consumers }) => consumers);
    await vi.waitFor(() => expect(added()).toHaveLength(2), WAIT);
    viewer.addConsumers(added());
    const ids = added().map(({ id }) => id);
    await vi.waitFor(() => {
      const streams = viewer.streams.filter(({ consumerId }) => ids.includes(consumerId));
      expect(streams.map(({ packets }) => packets > 0)).toEqual([true, true]);
    }, WAIT);
    expect(house.stage.events.of('sessionClosed', session)).toEqual([]);
  }
});

it.concurrent('a publisher who leaves a draining node keeps sending there until its viewers have followed', async () => {
  await using first = await House.create();
  await using second = await House.create();
  const { session: earlier } = await first.stage.publish('room_leaves', { fence: 1 });
  const { session, viewer } = await first.stage.watch('room_leaves');
  await viewer.firstDecodableFrame;
  first.node.drain();
  await second.stage.publish('room_leaves', { fence: 1 });
  await first.node.follow({ room: 'room_leaves', upstream: second.asUpstream(), fence: 1 });
  const packets = viewer.packets('video');
  await vi.waitFor(() => expect(viewer.packets('video')).toBeGreaterThan(packets + 20), WAIT);
  expect(first.stage.events.of('sessionClosed', earlier)).toEqual([]);

  await first.node.closeSession({ session: earlier });
  await first.node.follow({ room: 'room_leaves', upstream: second.asUpstream() });
  const added = () => first.stage.events.of('consumersAdded', session).flatMap(({ consumers }) => consumers);
  await vi.waitFor(() => expect(added()).toHaveLength(2), WAIT);
});

it.concurrent('the page that took the stage last keeps it, also while a node drains', async () => {
  await using first = await House.create();
  await using second = await House.create();
  const room = 'room_fences';
  const earlier = await first.stage.publish(room, { fence: 1 });
  await first.stage.watch(room);
  first.node.drain();
  const later = await second.stage.publish(room, { fence: 2 });
  // The earlier page was admitted at another node meanwhile: this notification is late.
  await second.node.follow({ room, upstream: first.asUpstream(), fence: 1 });
  expect(second.stage.events.of('sessionClosed', later.session)).toEqual([]);
  await first.node.follow({ room, upstream: second.asUpstream(), fence: 2 });
  expect((await first.stage.events.wait('sessionClosed', earlier.session)).reason).toBe('replaced');
});

it.concurrent('reconnects to a node that returns under its name', async () => {
  await using edge = await House.create();
  const first = await House.create({ id: 'sfu_back' });
  await first.stage.publish('room_back');
  const { session, viewer } = await edge.stage.watch('room_back', { upstream: first.asUpstream() });
  await viewer.firstDecodableFrame;
  await first[Symbol.asyncDispose]();
  await edge.stage.events.wait('consumersRemoved', session);
  await using second = await House.create({ id: 'sfu_back' });
  await second.stage.publish('room_back');
  // The edge followed a node of this name before, and that stage has ended.
  await edge.node.follow({ room: 'room_back', upstream: second.asUpstream() });
  const added = () => edge.stage.events.of('consumersAdded', session).flatMap(({ consumers }) => consumers);
  await vi.waitFor(() => expect(added()).toHaveLength(2), WAIT);
});

it.concurrent('restores the stage after the death of a worker at either end', async () => {
  await using origin = await House.create();
  await using edge = await House.create({ workers: 2, spreadAt: 0 });
  const upstream = origin.asUpstream();
  await origin.stage.publish('room_workers');
  const viewers = [
    await edge.stage.watch('room_workers', { upstream }),
    await edge.stage.watch('room_workers', { upstream }),
  ];
  await Promise.all(viewers.map(({ viewer }) => viewer.firstDecodableFrame));
  const added = (session: string) =>
    edge.stage.events.of('consumersAdded', session).flatMap(({ consumers }) => consumers);

  // The worker on which the stage arrives: viewers on the other one get it again.
  kill(edge.node.workers[0]?.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(edge.stage.events.of('sessionClosed')).toHaveLength(1), WAIT);
  const left = viewers.find(({ session }) => edge.stage.events.of('sessionClosed', session).length === 0);
  if (!left) throw new Error('Both viewers were on one worker.');
  await vi.waitFor(() => expect(added(left.session)).toHaveLength(2), WAIT);
  left.viewer.addConsumers(added(left.session));
  const packets = left.viewer.packets('video');
  await vi.waitFor(() => expect(left.viewer.packets('video')).toBeGreaterThan(packets), WAIT);

  const removals = () => edge.stage.events.of('consumersRemoved', left.session).length;
  const before = removals();
  kill(origin.node.workers[0]?.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(removals()).toBeGreaterThan(before), WAIT);
  await vi.waitFor(() => expect(origin.node.workers).toHaveLength(1), WAIT);
  await origin.stage.publish('room_workers');
  await vi.waitFor(() => expect(added(left.session)).toHaveLength(4), WAIT);
});

it.concurrent("clears the stage when the publisher's node is lost, and restores it from the next one", async () => {
  await using edge = await House.create();
  const origin = await House.create();
  await origin.stage.publish('room_gone');
  const { session, viewer } = await edge.stage.watch('room_gone', { upstream: origin.asUpstream() });
  await viewer.firstDecodableFrame;
  await origin[Symbol.asyncDispose]();
  await edge.stage.events.wait('consumersRemoved', session);
  await using next = await House.create();
  await next.stage.publish('room_gone');
  await edge.node.follow({ room: 'room_gone', upstream: next.asUpstream() });
  const added = () => edge.stage.events.of('consumersAdded', session).flatMap(({ consumers }) => consumers);
  await vi.waitFor(() => expect(added()).toHaveLength(2), WAIT);
});

it.concurrent('does not pull in a cycle or from a draining node', async () => {
  await using first = await House.create();
  await using second = await House.create();
  await first.stage.watch('room_circle', { upstream: second.asUpstream() });
  const { consumers } = await second.stage.watch('room_circle', { upstream: first.asUpstream() });
  expect(consumers).toEqual([]);
  expect((await first.node.stats()).sessions + (await second.node.stats()).sessions).toBeLessThanOrEqual(3);

  first.node.drain();
  await expect(first.stage.watch('room_drained')).rejects.toMatchObject({ code: 'node_unavailable' });
  await expect(first.stage.publish('room_drained')).rejects.toMatchObject({ code: 'node_unavailable' });
});

/** Two nodes that share their counts. */
async function createPair() {
  const counts = { board: new MemoryAnnouncements(), hashes: new MemoryLeasedHashes() };
  const budgets = new MemoryLeasedHashes();
  const log = createLog({ level: 'silent', pretty: false });
  const share = () => ({ shared: { watching: new SharedSlots({ shared: counts, log }), budgets } });
  const [one, two] = [await House.create({ workers: 2, ...share() }), await House.create(share())];
  await vi.waitFor(async () => expect((await counts.board.list()).size).toBe(2), WAIT);
  return { one, two };
}

it('pauses a metered viewer with short sessions without reports, also over two nodes', async () => {
  const { one, two } = await createPair();
  await using _one = one;
  await using _two = two;
  await one.stage.publish('room_short');
  const grant = { identity: 'fan', metered: true };
  let isPaused = false;
  for (let turn = 0; turn < 12 && !isPaused; turn += 1) {
    const { stage, node } = turn % 2 === 0 ? one : two;
    const { session, viewer } = await stage.watch('room_short', { grant, upstream: one.asUpstream() });
    await vi.waitFor(() => {
      isPaused = stage.events.of('paused', session).length > 0;
      expect(isPaused || viewer.packets('audio') >= SHORT_AUDIO_PACKETS).toBe(true);
    }, WAIT);
    await node.closeSession({ session });
  }
  expect(isPaused).toBe(true);
});

it('limits a person to four sessions of a room over all nodes; ended ones free a slot, resumed ones do not', async () => {
  const { one, two } = await createPair();
  await using _one = one;
  await using _two = two;
  await one.stage.publish('room_often');
  const fan = { grant: { identity: 'fan' } };
  const watch = async (house: House, spareOf?: string) => {
    const upstream = house === two ? { upstream: one.asUpstream() } : {};
    const { session } = await house.stage.watch('room_often', { ...fan, ...upstream, ...(spareOf && { spareOf }) });
    await house.stage.events.wait('transportState', session, ({ state }) => state === 'connected');
    return session;
  };
  const first = await watch(one);
  const spare = await watch(one, first);
  for (let count = 1; count < 4; count += 1) await watch(two);
  for (const house of [one, two]) await expect(watch(house)).rejects.toMatchObject({ code: 'too_many_sessions' });
  await expect(two.stage.watch('room_often')).resolves.toBeDefined();

  kill(one.node.workers.find(({ consumers }) => consumers > 0)?.pid ?? 0, 'SIGKILL');
  expect((await one.stage.events.wait('takenOver', first)).by).toBe(spare);
  await expect(watch(two)).rejects.toMatchObject({ code: 'too_many_sessions' });
  await one.node.closeSession({ session: spare });
  await vi.waitFor(() => watch(two), WAIT);
  await expect(watch(one)).rejects.toMatchObject({ code: 'too_many_sessions' });
  await two[Symbol.asyncDispose]();
  await vi.waitFor(() => watch(one), WAIT);
});

/** The pipes to other nodes that a node feeds, by session. */
async function pullsOf(node: LocalSfuNode): Promise<string[]> {
  return (await node.pipes()).flatMap(({ session }) => session ?? []);
}

function layerOf({ viewer }: StageViewer): number | undefined {
  return viewer.streams.find(({ kind }) => kind === 'video')?.layer;
}

async function bytes(node: LocalSfuNode, session: string, type: string): Promise<number> {
  const stats = (await node.sessionStats({ session })) as { type: string; byteCount?: number }[];
  return stats.reduce((sum, stat) => sum + (stat.type === type ? (stat.byteCount ?? 0) : 0), 0);
}
