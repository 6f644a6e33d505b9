/**
 * New chat entries to the sockets of this gateway: at most one frame per room and tick, however many authors there are. The first entry
 * after a quiet moment goes out at once.
 */
import type { ChatEntry } from '../protocol/chat.ts';
import type { RoomId } from '../protocol/ids.ts';

const TICK_MS = 50;

interface Pending {
  entries: ChatEntry[];
  sentAtMs: number;
  timer: NodeJS.Timeout | undefined;
}

export class ChatFanout {
  readonly #rooms = new Map<RoomId, Pending>();
  readonly #send: (room: RoomId, entries: ChatEntry[]) => void;

  constructor(send: (room: RoomId, entries: ChatEntry[]) => void) {
    this.#send = send;
  }

  add(room: RoomId, entries: ChatEntry[]): void {
    const pending = this.#rooms.get(room) ?? { entries: [], sentAtMs: 0, timer: undefined };
    this.#rooms.set(room, pending);
    pending.entries.push(...entries);
    if (pending.timer) return;
    const waitMs = pending.sentAtMs + TICK_MS - Date.now();
    if (waitMs <= 0) this.#flush(room, pending);
    else pending.timer = setTimeout(() => this.#flush(room, pending), waitMs);
  }

  #flush(room: RoomId, pending: Pending): void {
    const { entries } = pending;
    pending.entries = [];
    pending.sentAtMs = Date.now();
    // The timer stays for one more tick: it sends what gathers meanwhile, or forgets the quiet room.
    pending.timer = setTimeout(() => {
      pending.timer = undefined;
      if (pending.entries.length > 0) this.#flush(room, pending);
      else this.#rooms.delete(room);
    }, TICK_MS);
    if (entries.length > 0) this.#send(room, entries);
  }

  close(): void {
    for (const pending of this.#rooms.values()) clearTimeout(pending.timer);
    this.#rooms.clear();
  }
}
