/** Sends updates of rooms that are read from the database first, and repeats one that failed while the room is open. */
import type { Log } from '../../platform/log.ts';
import type { RoomId } from '../../protocol/ids.ts';

const RETRY_MS = 1_000;

export class RoomUpdates {
  readonly #hasAudience: (room: RoomId) => boolean;
  readonly #log: Log;
  /** By kind and room. */
  readonly #retries = new Map<string, NodeJS.Timeout>();

  constructor({ hasAudience, log }: { hasAudience: (room: RoomId) => boolean; log: Log }) {
    this.#hasAudience = hasAudience;
    this.#log = log;
  }

  /** Never rejects. The retry of a newer update replaces that of an older one of the same kind. */
  async attempt(kind: string, room: RoomId, send: () => Promise<void>): Promise<void> {
    if (!this.#hasAudience(room)) return;
    try {
      await send();
    } catch (error) {
      this.#log.warn({ err: error, room, kind }, 'room update not sent, will retry');
      const key = `${kind} ${room}`;
      clearTimeout(this.#retries.get(key));
      this.#retries.set(
        key,
        setTimeout(() => {
          this.#retries.delete(key);
          void this.attempt(kind, room, send);
        }, RETRY_MS).unref(),
      );
    }
  }

  close(): void {
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
  }
}
