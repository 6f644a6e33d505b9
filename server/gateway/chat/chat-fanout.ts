/**
 * New chat entries to the sockets of this gateway: at most one frame per socket and tick, however many authors and
 * gateways there are, each entry once and in the order of the log. The first entry after a quiet moment goes out at
 * once to all; then the cohorts of a large room take turns within the tick. What the bus lost is read from the database
 * before anything after it is sent; a socket that does not keep up is left alone until it has drained, and then caught
 * up.
 */
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { SharedRead } from '../../platform/shared-read.ts';
import type { ChatEntry, ChatPage } from '../../protocol/chat.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { ChatAudience, type ChatListener } from './chat-audience.ts';
import { ReadingBudget } from './chat-budget.ts';
import { ChatSequence } from './chat-sequence.ts';

/** Between two frames of a room: short in small rooms, longer the more sockets each of them costs. */
const TICK_MIN_MS = 20;
const TICK_MAX_MS = 200;
const TICK_MS_PER_PERSON = 0.04;
/** A turn that comes later than this moves those after it, so that nobody's frames come closer together. */
const LATE_MS = 10;
/**
 * How long an entry may be missing before it is taken for lost: messages of two gateways overtake each other by little.
 */
const GAP_MS = 25;
/**
 * Waits before the next look at the database for what was not found in it, or when it did not answer; the last one
 * repeats.
 */
const GAP_RETRY_MS = [25, 50, 100, 250, 500, 1_000];
/**
 * How often the rooms are compared with the database: what was lost last has nothing after it that would show the gap.
 */
const CHECK_MS = 10_000;
/** The same while messages of other gateways come no other way. */
const CHECK_OUTAGE_MS = 250;
/** Timers are a little early or late: without this every second look would find itself a millisecond too soon. */
const CHECK_SLACK_MS = 100;
const PAGE_ENTRIES = 200;
/** A gap of more is not told entry by entry: whoever wants it pages through the history. */
const GAP_MAX_ENTRIES = 1_000;

export interface ChatFanoutOptions {
  /** A room's entries after a number, as they are in the database. */
  read: (room: RoomId, range: { since?: number; limit: number }) => Promise<ChatPage>;
  /** The number of the newest entry of each room that has one. */
  newest: (rooms: RoomId[]) => Promise<Map<RoomId, number>>;
  /** Whether messages of other gateways arrive by themselves; undefined where there are no other gateways. */
  isBusConnected: (() => boolean) | undefined;
  /** Messages a second that people can read; 0 for any number. */
  readablePerSecond: number;
  log: Log;
  metrics: Metrics;
}

interface ChatRoom {
  audience: ChatAudience;
  sequence: ChatSequence;
  budget: ReadingBudget;
  /** Whose turn is next, and when. */
  turn: number;
  turnAtMs: number;
  /** From then on everybody's last frame is a tick ago. */
  quietAtMs: number;
  timer: NodeJS.Timeout | undefined;
  gapTimer: NodeJS.Timeout | undefined;
  reading: Promise<void> | undefined;
  /** Messages may have been lost since the reading that is under way began: it is followed by another. */
  readAgain: boolean;
  /** Looks at the database in a row after which something was still missing. */
  gapReads: number;
}

export class ChatFanout {
  readonly #options: ChatFanoutOptions;
  readonly #rooms = new Map<RoomId, ChatRoom>();
  readonly #opening = new Map<RoomId, Promise<ChatRoom>>();
  readonly #checkTimer: NodeJS.Timeout | undefined;
  readonly #newest: SharedRead<'rooms', Map<RoomId, number>>;
  #checkedAtMs = 0;

  constructor(options: ChatFanoutOptions) {
    this.#options = options;
    this.#newest = new SharedRead(() => options.newest([...this.#rooms.keys()]));
    if (options.isBusConnected) this.#checkTimer = setInterval(() => this.#checkNowAndThen(), CHECK_OUTAGE_MS).unref();
  }

  /** Must have resolved before the chat is read for whoever comes in: from here on nothing is missed. */
  async open(room: RoomId): Promise<void> {
    if (this.#rooms.has(room)) return;
    const opening = this.#opening.get(room) ?? this.#open(room).finally(() => this.#opening.delete(room));
    this.#opening.set(room, opening);
    await opening;
  }

  async #open(roomId: RoomId): Promise<ChatRoom> {
    const { lastSeq } = await this.#options.read(roomId, { limit: 1 });
    const nowMs = Date.now();
    const room: ChatRoom = {
      audience: new ChatAudience(this.#options.metrics),
      sequence: new ChatSequence(lastSeq),
      budget: new ReadingBudget(this.#options.readablePerSecond, nowMs),
      turn: 0,
      turnAtMs: 0,
      quietAtMs: 0,
      timer: undefined,
      gapTimer: undefined,
      reading: undefined,
      readAgain: false,
      gapReads: 0,
    };
    this.#rooms.set(roomId, room);
    return room;
  }

  /** Somebody has been given the log up to `lastSeq`, and gets what is after it from now on. */
  join(room: RoomId, listener: ChatListener, lastSeq: number): void {
    this.#rooms.get(room)?.audience.add(listener, lastSeq);
  }

  leave(room: RoomId, listener: ChatListener): void {
    this.#rooms.get(room)?.audience.remove(listener);
  }

  /** Nobody is connected to the room here any more. */
  closeRoom(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    clearTimeout(room.timer);
    clearTimeout(room.gapTimer);
    this.#rooms.delete(roomId);
  }

  add(roomId: RoomId, entries: ChatEntry[]): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    this.#release(room, room.sequence.accept(entries));
    // A reading that is under way looks after itself.
    if (room.sequence.hasGap && !room.reading) this.#repairIn(GAP_MS, roomId, room);
  }

  #repairIn(waitMs: number, roomId: RoomId, room: ChatRoom): void {
    room.gapTimer ??= setTimeout(() => {
      room.gapTimer = undefined;
      // Meanwhile it may have come by itself; after a reading that failed nobody knows what is missing.
      if (room.gapReads === 0) {
        if (!room.sequence.hasGap) return;
        this.#options.metrics.chatGaps.inc();
      }
      void this.#repair(roomId, room);
    }, waitMs);
  }

