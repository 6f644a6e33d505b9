import { expect, test } from 'vitest';
import { Placement, type PlacementAnswer, type PlacementLimits, type PlacementNode } from './placement.ts';

const ROOM = 'room_1';

function withNodes(nodes: Partial<PlacementNode>[], limits: Partial<PlacementLimits> = {}): Placement {
  const placement = new Placement(limits);
  nodes.forEach((node, index) => {
    placement.setNode({ id: `node${index}`, region: 'west', capacity: 100, load: 0, draining: false, ...node });
  });
  return placement;
}

function seat(placement: Placement, request: { region?: string; viewer?: 'paying' | 'free'; avoid?: string[] } = {}) {
  return placement.placeViewer({ room: ROOM, viewer: 'paying', ...request });
}

function seated(answer: PlacementAnswer): { node: string; parent?: string; depth: number } {
  if (!answer.ok) throw new Error(`refused: ${answer.reason}`);
  const { node, parent, depth } = answer;
  return { node, ...(parent ? { parent } : {}), depth };
}

test('places a publisher on the least loaded node of their region, and elsewhere only if the region is full', () => {
  const placement = withNodes([{ load: 30 }, { load: 20 }, { region: 'east', load: 0 }, { region: 'south', load: 5 }]);
  expect(seated(placement.placePublisher({ room: ROOM, region: 'west' }))).toEqual({ node: 'node1', depth: 0 });
  placement.setNode({ id: 'node0', region: 'west', capacity: 100, load: 99, draining: false });
  placement.setNode({ id: 'node1', region: 'west', capacity: 100, load: 99, draining: false });
  expect(seated(placement.placePublisher({ room: 'room_2', region: 'west' })).node).toBe('node2');
});

test("load counts as a share of the node's capacity", () => {
  const placement = withNodes([
    { capacity: 1_000, load: 300 },
    { capacity: 100, load: 40 },
  ]);
  expect(seated(placement.placePublisher({ room: ROOM })).node).toBe('node0');
});

test('publishing again keeps the origin and its load', () => {
  const placement = withNodes([{}, {}]);
  const first = seated(placement.placePublisher({ room: ROOM }));
  const load = placement.node(first.node)?.load;
  expect(seated(placement.placePublisher({ room: ROOM }))).toEqual(first);
  expect(placement.node(first.node)?.load).toBe(load);
  placement.releasePublisher(ROOM);
  expect(placement.node(first.node)?.load).toBe(0);
});

test('a small room stays on its origin without a pipe', () => {
  const placement = withNodes([{}, {}, {}]);
  const origin = seated(placement.placePublisher({ room: ROOM })).node;
  for (let viewer = 0; viewer < 25; viewer++) expect(seated(seat(placement))).toEqual({ node: origin, depth: 0 });
  expect(placement.figures().edges).toBe(0);
});

test('without a region, places a viewer on a node that already carries the room', () => {
  const placement = withNodes([{ region: 'east', load: 30 }, { load: 0 }]);
  placement.setRoom({ room: ROOM, origin: 'node0', edges: new Map() });
  expect(seated(seat(placement))).toEqual({ node: 'node0', depth: 0 });
  expect(seated(seat(placement, { region: 'atlantis' }))).toEqual({ node: 'node0', depth: 0 });
});

test('past nodeSpreadAt a room spreads over the region, and each node pulls it once', () => {
  const placement = withNodes([{}, {}, {}]);
  const origin = seated(placement.placePublisher({ room: ROOM })).node;
  const pulls = new Map<string, string>();
  for (let viewer = 0; viewer < 100; viewer++) {
    const { node, parent } = seated(seat(placement));
    if (!parent) continue;
    expect(pulls.has(node)).toBe(false);
    pulls.set(node, parent);
  }
  expect(pulls.size).toBe(2);
  expect(new Set(pulls.values())).toEqual(new Set([origin]));
  const { load } = placement.figures();
  expect(load.max - load.min).toBeLessThan(0.1);
});

test('under load a room does not spread over more nodes than needed for balance', () => {
  const placement = withNodes(Array.from({ length: 50 }, () => ({ capacity: 1_000, load: 700 })));
  placement.placePublisher({ room: ROOM });
  for (let viewer = 0; viewer < 25; viewer++) seat(placement);
  expect(placement.figures().edges).toBe(0);
  for (let viewer = 0; viewer < 100; viewer++) seat(placement);
  expect(placement.figures().edges).toBeLessThan(6);
});

