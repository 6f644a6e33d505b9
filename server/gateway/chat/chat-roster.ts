/**
 * Who is in each room and who raises a hand, over all gateways. Each gateway publishes its part after a change and as a
 * heartbeat; the part of a silent gateway expires. Small rooms list everyone; large ones list the creator and
 * moderators, and count the rest.
 */
import { randomUUID } from 'node:crypto';
import { type Bus, roomTopic } from '../../platform/bus.ts';
import type { Participant } from '../../protocol/accounts/accounts.ts';
import type { Hand, PeopleAnswer, Person } from '../../protocol/chat/chat-room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Presence } from '../socket/presence.ts';

/** The bus topic of the people in a room. */
export const ROSTER_BUS_TOPIC = 'chat.roster';
const TELL_EVERY_MS = 500;
const HEARTBEAT_MS = 10_000;
const SILENT_AFTER_MS = 30_000;
const HANDS_TOLD = 200;

/** One gateway's part of a room's roster. */
interface Held {
  total: number;
  staff: Person[];
  /** Everyone in a small room; empty in a large one. */
  people: Person[];
  hands: Hand[];
  handCount: number;
}

export type RosterMessage = { gateway: string } & ({ wanted: true } | { held: Held });

interface Shelf {
  held: Held;
  heardAtMs: number;
}

interface RaisedHand {
  room: RoomId;
  participant: Participant;
  raised: boolean;
  since: string;
}

export interface Hands {
  count: number;
  hands: Hand[];
}

