/**
 * The live media of a room on the wire. Media parameters are mediasoup's JSON forms of ORTC and are checked by the SFU.
 */
import { z } from 'zod';
import { storableText } from './accounts/accounts.ts';
import { sessionId } from './ids.ts';
import * as LIMITS from './limits.ts';
import { access } from './rooms.ts';

const mediaJson = z.record(z.string(), z.unknown());
export const rtpCapabilities = z
  .object({ codecs: z.array(mediaJson).max(100), headerExtensions: z.array(mediaJson).max(100) })
  .partial();
export const rtpParameters = z.looseObject({
  codecs: z.array(mediaJson).max(20),
  headerExtensions: z.array(mediaJson).max(50).optional(),
  encodings: z.array(mediaJson).max(4).optional(),
});
export const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(z.object({ algorithm: z.string().max(16), value: z.string().max(200) }))
    .min(1)
    .max(8),
});
/** Size of the video element in device pixels. */
export const viewport = z.object({
  width: z.number().int().min(0).max(16_384),
  height: z.number().int().min(0).max(16_384),
});
export type Viewport = z.infer<typeof viewport>;

export const trackSource = z.enum(['camera', 'microphone', 'screen', 'screenAudio']);
export type TrackSource = z.infer<typeof trackSource>;
const producerId = z.string().max(64);

const payloadType = z.number().int().min(0).max(127);
const extensionId = z.number().int().min(0).max(255);
/**
 * What a client can receive, as a part of the routers' capabilities with this hash: payload types of codecs and ids of
 * header extensions. A browser's full capabilities are about 12 KB.
 */
export const receiver = z.object({
  router: z.string().max(64),
  codecs: z.array(payloadType).min(1).max(50),
  headerExtensions: z.array(extensionId).max(50),
  /** What it lacks of these: types of RTCP feedback, such as `nack pli`, and extensions for one kind of media. */
  without: z
    .object({
      feedback: z.array(z.object({ codec: payloadType, types: z.array(z.string().max(32)).max(20) })).max(50),
      headerExtensions: z.array(z.object({ kind: z.enum(['audio', 'video']), id: extensionId })).max(100),
    })
    .optional(),
});
export type Receiver = z.infer<typeof receiver>;

export const watchInput = z.object({
  rtpCapabilities: z.union([receiver, rtpCapabilities]),
  viewport: viewport.optional(),
  dtlsParameters: dtlsParameters.optional(),
  /** A session of the same participant that the new one replaces if its media worker dies. */
  spareOf: sessionId.optional(),
});
export type WatchInput = z.infer<typeof watchInput>;
/** To watch before there is a socket. Without `token`, the `Authorization` header holds the room token. */
export const watchAheadInput = watchInput
  .omit({ spareOf: true })
  .extend({ rtpCapabilities: receiver, token: z.string().optional() });
/** What the server needs to open a session at the moment in which access is granted. */
export const prepareInput = watchInput.omit({ spareOf: true }).extend({
  rtpCapabilities: receiver,
  /** Somebody is about to buy: opens a transport without tracks, which gets them with the access. */
  open: z.boolean().optional(),
});
export type PrepareInput = z.infer<typeof prepareInput>;
/** Created by the page when it goes live, and named by every session of that live. */
const publication = storableText.min(8).max(64);
export const publishInput = z
  .object({
    dtlsParameters: dtlsParameters.optional(),
    spareOf: sessionId.optional(),
    publication: publication.optional(),
    /** Restores the live of this publication automatically: refused if that live is over or was taken over. */
    restore: z.boolean().optional(),
  })
  .refine(({ restore, publication: named }) => !restore || named !== undefined, 'restore needs a publication');
