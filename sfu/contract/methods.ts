import { z } from 'zod';
import {
  closeReason,
  consumerOptions,
  dtlsParameters,
  epoch,
  iceParameters,
  id,
  identity,
  mediaKind,
  roomUpstream,
  rtpCapabilities,
  rtpParameters,
  sessionGrant,
  sessionTraffic,
  trackSource,
  transportOptions,
  viewport,
} from './values.ts';

/** Rows of methods, each with the schemas of its request and its answer. */
type MethodTable = Record<string, { request: z.ZodType; answer: z.ZodType }>;
export type RequestOf<T extends MethodTable, M extends keyof T> = z.infer<T[M]['request']>;
export type AnswerOf<T extends MethodTable, M extends keyof T> = z.infer<T[M]['answer']>;
/** The methods of a table as functions. An empty request may be left out. */
export type MethodsOf<T extends MethodTable> = {
  [M in keyof T]: (
    ...args: Record<string, never> extends RequestOf<T, M> ? [request?: RequestOf<T, M>] : [request: RequestOf<T, M>]
  ) => Promise<AnswerOf<T, M>>;
};

/** JSON has no `undefined`: a method without an answer sends null. */
export const nothing: z.ZodType<void> = z.null().transform(() => undefined);
const sessions = z.array(id).max(100_000);
const fence = z.number().int();
const lease = z.object({ session: id, epoch, consumers: z.array(consumerOptions) });

/**
 * The one table of what can be asked of an SFU node. The types, the control API and the methods of a remote node are
 * made from it: a new method needs a row here and its implementation in `node.ts`, and code in `control/` only where
 * the two ends do more than pass it on.
 */
