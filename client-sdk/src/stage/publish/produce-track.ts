/** Puts one local track on a transport, encoded as its source asks. */
import type { Device, Producer, RtpEncodingParameters, Transport } from 'mediasoup-client/types';
import type { TrackSource } from '../../../../server/protocol/stage.ts';
import { LogeError } from '../../errors.ts';
import { codecOptionsFor, encodingsFor } from './encodings.ts';

export interface ProduceOptions {
  device: Device;
  transport: Transport;
  source: TrackSource;
  track: MediaStreamTrack;
  muted: boolean;
  /** Nothing is sent of it until its layers are switched on. */
  waiting: boolean;
}

export async function produceTrack({
  device,
  transport,
  source,
  track,
  muted,
  waiting,
}: ProduceOptions): Promise<Producer> {
  if (track.kind === 'video' && !device.canProduce('video')) throw new LogeError('media_not_supported');
  // Sharp text matters more than smooth motion, unless the page has said otherwise.
  if (source === 'screen' && track.contentHint === '') track.contentHint = 'detail';
  const codec = device.sendRtpCapabilities.codecs?.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
  return transport.produce({
    track,
    encodings: waiting ? switchedOff(encodingsFor(source, track)) : encodingsFor(source, track),
    codecOptions: codecOptionsFor(source, track),
    ...(track.kind === 'video' && codec ? { codec } : {}),
    // Whoever captured the track decides when the device is let go.
    stopTracks: false,
    appData: { source, muted },
  });
}

function switchedOff(encodings: RtpEncodingParameters[] = [{}]): RtpEncodingParameters[] {
  return encodings.map((encoding) => ({ ...encoding, active: false }));
}
