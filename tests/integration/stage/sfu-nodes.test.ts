/**
 * A live over two gateways and several SFU node processes, on real Postgres and Redis: viewers are spread over the
 * nodes, and losing any process causes only a short interruption.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeReceiver } from '../../../server/protocol/receiver.ts';
import type { WatchAheadAnswer } from '../../../server/protocol/stage.ts';
import type { ConsumerOptions, TransportOptions } from '../../../sfu/contract.ts';
import { GatewayHouse, hasGateways } from '../../support/houses/gateways.ts';
import { LIGHT_LAYERS_BPS, RtpPublisher } from '../../support/media/rtp-publisher.ts';
import { RtpViewer, rtpViewerCapabilities } from '../../support/media/rtp-viewer.ts';
import type { TestParticipant } from '../../support/people/participant.ts';
import { SfuProcess } from '../../support/programs/sfu-process.ts';
import { aboutASecond } from '../../support/run/eventually.ts';

const WAIT = { timeout: 15_000, interval: 200 };
const RETRY_MS = 100;
/** So many viewers fill a node; a few more need another. */
const FULL_NODE = 12;

interface Fan {
  socket: TestParticipant;
  viewer: RtpViewer;
  session: string;
}

interface Added {
  session: string;
  consumers: ConsumerOptions[];
}

