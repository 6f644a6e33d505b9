/**
 * Moves sessions off a draining node without a cut: clients are asked to open a second session elsewhere and to drop
 * the first once the second shows media. Publishers go first, so that the stage has moved before the viewers look for
 * it; viewers follow in small groups, so that other nodes are not overloaded. Clients that do not react are moved in
 * the end, with a cut.
 */
import type { SfuNodeAnnouncement } from '../../../sfu/contract.ts';
import type { SessionId } from '../../protocol/ids.ts';
import type { SessionEntry } from './session-table.ts';

const STEP_MS = 250;
/** Steps in which all of a node's viewers are asked. */
const STEPS = 20;
/** Steps that viewers wait for the publishers, whom another gateway may have to ask. */
const PUBLISHERS_FIRST_STEPS = 6;
/** Steps from asking a client to moving its session anyway. Publishers continue for their last viewer. */
const PATIENCE_STEPS = { watch: 40, publish: 80 };

interface Leaving {
  timer: NodeJS.Timeout;
  /** Steps since each client was asked. */
  asked: Map<SessionId, number>;
  /** Viewers that are asked per step. */
  atOnce: number;
  steps: number;
}

export interface EvacuationOptions {
  sessionsOn: (node: string) => SessionEntry[];
  /** Asks the client for a second session. */
  ask: (entry: SessionEntry) => void;
  /** Ends this session: its client opens a new one. */
  move: (entry: SessionEntry) => void;
}

export class Evacuation {
  readonly #options: EvacuationOptions;
  readonly #leaving = new Map<string, Leaving>();

  constructor(options: EvacuationOptions) {
    this.#options = options;
  }

  handleNode({ node, draining }: Pick<SfuNodeAnnouncement, 'node' | 'draining'>): void {
    if (!draining || this.#leaving.has(node)) return;
    const timer = setInterval(() => this.#step(node), STEP_MS).unref();
    this.#leaving.set(node, { timer, asked: new Map(), atOnce: 1, steps: 0 });
    this.#step(node);
  }

  /** A resumed client may have missed the request and is asked again. */
  handleResumed(session: SessionId): void {
    for (const { asked } of this.#leaving.values()) asked.delete(session);
  }

  close(): void {
    for (const { timer } of this.#leaving.values()) clearInterval(timer);
    this.#leaving.clear();
  }

  #step(node: string): void {
    const leaving = this.#leaving.get(node);
    if (!leaving) return;
    const { asked } = leaving;
    const left = this.#options.sessionsOn(node);
    // A session that was being opened when the node began to drain is found in a later step.
    if (left.length === 0) {
      clearInterval(leaving.timer);
      this.#leaving.delete(node);
      return;
    }
    leaving.steps += 1;
    // Grows with sessions that arrive later: those of a gateway that restarted during the drain resume here.
    leaving.atOnce = Math.max(leaving.atOnce, Math.ceil(left.length / STEPS));
    let toAsk = leaving.steps > PUBLISHERS_FIRST_STEPS ? leaving.atOnce : 0;
    for (const entry of left) {
      const { session, direction } = entry;
      const waited = asked.get(session);
      if (waited !== undefined) {
        asked.set(session, waited + 1);
        if (waited + 1 >= PATIENCE_STEPS[direction]) this.#options.move(entry);
      } else if (direction === 'publish' || toAsk > 0) {
        if (direction === 'watch') toAsk -= 1;
        asked.set(session, 0);
        this.#options.ask(entry);
      }
    }
  }
}
