import { kill } from 'node:process';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { RtpPublisher } from '../tests/support/media/rtp-publisher.ts';
import { rtpViewerCapabilities } from '../tests/support/media/rtp-viewer.ts';
import { effort } from '../tests/support/run/effort.ts';
import { SfuError, type SfuEvent } from './contract.ts';
import { PREPARED_PER_ROOM_MAX } from './limits.ts';
import { LocalSfuNode, type LocalSfuNodeOptions } from './node.ts';

async function openNode(options: Partial<LocalSfuNodeOptions> = {}) {
  const node = await LocalSfuNode.create({
    workers: 2,
    listenIp: '127.0.0.1',
    port: 45_000,
    portRequired: false,
    ...options,
  });
  const events: SfuEvent[] = [];
  node.on((event) => events.push(event));
  return Object.assign(node, { events, [Symbol.asyncDispose]: () => node.close() });
}

const publisher = new RtpPublisher();
publisher.close();
const { videoRtpParameters, dtlsParameters } = publisher;

function grant(room: string) {
  return { room, identity: 'somebody', publish: true, subscribe: true };
}

it('spreads rooms over its workers', async () => {
  await using node = await openNode();
  for (const room of ['room_1', 'room_2', 'room_3', 'room_4'])
    await node.publish({ session: room, grant: grant(room) });
  expect(node.workers.map(({ rooms }) => rooms)).toEqual([2, 2]);
});

it('names the required port that is taken', async () => {
  await using node = await openNode({ workers: 1 });
  const [{ port = 0 } = {}] = node.workers;
  await expect(openNode({ workers: 1, port, portRequired: true })).rejects.toThrow(`port ${port}`);
});

it('ends a grant exactly at its time', async () => {
  let nowMs = 1_000;
  await using node = await openNode({ workers: 1, now: () => nowMs });
  const rtpCapabilities = rtpViewerCapabilities(node.routerRtpCapabilities);
  await node.watch({ session: 'viewer', grant: { ...grant('room_1'), until: 2_000 }, rtpCapabilities });
  nowMs = 1_999;
  await node.restartIce({ session: 'viewer' });
  nowMs = 2_000;
  // At the exact time, whenever the next sweep runs.
  await expect(node.restartIce({ session: 'viewer' })).rejects.toMatchObject({ code: 'session_not_found' });
  expect(node.events).toEqual([{ type: 'sessionClosed', room: 'room_1', session: 'viewer', reason: 'grant_expired' }]);
});

it('counts prepared sessions that are opened at the same time', async () => {
  await using node = await openNode({ workers: 1 });
  const rtpCapabilities = rtpViewerCapabilities(node.routerRtpCapabilities);
  const bots = Array.from({ length: PREPARED_PER_ROOM_MAX + 5 }, (_, index) => `bot-${index}`);
  const until = Date.now() + 10_000;
  const prepare = (identity: string) =>
    node.watch({
      session: identity,
      grant: { room: 'room_1', identity, publish: false, subscribe: false, until },
      rtpCapabilities,
    });
  const opened = await Promise.allSettled(bots.map(prepare));
  expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(PREPARED_PER_ROOM_MAX);
});

it('keeps the sessions of a gateway that renews them when the wall clock steps forward', async () => {
  let nowMs = 1_000;
  await using node = await openNode({ workers: 1, now: () => nowMs });
  const rtpCapabilities = rtpViewerCapabilities(node.routerRtpCapabilities);
  await node.publish({ session: 'creator', grant: grant('room_1') });
  await node.watch({ session: 'viewer', grant: { ...grant('room_1'), until: 2_000 }, rtpCapabilities });
  nowMs += 60_000;
  // The sweep that ends this grant has looked at the creator's lease before.
  await vi.waitFor(() => expect(node.events).toContainEqual(expect.objectContaining({ reason: 'grant_expired' })));
  expect(node.events.map(({ type, session }) => [type, session])).toEqual([['sessionClosed', 'viewer']]);
});

