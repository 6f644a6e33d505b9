import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { RemoteSfuNode } from '../../../sfu/control/remote-node.ts';
import { SfuControlServer } from '../../../sfu/control/server.ts';
import { clientTls } from '../../../sfu/control/tls.ts';
import { CONTROL_FRAME_MAX_BYTES } from '../../../sfu/limits.ts';
import { LocalSfuNode } from '../../../sfu/node.ts';
import { RtpStage, SfuEventLog } from '../../support/media/rtp-stage.ts';
import { openCertificateServer } from '../../support/programs/certificate-server.ts';
import { TcpProxy } from '../../support/programs/tcp-proxy.ts';

/** Who may connect to a node's control API, and that a broken connection loses nothing. */

const SECRET = 'a secret of the tests, long enough to be one';
const OTHER_SECRET = 'another secret of the tests, just as long as that';
const WAIT = { timeout: 10_000, interval: 20 };

async function openHouse(options: { secrets?: string[]; leaseMs?: number } = {}) {
  const { secrets = [SECRET], ...rest } = options;
  const node = await LocalSfuNode.create({
    workers: 1,
    listenIp: '127.0.0.1',
    port: 43_400,
    portRequired: false,
    layerLoweringDelayMs: 200,
    ...rest,
  });
  const control = await SfuControlServer.create({ node, host: '127.0.0.1', port: 0, secrets });
  const proxy = await TcpProxy.create(control.port);
  const gateways: RemoteSfuNode[] = [];
  return {
    node,
    control,
    proxy,
    async gateway(change: { secret?: string; port?: number } = {}) {
      const { secret = SECRET, port = control.port } = change;
      const gateway = await RemoteSfuNode.create({ url: `wss://127.0.0.1:${port}`, secret });
      gateways.push(gateway);
      return gateway;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await node.close();
      await control.close();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

type House = Awaited<ReturnType<typeof openHouse>>;

/** A connection that holds the secret and sends arbitrary frames. */
async function connectRaw({ control }: House): Promise<WebSocket> {
  const socket = new WebSocket(`wss://127.0.0.1:${control.port}`, clientTls(SECRET));
  await once(socket, 'message');
  return socket;
}

/** Resolves when the other side has closed the connection, whatever it sends. */
async function ended(socket: Socket | WebSocket): Promise<void> {
  socket.on('error', () => {});
  await new Promise((resolve) => socket.on('close', resolve));
}

it.concurrent('refuses a connection without the secret', async () => {
  await using house = await openHouse();
  const { port } = house.control;
  const attempts = [
    () => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }),
    () => connectTls({ port, host: '127.0.0.1', ...clientTls(OTHER_SECRET) }),
    () => connectTls({ port, host: '127.0.0.1', ...clientTls('') }),
    () => connectTcp(port, '127.0.0.1'),
  ];
  for (const attempt of attempts) {
    const socket = attempt();
    const said: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => said.push(chunk));
    socket.write('GET / HTTP/1.1\r\nhost: node\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    await ended(socket);
    expect(Buffer.concat(said).toString('latin1')).not.toContain('HTTP');
  }
  await expect(house.gateway({ secret: OTHER_SECRET })).rejects.toMatchObject({ code: 'node_unavailable' });
  expect(house.control.connections).toBe(0);
});

it.concurrent('sends nothing to a server with a trusted certificate but without the secret', async () => {
  await using server = await openCertificateServer();
  const plain = new WebSocket(server.url);
  await once(plain, 'open');
  expect(server.upgrades).toHaveLength(1);

  const connect = () => RemoteSfuNode.create({ url: server.url, secret: SECRET });
  await expect(connect()).rejects.toMatchObject({ code: 'node_unavailable' });
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  try {
    await expect(connect()).rejects.toMatchObject({ code: 'node_unavailable' });
  } finally {
    vi.unstubAllEnvs();
  }
  expect(server.upgrades).toHaveLength(1);
});

it.concurrent('accepts two secrets during a rotation', async () => {
  await using house = await openHouse({ secrets: [OTHER_SECRET, SECRET] });
  const gateways = [await house.gateway(), await house.gateway({ secret: OTHER_SECRET })];
  expect(gateways.map(({ id }) => id)).toEqual([house.node.id, house.node.id]);
});

it.concurrent('refuses replayed messages', async () => {
  await using house = await openHouse();
  const gateway = await house.gateway({ port: house.proxy.port });
  await gateway.setAudience({ room: 'room_replay', people: 1 });
  await using stage = new RtpStage(await house.gateway());
  const { session } = await stage.watch('room_replay');
  await gateway.renew({ sessions: [session] });
  await gateway.closeSession({ session });
  const [recording] = house.proxy.sent;
  const again = await stage.watch('room_replay');
  const before = house.control.connections;

  const replay = connectTcp(house.control.port, '127.0.0.1');
  replay.resume();
  replay.write(recording ?? '');
  await ended(replay);
  expect(recording?.length).toBeGreaterThan(500);
  expect(house.control.connections).toBe(before);
  expect(stage.events.of('sessionClosed', again.session)).toEqual([]);
});

it.concurrent('closes the connection of a client that sends invalid frames, and serves the others', async () => {
  await using house = await openHouse();
  const gateway = await house.gateway();
  const nonsense = [
    'no JSON',
    '[]',
    '{}',
    'null',
    '{"id":1}',
    '{"id":-1,"method":"stats","params":{}}',
    '{"id":1,"method":"__proto__","params":{}}',
    '{"id":1,"method":"constructor","params":{}}',
    '{"id":1,"method":"close","params":{}}',
    '{"received":5}',
    '{"received":-1}',
    randomBytes(200),
    Buffer.from('{"id":1,"method":"stats","params":{}}'),
    `{"id":1,"method":"stats","params":"${'x'.repeat(CONTROL_FRAME_MAX_BYTES)}"}`,
  ];
  for (const message of nonsense) {
    const socket = await connectRaw(house);
    socket.send(message);
    await ended(socket);
  }
  expect(await gateway.stats()).toMatchObject({ workers: 1, sessions: 0 });
  await vi.waitFor(() => expect(house.control.connections).toBe(1), WAIT);
});

it.concurrent('answers malformed parameters with an error and keeps the connection', async () => {
  await using house = await openHouse();
  const socket = await connectRaw(house);
  const ask = async (id: number, method: string, params: unknown) => {
    socket.send(JSON.stringify({ id, method, params }));
    const [data] = await once(socket, 'message');
    return JSON.parse(String(data)) as { id: number; error?: { code: string }; data?: unknown };
  };
  const wrong: [string, unknown][] = [
    ['watch', null],
    ['watch', { session: 'a', grant: {}, rtpCapabilities: {} }],
    [
      'watch',
      {
        session: { $ne: '' },
        grant: { room: 'r', identity: 'i', publish: true, subscribe: true },
        rtpCapabilities: {},
      },
    ],
    ['publish', { session: 'x'.repeat(1_000), grant: { room: 'r', identity: 'i', publish: true, subscribe: true } }],
    ['renew', { sessions: 'all' }],
    ['setAudience', { room: 'r', people: Number.POSITIVE_INFINITY }],
  ];
  for (const [id, [method, params]] of wrong.entries()) {
    expect(await ask(id, method, params)).toMatchObject({ id, error: { code: 'invalid_media_parameters' } });
  }
  expect(await ask(99, 'stats', {})).toMatchObject({ id: 99, data: { sessions: 0 } });
  socket.terminate();
});

it.concurrent('keeps media and events while the connection is down, and delivers each event once and in order', async () => {
  await using house = await openHouse();
  const gateway = await house.gateway({ port: house.proxy.port });
  const events = new SfuEventLog(gateway);
  const publisherSide = new RtpStage(await house.gateway());
  await using _ = publisherSide;
  const stage = new RtpStage(gateway);
  const early = await stage.watch('room_cut', { openAll: true });
  const leaver = await stage.watch('room_cut');
  await events.wait('transportState', early.session);

  house.proxy.cut();
  await vi.waitFor(() => expect(gateway.connected).toBe(false), WAIT);
  const { session, microphoneId, cameraId } = await publisherSide.publish('room_cut');
  await publisherSide.node.setMuted({ session, producerId: microphoneId, muted: true });
  await house.node.closeSession({ session: leaver.session });
  expect(events.of('consumersAdded', early.session)).toEqual([]);
  house.proxy.mend();

  await vi.waitFor(() => expect(events.of('trackMuted', early.session)).toHaveLength(1), WAIT);
  const added = events.of('consumersAdded', early.session).flatMap(({ consumers }) => consumers);
  expect(new Set(added.map(({ producerId }) => producerId))).toEqual(new Set([cameraId, microphoneId]));
  expect(added).toHaveLength(2);
  early.viewer.addConsumers(added);
  await early.viewer.firstDecodableFrame;
  expect((await events.wait('sessionClosed', leaver.session)).reason).toBe('lease_expired');

  // Cut again in the middle of a stream of events: delivered ones are not repeated.
  for (let round = 0; round < 5; round++) {
    await publisherSide.node.setMuted({ session, producerId: microphoneId, muted: round % 2 === 1 });
    if (round === 2) {
      house.proxy.cut();
      house.proxy.mend();
    }
  }
  await vi.waitFor(() => expect(events.of('trackMuted', early.session)).toHaveLength(6), WAIT);
  expect(events.of('trackMuted', early.session).map(({ muted }) => muted)).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
});

it.concurrent('closes sessions that were to be closed while the node was unreachable, once it is back', async () => {
  await using house = await openHouse();
  const gateway = await house.gateway({ port: house.proxy.port });
  await using stage = new RtpStage(gateway);
  const { session } = await stage.watch('room_out');
  house.proxy.cut();
  await vi.waitFor(() => expect(gateway.connected).toBe(false), WAIT);
  await expect(gateway.closeSession({ session })).rejects.toMatchObject({ code: 'node_unavailable' });
  expect(await house.node.stats()).toMatchObject({ sessions: 1 });
  house.proxy.mend();
  await vi.waitFor(async () => expect(await house.node.stats()).toMatchObject({ sessions: 0 }), WAIT);
});

it.concurrent('sends each gateway the events of its own sessions, and of sessions that it adopts', async () => {
  await using house = await openHouse();
  const [first, second] = [await house.gateway(), await house.gateway()];
  const [firstEvents, secondEvents] = [new SfuEventLog(first), new SfuEventLog(second)];
  const stage = new RtpStage(first);
  const watcher = await stage.watch('room_two');
  const publisher = await new RtpStage(second).publish('room_two');
  await firstEvents.wait('consumersAdded', watcher.session);
  expect(secondEvents.of('consumersAdded')).toEqual([]);
  await firstEvents.wait('transportState', watcher.session);

  // The first gateway dies; events from before anyone has noticed are not lost.
  await first.close();
  await second.setMuted({ session: publisher.session, producerId: publisher.microphoneId, muted: true });
  const { epoch } = await second.adopt({ session: watcher.session, room: 'room_two', identity: watcher.identity });
  expect(await secondEvents.wait('trackMuted', watcher.session)).toMatchObject({ muted: true });
  await second.closeSession({ session: watcher.session, epoch });
  expect((await secondEvents.wait('sessionClosed', watcher.session)).reason).toBe('closed');
});

it.concurrent('a stalled gateway can neither renew nor close an adopted session, and gets an error', async () => {
  await using house = await openHouse({ leaseMs: 3_000 });
  const [first, second] = [await house.gateway({ port: house.proxy.port }), await house.gateway()];
  const [firstEvents, secondEvents] = [new SfuEventLog(first), new SfuEventLog(second)];
  await using stage = new RtpStage(first);
  const grant = { identity: 'lea' };
  const [kept, ended] = [await stage.watch('room_still', { grant }), await stage.watch('room_still', { grant })];
  house.proxy.cut();
  await vi.waitFor(() => expect(first.connected).toBe(false), WAIT);
  const about = { room: 'room_still', identity: 'lea' };
  for (const { session } of [kept, ended])
    expect(await second.adopt({ session, ...about })).toMatchObject({ epoch: 2 });
  // It closes one session before it is back, and keeps renewing the other.
  const closing = first.closeSession({ session: ended.session }).catch(({ code }) => code);
  house.proxy.mend();

  await firstEvents.wait('adopted', kept.session);
  expect(['not_owner', 'node_unavailable']).toContain(await closing);
  expect(await first.renew({ sessions: [kept.session] })).toEqual({ lost: [], adopted: [kept.session] });
  const epochs = { [kept.session]: 2, [ended.session]: 2 };
  expect(await second.renew({ sessions: [kept.session, ended.session], epochs })).toEqual({ lost: [], adopted: [] });
  // Events of the session go to its new gateway only.
  const publisher = await new RtpStage(house.node).publish('room_still');
  await secondEvents.wait('consumersAdded', kept.session);
  expect([firstEvents.of('consumersAdded'), secondEvents.of('sessionClosed')]).toEqual([[], []]);
  await house.node.closeSession({ session: publisher.session });
});

it.concurrent('reports an adoption also between a local and a remote gateway, in both directions', async () => {
  await using house = await openHouse();
  const far = await house.gateway();
  const farEvents = new SfuEventLog(far);
  await using near = new RtpStage(house.node);
  const { session } = await near.watch('room_near', { grant: { identity: 'lea' } });
  const about = { session, room: 'room_near', identity: 'lea' };
  expect(await far.adopt(about)).toMatchObject({ epoch: 2 });
  await near.events.wait('adopted', session);
  expect((await house.node.renew({ sessions: [session] })).adopted).toEqual([session]);
  expect(await house.node.adopt(about)).toMatchObject({ epoch: 3 });
  await farEvents.wait('adopted', session);
  expect((await far.renew({ sessions: [session], epochs: { [session]: 2 } })).adopted).toEqual([session]);
});

it.concurrent('sums the audiences of all gateways', async () => {
  await using house = await openHouse();
  const [first, second] = [await house.gateway(), await house.gateway()];
  await using stage = new RtpStage(first);
  const { session } = await stage.publish('room_audience', { obeys: ['layersWanted'] });
  const wanted = () => stage.events.of('layersWanted', session).at(-1)?.maxSpatialLayer;
  await vi.waitFor(() => expect(wanted()).toBe(-1), WAIT);
  await second.setAudience({ room: 'room_audience', people: 2 });
  await vi.waitFor(() => expect(wanted()).toBe(0), WAIT);
  await first.setAudience({ room: 'room_audience', people: 0 });
  // The other gateway's report is valid.
  expect(wanted()).toBe(0);
  await second.setAudience({ room: 'room_audience', people: 0 });
  await vi.waitFor(() => expect(wanted()).toBe(-1), WAIT);
});

it.concurrent("reports all sessions as lost at once when the node's process ends", async () => {
  await using house = await openHouse();
  const gateway = await house.gateway();
  const events = new SfuEventLog(gateway);
  const stage = new RtpStage(gateway);
  const { session } = await stage.watch('room_lost');
  // As after a kill: the connection ends without a close frame, and nothing listens any more.
  await house.control.close();
  expect((await events.wait('sessionClosed', session)).reason).toBe('node_lost');
  await expect(gateway.stats()).rejects.toMatchObject({ code: 'node_unavailable' });
});

it.concurrent('handles an answer before later events, also if both arrive together', async () => {
  await using house = await openHouse();
  const gateway = await house.gateway();
  await using stage = new RtpStage(gateway);
  const publisher = await stage.publish('room_order');
  const { session } = await stage.watch('room_order', { grant: { identity: 'lea' } });
  const order: string[] = [];
  gateway.on((event) => event.session === session && event.type !== 'transportState' && order.push(event.type));
  // Enough to keep the connection busy: what is written meanwhile is sent in one piece.
  const taken = Array.from({ length: 20 }, async () => {
    const { consumers } = await gateway.adopt({ session, room: 'room_order', identity: 'lea', epoch: 1 });
    // Real callers await through a few more layers.
    for (let layer = 0; layer < 5; layer += 1) await undefined;
    order.push(`took over ${consumers.length}`);
  });
  await Promise.all([...taken, gateway.closeSession({ session: publisher.session })]);
  await stage.events.wait('consumersRemoved', session);
  expect(order).toEqual([...taken.map(() => 'took over 2'), 'consumersRemoved']);
});
