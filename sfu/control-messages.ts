import { z } from 'zod';
import type { SfuErrorCode } from './contract.ts';
import { pullAnswer, pullRequest, roomUpstream, wantKeyFrameRequest, wantLayerRequest } from './pipe-messages.ts';

/**
 * What crosses the control API, in JSON: requests and their answers, and events, which the receiver counts so that none is lost when the
 * connection is. Both ends check what they are sent. The media parameters pass as they are: the node checks what the worker doesn't.
 */
export const CONTROL_VERSION = 2;

const id = z.string().min(1).max(200);
const json = z.looseObject({});
const dtlsParameters = z.looseObject({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z.array(z.looseObject({ algorithm: z.string().max(40), value: z.string().max(400) })).max(16),
});
const side = z.number().min(0);
const viewport = z.object({ width: side, height: side });
const grant = z.object({
  // What a grant may name is the node's to say.
  room: z.string().max(200),
  identity: z.string().max(400),
  publish: z.boolean(),
  subscribe: z.boolean(),
  until: z.number().optional(),
  metered: z.boolean().optional(),
});
const kind = z.enum(['audio', 'video']);
const source = z.enum(['camera', 'microphone', 'screen', 'screenAudio']);
const closeReason = z.enum([
  'closed',
  'replaced',
  'grant_expired',
  'worker_died',
  'lease_expired',
  'node_closed',
  'node_lost',
  'room_closed',
  'connect_timeout',
]);
const rtpParameters = z.looseObject({ codecs: z.array(z.unknown()) });
const iceParameters = z.looseObject({
  usernameFragment: z.string(),
  password: z.string(),
  iceLite: z.boolean().optional(),
});
const transport = z.object({
  id,
  iceParameters,
  iceCandidates: z.array(z.unknown()),
  dtlsParameters,
});
const consumer = z.object({ id, producerId: id, kind, rtpParameters, source, muted: z.boolean() });
const sessions = z.array(id).max(100_000);
const epoch = z.number().int().min(1);
const nothing = z.null();
const sessionTraffic = {
  session: id,
  videoReceivedBytes: z.number(),
  videoSentBytes: z.number(),
  receiverReports: z.number(),
  paused: z.boolean().optional(),
};

/** Every method of the contract that crosses, with the shape of what is asked and what is answered. */
export const controlMethods = {
  watch: {
    request: z.object({
      session: id,
      grant,
      rtpCapabilities: json,
      viewport: viewport.optional(),
      dtlsParameters: dtlsParameters.optional(),
      upstream: roomUpstream.optional(),
      spareOf: id.optional(),
    }),
    answer: z.object({ transport, consumers: z.array(consumer) }),
  },
  publish: {
    request: z.object({
      session: id,
      grant,
      dtlsParameters: dtlsParameters.optional(),
      spareOf: id.optional(),
      fence: z.number().int().optional(),
    }),
    answer: z.object({ transport }),
  },
  connect: { request: z.object({ session: id, dtlsParameters }), answer: nothing },
  restartIce: { request: z.object({ session: id }), answer: z.object({ iceParameters }) },
  produce: {
    request: z.object({
      session: id,
      kind,
      source,
      rtpParameters,
      muted: z.boolean().optional(),
      sourceSize: viewport.optional(),
    }),
    answer: z.object({ producerId: id }),
  },
  unproduce: { request: z.object({ session: id, producerId: id }), answer: nothing },
  setMuted: { request: z.object({ session: id, producerId: id, muted: z.boolean() }), answer: nothing },
  setViewport: { request: z.object({ session: id, viewport }), answer: nothing },
  play: { request: z.object({ session: id }), answer: z.object({ retryAfterMs: z.number().optional() }) },
  setAudience: { request: z.object({ room: id, people: z.number().int() }), answer: nothing },
  adopt: {
    request: z.object({ session: id, room: id, identity: z.string().max(400), epoch: epoch.optional() }),
    answer: z.object({
      publish: z.boolean(),
      epoch,
      consumers: z.array(consumer),
      paused: z.boolean().optional(),
      spare: z.object({ session: id, epoch, consumers: z.array(consumer) }).optional(),
    }),
  },
  renew: {
    request: z.object({ sessions, epochs: z.record(id, epoch).optional() }),
    answer: z.object({ lost: sessions, adopted: sessions }),
  },
  updateGrant: { request: z.object({ session: id, until: z.number() }), answer: nothing },
  traffic: { request: z.object({ sessions }), answer: z.array(z.object(sessionTraffic)) },
  roomTraffic: {
    request: z.object({ room: id, identity: z.string().max(400) }),
    answer: z.array(z.object({ ...sessionTraffic, publish: z.boolean() })),
  },
  isOpen: { request: z.object({ room: id }), answer: z.object({ open: z.boolean() }) },
  closePerson: { request: z.object({ room: id, identity: z.string().max(400) }), answer: nothing },
  closePublisher: { request: z.object({ room: id }), answer: nothing },
  closeSession: {
    request: z.object({ session: id, epoch: epoch.optional(), reason: closeReason.optional() }),
    answer: nothing,
  },
  closeRoom: { request: z.object({ room: id }), answer: nothing },
  follow: {
    request: z.object({ room: id, upstream: roomUpstream, fence: z.number().int().optional() }),
    answer: nothing,
  },
  pull: { request: pullRequest, answer: pullAnswer },
  wantLayer: { request: wantLayerRequest, answer: nothing },
  wantKeyFrame: { request: wantKeyFrameRequest, answer: nothing },
  stats: {
    request: z.object({}),
    answer: z.object({
      workers: z.number(),
      rooms: z.number(),
      sessions: z.number(),
      producers: z.number(),
      consumers: z.number(),
    }),
  },
  sessionStats: { request: z.object({ session: id }), answer: z.array(z.unknown()) },
} as const;

