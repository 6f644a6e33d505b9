import { Device, type types } from 'mediasoup-client';
import type {
  ConsumerOptions,
  DtlsParameters,
  RtpCapabilities,
  TransportOptions,
  Viewport,
} from '../../../sfu/contract.ts';

/**
 * Runs inside Chromium for the SFU's tests: a publisher and a viewer with mediasoup-client, directly on the SFU
 * contract. The test provides `sfuCall` and delivers the node's events to `handleSfuEvent`.
 */
declare global {
  interface Window {
    sfuCall(method: string, request: object): Promise<unknown>;
    stagePage: typeof stagePage;
  }
}

export interface BrowserFrames {
  decoded: number;
  width: number;
  height: number;
  /** Milliseconds from the call of `watch` to the first presented frame. */
  firstFrameMs: number | undefined;
}

interface PageEvent {
  type: string;
  session: string;
  consumers?: ConsumerOptions[];
  consumerIds?: string[];
  maxSpatialLayer?: number;
  producerId?: string;
}

const ENCODINGS = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000, rid: 'q' },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000, rid: 'h' },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, rid: 'f' },
];

interface Watching {
  session: string;
  transport: types.Transport;
  consumers: Map<string, types.Consumer>;
  video: HTMLVideoElement;
  startedAt: number;
  frames: BrowserFrames;
}

const producers = new Map<string, types.Producer>();
const watching = new Map<string, Watching>();

async function loadedDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  const device = new Device();
  await device.load({ routerRtpCapabilities: routerRtpCapabilities as types.RtpCapabilities });
  return device;
}

async function publish(request: {
  session: string;
  grant: object;
  routerRtpCapabilities: RtpCapabilities;
}): Promise<void> {
  const { session, grant } = request;
  const device = await loadedDevice(request.routerRtpCapabilities);
  const { transport: options } = (await window.sfuCall('publish', { session, grant })) as {
    transport: TransportOptions;
  };
  const transport = device.createSendTransport(options as unknown as types.TransportOptions);
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    window.sfuCall('connect', { session, dtlsParameters }).then(() => done(), fail);
  });
  transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
    window
      .sfuCall('produce', { session, kind, source: appData.source, rtpParameters })
      .then((answer) => done({ id: (answer as { producerId: string }).producerId }), fail);
  });
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { width: 1280, height: 720, frameRate: 30 },
    audio: true,
  });
  const [camera] = stream.getVideoTracks();
  const [microphone] = stream.getAudioTracks();
  const produced = await Promise.all([
    transport.produce({ track: camera, encodings: ENCODINGS, appData: { source: 'camera' } }),
    transport.produce({ track: microphone, appData: { source: 'microphone' } }),
  ]);
  for (const producer of produced) producers.set(producer.id, producer);
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
  const startedAt = performance.now();
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
  const frames: BrowserFrames = { decoded: 0, width: 0, height: 0, firstFrameMs: undefined };
  const entry: Watching = { session, transport, consumers: new Map(), video, startedAt, frames };
  watching.set(session, entry);
  countFrames(entry);
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

function countFrames({ video, frames, startedAt }: Watching): void {
  video.requestVideoFrameCallback((_now, { width, height }) => {
    frames.firstFrameMs ??= performance.now() - startedAt;
    Object.assign(frames, { decoded: frames.decoded + 1, width, height });
    countFrames({ video, frames, startedAt } as Watching);
  });
}

async function handleSfuEvent(event: PageEvent): Promise<void> {
  if (event.type === 'keyFrameWanted' && event.producerId !== undefined) await makeKeyFrame(event.producerId);
  if (event.type === 'layersWanted' && event.producerId !== undefined && event.maxSpatialLayer !== undefined) {
    const producer = producers.get(event.producerId);
    // mediasoup-client cannot select "no layer"; deactivating all encodings has the same effect.
    if (event.maxSpatialLayer < 0) await producer?.setRtpEncodingParameters({ active: false });
    else await producer?.setMaxSpatialLayer(event.maxSpatialLayer);
  }
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

/** Asks the encoder directly, which reacts at any time; TypeScript's library lacks the second argument. */
async function makeKeyFrame(producerId: string): Promise<void> {
  const sender = producers.get(producerId)?.rtpSender as
    | (RTCRtpSender & { setParameters(parameters: RTCRtpSendParameters, options: object): Promise<void> })
    | undefined;
  if (!sender) return;
  const parameters = sender.getParameters();
  await sender.setParameters(parameters, { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) });
}

function frames(session: string): BrowserFrames | undefined {
  return watching.get(session)?.frames;
}

/** Layers that the browser is encoding, by its own statistics. */
async function activeLayers(): Promise<{ rid: string; active: boolean; framesEncoded: number }[]> {
  const layers: { rid: string; active: boolean; framesEncoded: number }[] = [];
  for (const producer of producers.values()) {
    const stats = await producer.getStats();
    stats.forEach((stat: { type: string; rid?: string; active?: boolean; framesEncoded?: number }) => {
      if (stat.type !== 'outbound-rtp' || stat.rid === undefined) return;
      layers.push({ rid: stat.rid, active: stat.active === true, framesEncoded: stat.framesEncoded ?? 0 });
    });
  }
  return layers;
}

const stagePage = { publish, watch, handleSfuEvent, frames, activeLayers, producers };
window.stagePage = stagePage;
