/**
 * The contract between the stage (in a gateway) and an SFU node. It is all that `server/stage` may see of the media plane: plain
 * serialisable data and promises, so that a node in this process and a node on another machine look the same. It owns no logic.
 * WebRTC words follow W3C webrtc-pc and ORTC; the parameter shapes are mediasoup's JSON forms of them.
 */

/** RTP capabilities of a device or a router (ORTC `RTCRtpCapabilities`), passed through as mediasoup's JSON. */
export interface RtpCapabilities {
  codecs?: unknown[];
  headerExtensions?: unknown[];
}

/** RTP parameters of one stream (ORTC `RTCRtpParameters`), passed through as mediasoup's JSON. */
export interface RtpParameters {
  mid?: string;
  codecs: unknown[];
  headerExtensions?: unknown[];
  encodings?: unknown[];
  rtcp?: unknown;
  msid?: string;
}

/** DTLS fingerprints and role of the client's end (RFC 8122). */
export interface DtlsParameters {
  role?: 'auto' | 'client' | 'server';
  fingerprints: { algorithm: string; value: string }[];
}

export interface IceParameters {
  usernameFragment: string;
  password: string;
  iceLite?: boolean;
}

export interface TransportOptions {
  id: string;
  iceParameters: IceParameters;
  iceCandidates: unknown[];
  dtlsParameters: DtlsParameters;
}

export type MediaKind = 'audio' | 'video';
/** What a track shows. A stage holds at most one track per source. */
export type TrackSource = 'camera' | 'microphone' | 'screen' | 'screenAudio';

/**
 * The permission under which a session exists. The gateway's access decision produces it; the node refuses whatever it does not
 * cover: no transport to send without `publish`, no consumer without `subscribe`, nothing for another room, nothing after `until`.
 */
export interface SessionGrant {
  room: string;
  identity: string;
  publish: boolean;
  subscribe: boolean;
  /** Milliseconds since the epoch; the node closes the session then by itself. Absent: until it is closed. */
  until?: number;
  /** Somebody pays for each second: the node pauses what it sends to a client that does not report that it arrives (`paused`). */
  metered?: boolean;
}

export interface Viewport {
  /** Size of the video element in device pixels. */
  width: number;
  height: number;
}

export interface ConsumerOptions {
  id: string;
  producerId: string;
  kind: MediaKind;
  rtpParameters: RtpParameters;
  source: TrackSource;
  /** Whether the publisher has muted this track at the moment. */
  muted: boolean;
}

/** A session as whoever takes it over finds it. */
export interface AdoptedSession {
  publish: boolean;
  /** Proves from now on that the session is the caller's. */
  epoch: number;
  /** What it receives at the moment. */
  consumers: ConsumerOptions[];
  /** Nothing is sent over it, until `play`. */
  paused?: boolean;
  /** The spare that waits for it, which is taken over along with it. */
  spare?: { session: string; epoch: number; consumers: ConsumerOptions[] };
}

/**
 * Whose a session is: its epoch, a fencing number, is `FIRST_EPOCH` for the gateway that opened it and grows with each other gateway that adopts it.
 * A gateway that stood still meanwhile names an old one, and can neither renew nor close the session.
 */
export const FIRST_EPOCH = 1;

/** Where a node gets the stage of a room whose publisher is on another node. */
export interface RoomUpstream {
  node: string;
  /** The control API of that node. */
  url: string;
  /** Where that node gets it in turn, if the publisher is not there either. */
  upstream?: RoomUpstream;
}

export interface WatchRequest {
  session: string;
  grant: SessionGrant;
  rtpCapabilities: RtpCapabilities;
  viewport?: Viewport;
  /** Given when the client knows its certificate ahead: the transport connects at once and one round trip is saved. */
  dtlsParameters?: DtlsParameters;
  /** Absent: the publisher comes to this node, or the node gets the stage already. A node that gets it keeps to where it gets it from. */
  upstream?: RoomUpstream;
  /** The viewer's session for which this one is a spare. */
  spareOf?: string;
}

