import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SfuError, type SfuNode, type SfuNodeAnnouncement } from '../../../sfu/contract.ts';
import { MemoryAnnouncements } from '../../../tests/support/databases/memory-announcements.ts';
import { MemoryLeasedHashes } from '../../platform/leased-hashes.ts';
import { createLog } from '../../platform/log.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { Fleet } from './fleet.ts';
import { RoomPlaces } from './room-places.ts';
import { RoomTrees } from './room-trees.ts';

const ROOM = 'room_1' as RoomId;
const NODES = ['first', 'second', 'third'];
const log = createLog({ level: 'silent', pretty: false });
const ends: (() => Promise<void>)[] = [];

beforeEach(() => vi.useFakeTimers());
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  vi.useRealTimers();
});

/** Hashes that can't be reached for a while. */
class DistantHashes extends MemoryLeasedHashes {
  away = false;
  /** Runs before each change of this field. */
  before: { field: string; run: () => Promise<unknown> } | undefined;

  override async get(key: string): Promise<Map<string, string>> {
    this.#assertThere();
    return super.get(key);
  }

  override async swap(request: Parameters<MemoryLeasedHashes['swap']>[0]): Promise<string> {
    this.#assertThere();
    await this.#runBefore(request.field);
    return super.swap(request);
  }

  override async remove(key: string, field?: string): Promise<void> {
    await this.#runBefore(field);
    return super.remove(key, field);
  }

  async #runBefore(field: string | undefined): Promise<void> {
    if (field !== undefined && field === this.before?.field) await this.before.run();
  }

  #assertThere(): void {
    if (this.away) throw new Error('Redis is away.');
  }
}

/** Nodes that record their calls; the gateway is connected to those that it needed. */
class Nodes {
  readonly board = new MemoryAnnouncements();
  readonly followed: string[] = [];
  /** Asked whether a room is open there. */
  readonly asked: string[] = [];
  readonly open = new Set<string>();
  readonly #gone = new Map<string, () => void>();
  answer: Promise<void> | undefined;
  readonly unreachable = new Set<string>();

  async announce(node: string, { draining = false, load = NODES.indexOf(node) } = {}): Promise<void> {
    const url = `wss://${node}.example:4001`;
    const said: SfuNodeAnnouncement = {
      ...{ node, url, region: '', version: '1', workers: 1, capacity: 100, load, draining },
    };
    await this.board.announce(node, JSON.stringify(said));
  }

  async kill(node: string): Promise<void> {
    await this.board.withdraw(node);
    this.#gone.get(node)?.();
  }

  async connect(url: string, handleGone: () => void): Promise<SfuNode> {
    const id = new URL(url).hostname.replace('.example', '');
    this.#gone.set(id, handleGone);
    const node = {
      ...{ id, connected: true, routerRtpCapabilities: { codecs: [] } },
      on: () => () => {},
      close: async () => {},
      follow: async ({ upstream, fence }: { upstream: { node: string }; fence?: number }) => {
        await this.answer;
        if (this.unreachable.has(id)) throw new SfuError('node_unavailable', 'It does not answer.');
        this.followed.push(`${id} follows ${upstream.node} at fence ${fence}`);
      },
      isOpen: async () => {
        this.asked.push(id);
        await this.answer;
        return { open: this.open.has(id) };
      },
    };
    // As much of a node as is needed to put people there.
    return node as unknown as SfuNode;
  }
}

async function house() {
  const nodes = new Nodes();
  for (const node of NODES) await nodes.announce(node);
  const fleet = await Fleet.create({ board: nodes.board, connect: (url, gone) => nodes.connect(url, gone), log });
  ends.push(() => fleet.close());
  const hashes = new DistantHashes();
  const trees = new RoomTrees(hashes);
  const places = new RoomPlaces({ fleet, trees, log, region: '' });
  fleet.listen({
    handleEvent: () => {},
    handleNode: (said) => places.handleNode(said),
    handleGone: (node) => places.handleGone(node),
  });
  const publish = async () => {
    const { node } = await places.publish(ROOM, 1, async () => undefined);
    // The answer does not wait for the other nodes.
    await vi.advanceTimersByTimeAsync(0);
    return node;
  };
  const use = (publisher: string | undefined) => places.renew(new Map([[ROOM, { publisher, watched: new Set() }]]));
  return { nodes, fleet, hashes, trees, places, publish, use };
}

test('while Redis is away, moves the publisher of a lost node, and places no one else without data', async () => {
  const { nodes, hashes, publish, places } = await house();
  expect(await publish()).toBe('first');
  hashes.away = true;
  await nodes.kill('first');
  await expect(places.watch({ room: ROOM, viewer: 'free' }, async () => undefined)).rejects.toMatchObject({
    code: 'stage_unavailable',
  });
  expect(await publish()).toBe('second');
  expect((await places.watch({ room: ROOM, viewer: 'free' }, async () => undefined)).node).toBe('second');
});

test('while Redis is away, refuses to publish in an unknown room', async () => {
  const { hashes, publish } = await house();
  hashes.away = true;
  await expect(publish()).rejects.toMatchObject({ code: 'stage_unavailable' });
});

test('a publisher who is still on a draining node does not return the room to it', async () => {
  const { nodes, fleet, trees, publish, use } = await house();
  expect(await publish()).toBe('first');
  await nodes.announce('first', { draining: true });
  await fleet.look();
  await trees.moveOrigin(ROOM, 'first', 'second');
  for (let look = 0; look < 3; look += 1) await use('first');
  expect((await trees.get(ROOM)).origin).toBe('second');
  expect(nodes.followed).toEqual([]);
});

