/**
 * Empties a node that is about to leave: its publishers go first, so that the stage is elsewhere before the viewers look for it, and the viewers a few
 * at a time, so that the other nodes are not overrun.
 */
import type { SfuNodeAnnouncement } from '../../sfu/contract.ts';
import type { SessionEntry } from './session-table.ts';

const STEP_MS = 250;
/** Steps in which a node's viewers leave, however many they are. */
const STEPS = 20;
/** How long the viewers wait for the publishers to be elsewhere. */
const PUBLISHERS_FIRST_MS = 1_500;

export class Evacuation {
  readonly #sessionsOn: (node: string) => SessionEntry[];
  readonly #move: (entry: SessionEntry) => void;
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(options: { sessionsOn: (node: string) => SessionEntry[]; move: (entry: SessionEntry) => void }) {
    this.#sessionsOn = options.sessionsOn;
    this.#move = options.move;
  }

  handleNode({ node, draining }: Pick<SfuNodeAnnouncement, 'node' | 'draining'>): void {
    if (!draining || this.#leaving.has(node)) return;
    const sessions = this.#sessionsOn(node);
    const publishers = sessions.filter(({ direction }) => direction === 'publish');
    for (const entry of publishers) this.#move(entry);
    this.#schedule(node, Math.ceil(sessions.length / STEPS), publishers.length > 0 ? PUBLISHERS_FIRST_MS : 0);
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
  }

  #schedule(node: string, atOnce: number, waitMs: number): void {
    this.#leaving.set(
      node,
      setTimeout(() => {
        const left = this.#sessionsOn(node);
        for (const entry of left.slice(0, Math.max(1, atOnce))) this.#move(entry);
        // Who was still being let in when the node began to drain is found by a later look.
        if (left.length > 0) this.#schedule(node, atOnce, STEP_MS);
        else this.#leaving.delete(node);
      }, waitMs).unref(),
    );
  }
}
