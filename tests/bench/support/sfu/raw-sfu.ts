/**
 * The reference for `sfu`: a mediasoup worker and nothing else. One router, a transport for each side, consumers that
 * run from the start; asked over the channel of its parent process, for what the benchmark needs of a node.
 */
import { createWorker, type types } from 'mediasoup';
import { mediaCodecs } from '../../../../sfu/codecs.ts';
import type { ProduceRequest, PublishRequest, TransportOptions, WatchRequest } from '../../../../sfu/contract.ts';

const worker = await createWorker({ logLevel: 'error' });
const router = await worker.createRouter({ mediaCodecs });
const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
const transports = new Map<string, types.WebRtcTransport>();
const producers = new Set<types.Producer>();

async function open({ session, dtlsParameters }: PublishRequest): Promise<TransportOptions> {
  const transport = await router.createWebRtcTransport({ webRtcServer });
  transports.set(session, transport);
  if (dtlsParameters) await transport.connect({ dtlsParameters: dtlsParameters as types.DtlsParameters });
  const { id, iceParameters, iceCandidates } = transport;
  return { id, iceParameters, iceCandidates, dtlsParameters: transport.dtlsParameters };
}

const methods = {
  publish: async (request: PublishRequest) => ({ transport: await open(request) }),
  async produce({ session, kind, rtpParameters }: ProduceRequest) {
    const producer = await transports
      .get(session)
      ?.produce({ kind, rtpParameters: rtpParameters as types.RtpParameters });
    if (producer) producers.add(producer);
    return { producerId: producer?.id ?? '' };
  },
  async watch({ rtpCapabilities, ...request }: WatchRequest) {
    const transport = await open(request);
    const consumers = await Promise.all(
      [...producers].map(({ id }) =>
        transports
          .get(request.session)
          ?.consume({ producerId: id, rtpCapabilities: rtpCapabilities as types.RtpCapabilities }),
      ),
    );
    return {
      transport,
      consumers: consumers.flatMap((it) => (it ? { ...pick(it), source: 'camera', muted: false } : [])),
    };
  },
  async closeSession({ session }: { session: string }) {
    transports.get(session)?.close();
    transports.delete(session);
    for (const producer of producers) if (producer.closed) producers.delete(producer);
  },
};

function pick({ id, producerId, kind, rtpParameters }: types.Consumer) {
  return { id, producerId, kind, rtpParameters };
}

process.on('message', async ({ id, method, params }: { id: number; method: keyof typeof methods; params: never }) => {
  process.send?.({ id, data: (await methods[method](params)) ?? null });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: { pids: [process.pid, worker.pid], routerRtpCapabilities: router.rtpCapabilities } });
