import { z } from 'zod';

/**
 * The values that cross the contract of an SFU node: one schema each, from which its type is inferred. WebRTC words
 * follow W3C webrtc-pc and ORTC. Media parameters pass through as mediasoup's JSON: the node and its worker check what
 * a schema here leaves open.
 */

/** RTP capabilities of a device or a router (ORTC `RTCRtpCapabilities`). */
export interface RtpCapabilities {
  codecs?: unknown[];
  headerExtensions?: unknown[];
}

/** RTP parameters of one stream (ORTC `RTCRtpParameters`). */
export interface RtpParameters {
  mid?: string;
  codecs: unknown[];
  headerExtensions?: unknown[];
  encodings?: unknown[];
  rtcp?: unknown;
  msid?: string;
}

/** DTLS fingerprints and role of one end (RFC 8122). */
export interface DtlsParameters {
  role?: 'auto' | 'client' | 'server';
  fingerprints: { algorithm: string; value: string }[];
}

export interface IceParameters {
  usernameFragment: string;
  password: string;
  iceLite?: boolean;
}

/** Gives a schema that keeps unknown keys the type under which its value is passed on. */
const passThrough = <T>(schema: z.ZodType): z.ZodType<T> => schema as z.ZodType<T>;

export const rtpCapabilities = passThrough<RtpCapabilities>(z.looseObject({}));
export const rtpParameters = passThrough<RtpParameters>(z.looseObject({ codecs: z.array(z.unknown()) }));
export const dtlsParameters = passThrough<DtlsParameters>(
  z.looseObject({
    role: z.enum(['auto', 'client', 'server']).optional(),
    fingerprints: z.array(z.looseObject({ algorithm: z.string().max(40), value: z.string().max(400) })).max(16),
  }),
);
export const iceParameters = passThrough<IceParameters>(
  z.looseObject({ usernameFragment: z.string(), password: z.string(), iceLite: z.boolean().optional() }),
);

export const id = z.string().min(1).max(200);
export const identity = z.string().max(400);

export const transportOptions = z.object({
  id,
  iceParameters,
  /** For the first restart of ICE; the node accepts checks with them from the start. */
  nextIceParameters: iceParameters.optional(),
  iceCandidates: z.array(z.unknown()),
  dtlsParameters,
});
/** The node's end of a WebRTC transport. */
export type TransportOptions = z.infer<typeof transportOptions>;

export const mediaKind = z.enum(['audio', 'video']);

export const trackSource = z.enum(['camera', 'microphone', 'screen', 'screenAudio']);
/** What a track shows. A stage holds at most one track per source. */
export type TrackSource = z.infer<typeof trackSource>;

export const sessionGrant = z.object({
  // The node checks room and identity itself, so that a wrong grant is refused with `not_entitled`.
  room: z.string().max(200),
  identity,
  publish: z.boolean(),
  subscribe: z.boolean(),
  /** Milliseconds since the epoch, when the node closes the session by itself. Absent: no expiry. */
  until: z.number().optional(),
  /**
   * The viewer pays per second: the node pauses what it sends while the client does not report that it receives it
   * (`paused`).
   */
  metered: z.boolean().optional(),
});
/**
 * The permission under which a session exists. The gateway's access decision produces it. The node refuses whatever it
 * does not cover: no transport to send without `publish`, no consumer without `subscribe`, nothing for another room,
 * nothing after `until`.
 */
export type SessionGrant = z.infer<typeof sessionGrant>;

const side = z.number().min(0);
export const viewport = z.object({ width: side, height: side });
/** Size of a picture or a video element, in device pixels. */
export type Viewport = z.infer<typeof viewport>;

export const consumerOptions = z.object({
  id,
  producerId: id,
  kind: mediaKind,
  rtpParameters,
  source: trackSource,
  /** Whether the publisher has muted this track at the moment. */
  muted: z.boolean(),
});
export type ConsumerOptions = z.infer<typeof consumerOptions>;

export const roomUpstream = z.object({
  node: id,
  /** Address of that node's control API. */
  url: z.url({ protocol: /^wss$/ }).max(400),
  /** The node from which that node pulls the stage in turn, if the publisher is not there either. */
  get upstream() {
    return roomUpstream.optional();
  },
});
/** The node from which to pull the stage of a room whose publisher is on another node. */
export type RoomUpstream = z.infer<typeof roomUpstream>;

/**
 * First epoch of a session. The epoch is a fencing number: it starts here for the gateway that opened the session and
 * grows with each other gateway that adopts it. A gateway with a stale epoch can neither renew nor close the session.
 */
export const FIRST_EPOCH = 1;
export const epoch = z.number().int().min(FIRST_EPOCH);

export const closeReason = z.enum([
  'closed',
  'replaced',
  'grant_expired',
  'worker_died',
  'lease_expired',
  'node_closed',
  // The node's process is gone, or another one has taken its address.
  'node_lost',
  'room_closed',
  // The client did not bring up ICE and DTLS in time.
  'connect_timeout',
]);
export type SessionCloseReason = z.infer<typeof closeReason>;

export const sessionTraffic = z.object({
  session: id,
  /** Video that the node received from the client. */
  videoReceivedBytes: z.number(),
  /** Video that the node sent to the client. */
  videoSentBytes: z.number(),
  /**
   * For a viewer: the number of times that the statistics of the consumers were read, by this request or otherwise, and
   * held a new RTCP receiver report, by which a client confirms what it receives (RFC 3550). ICE connectivity checks do
   * not count.
   */
  receiverReports: z.number(),
  /** For a metered viewer: nothing is sent, since the client has not reported that it receives media (`paused`). */
  paused: z.boolean().optional(),
});
/** Bytes that have passed over a session since it was opened; proves that media flows. */
export type SessionTraffic = z.infer<typeof sessionTraffic>;
