/** Sends the progress of a room's goal: at once when it is set or cleared, and throttled while tips come in. */
import type { Log } from '../../platform/log.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Goal } from '../../protocol/money/tipping.ts';

const INTERVAL_MS = 250;

interface GoalFanoutOptions {
  read: (room: RoomId) => Promise<Goal | null>;
  /** Whether the room has sockets here. */
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

  /** The sum of the room's tips changed. */
  noteTips(room: RoomId): void {
    if (this.#timers.has(room) || !this.#options.hasAudience(room)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(room);
      void this.#tell(room, false);
    }, INTERVAL_MS);
    this.#timers.set(room, timer);
  }

  /** The goal was set or cleared. */
  noteGoal(room: RoomId): void {
    if (this.#options.hasAudience(room)) void this.#tell(room, true);
  }

  async #tell(room: RoomId, isNews: boolean): Promise<void> {
    try {
      const goal = await this.#options.read(room);
      // A room without a goal gets no progress.
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