export class ChatRoster {
  readonly #bus: Bus;
  readonly #presence: Presence;
  readonly #onHands: (room: RoomId, hands: Hands) => void;
  readonly #gateway = randomUUID();
  readonly #rooms = new Map<RoomId, Map<string, Shelf>>();
  readonly #raised = new Map<RoomId, Map<string, Hand>>();
  readonly #timers = new Map<RoomId, NodeJS.Timeout>();
  readonly #toldHands = new Map<RoomId, string>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: { bus: Bus; presence: Presence; onHands: (room: RoomId, hands: Hands) => void }) {
    this.#bus = options.bus;
    this.#presence = options.presence;
    this.#onHands = options.onHands;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /** Schedules a publication after a participant has joined or left, or a hand has changed. */
  note(room: RoomId): void {
    if (this.#timers.has(room)) return;
    if (!this.#rooms.has(room)) this.#publish(room, { gateway: this.#gateway, wanted: true });
    const timer = setTimeout(() => {
      this.#timers.delete(room);
      this.#tell(room);
    }, TELL_EVERY_MS);
    this.#timers.set(room, timer);
  }

  raise({ room, participant, raised, since }: RaisedHand): void {
    const hands = this.#raised.get(room) ?? new Map<string, Hand>();
    this.#raised.set(room, hands);
    const { identity, name } = participant;
    if (!raised) hands.delete(identity);
    else if (!hands.has(identity)) hands.set(identity, { identity, name, since });
    this.note(room);
  }

  /** Drops the raised hands of an erased person. */
  forget(identity: string): void {
    for (const [room, hands] of this.#raised) if (hands.delete(identity)) this.note(room);
  }

  /** The longest raised first. */
  hands(room: RoomId): Hands {
    // Called at every join, so it must not iterate over everyone in the room.
    const shelves = [this.#raisedHere(room), ...this.#toldByOthers(room)];
    const hands = byIdentity(shelves.flatMap(({ hands: raised }) => raised));
    const beyond = shelves.reduce((sum, { handCount, hands: raised }) => sum + handCount - raised.length, 0);
    hands.sort((a, b) => a.since.localeCompare(b.since));
    return { count: hands.length + beyond, hands: hands.slice(0, HANDS_TOLD) };
  }

  people(room: RoomId, query = ''): PeopleAnswer {
    // In a large room the last publication is used: counting everyone for each request would make a cheap denial of
    // service.
    const isLarge = this.#presence.inRoom(room).length > LIMITS.peopleExact;
    const told = isLarge ? this.#rooms.get(room)?.get(this.#gateway)?.held : undefined;
    const shelves = [told ?? this.#count(room), ...this.#toldByOthers(room)];
    const isNamed = shelves.every(({ people, total }) => people.length === total);
    const everyone = byIdentity(shelves.flatMap(({ people }) => people));
    const exact = isNamed && everyone.length <= LIMITS.peopleExact;
    const named = exact ? everyone : byIdentity(shelves.flatMap(({ staff }) => staff));
    const wanted = query.normalize('NFKC').toLocaleLowerCase();
    const found = named.filter(
      ({ identity, name }) => name.normalize('NFKC').toLocaleLowerCase().includes(wanted) || identity.startsWith(query),
    );
    found.sort((a, b) => RANK[a.role] - RANK[b.role] || a.name.localeCompare(b.name));
    const total = exact ? everyone.length : shelves.reduce((sum, shelf) => sum + shelf.total, 0);
    return { people: found.slice(0, LIMITS.peopleShown), total, exact };
  }

  #toldByOthers(room: RoomId): Held[] {
    return [...(this.#rooms.get(room) ?? [])].flatMap(([gateway, { held, heardAtMs }]) =>
      gateway !== this.#gateway && performance.now() - heardAtMs < SILENT_AFTER_MS ? [held] : [],
    );
  }

  /** Lowers the hands of people who left. */
  #raisedHere(room: RoomId): Pick<Held, 'hands' | 'handCount'> {
    const raised = this.#raised.get(room) ?? new Map<string, Hand>();
    for (const identity of raised.keys()) {
      const isHere = this.#presence.ofIdentity(identity).some(({ roomId, isInside }) => roomId === room && isInside);
      if (!isHere) raised.delete(identity);
    }
    if (raised.size === 0) this.#raised.delete(room);
    return { hands: [...raised.values()].slice(0, HANDS_TOLD), handCount: raised.size };
  }

  #count(room: RoomId): Held {
    const inside = this.#presence.inRoom(room).filter((connection) => connection.isInside);
    const everyone = byIdentity(inside.map(({ participant }) => participant));
    return {
      total: everyone.length,
      staff: everyone.filter(({ role }) => role !== 'fan').slice(0, LIMITS.peopleShown),
      people: everyone.length <= LIMITS.peopleExact ? everyone : [],
      ...this.#raisedHere(room),
    };
  }

  #tell(room: RoomId): void {
    this.#publish(room, { gateway: this.#gateway, held: this.#count(room) });
    if (this.#presence.isOpen(room)) return;
    // Changes at other gateways no longer arrive here. They are requested again with the next person.
    this.#rooms.delete(room);
    this.#toldHands.delete(room);
  }

  #publish(room: RoomId, message: RosterMessage): void {
    this.#bus.publish(roomTopic(ROSTER_BUS_TOPIC, room), message);
  }

  /** Handles the part that a gateway, this one included, published. */
  handle(room: RoomId, message: RosterMessage): void {
    if (!this.#presence.isOpen(room)) return;
    const { gateway } = message;
    if ('wanted' in message) {
      if (gateway !== this.#gateway) this.note(room);
      return;
    }
    const shelves = this.#rooms.get(room) ?? new Map<string, Shelf>();
    if (message.held.total > 0) {
      shelves.set(gateway, { held: message.held, heardAtMs: performance.now() });
      this.#rooms.set(room, shelves);
    } else {
      shelves.delete(gateway);
      if (shelves.size === 0) this.#rooms.delete(room);
    }
    this.#tellHands(room);
  }

  #tellHands(room: RoomId): void {
    const hands = this.hands(room);
    const key = JSON.stringify(hands);
    const told = this.#toldHands.get(room);
    if (key === told || (told === undefined && hands.count === 0)) return;
    this.#toldHands.set(room, key);
    this.#onHands(room, hands);
  }

  #beat(): void {
    const silentSinceMs = performance.now() - SILENT_AFTER_MS;
    for (const [room, shelves] of this.#rooms) {
      for (const [gateway, { heardAtMs }] of shelves) if (heardAtMs < silentSinceMs) shelves.delete(gateway);
      if (shelves.size === 0) this.#rooms.delete(room);
      if (this.#presence.isOpen(room)) this.#tell(room);
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}

const RANK = { creator: 0, moderator: 1, fan: 2 } as const;

/** One entry per person, however many tabs they have open. */
function byIdentity<T extends { identity: string }>(people: T[]): T[] {
  return [...new Map(people.map((person) => [person.identity, person])).values()];
}
