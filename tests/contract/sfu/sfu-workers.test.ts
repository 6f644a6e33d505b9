import { kill } from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { LocalSfuNode, type LocalSfuNodeOptions } from '../../../sfu/node.ts';
import { RtpStage } from '../../support/media/rtp-stage.ts';
import { describeSfuNode } from './sfu-suite.ts';

/** One room on two workers: every other viewer is on a worker without the publisher, behind a pipe. */

async function openNode(options: Partial<LocalSfuNodeOptions> = {}): Promise<LocalSfuNode> {
  return await LocalSfuNode.create({
    workers: 2,
    listenIp: '127.0.0.1',
    port: 42_400,
    portRequired: false,
    spreadAt: 0,
    ...options,
  });
}

async function openStage(options: Partial<LocalSfuNodeOptions> = {}) {
  const node = await openNode(options);
  const stage = new RtpStage(node);
  return { node, stage, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

describeSfuNode({
  name: 'a node whose rooms are spread over two workers',
  workers: 2,
  leavesOut: ['profiles', 'grants', 'refusals'],
  async create(options) {
    const node = await openNode(options);
    return {
      node,
      killWorkers: () => node.workers.map(({ pid }) => kill(pid, 'SIGKILL')),
      shutDown: () => node.close(),
    };
  },
});

describe.concurrent('a room on two workers', () => {
  it('spreads its viewers, pipes one copy, and closes the pipe with the last viewer behind it', async () => {
    await using house = await openStage();
    const { node, stage } = house;
    await stage.publish('room_spread');
    const viewers = [];
    for (let i = 0; i < 6; i++) viewers.push(await stage.watch('room_spread', { openAll: true }));
    await Promise.all(viewers.map(({ viewer }) => viewer.firstDecodableFrame));
    expect(viewers.every(({ viewer }) => viewer.streams.every(({ rejected, lost }) => rejected + lost === 0))).toBe(
      true,
    );
    expect(node.workers.map(({ rooms }) => rooms)).toEqual([1, 1]);
    // The pipe counts as one viewer of two tracks, so four of the others are on the other worker.
    expect(node.workers.reduce((sum, { consumers }) => sum + consumers, 0)).toBe(2 * (6 + 1));
    const pipes = await node.pipes();
    expect(pipes).toMatchObject([{ room: 'room_spread', tracks: 2 }]);

    for (const { session } of viewers) await node.closeSession({ session });
    expect(node.workers.map(({ rooms, consumers }) => ({ rooms, consumers }))).toEqual([
      { rooms: 1, consumers: 0 },
      { rooms: 0, consumers: 0 },
    ]);
    expect(await node.pipes()).toEqual([]);
  });

  it('stays on one worker while that has capacity', async () => {
    await using house = await openStage({ spreadAt: 0.5, consumersPerWorkerMax: 16 });
    const { node, stage } = house;
    await stage.publish('room_small');
    for (let i = 0; i < 4; i++) await stage.watch('room_small');
    expect(node.workers.map(({ rooms }) => rooms)).toEqual([1, 0]);
    await stage.watch('room_small');
    expect(node.workers.map(({ rooms }) => rooms)).toEqual([1, 1]);
  });

  it('sends one copy of the stream over the pipe, independent of the audience', async () => {
    await using house = await openStage();
    const { node, stage } = house;
    const { session: publisher } = await stage.publish('room_copies');
    const viewers = await Promise.all(Array.from({ length: 12 }, () => stage.watch('room_copies')));
    await Promise.all(viewers.map(({ viewer }) => viewer.firstDecodableFrame));
    const count = async () => ({
      in: (await node.sessionStats({ session: publisher })).reduce<number>((sum, stat) => sum + rtpBytes(stat), 0),
      piped: (await node.pipes()).reduce((sum, { sentBytes }) => sum + sentBytes, 0),
    });
    const before = await count();
    await vi.waitFor(async () => expect((await count()).in - before.in).toBeGreaterThan(500_000), { timeout: 10_000 });
    const after = await count();
    const copies = (after.piped - before.piped) / (after.in - before.in);
    expect(copies).toBeGreaterThan(0.8);
    expect(copies).toBeLessThan(1.2);
  });

  it('requests few key frames when many viewers come at once behind a pipe', async () => {
    await using house = await openStage();
    const { stage } = house;
    const { publisher } = await stage.publish('room_rush');
    await stage.watch('room_rush');
    const rush = await Promise.all(Array.from({ length: 30 }, () => stage.watch('room_rush')));
    await Promise.all(rush.map(({ viewer }) => viewer.firstDecodableFrame));
    expect(publisher.keyFrameRequests.reduce((sum, count) => sum + count, 0)).toBeLessThan(15);
  });

  it('continues on another worker when a worker with viewers dies', async () => {
    await using house = await openStage();
    const { node, stage } = house;
    const { session: publisher } = await stage.publish('room_edge_died');
    const home = await stage.watch('room_edge_died');
    const away = await stage.watch('room_edge_died');
    const [, edge] = node.workers;
    kill(edge?.pid ?? 0, 'SIGKILL');
    const lost = await Promise.race([home, away].map(({ session }) => stage.events.wait('sessionClosed', session)));
    expect(lost.reason).toBe('worker_died');
    const left = [home, away].filter(({ session }) => session !== lost.session);
    const packets = left[0]?.viewer.packets('video') ?? 0;
    await vi.waitFor(() => expect(left[0]?.viewer.packets('video')).toBeGreaterThan(packets + 30));
    expect(stage.events.of('sessionClosed').map(({ session }) => session)).toEqual([lost.session]);
    expect(stage.events.of('sessionClosed', publisher)).toEqual([]);
    await vi.waitFor(() => expect(node.workers).toHaveLength(2), { timeout: 10_000 });
    const { viewer } = await stage.watch('room_edge_died');
    await viewer.firstDecodableFrame;
  });

  it("keeps the viewers of other workers when the publisher's worker dies, and gives them the new stage", async () => {
    await using house = await openStage();
    const { node, stage } = house;
    const { session: publisher } = await stage.publish('room_origin_died');
    const viewers = [await stage.watch('room_origin_died'), await stage.watch('room_origin_died')];
    await Promise.all(viewers.map(({ viewer }) => viewer.firstDecodableFrame));
    kill(node.workers[0]?.pid ?? 0, 'SIGKILL');
    expect((await stage.events.wait('sessionClosed', publisher)).reason).toBe('worker_died');
    const kept = viewers.find(({ session }) => stage.events.of('sessionClosed', session).length === 0);
    expect(kept).toBeDefined();
    if (!kept) return;
    await stage.events.wait('consumersRemoved', kept.session);
    await stage.publish('room_origin_died');
    const added = () => stage.events.of('consumersAdded', kept.session).flatMap(({ consumers }) => consumers);
    await vi.waitFor(() => expect(added()).toHaveLength(2));
    kept.viewer.addConsumers(added());
    const arrived = () => kept.viewer.streams.filter(({ consumerId }) => added().some(({ id }) => id === consumerId));
    await vi.waitFor(() => expect(arrived().every(({ packets }) => packets > 0)).toBe(true));
  });
});

function rtpBytes(stat: unknown): number {
  const { type, byteCount } = stat as { type: string; byteCount?: number };
  return type === 'inbound-rtp' ? (byteCount ?? 0) : 0;
}