test("moves a draining node's room to the publisher's new node, with the fence of that start", async () => {
  const { nodes, fleet, publish } = await house();
  expect(await publish()).toBe('first');
  await nodes.announce('first', { draining: true });
  await fleet.look();
  expect(await publish()).toBe('second');
  expect(nodes.followed).toEqual(['first follows second at fence 1']);
});

test('a node that hangs does not delay the live on another one', async () => {
  const { nodes, fleet, publish } = await house();
  await publish();
  await nodes.announce('first', { draining: true });
  await fleet.look();
  nodes.answer = new Promise(() => {});
  expect(await publish()).toBe('second');
});

test('when the origin is lost, a draining node also gets the stage from the next one', async () => {
  const { nodes, fleet, trees, publish } = await house();
  expect(await publish()).toBe('first');
  await trees.claimEdge(ROOM, 'second', 'first');
  await nodes.announce('second', { draining: true });
  await fleet.look();
  await nodes.kill('first');
  await fleet.look();
  expect(await publish()).toBe('third');
  expect(nodes.followed).toEqual(['second follows third at fence 1']);
});

test('removes unused nodes, including one unknown to this gateway and a lost one', async () => {
  const { nodes, trees, publish, use } = await house();
  expect(await publish()).toBe('first');
  nodes.open.add('third');
  for (const node of ['second', 'third', 'gone']) await trees.claimEdge(ROOM, node, 'first');
  await publish();
  await use('first');
  await use('first');
  expect((await trees.get(ROOM)).edges).toEqual(new Map([['third', 'first']]));
});

test('does not start a second check while one is running', async () => {
  const { nodes, trees, publish, use } = await house();
  await publish();
  await trees.claimEdge(ROOM, 'second', 'first');
  const answer = Promise.withResolvers<void>();
  nodes.answer = answer.promise;
  const looks = [use('first'), use('first'), use('first')];
  await vi.waitFor(() => expect(nodes.asked).toHaveLength(1));
  answer.resolve();
  await Promise.all(looks);
  expect(nodes.asked).toEqual(['second']);
  expect((await trees.get(ROOM)).edges.size).toBe(1);
});

test('keeps nodes that cannot be reached', async () => {
  const { nodes, trees, publish, use } = await house();
  await publish();
  await trees.claimEdge(ROOM, 'second', 'first');
  nodes.answer = Promise.reject(new SfuError('node_unavailable', 'It does not answer.'));
  for (let look = 0; look < 3; look += 1) await use('first');
  expect((await trees.get(ROOM)).edges.size).toBe(1);
});

test('a read while the room moves off a draining node does not leave the other nodes with it', async () => {
  const { nodes, fleet, hashes, trees, places, publish } = await house();
  expect(await publish()).toBe('first');
  await trees.claimEdge(ROOM, 'second', 'first');
  await nodes.announce('first', { draining: true });
  await nodes.announce('second', { load: 90 });
  await fleet.look();
  hashes.before = { field: 'edge:third', run: () => places.origin(ROOM) };
  expect(await publish()).toBe('third');
  expect((await trees.get(ROOM)).edges.get('second')).toBe('third');
  expect(nodes.followed).toContain('second follows third at fence 1');
});

test('a node that leaves the tree gives the location of the stage to a viewer who returns at that moment', async () => {
  const { nodes, fleet, hashes, places, publish } = await house();
  expect(await publish()).toBe('first');
  for (const node of ['first', 'third']) await nodes.announce(node, { load: 90 });
  await fleet.look();
  const watch = () => places.watch({ room: ROOM, viewer: 'paying' }, async (place) => place.upstream?.node);
  expect(await watch()).toEqual({ node: 'second', answer: 'first' });
  const looks = nodes.asked.length;
  const answer = Promise.withResolvers<void>();
  const before = (run: () => unknown) => {
    hashes.before = { field: 'edge:second', run: async () => run() };
  };
  // The second look of the pruner is answered while the viewer's node enters the tree again.
  before(() => {
    nodes.answer = answer.promise;
  });
  const leaving = places.releaseViewer(ROOM, 'second');
  await vi.waitFor(() => expect(nodes.asked.length).toBe(looks + 2));
  before(() => {
    answer.resolve();
    return leaving;
  });
  expect(await watch()).toEqual({ node: 'second', answer: 'first' });
});

test('a node that was unreachable when the publisher moved gets the new location at the next check', async () => {
  const { nodes, fleet, trees, publish, use } = await house();
  expect(await publish()).toBe('first');
  await trees.claimEdge(ROOM, 'second', 'first');
  nodes.open.add('second');
  await nodes.announce('second', { load: 90 });
  await nodes.kill('first');
  await fleet.look();
  nodes.unreachable.add('second');
  expect(await publish()).toBe('third');
  nodes.unreachable.clear();
  await use('third');
  expect(nodes.followed).toEqual(['second follows third at fence 0']);
});

test('a corrected tree ends no later publisher', async () => {
  const { nodes, trees, publish, use } = await house();
  expect(await publish()).toBe('first');
  await trees.moveOrigin(ROOM, 'first', 'second');
  for (let look = 0; look < 2; look += 1) await use('first');
  expect(nodes.followed).toEqual(['second follows first at fence 0']);
});

test('forgets rooms that nobody is in here', async () => {
  const { hashes, places, publish } = await house();
  await publish();
  await places.renew(new Map());
  hashes.away = true;
  await expect(publish()).rejects.toMatchObject({ code: 'stage_unavailable' });
});
