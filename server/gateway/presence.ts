/** Who is connected to this gateway, by room and by identity, and how many watch: told to everyone in the room, at most twice a second. */
import type { RoomId } from '../protocol/ids.ts';
import type { Connection } from './connection.ts';

const COUNT_INTERVAL_MS = 500;

interface RoomPresence {
  connections: Set<Connection>;
  lastCount: number;
  timer: NodeJS.Timeout | undefined;
  toldAtMs: number;
}

export class Presence {
  readonly #rooms = new Map<RoomId, RoomPresence>();
  readonly #identities = new Map<string, Set<Connection>>();
  readonly #onCount: (room: RoomId, count: number) => void;
  readonly #onAudience: (room: RoomId, people: number) => void;

  constructor(options: {
    /** The head-count changed: tell the room. */
    onCount: (room: RoomId, count: number) => void;
    /** The number of people inside who may watch changed: tell the stage, at once. */
    onAudience: (room: RoomId, people: number) => void;
  }) {
    this.#onCount = options.onCount;
    this.#onAudience = options.onAudience;
  }

  add(connection: Connection): void {
    const room = this.#rooms.get(connection.roomId) ?? {
      connections: new Set(),
      lastCount: 0,
      timer: undefined,
      toldAtMs: 0,
    };
    this.#rooms.set(connection.roomId, room);
    room.connections.add(connection);
    const { identity } = connection.participant;
    const own = this.#identities.get(identity) ?? new Set();
    this.#identities.set(identity, own);
    own.add(connection);
  }

  remove(connection: Connection): void {
    const room = this.#rooms.get(connection.roomId);
    if (!room?.connections.delete(connection)) return;
    const own = this.#identities.get(connection.participant.identity);
    own?.delete(connection);
    if (own?.size === 0) this.#identities.delete(connection.participant.identity);
    this.refresh(connection.roomId);
    if (room.connections.size > 0) return;
    clearTimeout(room.timer);
    this.#rooms.delete(connection.roomId);
  }

  inRoom(room: RoomId): Connection[] {
    return [...(this.#rooms.get(room)?.connections ?? [])];
  }

  ofIdentity(identity: string): Connection[] {
    return [...(this.#identities.get(identity) ?? [])];
  }

  all(): Connection[] {
    return [...this.#rooms.values()].flatMap((room) => [...room.connections]);
  }

  /** How many fans are inside: people, not tabs. */
  viewerCount(room: RoomId): number {
    const identities = new Set<string>();
    for (const connection of this.#rooms.get(room)?.connections ?? []) {
      if (connection.isInside && connection.participant.role === 'fan') identities.add(connection.participant.identity);
    }
    return identities.size;
  }

  /** Somebody came in or went out: counts again. */
  refresh(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    const audience = [...room.connections].filter((it) => it.isInside && it.participant.role !== 'creator').length;
    this.#onAudience(roomId, audience);
    if (room.timer) return;
    const waitMs = Math.max(0, room.toldAtMs + COUNT_INTERVAL_MS - Date.now());
    room.timer = setTimeout(() => {
      room.timer = undefined;
      const count = this.viewerCount(roomId);
      if (count === room.lastCount) return;
      room.lastCount = count;
      room.toldAtMs = Date.now();
      this.#onCount(roomId, count);
    }, waitMs);
  }

  close(): void {
    for (const room of this.#rooms.values()) clearTimeout(room.timer);
    this.#rooms.clear();
    this.#identities.clear();
  }
}
