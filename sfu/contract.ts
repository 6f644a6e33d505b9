/**
 * The contract between the stage (in a gateway) and an SFU node: all that `server/stage` may see of the media plane. It
 * is serialisable data and promises, so that a node in this process and a node on another machine look the same. It
 * owns no logic. What can be asked stands in one table, `contract/methods.ts`; events in `contract/events.ts`; the
 * values of both in `contract/values.ts`.
 */
import type { SfuEvent } from './contract/events.ts';
import type { SfuMethods } from './contract/methods.ts';
import type { RtpCapabilities } from './contract/values.ts';

export type { SfuEvent } from './contract/events.ts';
export type {
  AdoptedSession,
  ProduceRequest,
  PublishRequest,
  SfuAnswer,
  SfuMethods,
  SfuRequest,
  SfuStats,
  WatchRequest,
} from './contract/methods.ts';
export {
  type ConsumerOptions,
  type DtlsParameters,
  FIRST_EPOCH,
  type IceParameters,
  type RoomUpstream,
  type RtpCapabilities,
  type RtpParameters,
  type SessionCloseReason,
  type SessionGrant,
  type SessionTraffic,
  type TrackSource,
  type TransportOptions,
  type Viewport,
} from './contract/values.ts';

/** Viewing sessions that one person may have in a room, over all nodes and gateways; spares are not counted. */
export const WATCH_SESSIONS_PER_PERSON_MAX = 4;

/**
 * One SFU node. Every method rejects with an {@link SfuError}; unknown sessions give `session_not_found`. The node
 * serialises calls for one room, so that two joins at once never make two routers.
 *
 * @example
 * const { transport, consumers } = await node.watch({ session, grant, rtpCapabilities, dtlsParameters });
 */
export interface SfuNode extends SfuMethods {
  readonly id: string;
  /**
   * Whether the node accepts requests at the moment. While it does not, its media goes on as long as the leases last.
   */
  readonly connected: boolean;
  /**
   * Capabilities of every router of this node, which are all alike, so that a client can prepare before it asks to
   * watch.
   */
  readonly routerRtpCapabilities: RtpCapabilities;
  /**
   * Whether the node opens spares. A spare is a second session of the same person, with `spareOf`, on another worker
   * than the first: it is connected and passes nothing on. When the first one's worker dies, the spare replaces it at
   * once (`takenOver`). A publisher puts the same tracks on the spare, and they come on stage only then; viewers'
   * spares consume these tracks. A spare ends with its session, and when another spare is opened for it; it may end
   * earlier, and its session goes on. Spares exist only on the publisher's node: elsewhere, and on a node that keeps
   * none, `spare_unavailable`. Without another worker that has room, `node_unavailable`.
   */
  readonly keepsSpares: boolean;

  on(listener: (event: SfuEvent) => void): () => void;
  /**
   * Ends this use of the node: every later request is refused. A node in this process closes, with all its sessions
   * (`node_closed`); a remote node goes on, and its sessions wait for another gateway to renew them.
   */
  close(): Promise<void>;
}

/** What a node in its own process announces to the gateways, again and again under a short lease. */
export interface SfuNodeAnnouncement {
  node: string;
  /** Address of its control API. */
  url: string;
  /** Name of its location; '' where the operator gave none. */
  region: string;
  version: string;
  workers: number;
  /** Consumers (viewers times tracks) that it carries before quality suffers. */
  capacity: number;
  /** Consumers that it carries now. */
  load: number;
  /** It takes no new sessions, and its sessions have to be moved. */
  draining: boolean;
}

export const sfuErrorCodes = [
  'session_not_found',
  'session_exists',
  'not_entitled',
  'publish_not_allowed',
  'producer_not_found',
  'invalid_media_parameters',
  'cannot_consume',
  'node_unavailable',
  'node_full',
  // The person has as many viewing sessions in the room as allowed, and all of those on this node are connected.
  'too_many_sessions',
  // Another gateway has adopted the session.
  'not_owner',
  // No spare is possible for this session: the node keeps none, the stage comes from another node, or it may have none.
  'spare_unavailable',
  // A page that took the stage later publishes.
  'stage_taken',
] as const;
export type SfuErrorCode = (typeof sfuErrorCodes)[number];

/** The only error that crosses this contract. */
export class SfuError extends Error {
  readonly code: SfuErrorCode;
  constructor(code: SfuErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SfuError';
    this.code = code;
  }
}
