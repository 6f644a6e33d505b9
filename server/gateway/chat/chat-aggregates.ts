/**
 * Aggregated chat updates of a room: reaction counts since the last update, and poll votes. A gateway sends at most one
 * update per interval to the other gateways and to its own sockets, however many people react.
 */
import { type Bus, roomTopic } from '../../platform/bus.ts';
import type { RoomId } from '../../protocol/ids.ts';

/** The bus topic of a room's reactions. */
export const REACTIONS_BUS_TOPIC = 'chat.reactions';
const TICK_MS = 250;

export type Counts = Record<string, number>;
interface AggregatesOptions {
  bus: Bus;
  onReactions: (room: RoomId, counts: Counts) => void;
  onVotes: (room: RoomId, poll: string, votes: number[]) => void;
}

export class ChatAggregates {
  /** Counts from this gateway's sockets, to be sent to all gateways. */
  readonly #own: Ticker<Counts>;
  /** Counts from all gateways, to be sent to this gateway's sockets. */
  readonly #all: Ticker<Counts>;
  readonly #votes: Ticker<{ poll: string; votes: number[] }>;

  constructor({ bus, onReactions, onVotes }: AggregatesOptions) {
    this.#own = new Ticker((room, counts) => bus.publish(roomTopic(REACTIONS_BUS_TOPIC, room), counts));
    this.#all = new Ticker(onReactions);
    this.#votes = new Ticker((room, { poll, votes }) => onVotes(room, poll, votes));
  }

  /** Reaction counts of one gateway, this one included. */
  handle(room: RoomId, counts: Counts): void {
    this.#all.add(room, (sum = {}) => add(sum, counts));
  }

  react(room: RoomId, emoji: string): void {
    this.#own.add(room, (sum = {}) => add(sum, { [emoji]: 1 }));
  }

  noteVotes(room: RoomId, poll: string, votes: number[]): void {
    // Batches of several gateways may arrive out of order. Vote counts only grow, so the larger one is newer.
    this.#votes.add(room, (known) =>
      known?.poll === poll
        ? { poll, votes: votes.map((count, option) => Math.max(count, known.votes[option] ?? 0)) }
        : { poll, votes },
    );
  }

  close(): void {
    for (const ticker of [this.#own, this.#all, this.#votes]) ticker.close();
  }
}

/** Collects values for a room and flushes them at most once a tick. */
class Ticker<T> {
  readonly #gathered = new Map<RoomId, T>();
  readonly #timers = new Map<RoomId, NodeJS.Timeout>();
  readonly #hand: (room: RoomId, gathered: T) => void;

  constructor(hand: (room: RoomId, gathered: T) => void) {
    this.#hand = hand;
  }

  add(room: RoomId, merge: (gathered: T | undefined) => T): void {
    this.#gathered.set(room, merge(this.#gathered.get(room)));
    if (this.#timers.has(room)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(room);
      const gathered = this.#gathered.get(room);
      this.#gathered.delete(room);
      if (gathered !== undefined) this.#hand(room, gathered);
    }, TICK_MS);
    this.#timers.set(room, timer);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#gathered.clear();
  }
}

function add(sum: Counts, more: Counts): Counts {
  for (const [emoji, count] of Object.entries(more)) sum[emoji] = (sum[emoji] ?? 0) + count;
  return sum;
}
