import { z } from 'zod';
import { type AnswerOf, type MethodsOf, nothing, type RequestOf } from '../contract/methods.ts';
import { id, mediaKind, roomUpstream, rtpParameters, trackSource } from '../contract/values.ts';

/**
 * What crosses between two nodes when one pulls a room's stage from the other. A pull is a session of the pulling node
 * on the other one, with a lease like any other session.
 */

/** Address of one end of a pipe, and the keys with which that end sends (SRTP, RFC 3711 and RFC 7714). */
const pipeAddress = z.object({
  ip: z.string().max(255),
  port: z.number().int().min(1).max(65_535),
  srtpParameters: z.object({
    cryptoSuite: z.enum(['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32']),
    keyBase64: z.string().max(200),
  }),
});
export type PipeAddress = z.infer<typeof pipeAddress>;

const pipedTrack = z.object({
  producerId: id,
  kind: mediaKind,
  source: trackSource,
  sourceSize: z.object({ width: z.number(), height: z.number() }),
  scales: z.array(z.number().positive()).min(1).max(8),
  /** The bit rate of each layer, where the publisher declares them. */
  bitrates: z.array(z.number().positive()).max(8).optional(),
  muted: z.boolean(),
  /** The highest layer that the publisher can send at the moment. */
  sentLayer: z.number().int().min(0).optional(),
  rtpParameters,
});
export type PipedTrack = z.infer<typeof pipedTrack>;

/** What a node asks of the node that has the stage, in addition to `sfuMethods`. */
export const pipeMethods = {
  pull: {
    request: z.object({
      session: id,
      room: id,
      /** The pulling node. */
      node: id,
      address: pipeAddress,
      upstream: roomUpstream.optional(),
    }),
    answer: z.object({ address: pipeAddress, tracks: z.array(pipedTrack).max(16) }),
  },
  /** The highest layer that anybody behind the pipe wants of a track; -1 for none. */
  wantLayer: {
    request: z.object({ session: id, producerId: id, maxSpatialLayer: z.number().int().min(-1).max(8) }),
    answer: nothing,
  },
  wantKeyFrame: { request: z.object({ session: id, producerId: id }), answer: nothing },
};
export type PipeMethods = MethodsOf<typeof pipeMethods>;
export type PipeRequest<M extends keyof PipeMethods> = RequestOf<typeof pipeMethods, M>;
export type PipeAnswer<M extends keyof PipeMethods> = AnswerOf<typeof pipeMethods, M>;

const about = { session: id, room: z.string() };
/** Events for the pulling node. The end of a pull is an event of the session, as for any other. */
export const pipeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('trackPiped'), ...about, track: pipedTrack }),
  z.object({ type: z.literal('tracksUnpiped'), ...about, producerIds: z.array(id), lost: z.boolean().default(false) }),
  z.object({ type: z.literal('pipedTrackMuted'), ...about, producerId: id, muted: z.boolean() }),
  /** The publisher's bandwidth changed what it can send. */
  z.object({ type: z.literal('pipedLayersSent'), ...about, producerId: id, maxSpatialLayer: z.number().int().min(0) }),
  z.object({ type: z.literal('sessionClosed'), ...about, reason: z.string() }),
]);
export type PipeEvent = Exclude<z.infer<typeof pipeEvent>, { type: 'sessionClosed' }>;
