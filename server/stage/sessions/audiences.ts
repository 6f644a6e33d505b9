/**
 * Reports each room's audience size to its node: at once, then the latest size after each call, so that a rush of
 * newcomers costs a few calls.
 */
import type { RoomId } from '../../protocol/ids.ts';

export class Audiences {
  readonly #tell: (room: RoomId, people: number) => Promise<void>;
  readonly #onError: (error: unknown, room: RoomId) => void;
  /** Rooms with a call under way. */
  readonly #latest = new Map<RoomId, number>();

  constructor(options: {
    tell: (room: RoomId, people: number) => Promise<void>;
    onError: (error: unknown, room: RoomId) => void;
  }) {
    this.#tell = options.tell;
    this.#onError = options.onError;
  }

  set(room: RoomId, people: number): void {
    const isSending = this.#latest.has(room);
    this.#latest.set(room, people);
    if (!isSending) void this.#sendUntilCurrent(room);
  }

  async #sendUntilCurrent(room: RoomId): Promise<void> {
    for (;;) {
      const people = this.#latest.get(room) ?? 0;
      await this.#tell(room, people).catch((error) => this.#onError(error, room));
      if (this.#latest.get(room) === people) break;
    }
    this.#latest.delete(room);
  }
}
