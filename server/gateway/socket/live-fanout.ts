/**
 * Tells a room's sockets whether it is live. Facts of two gateways may arrive out of order, late or twice: a fact only
 * triggers a read, and the state in the database is sent.
 */
import type { RoomId } from '../../protocol/ids.ts';
import type { EventData } from '../../protocol/realtime.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { RoomUpdates } from './room-updates.ts';

/** What of a room says whether it is live. */
export type LiveState = Pick<Room, 'status' | 'liveStartedAt' | 'liveEndedAt' | 'pausedUntil' | 'pauseAnnounced'>;

interface LiveFanoutOptions {
  /** Must answer with a read that begins after the call, one at a time per room, as `SharedRead` does. */
  read: (room: RoomId) => Promise<LiveState>;
  send: (room: RoomId, live: EventData<'stage:liveStarted'> | EventData<'stage:liveEnded'>) => void;
  updates: RoomUpdates;
}

export class LiveFanout {
  readonly #options: LiveFanoutOptions;

  constructor(options: LiveFanoutOptions) {
    this.#options = options;
  }

  /** A live of the room began or ended, or its pause changed, at `at`. */
  note(room: RoomId, at: string): Promise<void> {
    const { read, send, updates } = this.#options;
    return updates.attempt('live', room, async () => {
      const { status, liveStartedAt, liveEndedAt, pausedUntil, pauseAnnounced } = await read(room);
      const isLive = status === 'live';
      const ended = { endedAt: liveEndedAt ?? at, pausedUntil, pauseAnnounced };
      send(room, isLive ? { startedAt: liveStartedAt ?? at } : ended);
    });
  }
}
