/**
 * The reference: a minimal server with Socket.IO and mediasoup, as in mediasoup's own demo. No gateway, no access, no
 * money: router capabilities, a transport, then consume, connect and resume. One worker, one room, run as a separate
 * process that prints its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWorker, type types } from 'mediasoup';
import { Server, type Socket } from 'socket.io';

const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
];
/** The demo's own figure. */
const INITIAL_BITRATE_BPS = 1_000_000;

type Answer = (data: unknown) => void;
interface Parameters {
  transport: string;
  dtlsParameters: types.DtlsParameters;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  rtpCapabilities: types.RtpCapabilities;
}

const worker = await createWorker({ logLevel: 'error' });
const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
const webRtcServer = await worker.createWebRtcServer({
  listenInfos: [
    { protocol: 'udp', ip: '127.0.0.1' },
    { protocol: 'tcp', ip: '127.0.0.1' },
  ],
});
const producers = new Set<types.Producer>();

function handleSocket(socket: Socket): void {
  const transports = new Map<string, types.WebRtcTransport>();
  const consumers = new Set<types.Consumer>();
  const transportOf = (id: string): types.WebRtcTransport => {
    const transport = transports.get(id);
    if (!transport) throw new Error(`There is no transport ${id}.`);
    return transport;
  };
  socket.on('capabilities', (_: object, answer: Answer) => answer(router.rtpCapabilities));
  socket.on('transport', async (_: object, answer: Answer) => {
    const transport = await router.createWebRtcTransport({
      webRtcServer,
      initialAvailableOutgoingBitrate: INITIAL_BITRATE_BPS,
    });
    transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    answer({ id, iceParameters, iceCandidates, dtlsParameters });
  });
  socket.on('connect-transport', async ({ transport, dtlsParameters }: Parameters, answer: Answer) => {
    await transportOf(transport).connect({ dtlsParameters });
    answer({});
  });
  socket.on('produce', async ({ transport, kind, rtpParameters }: Parameters, answer: Answer) => {
    const producer = await transportOf(transport).produce({ kind, rtpParameters });
    producers.add(producer);
    producer.observer.once('close', () => producers.delete(producer));
    answer({ id: producer.id });
  });
  socket.on('consume', async ({ transport, rtpCapabilities }: Parameters, answer: Answer) => {
    const made = await Promise.all(
      [...producers].map(({ id }) => transportOf(transport).consume({ producerId: id, rtpCapabilities, paused: true })),
    );
    for (const consumer of made) consumers.add(consumer);
    answer(made.map(({ id, producerId, kind, rtpParameters }) => ({ id, producerId, kind, rtpParameters })));
  });
  socket.on('resume', async (_: object, answer: Answer) => {
    await Promise.all([...consumers].map((consumer) => consumer.resume()));
    answer({});
  });
  socket.on('disconnect', () => {
    for (const transport of transports.values()) transport.close();
  });
}

const server = createServer();
const io = new Server(server, { cors: { origin: '*' }, serveClient: false });
io.on('connection', handleSocket);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on('SIGTERM', () => {
  worker.close();
  process.exit(0);
});
