/**
 * Removes nodes from a room's tree once no viewer behind them is left. The node itself says whether it is needed, since
 * it may serve viewers of other gateways and other nodes.
 */
import type { Log } from '../../platform/log.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Fleet } from './fleet.ts';
import type { Placement } from './placement.ts';
import type { RoomTrees } from './room-trees.ts';

interface TreePrunerOptions {
  fleet: Pick<Fleet, 'open'>;
  trees: RoomTrees;
  placement: Placement;
  log: Log;
}

export class TreePruner {
  readonly #options: TreePrunerOptions;
  readonly #asking = new Set<string>();
  /** Nodes of a room that were unused at the last check. */
  readonly #idle = new Map<RoomId, ReadonlySet<string>>();

  constructor(options: TreePrunerOptions) {
    this.#options = options;
  }

  /** A viewer left the room on this node. The origin stays for its publisher. */
  async prune(room: RoomId, node: string): Promise<void> {
    const key = `${node} ${room}`;
    // Concurrent departures share one request; later ones cause the next.
    if (this.#asking.has(key)) return;
    this.#asking.add(key);
    try {
      await this.#prune(room, node);
    } catch (error) {
      this.#options.log.debug({ err: error, room, node }, 'unused node not removed from room tree, its lease expires');
    } finally {
      this.#asking.delete(key);
    }
  }

  /**
   * Checks all of a room's nodes, and removes those that were unused at the last check too, because their gateway has
   * died.
   */
  async pruneIdle(room: RoomId, nodes: readonly string[]): Promise<void> {
    const { trees, placement } = this.#options;
    const before = this.#idle.get(room);
    const idle = new Set<string>();
    for (const node of nodes) {
      if (await this.#isOpen(room, node).catch(() => true)) continue;
      if (!before?.has(node)) idle.add(node);
      else if (placement.node(node)) await this.prune(room, node);
      else await trees.dropEdge(room, node);
    }
    if (idle.size > 0) this.#idle.set(room, idle);
    else this.#idle.delete(room);
  }

  /** The room has ended. */
  forget(room: RoomId): void {
    this.#idle.delete(room);
  }

  async #prune(room: RoomId, node: string): Promise<void> {
    const { trees, placement } = this.#options;
    const parent = placement.edges(room).get(node);
    if (parent === undefined || (await this.#isOpen(room, node))) return;
    await trees.dropEdge(room, node);
    // A viewer may have been placed there after the answer.
    if (await this.#isOpen(room, node)) {
      await trees.claimEdge(room, node, parent);
      return;
    }
    placement.setEdge({ room, node, parent: undefined });
    await this.prune(room, parent);
  }

  async #isOpen(room: RoomId, node: string): Promise<boolean> {
    const { fleet, placement } = this.#options;
    // A node that is gone has no viewers.
    if (!placement.node(node)) return false;
    const asked = await fleet.open(node);
    return (await asked.isOpen({ room })).open;
  }
}
