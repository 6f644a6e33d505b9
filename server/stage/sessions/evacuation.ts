/**
 * Empties a node that is about to leave, without a cut: people are asked to open another session beside theirs and to leave theirs when the other one
 * shows something. The publishers go first, so that the stage is elsewhere before the viewers look for it, and the viewers a few at a time, so that the
 * other nodes are not overrun. Who does not follow is moved all the same in the end, with a cut.
 */
import type { SfuNodeAnnouncement } from '../../../sfu/contract.ts';
import type { SessionId } from '../../protocol/ids.ts';
import type { SessionEntry } from './session-table.ts';

const STEP_MS = 250;
/** Steps in which a node's viewers are asked, however many they are. */
const STEPS = 20;
/** Steps that the viewers wait for the publishers to be elsewhere, who may be another gateway's to ask. */
const PUBLISHERS_FIRST_STEPS = 6;
/** Steps from being asked until somebody is moved without being asked. A publisher goes on for their last viewer. */
const PATIENCE_STEPS = { watch: 40, publish: 80 };

interface Leaving {
  timer: NodeJS.Timeout;
  /** Steps since each session was asked for. */
  asked: Map<SessionId, number>;
  /** Viewers that are asked in one step. */
  atOnce: number;
  steps: number;
}

export interface EvacuationOptions {
  sessionsOn: (node: string) => SessionEntry[];
  /** Asks for another session beside this one. */
  ask: (entry: SessionEntry) => void;
  /** Ends this one: its participant comes anew. */
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
    const sessions = this.#options.sessionsOn(node);
    const timer = setInterval(() => this.#step(node), STEP_MS).unref();
    const atOnce = Math.max(1, Math.ceil(sessions.length / STEPS));
    this.#leaving.set(node, { timer, asked: new Map(), atOnce, steps: 0 });
    this.#step(node);
  }

  /** Somebody is back who may not have heard the question: they are asked again. */
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
    const { asked, atOnce } = leaving;
    const left = this.#options.sessionsOn(node);
    // Who was still being let in when the node began to drain is found by a later look.
    if (left.length === 0) {
      clearInterval(leaving.timer);
      this.#leaving.delete(node);
      return;
    }
    leaving.steps += 1;
    let toAsk = leaving.steps > PUBLISHERS_FIRST_STEPS ? atOnce : 0;
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