export const sfuMethods = {
  /**
   * Opens a viewer's session: a transport, and a running consumer for every track on stage that the viewer can decode.
   * A person has at most `WATCH_SESSIONS_PER_PERSON_MAX` in a room over all nodes, spares not counted. Past that the
   * oldest one on this node that is not connected ends with `replaced`; where all are connected the new one is refused
   * with `too_many_sessions`. Any session that has not connected within `CONNECT_WITHIN_MS` of its opening, or of the
   * first track that it was offered, ends with `connect_timeout`. Under a grant without `subscribe` the session is
   * prepared: a transport without tracks, for `PREPARED_MAX_MS` at most, one for each person and a few for each room
   * and node (`node_full`), which `admit` turns into a viewer's.
   */
  watch: {
    request: z.object({
      session: id,
      grant: sessionGrant,
      rtpCapabilities,
      viewport: viewport.optional(),
      /**
       * Given when the client knows its certificate in advance: the transport connects at once, which saves one round
       * trip.
       */
      dtlsParameters: dtlsParameters.optional(),
      /**
       * Absent: the publisher is on this node, or this node pulls the stage already. A node keeps the upstream that it
       * has.
       */
      upstream: roomUpstream.optional(),
      /** The viewer's session for which this one is a spare. */
      spareOf: id.optional(),
    }),
    answer: z.object({ transport: transportOptions, consumers: z.array(consumerOptions) }),
  },
  /** Access was granted to the person of a prepared session: it gets this grant, and every track on stage. */
  admit: {
    request: z.object({ session: id, grant: sessionGrant }),
    answer: z.object({ consumers: z.array(consumerOptions) }),
  },
  /**
   * Opens a publisher's session. A room has one: it closes the earlier one with `replaced`, unless that has a higher
   * `fence`; then it is refused with `stage_taken`.
   */
  publish: {
    request: z.object({
      session: id,
      grant: sessionGrant,
      dtlsParameters: dtlsParameters.optional(),
      /** The publisher's session for which this one is a spare. */
      spareOf: id.optional(),
      /** Fencing number: it grows each time that a page takes the room's stage. */
      fence: fence.optional(),
    }),
    answer: z.object({ transport: transportOptions }),
  },
  /**
   * Opens a publisher's session that is not on stage: it has no tracks and replaces nobody, but is connected by the
   * time its creator goes live with `takeStage`.
   */
  preparePublisher: {
    request: z.object({ session: id, grant: sessionGrant, dtlsParameters: dtlsParameters.optional() }),
    answer: z.object({ transport: transportOptions }),
  },
  /** Puts a prepared publisher on stage, under the same rules as `publish`. */
  takeStage: { request: z.object({ session: id, fence }), answer: nothing },
  connect: { request: z.object({ session: id, dtlsParameters }), answer: nothing },
  restartIce: { request: z.object({ session: id }), answer: z.object({ iceParameters }) },
  /** Puts a track on stage; viewers get it. A second track of the same source replaces the first. */
  produce: {
    request: z.object({
      session: id,
      kind: mediaKind,
      source: trackSource,
      rtpParameters,
      muted: z.boolean().optional(),
      /** Size of the full picture, so that viewers get the layer that fits their element. Absent: 1280 by 720. */
      sourceSize: viewport.optional(),
    }),
    answer: z.object({ producerId: id }),
  },
  unproduce: { request: z.object({ session: id, producerId: id }), answer: nothing },
  setMuted: { request: z.object({ session: id, producerId: id, muted: z.boolean() }), answer: nothing },
  /**
   * The highest layer that the publisher's browser sends, of those that are wanted: its bandwidth does not allow more.
   * The node itself would notice after a second and a half that a layer has stopped.
   */
  setSentLayers: {
    request: z.object({ session: id, producerId: id, maxSpatialLayer: z.number().int().min(0).max(8) }),
    answer: nothing,
  },
  setViewport: { request: z.object({ session: id, viewport }), answer: nothing },
  /**
   * The viewer's client receives packets and has no picture: sends it a key frame, and no longer the packets that it
   * has requested again. `lineBps` is what arrives where packets are being lost, or come late before any are
   * (`isLate`): the viewer gets what fits. `soundOnly`: packets are lost, and only the sound fits; the picture is tried
   * again later.
   */
  restartVideo: {
    request: z.object({ session: id, lineBps: z.number().min(0).optional(), isLate: z.literal(true).optional() }),
    answer: z.object({ soundOnly: z.literal(true).optional() }),
  },
  /**
   * Ends the pause of a metered session. Limited for each person and room over all nodes: past the limit it answers how
   * many milliseconds to wait.
   */
  play: { request: z.object({ session: id }), answer: z.object({ retryAfterMs: z.number().optional() }) },
  /**
   * Tells the node how many entitled people may start to watch at any moment. As long as there are any, the lowest
   * layer keeps flowing without viewers, so that the first picture does not wait for the publisher.
   */
  setAudience: { request: z.object({ room: id, people: z.number().int() }), answer: nothing },
  /**
   * The publisher is on another node now: this node pulls the room's stage from there for its viewers, and closes a
   * publisher of its own with `replaced`. `fence` is that of the publisher elsewhere: a publisher here with a higher
   * one stays on stage; one with the same one has moved, and stays for its viewers while this node drains. A node on
   * which the room is not open does nothing.
   */
  follow: { request: z.object({ room: id, upstream: roomUpstream, fence: fence.optional() }), answer: nothing },
  /**
   * Another gateway, or another socket of the same one, takes a person's session over, with its spare. Renews both,
   * sends their events to the caller from now on, and answers what they are and what they receive, since the person may
   * have missed events. With the present `epoch` the session is the caller's already and keeps its epoch; otherwise its
   * earlier gateway is sent `adopted`. `session_not_found` if the session is not the person's in that room, or is a
   * spare.
   */
  adopt: {
    request: z.object({ session: id, room: id, identity, epoch: epoch.optional() }),
    answer: z.object({
      publish: z.boolean(),
      /** Proves from now on that the session is the caller's. */
      epoch,
      /** What it receives at the moment. */
      consumers: z.array(consumerOptions),
      /** Nothing is sent over it, until `play`. */
      paused: z.boolean().optional(),
      /** Its spare, which is adopted with it. */
      spare: lease.optional(),
    }),
  },
  /**
   * Renews the lease of sessions. One that is not renewed for the node's `leaseMs` is closed with `lease_expired`.
   * `epochs` holds those of adopted sessions; the others were opened by the caller. Answers the sessions that are gone
   * (`lost`) and those that another gateway has adopted, which were not renewed.
   */
  renew: {
    request: z.object({ sessions, epochs: z.record(id, epoch).optional() }),
    answer: z.object({ lost: sessions, adopted: sessions }),
  },
  /**
   * Changes when a session's grant ends, in milliseconds since the epoch. An expired grant is not revived: the session
   * is closed, `session_not_found`.
   */
  updateGrant: { request: z.object({ session: id, until: z.number() }), answer: nothing },
  /** Counters of the room's publisher and of one person's viewing sessions, whichever gateways own them. */
  roomTraffic: {
    request: z.object({ room: id, identity }),
    answer: z.array(sessionTraffic.extend({ publish: z.boolean() })),
  },
  /**
   * Whether the room has a session on this node: its publisher, a viewer, or another node that pulls the stage from
   * here.
   */
  isOpen: { request: z.object({ room: id }), answer: z.object({ open: z.boolean() }) },
  /**
   * Closes transport and tracks at once. Closing an unknown session is no error; `not_owner` if another gateway has
   * adopted it.
   */
  closeSession: {
    request: z.object({ session: id, epoch: epoch.optional(), reason: closeReason.optional() }),
    answer: nothing,
  },
  /** Closes the session of the room's publisher, whichever gateway owns it. */
  closePublisher: { request: z.object({ room: id }), answer: nothing },
  /** Closes every session that a person has in the room, whichever gateways own them. */
  closePerson: { request: z.object({ room: id, identity }), answer: nothing },
  /** Closes every session of the room with `room_closed` and forgets its audience. */
  closeRoom: { request: z.object({ room: id }), answer: nothing },
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
  /** WebRTC statistics of a session's transport (mediasoup's JSON), for diagnosis and the benchmarks. */
  sessionStats: { request: z.object({ session: id }), answer: z.array(z.unknown()) },
} satisfies MethodTable;

export type SfuMethod = keyof typeof sfuMethods;
export type SfuRequest<M extends SfuMethod> = RequestOf<typeof sfuMethods, M>;
export type SfuAnswer<M extends SfuMethod> = AnswerOf<typeof sfuMethods, M>;
export type SfuMethods = MethodsOf<typeof sfuMethods>;

export type WatchRequest = SfuRequest<'watch'>;
export type PublishRequest = SfuRequest<'publish'>;
export type ProduceRequest = SfuRequest<'produce'>;
/** A session as the gateway that adopts it finds it. */
export type AdoptedSession = SfuAnswer<'adopt'>;
export type SfuStats = SfuAnswer<'stats'>;
