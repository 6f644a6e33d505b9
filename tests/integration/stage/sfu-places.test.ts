/**
 * Two gateways in two regions with an SFU node process in each: placement, its state in Redis, and its recovery after
 * Redis was down.
 */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { WireError } from '../../../server/protocol/errors.ts';
import type { PrivateRunning } from '../../../server/protocol/money/private-sessions.ts';
import type { ConsumerOptions, RtpCapabilities, TransportOptions } from '../../../sfu/contract.ts';
import { clientId, GatewayHouse, hasGateways } from '../../support/houses/gateways.ts';
import { goLive, type Live } from '../../support/media/media.ts';
import { RtpViewer, rtpViewerCapabilities } from '../../support/media/rtp-viewer.ts';
import type { TestParticipant } from '../../support/people/participant.ts';
import { SfuProcess } from '../../support/programs/sfu-process.ts';
import { drawVariants, isLong } from '../../support/run/effort.ts';
import { aboutASecond } from '../../support/run/eventually.ts';

const REGIONS = ['west', 'east'] as const;
const WAIT = { timeout: 15_000, interval: 200 };
/** Nodes are looked up every second, and a killed one's reservations expire after five. */
const SETTLES = { timeout: 15_000, interval: 500 };
/**
 * Low enough that about 35 viewers fill both nodes, and high enough that the reserve for paying viewers survives one
 * free viewer too many.
 */
const CONSUMERS = '42';
/**
 * This many come at once; from then on each waits until the nodes have reported the one before, because gateways rely
 * on the last report.
 */
const RUSH = 26;

