/**
 * Connections of this gateway by room and by identity, and the viewer count over all gateways, which is sent to the
 * room at most twice a second. A room is open here while it has connections.
 */
import type { HeadCounts, Others } from '../../platform/head-counts.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from './connection.ts';

const COUNT_INTERVAL_MS = 500;
/** How often the counts of other gateways are read again, so that a dead gateway is not counted for long. */
const OTHERS_INTERVAL_MS = 5_000;
/** Up to this size people at two gateways are counted once; above it the gateways' counts are added. */
const EXACT_MAX = 200;

interface RoomPresence {
  connections: Set<Connection>;
  /**
   * Connections with access, with the role that each was counted with; kept up to date so that a join costs no recount.
   */
  inside: Map<Connection, Role>;
  audience: number;
  /** Fans inside, with their number of connections. */
  viewers: Map<string, number>;
  /** The count last sent to everyone; undefined while a participant may have a different one. */
  lastCount: number | undefined;
  timer: NodeJS.Timeout | undefined;
  /** Monotonic. */
  toldAtMs: number;
  others: Others;
  reported: string;
}

export interface PresenceOptions {
  counts: HeadCounts;
  /** The viewer count changed: notify the room. */
  onCount: (room: RoomId, count: number) => void;
  /** The number of people who may watch changed: notify the stage at once. */
  onAudience: (room: RoomId, people: number) => void;
  /** This gateway's count was reported: other gateways should read it. */
  onReported: (room: RoomId) => void;
}

export class Presence {
  readonly #options: PresenceOptions;
  readonly #rooms = new Map<RoomId, RoomPresence>();
  readonly #identities = new Map<string, Set<Connection>>();
  readonly #othersTimer: NodeJS.Timeout;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#othersTimer = setInterval(() => {
      for (const room of this.#rooms.keys()) this.recount(room);
    }, OTHERS_INTERVAL_MS).unref();
  }

  add(connection: Connection): void {
    const room = this.#rooms.get(connection.roomId) ?? {
      connections: new Set(),
      inside: new Map(),
      audience: 0,
      viewers: new Map(),
      lastCount: undefined,
      timer: undefined,
      toldAtMs: Number.NEGATIVE_INFINITY,
      others: { count: 0, identities: [] },
      reported: '',
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
    this.refresh(connection);
    if (room.connections.size > 0) return;
    clearTimeout(room.timer);
    this.#rooms.delete(connection.roomId);
    if (room.reported !== '') void this.#report(connection.roomId, new Set());
  }

  isOpen(room: RoomId): boolean {
    return this.#rooms.has(room);
  }

  openRooms(): RoomId[] {
    return [...this.#rooms.keys()];
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

  /** Everybody inside a room here, by connection: a person may be listed twice. */
  inside(): { room: RoomId; identity: string }[] {
    return [...this.#rooms].flatMap(([room, { inside }]) =>
      [...inside.keys()].map(({ participant: { identity } }) => ({ room, identity })),
    );
  }

  /** Fans inside, here and by the last reports of other gateways; people, not connections. */
  viewerCount(room: RoomId): number {
    const known = this.#rooms.get(room);
    return known ? merge(known.viewers, known.others) : 0;
  }

  /** The same for any room, open here or not. */
  async countViewers(room: RoomId): Promise<number> {
    if (this.#rooms.has(room)) return this.viewerCount(room);
    return (await this.#options.counts.others(room)).count;
  }

  /** Counts a connection again after it entered or left. */
  refresh(connection: Connection): void {
    const { roomId } = connection;
    const room = this.#rooms.get(roomId);
    if (!room) return;
    count(room, connection);
    // A newcomer's welcome may contain an older count than the one that the room was sent meanwhile.
    room.lastCount = undefined;
    this.#options.onAudience(roomId, room.audience);
    this.recount(roomId);
  }

  /** A participant joined or left, possibly at another gateway. */
  recount(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    if (!room || room.timer) return;
    const waitMs = Math.max(0, room.toldAtMs + COUNT_INTERVAL_MS - performance.now());
    room.timer = setTimeout(() => {
      room.timer = undefined;
      void this.#tell(roomId, room);
    }, waitMs);
  }

  async #tell(roomId: RoomId, room: RoomPresence): Promise<void> {
    const here = new Set(room.viewers.keys());
    const signature = here.size <= EXACT_MAX ? [...here].sort().join('\n') : String(here.size);
    const isNews = signature !== room.reported;
    room.reported = signature;
    room.toldAtMs = performance.now();
    if (isNews) await this.#report(roomId, here);
    room.others = await this.#options.counts.others(roomId);
    if (this.#rooms.get(roomId) !== room) return;
    const count = this.viewerCount(roomId);
    if (count === room.lastCount) return;
    room.lastCount = count;
    this.#options.onCount(roomId, count);
  }

  async #report(room: RoomId, identities: ReadonlySet<string>): Promise<void> {
    await this.#options.counts.report(room, identities);
    this.#options.onReported(room);
  }

  close(): void {
    clearInterval(this.#othersTimer);
    for (const room of this.#rooms.values()) clearTimeout(room.timer);
    this.#rooms.clear();
    this.#identities.clear();
  }
}

function count(room: RoomPresence, connection: Connection): void {
  const { role, identity } = connection.participant;
  const counted = room.inside.get(connection);
  const now = connection.isInside && room.connections.has(connection) ? role : undefined;
  if (counted === now) return;
  if (counted) add(room, { role: counted, identity }, -1);
  if (now) add(room, { role: now, identity }, 1);
  if (now) room.inside.set(connection, now);
  else room.inside.delete(connection);
}

function add(room: RoomPresence, { role, identity }: { role: Role; identity: string }, change: 1 | -1): void {
  if (role !== 'creator') room.audience += change;
  if (role !== 'fan') return;
  const connections = (room.viewers.get(identity) ?? 0) + change;
  if (connections > 0) room.viewers.set(identity, connections);
  else room.viewers.delete(identity);
}

function merge(here: ReadonlyMap<string, number>, others: Others): number {
  if (others.identities === null || here.size > EXACT_MAX) return here.size + others.count;
  return here.size + others.identities.filter((identity) => !here.has(identity)).length;
}