it('goes on when a listener fails', async () => {
  const error = vi.fn();
  await using node = await openNode({ workers: 1, log: { debug() {}, info() {}, warn() {}, error } });
  node.on(() => {
    throw new Error('a listener of the test');
  });
  await node.publish({ session: 'creator', grant: grant('room_1') });
  await node.closeSession({ session: 'creator' });
  expect(error).toHaveBeenCalledOnce();
  expect(await node.stats()).toMatchObject({ rooms: 0, sessions: 0 });
});

/**
 * Under concurrent calls, also when a worker is killed during them, every call is answered, every refusal is an
 * `SfuError`, and after all sessions have closed nothing is left.
 */
it('leaves nothing behind after any sequence of calls', async () => {
  const session = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const room = fc.constantFrom('room_1', 'room_2');
  const act = fc.oneof(
    fc.record({ kind: fc.constant('publish' as const), session, room }),
    fc.record({ kind: fc.constant('watch' as const), session, room }),
    fc.record({ kind: fc.constant('produce' as const), session }),
    fc.record({ kind: fc.constant('viewport' as const), session, width: fc.nat(2_000) }),
    fc.record({ kind: fc.constant('audience' as const), room, people: fc.nat(2) }),
    fc.record({ kind: fc.constant('closeSession' as const), session }),
    fc.record({ kind: fc.constant('closeRoom' as const), room }),
    fc.record({ kind: fc.constant('kill' as const), worker: fc.nat(1) }),
  );
  const steps = fc.array(fc.record({ act, settle: fc.boolean() }), { minLength: 10, maxLength: 40 });
  await using node = await openNode();
  const rtpCapabilities = rtpViewerCapabilities(node.routerRtpCapabilities);

  const run = async (step: typeof act extends fc.Arbitrary<infer Act> ? Act : never) => {
    if (step.kind === 'publish') await node.publish({ session: step.session, grant: grant(step.room), dtlsParameters });
    if (step.kind === 'watch') await node.watch({ session: step.session, grant: grant(step.room), rtpCapabilities });
    if (step.kind === 'produce') {
      await node.produce({ session: step.session, kind: 'video', source: 'camera', rtpParameters: videoRtpParameters });
    }
    if (step.kind === 'viewport')
      await node.setViewport({ session: step.session, viewport: { width: step.width, height: 720 } });
    if (step.kind === 'audience') await node.setAudience({ room: step.room, people: step.people });
    if (step.kind === 'closeSession') await node.closeSession({ session: step.session });
    if (step.kind === 'closeRoom') await node.closeRoom({ room: step.room });
    if (step.kind === 'kill') killWorker(node.workers[step.worker]?.pid);
  };

  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const running: Promise<unknown>[] = [];
      const refusals: unknown[] = [];
      for (const step of sequence) {
        const answered = run(step.act).catch((error) => refusals.push(error));
        running.push(answered);
        if (step.settle) await answered;
      }
      await Promise.all(running);
      expect(refusals.filter((error) => !(error instanceof SfuError))).toEqual([]);
      for (const id of ['a', 'b', 'c', 'd', 'e']) await node.closeSession({ session: id });
      expect(await node.stats()).toMatchObject({ rooms: 0, sessions: 0, producers: 0, consumers: 0 });
      await vi.waitFor(() => expect(node.workers).toHaveLength(2), { timeout: 10_000 });
      expect(node.workers.every(({ rooms, consumers }) => rooms === 0 && consumers === 0)).toBe(true);
    }),
    { numRuns: effort({ short: 8, long: 25 }), endOnFailure: true },
  );
});

function killWorker(pid: number | undefined): void {
  try {
    if (pid !== undefined) kill(pid, 'SIGKILL');
  } catch {
    // Killed before, and the node has not noticed yet.
  }
}
