/**
 * Tells rooms how their shared goal stands: at once when it was set or taken away, and at most so often while tips come
 * in.
 */
import type { Log } from '../../platform/log.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Goal } from '../../protocol/tipping.ts';

const INTERVAL_MS = 250;

interface GoalFanoutOptions {
  read: (room: RoomId) => Promise<Goal | null>;
  /** Whether anybody is there to be told. */
  hasAudience: (room: RoomId) => boolean;
  send: (room: RoomId, goal: Goal | null) => void;
  log: Log;
}

export class GoalFanout {
  readonly #options: GoalFanoutOptions;
  readonly #timers = new Map<RoomId, NodeJS.Timeout>();

  constructor(options: GoalFanoutOptions) {
    this.#options = options;
  }

  /** The sum of the room's tips is another one now. */
  noteTips(room: RoomId): void {
    if (this.#timers.has(room) || !this.#options.hasAudience(room)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(room);
      void this.#tell(room, false);
    }, INTERVAL_MS);
    this.#timers.set(room, timer);
  }

  /** The goal is another one now, or there is none. */
  noteGoal(room: RoomId): void {
    if (this.#options.hasAudience(room)) void this.#tell(room, true);
  }

  async #tell(room: RoomId, isNews: boolean): Promise<void> {
    try {
      const goal = await this.#options.read(room);
      // A room without a goal is told nothing of its tips.
      if (goal !== null || isNews) this.#options.send(room, goal);
    } catch (error) {
      this.#options.log.error({ err: error, room }, 'goal not told');
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