export type ControlMethod = keyof typeof controlMethods;
export type ControlRequest<M extends ControlMethod> = z.infer<(typeof controlMethods)[M]['request']>;

const about = { room: z.string(), session: id };
export const sfuEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('consumersAdded'), ...about, consumers: z.array(consumer) }),
  z.object({
    type: z.literal('consumersRemoved'),
    ...about,
    consumerIds: z.array(id),
    lost: z.boolean().default(false),
  }),
  z.object({ type: z.literal('trackMuted'), ...about, consumerId: id, muted: z.boolean() }),
  z.object({ type: z.literal('layersWanted'), ...about, producerId: id, maxSpatialLayer: z.number().int() }),
  z.object({ type: z.literal('keyFrameWanted'), ...about, producerId: id }),
  z.object({ type: z.literal('takenOver'), ...about, by: id }),
  z.object({ type: z.literal('paused'), ...about }),
  z.object({ type: z.literal('adopted'), ...about }),
  z.object({ type: z.literal('sessionClosed'), ...about, reason: closeReason }),
  z.object({ type: z.literal('transportState'), ...about, state: z.enum(['connected', 'disconnected', 'failed']) }),
]);

const errorCodes = [
  'session_not_found',
  'session_exists',
  'not_entitled',
  'publish_not_allowed',
  'producer_not_found',
  'invalid_media_parameters',
  'cannot_consume',
  'node_unavailable',
  'node_full',
  'too_many_sessions',
  'not_owner',
  'spare_unavailable',
  'stage_taken',
] as const satisfies readonly SfuErrorCode[];

const count = z.number().int().min(0);

/** From who asks: a request, or how many events have arrived over this connection. */
export const clientFrame = z.union([
  z.strictObject({ id: count, method: z.string().max(40), params: z.unknown() }),
  z.strictObject({ received: count }),
]);

export const hello = z.object({
  version: z.number().int(),
  node: id,
  routerRtpCapabilities: json,
  /** Absent from nodes that don't know of spares. */
  keepsSpares: z.boolean().default(false),
});

/** From the node: who it is, first of all; answers; events, each with its number among the node's events. */
export const serverFrame = z.union([
  z.object({ hello }),
  z.object({ id: count, data: z.unknown() }),
  z.object({ id: count, error: z.object({ code: z.enum(errorCodes), message: z.string() }) }),
  z.object({ event: z.unknown(), number: count }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;