export const connectInput = z.object({ session: sessionId, dtlsParameters });
export const produceInput = z.object({
  session: sessionId,
  kind: z.enum(['audio', 'video']),
  source: trackSource,
  rtpParameters,
  muted: z.boolean().optional(),
});
export type ProduceInput = z.infer<typeof produceInput>;
/** Opens a publisher's session ahead of going live. */
export const preparePublishInput = z.object({ dtlsParameters: dtlsParameters.optional() });
/** Goes live with a session of `stage:preparePublish`. */
export const takeStageInput = z.object({
  session: sessionId,
  publication,
  /** A stage holds one track of each source. */
  tracks: z
    .array(produceInput.omit({ session: true }))
    .min(1)
    .max(trackSource.options.length),
});
export type TakeStageInput = z.infer<typeof takeStageInput>;
/** In the order of the tracks. */
export const takeStageAnswer = z.object({ producerIds: z.array(z.string()) });
export type TakeStageAnswer = z.infer<typeof takeStageAnswer>;
export const unproduceInput = z.object({ session: sessionId, producerId });
export const muteInput = z.object({ session: sessionId, producerId, muted: z.boolean() });
/** The highest layer that the publisher's browser sends of those that are wanted. */
export const sentLayersInput = z.object({
  session: sessionId,
  producerId,
  maxSpatialLayer: z.number().int().min(0).max(8),
});
export const sessionInput = z.object({ session: sessionId });
export const resumeInput = z.object({
  session: sessionId,
  publication: publication.optional(),
  /** The path is gone as well: restarts ICE in the same exchange. */
  restartIce: z.boolean().optional(),
});
export const endLiveInput = z.object({ publication: publication.optional() });
/** Ends the live, if one is on; the creator wants to go on within so many minutes. */
export const pauseInput = endLiveInput.extend({ minutes: z.number().int().min(1).max(LIMITS.pauseMaxMinutes) });
/** `lineBps`: what arrives of everything, in bits per second, while packets are lost, or come late (`isLate`). */
export const restartVideoInput = z.object({
  session: sessionId,
  lineBps: z.number().int().min(0).optional(),
  isLate: z.literal(true).optional(),
});
export const restartVideoAnswer = z.object({ soundOnly: z.literal(true).optional() });
export const viewportInput = z.object({ session: sessionId, viewport });

const iceParameters = z.object({
  usernameFragment: z.string(),
  password: z.string(),
  iceLite: z.boolean().optional(),
});
export const transportOptions = z.object({
  id: z.string(),
  iceParameters,
  /** For the first restart of ICE (R13d). */
  nextIceParameters: iceParameters.optional(),
  iceCandidates: z.array(z.unknown()),
  dtlsParameters,
});
export type TransportOptions = z.infer<typeof transportOptions>;

export const consumerOptions = z.object({
  id: z.string(),
  producerId: z.string(),
  kind: z.enum(['audio', 'video']),
  rtpParameters,
  source: trackSource,
  muted: z.boolean(),
});
export type ConsumerOptions = z.infer<typeof consumerOptions>;

export const iceServers = z.array(
  z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() }),
);
export type IceServers = z.infer<typeof iceServers>;
/** TURN credentials last an hour, so each answer that begins a connection has new ones, which replace earlier ones. */
const freshIceServers = iceServers.optional();
export const restartIceAnswer = z.object({
  iceParameters,
  iceServers: freshIceServers,
});

export const watchAnswer = z.object({
  session: sessionId,
  transport: transportOptions,
  consumers: z.array(consumerOptions),
  /** True if the DTLS parameters were applied: no `stage:connect` is needed. */
  connected: z.boolean(),
  iceServers: freshIceServers,
});
export type WatchAnswer = z.infer<typeof watchAnswer>;
/** `watching` is null where there is no access, or no session can be opened now: ask again over the socket. */
export const watchAheadAnswer = z.object({ access, watching: watchAnswer.nullable() });
export type WatchAheadAnswer = z.infer<typeof watchAheadAnswer>;
export const publishAnswer = z.object({
  session: sessionId,
  transport: transportOptions,
  connected: z.boolean(),
  iceServers: freshIceServers,
});
export type PublishAnswer = z.infer<typeof publishAnswer>;

/** Empty unless a transport was opened, which ends by itself without access. */
export const prepareAnswer = watchAnswer.partial();
/** A session that came with the access. One that was prepared has its transport already. */
export const grantedSession = watchAnswer.partial().required({ session: true, consumers: true });
export type GrantedSession = z.infer<typeof grantedSession>;

/** All consumers of a viewer, as events were missed while the socket was gone; empty for a publisher. */
export const resumeAnswer = z.object({
  consumers: z.array(consumerOptions),
  /** No media is sent until `stage:play`. */
  paused: z.boolean().optional(),
  /** The session's spare; absent if there is none. */
  spare: z.object({ session: sessionId, consumers: z.array(consumerOptions) }).optional(),
  ...restartIceAnswer.partial().shape,
});
export type ResumeAnswer = z.infer<typeof resumeAnswer>;

/** State of the stage as a participant sees it. */
export const stageState = z.object({
  live: z.boolean(),
  liveStartedAt: z.string().nullable(),
  /**
   * The capabilities of every router, with which a client loads its device. Absent where the handshake's `router` names
   * them: the client was built with the same.
   */
  routerRtpCapabilities: rtpCapabilities.optional(),
  iceServers,
  /** Whether the server supports `spareOf`: one that does not would treat a spare as a replacement. */
  spares: z.boolean().optional(),
});
export type StageState = z.infer<typeof stageState>;
