/** Bus subscriptions of a room, from its first connection at this gateway to its last. */
import { type Bus, roomTopic, type Subscription } from '../../platform/bus.ts';
import type { RoomId } from '../../protocol/ids.ts';

export type RoomHandlers = Record<string, (room: RoomId, message: unknown) => void>;

export class RoomSubscriptions {
  readonly #bus: Bus;
  readonly #handlers: RoomHandlers;
  readonly #rooms = new Map<RoomId, { ready: Promise<unknown>; subscriptions: Subscription[] }>();

  /** `handlers` by topic. */
  constructor(bus: Bus, handlers: RoomHandlers) {
    this.#bus = bus;
    this.#handlers = handlers;
  }

  /** Resolves once the room's messages arrive here. */
  async open(room: RoomId): Promise<void> {
    let entry = this.#rooms.get(room);
    if (!entry) {
      const subscriptions = Object.entries(this.#handlers).map(([topic, handle]) =>
        this.#bus.subscribe(roomTopic(topic, room), (message) => handle(room, message)),
      );
      entry = { subscriptions, ready: Promise.all(subscriptions.map((subscription) => subscription.ready)) };
      this.#rooms.set(room, entry);
    }
    await entry.ready;
  }

  close(room: RoomId): void {
    for (const end of this.#rooms.get(room)?.subscriptions ?? []) end();
    this.#rooms.delete(room);
  }

  closeAll(): void {
    for (const room of [...this.#rooms.keys()]) this.close(room);
  }
}
