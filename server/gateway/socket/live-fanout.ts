/**
 * Tells a room's sockets whether it is live. Facts of two gateways may arrive out of order, late or twice: a fact only
 * triggers a read, and the state in the database is sent.
 */
import type { Log } from '../../platform/log.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { EventData } from '../../protocol/realtime.ts';
import type { Room } from '../../protocol/rooms.ts';

const RETRY_MS = 1_000;

/** What of a room says whether it is live. */
export type LiveState = Pick<Room, 'status' | 'liveStartedAt' | 'liveEndedAt' | 'pausedUntil' | 'pauseAnnounced'>;

interface LiveFanoutOptions {
  /** Must answer with a read that begins after the call, one at a time per room, as `SharedRead` does. */
  read: (room: RoomId) => Promise<LiveState>;
  hasAudience: (room: RoomId) => boolean;
  send: (room: RoomId, live: EventData<'stage:liveStarted'> | EventData<'stage:liveEnded'>) => void;
  log: Log;
}

export class LiveFanout {
  readonly #options: LiveFanoutOptions;
  readonly #retries = new Map<RoomId, NodeJS.Timeout>();

  constructor(options: LiveFanoutOptions) {
    this.#options = options;
  }

  /** A live of the room began or ended, or its pause changed, at `at`. */
  async note(room: RoomId, at: string): Promise<void> {
    const { read, hasAudience, send, log } = this.#options;
    if (!hasAudience(room)) return;
    try {
      const { status, liveStartedAt, liveEndedAt, pausedUntil, pauseAnnounced } = await read(room);
      const isLive = status === 'live';
      const ended = { endedAt: liveEndedAt ?? at, pausedUntil, pauseAnnounced };
      send(room, isLive ? { startedAt: liveStartedAt ?? at } : ended);
    } catch (error) {
      log.warn({ err: error, room }, 'live state not told, trying again');
      clearTimeout(this.#retries.get(room));
      this.#retries.set(
        room,
        setTimeout(() => {
          this.#retries.delete(room);
          void this.note(room, at);
        }, RETRY_MS).unref(),
      );
    }
  }

  close(): void {
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
  }
}