export interface PublishRequest {
  session: string;
  grant: SessionGrant;
  dtlsParameters?: DtlsParameters;
  /** The publisher's session for which this one is a spare. */
  spareOf?: string;
  /**
   * Grows each time that a page takes the room's stage. A lower one than the present publisher's is refused with
   * `stage_taken`.
   */
  fence?: number;
}

export interface ProduceRequest {
  session: string;
  kind: MediaKind;
  source: TrackSource;
  rtpParameters: RtpParameters;
  muted?: boolean;
  /** Size of the full picture, if known, so that viewers get the layer that fits their element; absent: 1280 by 720. */
  sourceSize?: { width: number; height: number };
}

/**
 * Watching sessions that one person may have in a room, over all nodes and whichever gateways opened them; spares are
 * not counted.
 */
export const WATCH_SESSIONS_PER_PERSON_MAX = 4;

/** Facts that a node tells the gateway. `session` names whom it concerns. */
export type SfuEvent =
  /** New tracks for a viewer; the consumers exist and run. */
  | { type: 'consumersAdded'; room: string; session: string; consumers: ConsumerOptions[] }
  /** `lost`: the publisher did not take these tracks off but lost the way to the stage, and is expected back. */
  | { type: 'consumersRemoved'; room: string; session: string; consumerIds: string[]; lost: boolean }
  /** The publisher muted or unmuted a track. */
  | { type: 'trackMuted'; room: string; session: string; consumerId: string; muted: boolean }
  /**
   * For the publisher, video tracks only: the highest simulcast layer that anybody watches, -1 when nobody is there. A track begins
   * with all its layers wanted; only changes are told, a rise at once and a fall after a short while.
   */
  | { type: 'layersWanted'; room: string; session: string; producerId: string; maxSpatialLayer: number }
  /**
   * For the publisher, a hint: viewers wait for a key frame and RTCP can't ask for it soon enough (browsers answer one PLI in 300 ms). A
   * publisher that can make one at once (`RTCRtpSender.setParameters` with `encodingOptions: [{ keyFrame: true }]`) saves them up to a
   * third of a second; one that can't ignores it. At most ten a second, and far fewer over time.
   */
  | { type: 'keyFrameWanted'; room: string; session: string; producerId: string }
  /**
   * The session's worker died and its spare, which is named `by`, has taken its place: what was on stage over the session is on stage over the spare,
   * and what was received over it comes over the spare. The session is over; nothing further is told of it.
   */
  | { type: 'takenOver'; room: string; session: string; by: string }
  /**
   * Nothing more is sent over a metered session, since its client has not reported for a while that it receives anything, in this session or an
   * earlier one of the same person in the room; `play` ends the pause.
   */
  | { type: 'paused'; room: string; session: string }
  /** Its person came back through another gateway, which looks after the session from now on; nothing further of it is told here. */
  | { type: 'adopted'; room: string; session: string }
  /** A session ended on the node's side. */
  | { type: 'sessionClosed'; room: string; session: string; reason: SessionCloseReason }
  /** ICE or DTLS of a session changed; `disconnected` asks for an ICE restart, `failed` (DTLS refused or ended) for a new session. */
  | { type: 'transportState'; room: string; session: string; state: 'connected' | 'disconnected' | 'failed' };

export type SessionCloseReason =
  | 'closed'
  | 'replaced'
  | 'grant_expired'
  | 'worker_died'
  | 'lease_expired'
  | 'node_closed'
  /** The node's process is gone, or another one is in its place. */
  | 'node_lost'
  | 'room_closed'
  /** Its client did not bring ICE and DTLS up in time. */
  | 'connect_timeout';

export interface SfuStats {
  workers: number;
  rooms: number;
  sessions: number;
  producers: number;
  consumers: number;
}

/** What has flowed over a session since it was opened, in bytes; for whoever must know that media is really there. */
export interface SessionTraffic {
  session: string;
  /** Video that the node got from the client. */
  videoReceivedBytes: number;
  /** Video that the node sent to the client. */
  videoSentBytes: number;
  /**
   * Of a viewer: how many looks at its consumers, these counters included, have found a new RTCP receiver report, by which a client says that it gets
   * what is sent (RFC 3550). Connectivity checks do not count.
   */
  receiverReports: number;
  /**
   * Of a viewer who pays by the second: nothing is sent, as their client has not reported that it arrives (`paused`).
   */
  paused?: boolean;
}

