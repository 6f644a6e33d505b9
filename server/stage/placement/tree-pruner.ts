/**
 * Takes nodes out of a room's tree when nobody needs them there any more: the last viewer behind them has left. The node itself says whether it is needed,
 * since other gateways' viewers and other nodes may be on it as well.
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
  /** Nodes of a room that nobody needed at the last look. */
  readonly #idle = new Map<RoomId, ReadonlySet<string>>();

  constructor(options: TreePrunerOptions) {
    this.#options = options;
  }

  /** Somebody left the room on this node. The origin stays: the publisher is there, or comes back there. */
  async prune(room: RoomId, node: string): Promise<void> {
    const key = `${node} ${room}`;
    // One question for all who leave at once; who leaves while it is asked is asked about by the next.
    if (this.#asking.has(key)) return;
    this.#asking.add(key);
    try {
      await this.#prune(room, node);
    } catch (error) {
      this.#options.log.debug({ err: error, room, node }, 'a node stays in the tree of a room until its lease ends');
    } finally {
      this.#asking.delete(key);
    }
  }

  /** Looks at all of a room's nodes: what nobody needed at the last look either, because the gateway that did is gone, is taken out. */
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

  /** The room is over. */
  forget(room: RoomId): void {
    this.#idle.delete(room);
  }

  async #prune(room: RoomId, node: string): Promise<void> {
    const { trees, placement } = this.#options;
    const parent = placement.edges(room).get(node);
    if (parent === undefined || (await this.#isOpen(room, node))) return;
    await trees.dropEdge(room, node);
    // Somebody may have been put there between the question and the answer.
    if (await this.#isOpen(room, node)) {
      await trees.claimEdge(room, node, parent);
      return;
    }
    placement.setEdge({ room, node, parent: undefined });
    await this.prune(room, parent);
  }

  async #isOpen(room: RoomId, node: string): Promise<boolean> {
    const { fleet, placement } = this.#options;
    // A node that is gone has nobody.
    if (!placement.node(node)) return false;
    const asked = await fleet.open(node);
    return (await asked.isOpen({ room })).open;
  }
}