test('a viewer stays in their region, which gets one copy', () => {
  const placement = withNodes([{}, { region: 'east', capacity: 20 }, { region: 'east', capacity: 20 }]);
  placement.placePublisher({ room: ROOM, region: 'west' });
  const answers = Array.from({ length: 12 }, () => seated(seat(placement, { region: 'east' })));
  expect(answers.map(({ node }) => node).every((node) => node !== 'node0')).toBe(true);
  const parents = answers.flatMap(({ parent }) => parent ?? []);
  expect(parents).toHaveLength(2);
  expect(parents.filter((parent) => parent === 'node0')).toHaveLength(1);
});

test('past the fan-out of one node the tree grows deeper, up to its limit', () => {
  const limits = { fanOutMax: 2, depthMax: 2, nodeSpreadAt: 0.1, spreadMargin: 0 };
  const placement = withNodes(
    Array.from({ length: 12 }, () => ({ capacity: 1_000 })),
    limits,
  );
  placement.placePublisher({ room: ROOM });
  const depths = Array.from({ length: 2_000 }, () => seated(seat(placement)).depth);
  expect(Math.max(...depths)).toBe(2);
  // 1 origin, 2 edges below it, 4 below those: the other nodes are out of reach, and no viewer was refused.
  expect(placement.figures().edges).toBe(6);
});

test('admits paying viewers where it refuses free ones', () => {
  const placement = withNodes([{ capacity: 20 }]);
  placement.setRoom({ room: ROOM, origin: 'node0', edges: new Map() });
  for (let viewer = 0; viewer < 9; viewer++) expect(seat(placement, { viewer: 'free' }).ok).toBe(true);
  expect(seat(placement, { viewer: 'free' })).toMatchObject({ ok: false, reason: 'nodes_full' });
  expect(seat(placement, { viewer: 'paying' }).ok).toBe(true);
  expect(seat(placement, { viewer: 'paying' })).toMatchObject({ ok: false, reason: 'nodes_full' });
  expect(placement.node('node0')?.load).toBe(20);
});

test('the retry delay of a refused viewer grows with the load', () => {
  const waits = [90, 95, 100].map((load) => {
    const placement = withNodes([{ load }]);
    placement.setRoom({ room: ROOM, origin: 'node0', edges: new Map() });
    const answer = seat(placement, { viewer: 'free' });
    return answer.ok ? undefined : answer.retryAfterMs;
  });
  expect(waits[0]).toBeGreaterThan(2_000);
  expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
  expect(waits[2]).toBe(30_000);
});

test('limits the audience of a room', () => {
  const placement = withNodes([{}], { roomViewersMax: 2 });
  placement.placePublisher({ room: ROOM });
  seat(placement);
  seat(placement);
  expect(seat(placement)).toMatchObject({ ok: false, reason: 'room_full' });
  placement.releaseViewer({ room: ROOM, node: 'node0' });
  expect(seat(placement).ok).toBe(true);
});

test('a draining node gets no viewers and no pipes, and keeps its current ones', () => {
  const placement = withNodes([{}, {}]);
  placement.setRoom({ room: ROOM, origin: 'node0', edges: new Map([['node1', 'node0']]) });
  placement.setNode({ id: 'node0', region: 'west', capacity: 100, load: 0, draining: true });
  placement.setNode({ id: 'node2', region: 'west', capacity: 100, load: 0, draining: false });
  for (let viewer = 0; viewer < 60; viewer++) {
    const { node, parent } = seated(seat(placement));
    expect(node).not.toBe('node0');
    expect(parent).not.toBe('node0');
  }
  expect(placement.depth(ROOM, 'node1')).toBe(1);
  expect(placement.depth(ROOM, 'node2')).toBe(2);
  expect(seated(placement.placePublisher({ room: ROOM })).node).not.toBe('node0');
});

test('the publisher joins fans who came first on their root node', () => {
  const placement = withNodes([{ load: 10 }, {}]);
  expect(seated(seat(placement))).toEqual({ node: 'node1', depth: 0 });
  expect(placement.origin(ROOM)).toBe('node1');
  expect(seated(placement.placePublisher({ room: ROOM }))).toEqual({ node: 'node1', depth: 0 });
});