/**
 * One SFU node. Every method rejects with an {@link SfuError}; unknown sessions give `session_not_found`. Calls for one room are
 * serialised by the node: two joins at once never make two routers.
 */
export interface SfuNode {
  readonly id: string;
  /** Whether the node can be asked at the moment. What it carries goes on meanwhile, as long as the leases last. */
  readonly connected: boolean;
  /** Capabilities of every router of this node (they are all alike), so that a client can prepare before it asks to watch. */
  readonly routerRtpCapabilities: RtpCapabilities;
  /**
   * Whether the node opens spares. A spare is a second session of somebody, with `spareOf`, on another worker than the first: it is connected and
   * nothing is passed on over it, so that when the first one's worker dies it goes on at once over what is there (`takenOver`). A publisher puts the
   * same tracks on it, which come on stage only then; viewers have these on theirs, and get them then. It ends with its session, whatever else ends
   * that, and when another spare is opened for that; it may end before, and its session goes on. Only where the publisher is on this node: elsewhere, and
   * where none is kept, `spare_unavailable`. Without another worker at the moment, or with none that has room, `node_unavailable`.
   */
  readonly keepsSpares: boolean;

  /**
   * Opens a viewer's session: transport and a running consumer for every track on stage that the viewer can decode. A person has at most
   * `WATCH_SESSIONS_PER_PERSON_MAX` of them in a room over all nodes, spares aside: past that the oldest on this node
   * that is not connected ends with
   * `replaced`, and where all are connected the new one is refused with `too_many_sessions`. Any session that has not
   * connected within `CONNECT_WITHIN_MS` of its opening, or of
   * the first track that it was offered, ends with `connect_timeout`.
   */
  watch(request: WatchRequest): Promise<{ transport: TransportOptions; consumers: ConsumerOptions[] }>;
  /**
   * Opens a publisher's session. A room has one: an earlier session of the room is closed with `replaced`, unless it
   * has a higher `fence`, and then the
   * new one is refused with `stage_taken`.
   */
  publish(request: PublishRequest): Promise<{ transport: TransportOptions }>;
  connect(request: { session: string; dtlsParameters: DtlsParameters }): Promise<void>;
  restartIce(request: { session: string }): Promise<{ iceParameters: IceParameters }>;
  /** Puts a track on stage; whoever watches gets it. A second track of the same source replaces the first. */
  produce(request: ProduceRequest): Promise<{ producerId: string }>;
  unproduce(request: { session: string; producerId: string }): Promise<void>;
  setMuted(request: { session: string; producerId: string; muted: boolean }): Promise<void>;
  setViewport(request: { session: string; viewport: Viewport }): Promise<void>;
  /**
   * Ends the pause of a session. Rationed for each person and room over all nodes: where it is too early, answers after
   * how long to ask again.
   */
  play(request: { session: string }): Promise<{ retryAfterMs?: number }>;
  /**
   * Says that entitled people are there who may watch any moment: keeps the lowest layer flowing although nobody watches yet, so
   * that the first picture does not wait for the publisher. Zero lets it stop.
   */
  setAudience(request: { room: string; people: number }): Promise<void>;
  /**
   * The publisher is on another node now: the room's viewers here get the stage from there, and a publisher who is still
   * here is closed with `replaced`. With the `fence` of the publisher who is elsewhere: one here with a higher fence
   * stays on stage; one with the same fence has moved, and stays for its viewers while the node drains. A node on which
   * the room is not open has nothing to do.
   */
  follow(request: { room: string; upstream: RoomUpstream; fence?: number }): Promise<void>;
  /**
   * Another gateway, or another socket of the same, takes a person's session over, and its spare with it: says what they are and what they receive at
   * the moment, since their person may have missed what was told meanwhile; renews them, and tells their events there from now on. `session_not_found`
   * if the session is not theirs in that room, or is a spare. With the session's present `epoch` it is the caller's already and stays so; otherwise its
   * earlier gateway is told (`adopted`).
   */
  adopt(request: { session: string; room: string; identity: string; epoch?: number }): Promise<AdoptedSession>;
  /**
   * Renews the lease of sessions; a session not renewed for `leaseMs` (node's configuration) is closed with `lease_expired`. `epochs` of those that were
   * adopted; the others count as opened by the caller. Answers which are gone, and which are another gateway's by now and were not renewed.
   */
  renew(request: {
    sessions: string[];
    epochs?: Record<string, number>;
  }): Promise<{ lost: string[]; adopted: string[] }>;
  /**
   * Lets a session last until another time (milliseconds since the epoch). A grant that has run out is not revived: the session is closed then,
   * `session_not_found`.
   */
  updateGrant(request: { session: string; until: number }): Promise<void>;
  /** Counters of sessions; those that the node doesn't have are left out. */
  traffic(request: { sessions: string[] }): Promise<SessionTraffic[]>;
  /** Counters of the room's publisher and of one person who watches, whichever gateways look after them. */
  roomTraffic(request: { room: string; identity: string }): Promise<(SessionTraffic & { publish: boolean })[]>;
  /** Whether anybody is in the room on this node: its publisher, somebody who watches, or another node that gets the stage from here. */
  isOpen(request: { room: string }): Promise<{ open: boolean }>;
  /** Closes transport and tracks at once. Closing what is not there, or no longer, is no error; `not_owner` where it is another gateway's by now. */
  closeSession(request: { session: string; epoch?: number; reason?: SessionCloseReason }): Promise<void>;
  /** Closes the session of the room's publisher, whichever gateway looks after it. */
  closePublisher(request: { room: string }): Promise<void>;
  /** Closes every session that a person has in the room, whichever gateway looks after it. */
  closePerson(request: { room: string; identity: string }): Promise<void>;
  /** Closes every session of the room with `room_closed` and forgets its audience. */
  closeRoom(request: { room: string }): Promise<void>;
  stats(): Promise<SfuStats>;
  /** WebRTC statistics of a session's transport (mediasoup's JSON), for diagnosis and the benchmarks. */
  sessionStats(request: { session: string }): Promise<unknown[]>;