describe.skipIf(!hasGateways)('a live over gateways and SFU nodes', () => {
  let house: GatewayHouse;
  const nodes: SfuProcess[] = [];
  const ends: { close(): void }[] = [];
  const startNode = async () => {
    const env = { REDIS_URL: house.redis.url, LOGE_SFU_CONSUMERS_PER_WORKER: String(2 * FULL_NODE) };
    const node = await SfuProcess.create(env);
    nodes.push(node);
    return node;
  };
  const metricAt = async (at: number, name: string) => {
    const text = await (await fetch(`${house.gateway(at).url}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length) ?? Number.NaN,
    );
  };
  /** Every gateway is ready and knows every node. */
  const ready = () =>
    vi.waitFor(async () => {
      for (const [at, { url }] of house.gateways.entries()) {
        expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
        expect(await metricAt(at, 'loge_sfu_nodes')).toBe(nodes.length);
      }
    }, WAIT);

  beforeAll(async () => {
    house = await GatewayHouse.start({ env: { LOGE_SFU_WORKERS: '0' } });
    expect((await fetch(`${house.gateway(0).url}/readyz`)).status).toBe(503);
    await Promise.all([startNode(), startNode(), startNode()]);
    await ready();
  }, 120_000);

  afterAll(async () => {
    for (const end of ends) end.close();
    await house?.[Symbol.asyncDispose]();
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  }, 60_000);

  const opened: string[] = [];
  afterEach(async () => {
    for (const room of opened.splice(0)) await house.server('POST', `/v1/rooms/${room}/end`);
    await vi.waitFor(async () => {
      const left = await Promise.all(nodes.map((node) => node.metric('loge_sfu_sessions')));
      expect(left.every((count) => count === 0)).toBe(true);
    }, WAIT);
  });

  async function goLive(room: string, at = 0): Promise<{ socket: TestParticipant; session: string }> {
    opened.push(room);
    const socket = await house.join(at, { identity: 'ada', room, role: 'creator' });
    const publish = async () => {
      const publisher = new RtpPublisher({ layerBitratesBps: LIGHT_LAYERS_BPS });
      ends.push(publisher);
      const { dtlsParameters } = publisher;
      const { session, transport } = await socket.request('stage:publish', { dtlsParameters });
      const { videoRtpParameters: rtpParameters } = publisher;
      const producing = socket.request('stage:produce', { session, kind: 'video', source: 'camera', rtpParameters });
      await Promise.all([producing, publisher.connect(transport as TransportOptions)]);
      return session as string;
    };
    // Publishes again after its session has ended, as the SDK does.
    let current = await untilPlaced(publish);
    const again = async ({ session }: { session: string }) => {
      if (session !== current) return;
      // Fails once the test has closed the socket; the viewers check whether the live continued.
      current = await untilPlaced(publish).catch(() => current);
    };
    socket.socket.on('stage:sessionClosed', again);
    socket.socket.on('stage:moveWanted', again);
    return {
      socket,
      get session() {
        return current;
      },
    };
  }

  async function watch(socket: TestParticipant): Promise<Fan> {
    const viewer = new RtpViewer({ reports: true });
    ends.push(viewer);
    let session: string | undefined;
    // An event about the session may arrive before its answer has been read.
    const early: Added[] = [];
    socket.socket.on('stage:consumersAdded', (added: Added) => {
      if (!session) early.push(added);
      else if (added.session === session) viewer.addConsumers(added.consumers);
    });
    const answer = (await socket.request('stage:watch', {
      rtpCapabilities: rtpViewerCapabilities(socket.welcome.inside?.stage.routerRtpCapabilities ?? {}),
      dtlsParameters: viewer.dtlsParameters,
    })) as { session: string; transport: TransportOptions; consumers: ConsumerOptions[] };
    session = answer.session;
    const added = early.filter((each) => each.session === session).flatMap(({ consumers }) => consumers);
    await viewer.connect(answer.transport, [...answer.consumers, ...added]);
    return { socket, viewer, session };
  }

  async function joinAndWatch(room: string, identity: string, at: number): Promise<Fan> {
    const socket = await house.join(at, { identity, room });
    return untilPlaced(() => watch(socket));
  }

  const sees = (fan: Fan) =>
    vi.waitFor(() => {
      const before = fan.viewer.packets('video');
      expect(before).toBeGreaterThan(0);
      expect(fan.viewer.silenceMs('video')).toBeLessThan(500);
    }, WAIT);

  /** Watches again after its session has ended, as the SDK does. */
  const comeBack = (fan: Fan): Promise<Fan> => untilPlaced(() => watch(fan.socket));

  /** Retries while a gateway does not know the nodes yet. */
  async function untilPlaced<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!['stage_unavailable', 'stage_full'].includes((error as { code: string }).code)) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  test('viewers are spread over the nodes by both gateways', async () => {
    const room = (await house.createRoom()).id;
    const live = await goLive(room);
    const sockets = await Promise.all(
      Array.from({ length: FULL_NODE + 3 }, (_, index) => house.join(index % 2, { identity: `fan${index}`, room })),
    );
    const fans: Fan[] = [];
    for (const socket of sockets) fans.push(await watch(socket));
    for (const fan of fans) await fan.viewer.firstDecodableFrame;
    const sessions = await Promise.all(nodes.map((node) => node.metric('loge_sfu_consumers')));
    expect(sessions.filter((count) => count > 0).length).toBeGreaterThan(1);
    for (const fan of fans) fan.socket.socket.close();
    live.socket.socket.close();
    await house.server('POST', `/v1/rooms/${room}/end`);
    await vi.waitFor(async () => {
      const left = await Promise.all(nodes.map((node) => node.metric('loge_sfu_sessions')));
      expect(left).toEqual([0, 0, 0]);
    }, WAIT);
  });

  test('access revoked at one gateway stops the video on any node within a second', async () => {
    const room = (await house.createRoom()).id;
    await goLive(room);
    const fan = await joinAndWatch(room, 'max', 1);
    await fan.viewer.firstDecodableFrame;
    const at = performance.now();
    await house.server('POST', `/v1/rooms/${room}/removals`, { identity: 'max', reason: 'charter' });
    await vi.waitFor(() => expect(fan.viewer.silenceMs()).toBeGreaterThan(300), WAIT);
    const tookMs = performance.now() - fan.viewer.silenceMs() - at;
    expect(tookMs).toBeLessThan(await aboutASecond(house.gateway(1).url));
    await house.server('POST', `/v1/rooms/${room}/end`);
  });

  test('a session opened over HTTP is resumed at another gateway, or ends with the access', async () => {
    const room = (await house.createRoom()).id;
    const creator = await goLive(room);
    const router = creator.socket.welcome.inside?.stage.routerRtpCapabilities ?? {};
    const open = async (identity: string) => {
      const viewer = new RtpViewer({ reports: true });
      ends.push(viewer);
      const token = await house.token({ identity, room });
      const rtpCapabilities = describeReceiver(router, router);
      const { watching } = await untilPlaced(async () => {
        const body = JSON.stringify({ token, rtpCapabilities, dtlsParameters: viewer.dtlsParameters });
        const answer = await fetch(`${house.gateway(0).url}/v1/rooms/${room}/watch`, { method: 'POST', body });
        const { watching } = (await answer.json()) as WatchAheadAnswer;
        if (!watching) throw Object.assign(new Error('not placed'), { code: 'stage_unavailable' });
        return { watching };
      });
      await viewer.connect(watching.transport as unknown as TransportOptions, watching.consumers as ConsumerOptions[]);
      await viewer.firstDecodableFrame;
      return { viewer, session: watching.session };
    };
    const [adopted, absent] = await Promise.all([open('lea'), open('max')]);
    using fan = await house.join(1, { identity: 'lea', room });
    await fan.request('stage:resume', { session: adopted.session });
    await house.server('POST', `/v1/rooms/${room}/removals`, { identity: 'max', reason: 'charter' }, 1);
    await vi.waitFor(() => expect(absent.viewer.silenceMs()).toBeGreaterThan(300), WAIT);
    const packets = adopted.viewer.packets('video');
    await vi.waitFor(() => expect(adopted.viewer.packets('video')).toBeGreaterThan(packets), WAIT);
  });

  test('after a reconnect only the new gateway manages the session, although the first is alive', async () => {
    const room = (await house.createRoom()).id;
    await goLive(room, 0);
    const fan = await joinAndWatch(room, 'lea', 1);
    await fan.viewer.firstDecodableFrame;
    const watchedAt = (at: number) => metricAt(at, 'loge_media_sessions{direction="watch"}');
    await vi.waitFor(async () => expect(await watchedAt(1)).toBe(1), WAIT);
    // The transport ends without a close frame, as when the network changes.
    fan.socket.socket.io.engine.close();
    const socket = await house.join(0, { identity: 'lea', room });
    await socket.request('stage:resume', { session: fan.session });
    // It would otherwise keep renewing the session and finally close it although it is in use.
    await vi.waitFor(async () => expect([await watchedAt(0), await watchedAt(1)]).toEqual([1, 0]), WAIT);
    await sees(fan);
    await house.server('POST', `/v1/rooms/${room}/end`);
  });

  test('killing a node interrupts viewers and publisher only briefly', async () => {
    const room = (await house.createRoom()).id;
    const live = await goLive(room, 0);
    const fan = await joinAndWatch(room, 'lea', 1);
    await fan.viewer.firstDecodableFrame;
    const told = fan.socket.next('stage:sessionClosed');
    const counts = await Promise.all(nodes.map((node) => node.metric('loge_sfu_producers')));
    const origin = nodes.splice(counts.indexOf(1), 1)[0];
    const before = live.session;
    await origin?.end('SIGKILL');
    expect((await told).reason).toBe('node_lost');
    const again = await comeBack(fan);
    await sees(again);
    await vi.waitFor(() => expect(live.session).not.toBe(before), WAIT);
    await house.server('POST', `/v1/rooms/${room}/end`);
    await ready();
  });

  test('a draining node moves its sessions and exits, and the live continues', async () => {
    const room = (await house.createRoom()).id;
    await goLive(room, 0);
    let fan = await joinAndWatch(room, 'lea', 1);
    await fan.viewer.firstDecodableFrame;
    const closed: string[] = [];
    fan.socket.socket.on('stage:sessionClosed', ({ session }: { session: string }) => closed.push(session));
    // As the SDK does: the new session has a picture before the old one is closed.
    fan.socket.socket.on('stage:moveWanted', async ({ session }: { session: string }) => {
      if (session !== fan.session) return;
      const other = await comeBack(fan);
      await other.viewer.firstDecodableFrame;
      expect(fan.viewer.silenceMs('video')).toBeLessThan(500);
      fan = other;
      await fan.socket.request('stage:leave', { session });
    });
    const before = fan.session;
    const counts = await Promise.all(nodes.map((node) => node.metric('loge_sfu_producers')));
    const origin = nodes.splice(counts.indexOf(1), 1)[0];
    expect(await origin?.end('SIGTERM')).toBe(0);
    expect(fan.session).not.toBe(before);
    expect(closed).toEqual([]);
    await sees(fan);
    const carried = await Promise.all(nodes.map((node) => node.metric('loge_sfu_producers')));
    expect(carried.reduce((sum, count) => sum + count, 0)).toBe(1);
    await house.server('POST', `/v1/rooms/${room}/end`);
  });

  // The last one, because the gateway stays away.
  test('killing a gateway does not stop the video, and another one adopts the session', async () => {
    const room = (await house.createRoom()).id;
    await goLive(room, 0);
    const fan = await joinAndWatch(room, 'lea', 1);
    await fan.viewer.firstDecodableFrame;
    let longestMs = 0;
    const looking = setInterval(() => {
      longestMs = Math.max(longestMs, fan.viewer.silenceMs('video'));
    }, 10);
    await house.gateway(1).kill();
    const socket = await house.join(0, { identity: 'lea', room });
    const packets = fan.viewer.packets('video');
    await socket.request('stage:resume', { session: fan.session });
    // A frame every 33 ms.
    await vi.waitFor(() => expect(fan.viewer.packets('video')).toBeGreaterThan(packets + 200), WAIT);
    clearInterval(looking);
    // A viewer would notice a gap of many frames.
    expect(longestMs).toBeLessThan(500);
    using stranger = await house.join(0, { identity: 'tom', room });
    expect(await stranger.refusal('stage:resume', { session: fan.session })).toBe('session_not_found');
    await socket.request('stage:leave', { session: fan.session });
    await vi.waitFor(() => expect(fan.viewer.silenceMs()).toBeGreaterThan(300), WAIT);
    await house.server('POST', `/v1/rooms/${room}/end`);
  });
});