  /** Messages may have been lost: compares every room with the database, and reads those that are behind. */
  checkAll(): void {
    this.#checkedAtMs = Date.now();
    this.#newest
      .get('rooms')
      .then((newest) => {
        for (const [roomId, room] of this.#rooms)
          if ((newest.get(roomId) ?? 0) > room.sequence.lastSeq) void this.#repair(roomId, room);
      })
      .catch((error) => {
        this.#options.log.warn({ err: error }, 'chat not compared, trying again shortly');
        this.#checkedAtMs = 0;
      });
  }

  #checkNowAndThen(): void {
    const everyMs = this.#options.isBusConnected?.() ? CHECK_MS : CHECK_OUTAGE_MS;
    const isDue = Date.now() - this.#checkedAtMs >= everyMs - CHECK_SLACK_MS;
    if (isDue && this.#rooms.size > 0) this.checkAll();
  }

  #repair(roomId: RoomId, room: ChatRoom): Promise<void> {
    if (this.#rooms.get(roomId) !== room) return Promise.resolve();
    if (room.reading) {
      room.readAgain = true;
      return room.reading;
    }
    room.readAgain = false;
    room.reading = this.#readMissing(roomId, room)
      .then(() => room.sequence.hasGap)
      .catch((error) => {
        this.#options.log.warn({ err: error, room: roomId }, 'chat not read, trying again shortly');
        return true;
      })
      .then((isMissing) => {
        room.reading = undefined;
        this.#afterReading(roomId, room, isMissing);
      });
    return room.reading;
  }

  /**
   * What is missing still is looked for again, slower each time: it does not wait for the next message to show that it
   * is.
   */
  #afterReading(roomId: RoomId, room: ChatRoom, isMissing: boolean): void {
    if (this.#rooms.get(roomId) !== room) return;
    const waitMs = GAP_RETRY_MS[Math.min(room.gapReads, GAP_RETRY_MS.length - 1)] ?? GAP_MS;
    room.gapReads = isMissing ? room.gapReads + 1 : 0;
    if (isMissing) this.#repairIn(waitMs, roomId, room);
    else if (room.readAgain) void this.#repair(roomId, room);
  }

  async #readMissing(roomId: RoomId, room: ChatRoom): Promise<void> {
    let promisedSeq = 0;
    for (;;) {
      const since = room.sequence.lastSeq;
      const page = await this.#options.read(roomId, { since, limit: PAGE_ENTRIES });
      if (this.#rooms.get(roomId) !== room) return;
      if (page.lastSeq - room.sequence.lastSeq > GAP_MAX_ENTRIES) {
        room.audience.sendAll();
        const from = page.lastSeq - PAGE_ENTRIES;
        room.audience.skipTo(from);
        this.#release(room, room.sequence.skipTo(from));
        continue;
      }
      this.#release(room, room.sequence.accept(page.entries));
      if (page.entries.length === PAGE_ENTRIES) continue;
      if (room.sequence.lastSeq >= page.lastSeq) return;
      // Appended between the two reads of the page; or, when it was promised before, not in the log any more.
      if (room.sequence.lastSeq < promisedSeq) this.#release(room, room.sequence.skipTo(promisedSeq));
      promisedSeq = page.lastSeq;
    }
  }

  #release(room: ChatRoom, entries: ChatEntry[]): void {
    if (entries.length === 0) return;
    const nowMs = Date.now();
    const sample = room.budget.take(entries, nowMs);
    if (sample.skipped.length > 0) this.#options.metrics.chatSampled.inc(sample.skipped.length);
    const { audience } = room;
    audience.take(entries, sample);
    if (room.timer) return;
    const tick = tickMs(audience.size);
    if (nowMs >= room.quietAtMs) {
      audience.sendAll();
      room.turnAtMs = nowMs + tick;
      room.quietAtMs = room.turnAtMs;
      return;
    }
    const stepMs = tick / audience.cohorts;
    for (; room.turnAtMs + stepMs <= nowMs; room.turnAtMs += stepMs) room.turn += 1;
    room.timer = setTimeout(() => this.#takeTurn(room), room.turnAtMs - nowMs);
  }

  #takeTurn(room: ChatRoom): void {
    room.timer = undefined;
    const { audience } = room;
    audience.send(room.turn % audience.cohorts);
    room.turn += 1;
    const nowMs = Date.now();
    if (nowMs - room.turnAtMs > LATE_MS) room.turnAtMs = nowMs;
    const tick = tickMs(audience.size);
    room.quietAtMs = room.turnAtMs + tick;
    room.turnAtMs += tick / audience.cohorts;
    if (audience.isWaiting) room.timer = setTimeout(() => this.#takeTurn(room), room.turnAtMs - nowMs);
  }

  close(): void {
    clearInterval(this.#checkTimer);
    for (const room of [...this.#rooms.keys()]) this.closeRoom(room);
  }
}

export function tickMs(people: number): number {
  return Math.min(TICK_MAX_MS, Math.max(TICK_MIN_MS, people * TICK_MS_PER_PERSON));
}
