import { Device, type types } from 'mediasoup-client';
import type {
  ConsumerOptions,
  DtlsParameters,
  RtpCapabilities,
  TransportOptions,
  Viewport,
} from '../../../sfu/contract.ts';

/**
 * Runs inside Chromium for the SFU's tests: a viewer with mediasoup-client, directly on the SFU contract. The test
 * provides `sfuCall` and delivers the node's events to `handleSfuEvent`.
 */
declare global {
  interface Window {
    sfuCall(method: string, request: object): Promise<unknown>;
    stagePage: typeof stagePage;
  }
}

interface PageEvent {
  type: string;
  session: string;
  consumers?: ConsumerOptions[];
  consumerIds?: string[];
}

interface Watching {
  transport: types.Transport;
  consumers: Map<string, types.Consumer>;
  video: HTMLVideoElement;
}

const watching = new Map<string, Watching>();

async function loadedDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  const device = new Device();
  await device.load({ routerRtpCapabilities: routerRtpCapabilities as types.RtpCapabilities });
  return device;
}

/** Joins with a certificate generated in advance, so that the first message carries the fingerprint. */
async function watch(request: {
  session: string;
  grant: object;
  routerRtpCapabilities: RtpCapabilities;
  viewport?: Viewport;
}): Promise<void> {
  const { session, grant, viewport } = request;
  const device = await loadedDevice(request.routerRtpCapabilities);
  const certificate = await RTCPeerConnection.generateCertificate({
    name: 'ECDSA',
    namedCurve: 'P-256',
  } as EcKeyGenParams);
  const dtlsParameters: DtlsParameters = {
    role: 'client',
    fingerprints: certificate.getFingerprints().map(({ algorithm = '', value = '' }) => ({ algorithm, value })),
  };
  const answer = (await window.sfuCall('watch', {
    session,
    grant,
    viewport,
    dtlsParameters,
    rtpCapabilities: device.recvRtpCapabilities,
  })) as { transport: TransportOptions; consumers: ConsumerOptions[] };
  const transport = device.createRecvTransport({
    ...(answer.transport as unknown as types.TransportOptions),
    additionalSettings: { certificates: [certificate] },
  });
  // The SFU already has the fingerprint.
  transport.on('connect', (_parameters, done) => done());
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, muted: true, playsInline: true, srcObject: new MediaStream() });
  document.body.append(video);
  const entry: Watching = { transport, consumers: new Map(), video };
  watching.set(session, entry);
  await addConsumers(entry, answer.consumers);
}

async function addConsumers({ transport, consumers, video }: Watching, options: ConsumerOptions[]): Promise<void> {
  await Promise.all(
    options.map(async ({ id, producerId, kind, rtpParameters }) => {
      const consumer = await transport.consume({
        id,
        producerId,
        kind,
        rtpParameters: rtpParameters as types.RtpParameters,
      });
      consumers.set(id, consumer);
      (video.srcObject as MediaStream).addTrack(consumer.track);
    }),
  );
}

async function handleSfuEvent(event: PageEvent): Promise<void> {
  const entry = watching.get(event.session);
  if (!entry) return;
  if (event.type === 'consumersAdded') await addConsumers(entry, event.consumers ?? []);
  for (const id of event.consumerIds ?? []) {
    const consumer = entry.consumers.get(id);
    if (!consumer) continue;
    (entry.video.srcObject as MediaStream).removeTrack(consumer.track);
    consumer.close();
    entry.consumers.delete(id);
  }
}

const stagePage = { watch, handleSfuEvent };
window.stagePage = stagePage;
