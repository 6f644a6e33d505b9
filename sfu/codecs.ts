import { ortc, type types } from 'mediasoup';
import type { RtpCapabilities } from './contract.ts';

/**
 * The codecs of every router of every node, best first: a client without a preference takes the first. VP8 comes first
 * because every browser encodes it in simulcast. The two H.264 profiles are constrained baseline, which all browsers
 * share, and constrained high, which Apple's encoders prefer. mediasoup adds RTX, NACK, PLI, transport-cc and goog-remb
 * to each video codec. Inband FEC conceals single lost packets of speech; why DTX is off stands where the SDK publishes
 * the sound (`encodings.ts`).
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 0 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  { kind: 'video', mimeType: 'video/H264', clockRate: 90_000, parameters: h264('42e01f') },
  { kind: 'video', mimeType: 'video/H264', clockRate: 90_000, parameters: h264('640c1f') },
];

/** Capabilities of a router made from {@link mediaCodecs}; known without asking a worker. */
export const routerRtpCapabilities: RtpCapabilities = ortc.generateRouterRtpCapabilities(mediaCodecs);

function h264(profileLevelId: string): Record<string, string | number> {
  return { 'packetization-mode': 1, 'profile-level-id': profileLevelId, 'level-asymmetry-allowed': 1 };
}
