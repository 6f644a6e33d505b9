/** Publishing and watching over the real protocol with light clients: real ICE, DTLS and SRTP, no pictures. */
import type { SessionId } from '../../../server/protocol/ids.ts';
import type { ConsumerOptions, TransportOptions } from '../../../sfu/contract.ts';
import type { TestParticipant } from '../people/participant.ts';
import { udpCandidate } from './rtp-endpoint.ts';
import { LIGHT_LAYERS_BPS, RtpPublisher } from './rtp-publisher.ts';
import { RtpViewer, rtpViewerCapabilities } from './rtp-viewer.ts';

export interface Live extends Disposable {
  session: SessionId;
  /** Of its media worker. */
  port: number;
  publisher: RtpPublisher;
}

/** With `spareOf` the session is prepared as a spare, and nothing is sent. */
export async function goLive(
  creator: TestParticipant,
  { spareOf, publication }: { spareOf?: SessionId; publication?: string } = {},
): Promise<Live> {
  const publisher = new RtpPublisher({ layerBitratesBps: LIGHT_LAYERS_BPS });
  if (spareOf) publisher.setMaxLayer(-1);
  const { dtlsParameters } = publisher;
  const { session, transport } = await creator.request('stage:publish', { dtlsParameters, spareOf, publication });
  creator.socket.on('stage:layersWanted', ({ maxSpatialLayer }: { maxSpatialLayer: number }) =>
    publisher.setMaxLayer(maxSpatialLayer),
  );
  creator.socket.on('stage:keyFrameWanted', () => publisher.makeKeyFrame());
  await publisher.connect(transport as TransportOptions);
  await creator.request('stage:produce', {
    session,
    kind: 'video',
    source: 'camera',
    rtpParameters: publisher.videoRtpParameters,
  });
  await creator.request('stage:produce', {
    session,
    kind: 'audio',
    source: 'microphone',
    rtpParameters: publisher.audioRtpParameters,
  });
  const { port } = udpCandidate(transport as TransportOptions);
  return { session, port, publisher, [Symbol.dispose]: () => publisher.close() };
}

export interface Watching extends Disposable {
  session: SessionId;
  viewer: RtpViewer;
}

export async function watch(fan: TestParticipant, spareOf?: SessionId): Promise<Watching> {
  const viewer = new RtpViewer();
  const { dtlsParameters } = viewer;
  const answer = await fan.request('stage:watch', {
    rtpCapabilities: rtpViewerCapabilities(fan.welcome.inside?.stage.routerRtpCapabilities ?? {}),
    dtlsParameters,
    viewport: { width: 1280, height: 720 },
    spareOf,
  });
  await viewer.connect(answer.transport as TransportOptions, answer.consumers as ConsumerOptions[]);
  return { session: answer.session, viewer, [Symbol.dispose]: () => viewer.close() };
}
