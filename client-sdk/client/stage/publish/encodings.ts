/**
 * Encodings of published tracks: simulcast layers by picture size, and codec options. Pure. The size thresholds are
 * those of libwebrtc's own simulcast layers; the bitrates come from its VP8 simulcast table for 720p, scaled by area.
 */
import type { ProducerCodecOptions, RtpEncodingParameters } from 'mediasoup-client/types';
import type { TrackSource } from '../../../../server/protocol/stage.ts';

export interface PictureSize {
  width: number;
  height: number;
}

const REFERENCE_PIXELS = 1280 * 720;
const TOP_BITRATE_BPS = 1_700_000;
/** Keeps a camera's total below 4 Mbit/s, half of the SFU's limit, so that key frames are sent fast. */
const TOP_BITRATE_MAX_BPS = 2_500_000;
const TOP_BITRATE_MIN_BPS = 150_000;
/** At equal quality the bitrate grows more slowly than the area. */
const AREA_EXPONENT = 0.75;
/**
 * Bitrates of the lower layers relative to the top one: 500 and 100 kbit/s for 1.7 Mbit/s. The lowest one has to fit a
 * line of 250 kbit/s, together with sound and the packets' headers (about 60 kbit/s).
 */
const HALF_SHARE = 500 / 1_700;
const LOWEST_SHARE = 100 / 1_700;
const LOWEST_OF_TWO_SHARE = 300 / 1_700;
const THREE_LAYER_PIXELS = 960 * 540;
const TWO_LAYER_PIXELS = 480 * 270;

/** Layers for a camera, smallest first (rids r0, r1, r2). */
export function cameraEncodings({ width, height }: PictureSize): RtpEncodingParameters[] {
  const pixels = width * height;
  const scaled = TOP_BITRATE_BPS * (pixels / REFERENCE_PIXELS) ** AREA_EXPONENT;
  const top = Math.round(Math.min(TOP_BITRATE_MAX_BPS, Math.max(TOP_BITRATE_MIN_BPS, scaled)));
  const full = { scaleResolutionDownBy: 1, maxBitrate: top };
  const half = { scaleResolutionDownBy: 2, maxBitrate: Math.round(top * HALF_SHARE) };
  const quarter = { scaleResolutionDownBy: 4, maxBitrate: Math.round(top * LOWEST_SHARE) };
  if (pixels >= THREE_LAYER_PIXELS) return [quarter, half, full];
  if (pixels >= TWO_LAYER_PIXELS) return [{ ...half, maxBitrate: Math.round(top * LOWEST_OF_TWO_SHARE) }, full];
  return [full];
}

/** Two layers only, so that text stays readable; the smaller one has a lower frame rate. */
export function screenEncodings(): RtpEncodingParameters[] {
  return [
    { scaleResolutionDownBy: 2, maxBitrate: 500_000, maxFramerate: 15 },
    { scaleResolutionDownBy: 1, maxBitrate: TOP_BITRATE_MAX_BPS, maxFramerate: 30 },
  ];
}

/** Size of a captured picture; 720p if the track does not report it. */
export function pictureSize(track: Pick<MediaStreamTrack, 'getSettings'>): PictureSize {
  const { width, height } = track.getSettings();
  return width && height ? { width, height } : { width: 1280, height: 720 };
}

export function encodingsFor(source: TrackSource, track: MediaStreamTrack): RtpEncodingParameters[] | undefined {
  if (track.kind === 'audio') return undefined;
  return source === 'screen' ? screenEncodings() : cameraEncodings(pictureSize(track));
}

/** Of Opus in mono: with packets of 20 ms and their headers 55 kbit/s, which a line of 60 kbit/s carries. */
const MONO_BITRATE_BPS = 32_000;
const STEREO_BITRATE_BPS = 128_000;

/**
 * Opus (RFC 7587) with in-band FEC and without DTX. DTX would save a talking creator some 20 kbit/s, a fraction
 * of the smallest picture, but cuts quiet music and room tone. Screen audio and stereo sources are sent in stereo.
 */
export function codecOptionsFor(source: TrackSource, track: MediaStreamTrack): ProducerCodecOptions {
  // Start near the usual bitrate: libwebrtc's default of 300 kbit/s blurs the first second.
  if (track.kind === 'video') return { videoGoogleStartBitrate: 1_000 };
  const stereo = source === 'screenAudio' || (track.getSettings().channelCount ?? 1) > 1;
  return {
    opusFec: true,
    opusDtx: false,
    opusNack: true,
    opusStereo: stereo,
    opusMaxAverageBitrate: stereo ? STEREO_BITRATE_BPS : MONO_BITRATE_BPS,
  };
}
