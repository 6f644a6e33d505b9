/** The rooms whose stage a node pulls from other nodes. */
import { type RoomUpstream, SfuError, type SfuRequest } from '../contract.ts';
import type { SfuLog } from '../log.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomDirectory } from '../rooms/room-directory.ts';
import type { SessionHost } from '../sessions/session-host.ts';
import { NodeLinks } from './node-links.ts';
import { Upstream } from './upstream.ts';

interface NodeUpstreamsOptions {
  node: string;
  /** Shared secret of the nodes' control APIs; absent: the node pulls no rooms. */
  secret: string | undefined;
  rooms: RoomDirectory;
  sessions: SessionHost;
  isDraining: () => boolean;
  layerLoweringDelayMs: number;
  log: SfuLog;
}

export class NodeUpstreams {
  readonly #options: NodeUpstreamsOptions;
  readonly #links: NodeLinks | undefined;

  constructor(options: NodeUpstreamsOptions) {
    this.#options = options;
    const { secret, log } = options;
    this.#links = secret === undefined ? undefined : new NodeLinks({ secret, log });
  }

  /** The room's publisher is on another node now. */
  follow(request: SfuRequest<'follow'>): void {
    const { node, rooms, sessions, isDraining } = this.#options;
    if (request.upstream.node === node) return;
    const room = rooms.get(request.room);
    if (!room) return;
    const { publisher } = room;
    if (publisher) {
      const { fence = publisher.fence } = request;
      // A publisher that has moved off this draining node stays until its last viewer has left.
      if (publisher.fence > fence || (publisher.fence === fence && isDraining())) return;
      sessions.end(publisher, 'replaced');
    }
    // Its end may have closed the room. A node that restarted under the same id has lost our pull: then it is no longer
    // alive.
    const isFollowing = room.upstream?.alive && room.upstream.source.node === request.upstream.node;
    if (!room.closed && !isFollowing) this.#pull(room, request.upstream);
  }

  pullIfNoStage(room: Room, upstream: RoomUpstream | undefined): void {
    if (upstream && upstream.node !== this.#options.node && !room.publisher && !room.upstream?.alive)
      this.#pull(room, upstream);
  }

  close(): void {
    this.#links?.close();
  }

  #pull(room: Room, source: RoomUpstream): void {
    const links = this.#links;
    if (!links) throw new SfuError('node_unavailable', 'This node pulls no rooms from other nodes.');
    const { node, log, layerLoweringDelayMs: loweringDelayMs } = this.#options;
    const upstream = new Upstream({ room, node, source, link: () => links.get(source), log, loweringDelayMs });
    room.follow(upstream);
    upstream.start();
  }
}