test('replaces a lost origin and attaches its edges to the new one, while viewers wait', () => {
  const placement = withNodes([{}, {}, {}, {}]);
  placement.setRoom({
    room: ROOM,
    origin: 'node0',
    edges: new Map([
      ['node1', 'node0'],
      ['node2', 'node0'],
      ['node3', 'node2'],
    ]),
  });
  expect(placement.removeNode('node0')).toEqual([ROOM]);
  expect(placement.edges(ROOM)).toEqual(new Map([['node3', 'node2']]));
  expect(placement.origin(ROOM)).toBeUndefined();
  expect(placement.depth(ROOM, 'node3')).toBeUndefined();
  expect(seat(placement)).toMatchObject({ ok: false, reason: 'no_origin' });
  const origin = seated(placement.placePublisher({ room: ROOM, avoid: ['node1'] })).node;
  expect(['node2', 'node3']).toContain(origin);
  for (const node of ['node1', 'node2', 'node3']) {
    if (node === 'node1') expect(placement.depth(ROOM, node)).toBeUndefined();
    else expect(placement.depth(ROOM, node)).toBeLessThanOrEqual(1);
  }
  expect(seated(placement.placePublisher({ room: ROOM }))).toEqual({ node: origin, depth: 0 });
  placement.setEdge({ room: ROOM, node: 'node1', parent: origin });
  expect(placement.depth(ROOM, 'node1')).toBe(1);
  expect(placement.edges(ROOM).size).toBe(2);
});

test('a node below a lost edge gets no viewers and no pipes until it is fed again', () => {
  const placement = withNodes([{ load: 70 }, {}, {}], { fanOutMax: 1 });
  placement.setRoom({
    room: ROOM,
    origin: 'node0',
    edges: new Map([
      ['node1', 'node0'],
      ['node2', 'node1'],
    ]),
  });
  expect(placement.removeNode('node1')).toEqual([]);
  expect(placement.depth(ROOM, 'node2')).toBeUndefined();
  expect(seated(seat(placement)).node).toBe('node0');
  placement.setEdge({ room: ROOM, node: 'node2', parent: 'node0' });
  expect(seated(seat(placement))).toEqual({ node: 'node2', depth: 1 });
});

test('an announcement replaces the booked load', () => {
  const placement = withNodes([{}]);
  placement.placePublisher({ room: ROOM });
  seat(placement);
  placement.setNode({ id: 'node0', region: 'west', capacity: 100, load: 40, draining: false });
  expect(placement.node('node0')?.load).toBe(40);
});

test('a tree may name an unannounced node, which gets no viewers until its announcement', () => {
  const placement = withNodes([{}]);
  placement.setRoom({ room: ROOM, origin: 'node9', edges: new Map([['node0', 'node9']]) });
  expect(placement.figures().nodes).toBe(1);
  expect(placement.node('node9')).toBeUndefined();
  expect(seated(seat(placement)).node).toBe('node0');
  placement.setNode({ id: 'node9', region: 'west', capacity: 100, load: 0, draining: false });
  placement.setNode({ id: 'node0', region: 'west', capacity: 100, load: 50, draining: false });
  expect(seated(seat(placement))).toEqual({ node: 'node9', depth: 0 });
});

test('ignores a cycle in an announced tree', () => {
  const placement = withNodes([{}, {}, {}]);
  placement.setRoom({
    room: ROOM,
    origin: 'node0',
    edges: new Map([
      ['node1', 'node2'],
      ['node2', 'node1'],
    ]),
  });
  placement.setEdge({ room: ROOM, node: 'node0', parent: 'node1' });
  expect(placement.origin(ROOM)).toBe('node0');
  for (let viewer = 0; viewer < 40; viewer++) expect(seated(seat(placement)).node).toBe('node0');
});

test('without nodes, refuses with a reason', () => {
  expect(seat(new Placement())).toMatchObject({ ok: false, reason: 'no_node' });
  expect(seat(withNodes([{}]), { avoid: ['node0'] })).toMatchObject({ ok: false, reason: 'no_node' });
  expect(new Placement().placePublisher({ room: ROOM })).toMatchObject({ ok: false, reason: 'no_node' });
});