describe.skipIf(!hasGateways)('gateways and SFU nodes of two regions', () => {
  let house: GatewayHouse;
  let redis: Redis;
  const nodes: SfuProcess[] = [];
  const ends: (() => void)[] = [];
  const opened: string[] = [];

  beforeAll(async () => {
    house = await GatewayHouse.start({
      env: { LOGE_SFU_WORKERS: '0' },
      envOf: (index) => ({ LOGE_REGION: REGIONS[index] ?? '' }),
    });
    redis = new Redis(house.redis.url);
    redis.on('error', () => {});
    for (const LOGE_SFU_REGION of REGIONS) {
      const env = { REDIS_URL: house.redis.url, LOGE_SFU_REGION, LOGE_SFU_CONSUMERS_PER_WORKER: CONSUMERS };
      nodes.push(await SfuProcess.create(env));
    }
    await ready();
  }, 120_000);

  afterAll(async () => {
    redis?.disconnect();
    await house?.[Symbol.asyncDispose]();
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  }, 60_000);

  afterEach(async () => {
    for (const room of opened.splice(0)) await house.server('POST', `/v1/rooms/${room}/end`);
    for (const end of ends.splice(0)) end();
    await vi.waitFor(async () => expect(await each('loge_sfu_sessions')).toEqual([0, 0]), WAIT);
  });

  /** Every gateway is ready and knows every node: then it prefers its own region's. */
  const ready = () =>
    vi.waitFor(async () => {
      for (const { url } of house.gateways) {
        expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
        expect(await (await fetch(`${url}/metrics`)).text()).toContain(`\nloge_sfu_nodes ${nodes.length}\n`);
      }
    }, WAIT);
  const each = (metric: string) => Promise.all(nodes.map((node) => node.metric(metric)));
  const treeOf = (room: string) => redis.hgetall(`loge:0:tree:${room}`);

  async function open(access?: Parameters<GatewayHouse['createRoom']>[0]): Promise<string> {
    const { id } = await house.createRoom(access);
    opened.push(id);
    return id;
  }

  async function join(at: number, claims: { identity: string; room: string } & Record<string, unknown>) {
    const socket = await house.join(at, claims);
    ends.push(() => socket.socket.close());
    return socket;
  }

  /** The creator is in the west. */
  async function start(room: string): Promise<Live & { socket: TestParticipant }> {
    const socket = await join(0, { identity: 'ada', room, role: 'creator' });
    const live = await goLive(socket);
    ends.push(() => live[Symbol.dispose]());
    return { ...live, socket };
  }

  async function giveCredit(identity: string): Promise<void> {
    const promotion = { identity, amountMinor: 20_000, reason: 'credit of the test', idempotencyKey: clientId() };
    await house.server('POST', '/v1/promotions', promotion);
  }

  async function watch(
    socket: TestParticipant,
    router?: RtpCapabilities,
    { reports = true } = {},
  ): Promise<{ session: string; viewer: RtpViewer }> {
    const viewer = new RtpViewer({ reports });
    ends.push(() => viewer.close());
    const { session, transport, consumers } = (await socket.request('stage:watch', {
      rtpCapabilities: rtpViewerCapabilities(router ?? socket.welcome.inside?.stage.routerRtpCapabilities ?? {}),
      dtlsParameters: viewer.dtlsParameters,
    })) as { session: string; transport: TransportOptions; consumers: ConsumerOptions[] };
    socket.socket.on('stage:consumersAdded', (added: { session: string; consumers: ConsumerOptions[] }) => {
      if (added.session === session) viewer.addConsumers(added.consumers);
    });
    // One that was replaced before it had connected would repeat its handshake for half a minute.
    socket.socket.on('stage:sessionClosed', (closed: { session: string }) => {
      if (closed.session === session) viewer.close();
    });
    await viewer.connect(transport, consumers);
    return { session, viewer };
  }

  const sees = (viewer: RtpViewer) =>
    vi.waitFor(() => {
      expect(viewer.packets('video')).toBeGreaterThan(0);
      expect(viewer.silenceMs('video')).toBeLessThan(300);
    }, WAIT);

  test('viewers go to the node of their region, which leaves the tree with its last viewer', async () => {
    const room = await open();
    await start(room);
    const near = await watch(await join(0, { identity: 'lea', room }));
    const socket = await join(1, { identity: 'tom', room });
    const far = await watch(socket);
    const second = await watch(await join(1, { identity: 'max', room }));
    for (const { viewer } of [near, far, second]) await sees(viewer);
    expect(await each('loge_sfu_producers')).toEqual([2, 0]);
    expect(await each('loge_sfu_consumers')).toEqual([2, 4]);
    const [west, east] = nodes.map(({ id }) => id);
    expect(await treeOf(room)).toEqual({ origin: west, [`edge:${east}`]: west });
    await socket.request('stage:leave', { session: far.session });
    await vi.waitFor(async () => expect(await each('loge_sfu_consumers')).toEqual([2, 2]), WAIT);
    await sees(second.viewer);
    expect(await treeOf(room)).toEqual({ origin: west, [`edge:${east}`]: west });
    await house.server('POST', `/v1/rooms/${room}/removals`, { identity: 'max', reason: 'charter' });
    // Long before unrenewed entries would expire.
    await vi.waitFor(async () => expect(await treeOf(room)).toEqual({ origin: west }), { timeout: 5_000 });
    await vi.waitFor(async () => expect(await each('loge_sfu_pipes')).toEqual([0, 0]), WAIT);
    await sees((await watch(await join(1, { identity: 'ines', room }))).viewer);
    expect(await treeOf(room)).toEqual({ origin: west, [`edge:${east}`]: west });
  });

  test('at capacity free viewers get a retry delay, and paying ones are still admitted', async () => {
    const free = await open();
    const paid = await open({ kind: 'ticket', priceMinor: 500 });
    await start(free);
    const ask = async (socket: TestParticipant) => {
      const { codecs, headerExtensions } = socket.welcome.inside?.stage.routerRtpCapabilities ?? {};
      const viewer = new RtpViewer();
      ends.push(() => viewer.close());
      const answer = await socket.emit('stage:watch', {
        rtpCapabilities: { codecs, headerExtensions },
        dtlsParameters: viewer.dtlsParameters,
      });
      // Otherwise it would time out before the others have come.
      if (answer.ok) await viewer.connect((answer.data as { transport: TransportOptions }).transport, []);
      return answer;
    };
    let refused: WireError | undefined;
    const told = async () => {
      const said = Object.values(await redis.hgetall('loge:0:{announced:sfu}:said'));
      return said.map((text) => (JSON.parse(text) as { load: number }).load).toSorted();
    };
    const fan = (index: number) => join(1, { identity: `fan${index}`, room: free });
    for (const socket of await Promise.all(Array.from({ length: RUSH }, (_, index) => fan(index)))) {
      expect(await ask(socket)).toMatchObject({ ok: true });
    }
    for (let i = RUSH; i < 60 && !refused; i += 1) {
      const socket = await fan(i);
      await vi.waitFor(
        async () => expect(await told()).toEqual((await each('loge_sfu_load_consumers')).toSorted()),
        WAIT,
      );
      const answer = await ask(socket);
      if (!answer.ok) refused = answer.error;
    }
    expect(refused).toMatchObject({ code: 'stage_full', retryable: true, retryAfterMs: expect.any(Number) });
    expect(await ask(await join(1, { identity: 'payer', room: paid, entitled: true }))).toMatchObject({ ok: true });
    // The other gateway may not have read the last reports yet, as it does once a second.
    for (const at of nodes.keys()) {
      const late = await join(at, { identity: `late${at}`, room: free });
      const isRefused = async () => expect(await ask(late)).toMatchObject({ error: { code: 'stage_full' } });
      await vi.waitFor(isRefused, { timeout: 5_000, interval: 1_000 });
    }
    // Once they have left, each gateway learns it and admits free viewers again.
    for (const room of opened.splice(0)) await house.server('POST', `/v1/rooms/${room}/end`);
    const next = await open();
    await start(next);
    for (const at of nodes.keys()) {
      const socket = await join(at, { identity: 'next', room: next });
      await vi.waitFor(async () => expect(await ask(socket)).toMatchObject({ ok: true }), SETTLES);
    }
  }, 90_000);

  test('while a gateway is down its viewers can be removed, and resume at the other with what they missed', async () => {
    const room = await open();
    const { socket: creator, session: earlier } = await start(room);
    const { session, viewer } = await watch(await join(1, { identity: 'lea', room }));
    const { viewer: absent } = await watch(await join(1, { identity: 'max', room }));
    await sees(viewer);
    const socket = house.gateway(1);
    await socket.kill();
    await sees(absent);
    await house.server('POST', `/v1/rooms/${room}/removals`, { identity: 'max', reason: 'charter' });
    const at = performance.now();
    await vi.waitFor(() => expect(absent.silenceMs()).toBeGreaterThan(500), WAIT);
    const tookMs = performance.now() - absent.silenceMs() - at;
    expect(tookMs).toBeLessThan(await aboutASecond(house.gateway(0).url));
    // The creator changes sessions before the other fan reconnects.
    const again = await goLive(creator);
    ends.push(() => again[Symbol.dispose]());
    expect(again.session).not.toBe(earlier);
    const back = await join(0, { identity: 'lea', room });
    const { consumers } = await back.request('stage:resume', { session });
    back.socket.on('stage:consumersAdded', (added: { consumers: ConsumerOptions[] }) =>
      viewer.addConsumers(added.consumers),
    );
    viewer.addConsumers(consumers as ConsumerOptions[]);
    const before = viewer.packets('video');
    await vi.waitFor(() => expect(viewer.packets('video')).toBeGreaterThan(before + 50), WAIT);
    await back.request('stage:leave', { session });
    await socket.start();
    await ready();
  });

  test.each(
    drawVariants([
      { name: 'with its data', keepData: true },
      { name: 'without its data', keepData: false },
    ]),
  )(
    'without Redis lives continue, new viewers get a retry delay where the room is unknown, and all recovers when it is back $name',
    async ({ keepData }) => {
      const room = await open();
      const live = await start(room);
      const { viewer } = await watch(await join(0, { identity: 'lea', room }));
      await sees(viewer);
      const [west] = nodes.map(({ id }) => id);
      await house.redis.kill();
      const reasons = async (at: number) =>
        ((await (await fetch(`${house.gateway(at).url}/readyz`)).json()) as { reasons?: string[] }).reasons;
      await vi.waitFor(async () => expect([await reasons(0), await reasons(1)]).not.toContain(undefined), WAIT);
      await sees(viewer);
      // Its gateway knows the room's place; the other one would have to guess.
      await sees((await watch(await join(0, { identity: 'tom', room }))).viewer);
      const far = await join(1, { identity: 'max', room });
      const { codecs, headerExtensions } = far.welcome.inside?.stage.routerRtpCapabilities ?? {};
      const refused = await far.emit('stage:watch', { rtpCapabilities: { codecs, headerExtensions } });
      expect(refused).toMatchObject({
        ok: false,
        error: { code: 'stage_unavailable', retryable: true, retryAfterMs: expect.any(Number) },
      });
      await house.redis.start({ keepData });
      await ready();
      await vi.waitFor(async () => expect((await treeOf(room)).origin).toBe(west), WAIT);
      await vi.waitFor(async () => expect(await redis.hlen('loge:0:{announced:sfu}:said')).toBe(2), WAIT);
      await sees(viewer);
      await sees((await watch(far)).viewer);
      await live.socket.request('stage:endLive', {});
    },
  );

  test('after a publisher moved while Redis was down, the tree is corrected once Redis is back with its old data', async () => {
    const room = await open();
    const { socket: creator } = await start(room);
    const [west, east] = nodes;
    await vi.waitFor(async () => expect((await treeOf(room)).origin).toBe(west?.id), WAIT);
    await house.redis.kill();
    const closed = creator.next('stage:sessionClosed');
    await west?.end('SIGKILL');
    await closed;
    const again = await vi.waitFor(() => goLive(creator), WAIT);
    ends.push(() => again[Symbol.dispose]());
    await house.redis.start({ keepData: true });
    await vi.waitFor(async () => expect((await treeOf(room)).origin).toBe(east?.id), WAIT);
    // Each gateway reaches Redis again at its own time; until then it refuses with a retry delay.
    const lea = await join(1, { identity: 'lea', room });
    await sees((await vi.waitFor(() => watch(lea), WAIT)).viewer);
    await west?.start();
    await ready();
  });

  /** Number of viewers on both nodes; each gets an audio and a video track. */
  const watching = async () => (await each('loge_sfu_consumers')).reduce((sum, count) => sum + count, 0) / 2;

  test('a person can watch a room at most four times over all gateways and nodes', async () => {
    const room = await open();
    await start(room);
    const sockets: TestParticipant[] = [];
    for (let i = 0; i < 8; i += 1) sockets.push(await join(i % 2, { identity: 'hoarder', room }));
    const refusals: string[] = [];
    const refuse = (error: { code?: string }) => {
      // Without a code it is the viewer's own error: its session was replaced before it had connected.
      if (error.code) refusals.push(error.code);
      return undefined;
    };
    await Promise.all(sockets.map((socket) => watch(socket).catch(refuse)));
    // Not those that have connected: one of them may have been replaced just before its node knew of it.
    const atOnce = await watching();
    // Concurrent attempts may have refused each other, and a node may still count a session that another has released.
    const watchInTurn = async () => {
      for (const socket of sockets) await watch(socket).catch(refuse);
      return await watching();
    };
    await vi.waitFor(async () => expect(await watchInTurn()).toBeGreaterThanOrEqual(4), {
      timeout: 40_000,
      interval: 500,
    });
    const inOrder = await watchInTurn();
    process.stdout.write(`${JSON.stringify({ atOnce, inOrder, onNodes: await each('loge_sfu_consumers') })}\n`);
    expect([atOnce, inOrder]).toEqual([expect.toSatisfy((count: number) => count <= 4), 4]);
    expect(new Set(refusals)).toEqual(new Set(['too_many_media_sessions']));
    // The limit is per person and room.
    await sees((await watch(await join(1, { identity: 'lea', room }))).viewer);
  }, 90_000);

  test('a person at the limit can reconnect through another gateway, and to another node after theirs was killed', async () => {
    const room = await open();
    await start(room);
    const sockets: TestParticipant[] = [];
    const sessions: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      const socket = await join(i % 2, { identity: 'lea', room });
      sockets.push(socket);
      sessions.push((await watch(socket)).session);
    }
    await vi.waitFor(async () => expect(await each('loge_sfu_consumers')).toEqual([4, 4]), WAIT);
    sockets[1]?.socket.io.engine.close();
    const back = await join(0, { identity: 'lea', room });
    await back.request('stage:resume', { session: sessions[1] });
    await expect(watch(await join(1, { identity: 'lea', room }))).rejects.toMatchObject({
      code: 'too_many_media_sessions',
    });

    const east = nodes[1] as SfuProcess;
    const told = Promise.all([back, sockets[3] as TestParticipant].map((socket) => socket.next('stage:sessionClosed')));
    await east.end('SIGKILL');
    expect((await told).map(({ reason }) => reason)).toEqual(['node_lost', 'node_lost']);
    // Sessions of the killed node count until their lease expires.
    for (const socket of [back, sockets[3] as TestParticipant]) {
      const { viewer } = await vi.waitFor(() => watch(socket), SETTLES);
      await sees(viewer);
    }
    expect(await nodes[0]?.metric('loge_sfu_consumers')).toBe(8);
    await expect(watch(await join(0, { identity: 'lea', room }))).rejects.toMatchObject({
      code: 'too_many_media_sessions',
    });
    await east.start();
    await ready();
    // A gateway learns of the room's end while a participant is connected, and closes what the killed node pulled.
    const ended = back.next('rooms:ended');
    for (const id of opened.splice(0)) await house.server('POST', `/v1/rooms/${id}/end`);
    await ended;
  });

  test('a private session between two nodes is billed for its media, and outlives its first grant', async () => {
    const room = await open({ kind: 'private', ratePerMinuteMinor: 600 });
    await giveCredit('lea');
    const { socket: creator, publisher } = await start(room);
    const fan = await join(1, { identity: 'lea', room });
    const { session } = await fan.request('private:request', { minutes: 1 });
    const granted = fan.next('rooms:accessGranted');
    await creator.request('private:accept', { session: session.id });
    const { access, inside } = await granted;
    const { viewer } = await watch(fan, inside.stage.routerRtpCapabilities as RtpCapabilities);
    await sees(viewer);
    expect(await each('loge_sfu_consumers')).toEqual([0, 2]);
    const running = () =>
      fan.events.findLast(({ name }) => name === 'private:running')?.data as PrivateRunning | undefined;
    await vi.waitFor(() => expect(running()?.costMinor).toBeGreaterThan(20), WAIT);
    const keyEndsAt = Date.parse(access.until ?? '');
    const untilNow = async () => Date.parse((await join(0, { identity: 'lea', room })).welcome.access.until ?? '');
    await vi.waitFor(async () => expect(await untilNow()).toBeGreaterThan(keyEndsAt), WAIT);
    if (isLong)
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(keyEndsAt + 1_000), { timeout: 60_000, interval: 200 });
    await sees(viewer);
    // A loaded machine may miss a moment of it.
    await vi.waitFor(() => expect(running()?.confirmed).toBe(true), WAIT);
    publisher.close();
    await vi.waitFor(() => expect(running()?.confirmed).toBe(false), WAIT);
    const { session: ended } = await fan.request('private:end', { session: session.id });
    if (isLong) expect(ended.confirmedMs).toBeGreaterThan(keyEndsAt - Date.parse(ended.startedAt) - WAIT.timeout);
    expect(ended.confirmedMs).toBeLessThan(Date.parse(ended.endedAt) - Date.parse(ended.startedAt));
    const { balanceMinor } = await fan.request('money:wallet');
    expect(balanceMinor).toBe(20_000 - Math.floor((600 * ended.confirmedMs) / 60_000));
  }, 120_000);

  test('a client without reports gets a few seconds of a private session in total, also over several nodes', async () => {
    const room = await open({ kind: 'private', ratePerMinuteMinor: 600 });
    await giveCredit('mallory');
    const { socket: creator } = await start(room);
    const sockets = [await join(0, { identity: 'mallory', room }), await join(1, { identity: 'mallory', room })];
    const granted = Promise.all(sockets.map((socket) => socket.next('rooms:accessGranted')));
    const { session } = await (sockets[0] as TestParticipant).request('private:request', { minutes: 2 });
    await creator.request('private:accept', { session: session.id });
    const router = (await granted)[0]?.inside.stage.routerRtpCapabilities as RtpCapabilities;
    let [unprovedMs, unprovedBytes] = [0, 0];
    for (let turn = 0; turn < 12; turn += 1) {
      const socket = sockets[turn % 2] as TestParticipant;
      const paused = socket.events.filter(({ name }) => name === 'stage:paused').length;
      const { session: media, viewer } = await watch(socket, router, { reports: false });
      // Too short to be seen reliably by a poll every half second.
      await vi.waitFor(() => {
        const isPaused = socket.events.filter(({ name }) => name === 'stage:paused').length > paused;
        expect(isPaused || viewer.packets('audio') >= 40).toBe(true);
      }, WAIT);
      await socket.request('stage:leave', { session: media });
      viewer.close();
      // Audio is a packet every 20 ms.
      unprovedMs += 20 * viewer.packets('audio');
      unprovedBytes += viewer.streams.reduce((sum, { bytes }) => sum + bytes, 0);
    }
    process.stdout.write(`${JSON.stringify({ unprovedMs, unprovedBytes })}\n`);
    expect(unprovedMs).toBeLessThan(5_000);
    await creator.request('private:end', { session: session.id });
  }, 120_000);
});
