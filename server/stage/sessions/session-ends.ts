/** How the media sessions of this gateway end: on their nodes, in the table, and for the room's live and places. */
import type { SessionCloseReason, SfuNode } from '../../../sfu/contract.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { RoomId, SessionId } from '../../protocol/ids.ts';
import type { Fleet } from '../placement/fleet.ts';
import type { RoomPlaces } from '../placement/room-places.ts';
import type { Lives } from './lives.ts';
import { type OpenRequest, sessionsInTheWay } from './session-limits.ts';
import { isInUse, type SessionEntry, type SessionTable } from './session-table.ts';

/** Which sessions end: of one room or of all, and all of them without `matches`. */
interface Closing {
  room?: RoomId;
  matches?: (entry: SessionEntry) => boolean;
  reason?: SessionCloseReason;
}

interface SessionEndsOptions {
  sessions: SessionTable;
  fleet: Pick<Fleet, 'get'>;
  places: RoomPlaces;
  lives: () => Pick<Lives, 'handlePublisherGone'>;
  /** Sends the session's client the reason of its end. */
  tell: (entry: SessionEntry, reason: SessionCloseReason) => void;
  metrics: Metrics;
  log: Log;
}

export class SessionEnds {
  readonly #options: SessionEndsOptions;

  constructor(options: SessionEndsOptions) {
    this.#options = options;
  }

  async close(session: SessionId, reason: SessionCloseReason): Promise<void> {
    const entry = this.#remove(session);
    if (!entry) return;
    await this.closeOnNode(entry, reason);
    // Only now: the node is needed while the session is there.
    this.#handleEnded(entry);
  }

  /** Where the node cannot be reached the session's lease expires, since it is not renewed any more. */
  async closeOnNode(
    { session, node, epoch }: Pick<SessionEntry, 'session' | 'node'> & Partial<SessionEntry>,
    reason: SessionCloseReason,
  ): Promise<void> {
    const { fleet, log } = this.#options;
    await fleet
      .get(node)
      ?.closeSession({ session, epoch, reason })
      .catch((error) => log.warn({ err: error, session }, 'session not closed; its lease expires'));
  }

  /** Ends a session, and tells its client why. */
  async end(entry: SessionEntry, reason: SessionCloseReason): Promise<void> {
    // First: later requests for the session are refused with `session_not_found`, which does not say why.
    this.#options.tell(entry, reason);
    await this.close(entry.session, reason);
  }

  /** Ends what another session is opened in place of; throws `too_many_media_sessions` as `sessionsInTheWay` does. */
  makeWay(request: OpenRequest): void {
    for (const entry of sessionsInTheWay(this.#options.sessions, request)) void this.end(entry, 'replaced');
  }

  /** The page's publication has been replaced or is over. */
  async endPublication(room: RoomId, publication: string | undefined, reason: SessionCloseReason): Promise<void> {
    const isOfIt = (entry: SessionEntry) =>
      isPublisher(entry) && entry.room === room && entry.publication === publication;
    await Promise.all([...this.#options.sessions.all()].filter(isOfIt).map((entry) => this.end(entry, reason)));
  }

  async closeHere({ room, matches = () => true, reason = 'closed' }: Closing): Promise<void> {
    const { sessions } = this.#options;
    const entries = [...sessions.all()].filter((it) => (room === undefined || it.room === room) && matches(it));
    await Promise.all(entries.map(({ session }) => this.close(session, reason)));
  }

  /** Includes the sessions of other gateways: `ask` goes to every node that the room may be on. */
  async closeEverywhere(closing: Closing & { room: RoomId }, ask: (node: SfuNode) => Promise<void>): Promise<void> {
    const { places, log } = this.#options;
    const { room } = closing;
    const asking = places.nodesOf(room).then((nodes) => Promise.allSettled(nodes.map(ask)));
    await this.closeHere(closing);
    for (const { reason: err } of (await asking).filter((it) => it.status === 'rejected'))
      log.warn({ err, room }, 'sessions not closed on a node; their leases expire');
  }

  /** The session has ended, or is another gateway's. */
  forget(session: SessionId): void {
    const entry = this.#remove(session);
    if (entry) this.#handleEnded(entry);
  }

  countSessions(): void {
    const { metrics, sessions } = this.#options;
    for (const direction of ['publish', 'watch'] as const)
      metrics.mediaSessions.set({ direction }, sessions.count(direction));
  }

  #remove(session: SessionId): SessionEntry | undefined {
    const entry = this.#options.sessions.remove(session);
    if (entry) this.countSessions();
    return entry;
  }

  #handleEnded(entry: SessionEntry): void {
    if (!isInUse(entry)) return;
    const { room, node, direction } = entry;
    const { lives, places } = this.#options;
    if (direction === 'publish') lives().handlePublisherGone(room);
    else if (node !== undefined) void places.releaseViewer(room, node);
  }
}

/** A publisher's session or its spare. */
export const isPublisher = ({ direction, isPrepared }: SessionEntry): boolean => direction === 'publish' && !isPrepared;