  on(listener: (event: SfuEvent) => void): () => void;
  /**
   * Ends this use of the node: everything is refused from now on. A node in this process ends with it, and with all its sessions
   * (`node_closed`); one elsewhere goes on, and its sessions wait to be renewed by another gateway.
   */
  close(): Promise<void>;
}

/** What a node in a process of its own tells the gateways, again and again under a short lease. */
export interface SfuNodeAnnouncement {
  node: string;
  /** Where its control API listens. */
  url: string;
  /** Name of where it stands; '' where the operator gave none. */
  region: string;
  version: string;
  workers: number;
  /** Consumers (viewers times tracks) that it carries before quality suffers, and how many it carries now. */
  capacity: number;
  load: number;
  /** It takes no new sessions, and its sessions have to be moved. */
  draining: boolean;
}

export type SfuErrorCode =
  | 'session_not_found'
  | 'session_exists'
  | 'not_entitled'
  | 'publish_not_allowed'
  | 'producer_not_found'
  | 'invalid_media_parameters'
  | 'cannot_consume'
  | 'node_unavailable'
  | 'node_full'
  /**
   * The person has as many watching sessions in the room as one may have, and all of those on this node are connected.
   */
  | 'too_many_sessions'
  /** Another gateway has adopted the session. */
  | 'not_owner'
  /** No spare is kept for this session, now or later: the node keeps none, the stage comes from another node, or the session may have none. */
  | 'spare_unavailable'
  /** A page that took the stage later publishes. */
  | 'stage_taken';

/** The only error that crosses this contract. */
export class SfuError extends Error {
  readonly code: SfuErrorCode;
  constructor(code: SfuErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SfuError';
    this.code = code;
  }
}
