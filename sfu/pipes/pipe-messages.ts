import { z } from 'zod';

/**
 * What one node asks of another to get a room's stage: a pull is a session of the node that pulls on the one that has the stage, with a lease
 * like any other, and this is what it says and is told.
 */

const id = z.string().min(1).max(200);

/** Where one end of a pipe sends to, and the keys under which it does (SRTP, RFC 3711 and RFC 7714). */
export const pipeAddress = z.object({
  ip: z.string().max(255),
  port: z.number().int().min(1).max(65_535),
  srtpParameters: z.object({
    cryptoSuite: z.enum(['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32']),
    keyBase64: z.string().max(200),
  }),
});
export type PipeAddress = z.infer<typeof pipeAddress>;

/** Which node has the stage, and the one from which that gets it, up to the publisher's. */
export const roomUpstream = z.object({
  node: id,
  url: z.url({ protocol: /^wss$/ }).max(400),
  get upstream() {
    return roomUpstream.optional();
  },
});

export const pullRequest = z.object({
  session: id,
  room: id,
  /** The node that pulls. */
  node: id,
  address: pipeAddress,
  upstream: roomUpstream.optional(),
});
export type PullRequest = z.infer<typeof pullRequest>;

const size = z.object({ width: z.number(), height: z.number() });
export const pipedTrack = z.object({
  producerId: id,
  kind: z.enum(['audio', 'video']),
  source: z.enum(['camera', 'microphone', 'screen', 'screenAudio']),
  sourceSize: size,
  scales: z.array(z.number().positive()).min(1).max(8),
  muted: z.boolean(),
  rtpParameters: z.looseObject({ codecs: z.array(z.unknown()) }),
});
export type PipedTrack = z.infer<typeof pipedTrack>;

export const pullAnswer = z.object({ address: pipeAddress, tracks: z.array(pipedTrack).max(16) });
export type PullAnswer = z.infer<typeof pullAnswer>;

const about = { session: id, room: z.string() };
/** What is told to the node that pulls; that the pull ended is told as of any session. */
export const pipeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('trackPiped'), ...about, track: pipedTrack }),
  z.object({ type: z.literal('tracksUnpiped'), ...about, producerIds: z.array(id), lost: z.boolean().default(false) }),
  z.object({ type: z.literal('pipedTrackMuted'), ...about, producerId: id, muted: z.boolean() }),
  z.object({ type: z.literal('sessionClosed'), ...about, reason: z.string() }),
]);
export type PipeEvent = Exclude<z.infer<typeof pipeEvent>, { type: 'sessionClosed' }>;

/** Asked of the node that has the stage, while a pull lasts. */
export const wantLayerRequest = z.object({
  session: id,
  producerId: id,
  maxSpatialLayer: z.number().int().min(-1).max(8),
});
export const wantKeyFrameRequest = z.object({ session: id, producerId: id });
