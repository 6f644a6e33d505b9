/**
 * Sends new chat entries to the sockets of this gateway: at most one frame per socket and tick, however many authors
 * and gateways there are, each entry once and in log order. The first entry after a quiet period is sent to everyone at
 * once; then the cohorts of a large room take turns within the tick. Entries that the bus lost are read from the
 * database before later ones are sent. A slow socket is skipped until it has drained, and then caught up.
 */

import type { LogEntry, LogPage } from '../../chat/log/log-entry.ts';
import { SharedRead } from '../../platform/db/shared-read.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { ChatAudience, type ChatListener } from './chat-audience.ts';
import { ReadingBudget } from './chat-budget.ts';
import { ChatSequence } from './chat-sequence.ts';

/** Interval between two frames of a room; it grows with the number of sockets. */
const TICK_MIN_MS = 20;
const TICK_MAX_MS = 200;
const TICK_MS_PER_PERSON = 0.04;
/** A turn that is later than this delays the following turns, so that the interval between frames never shrinks. */
const LATE_MS = 10;
/** How long an entry may be missing before it counts as lost. Messages of two gateways arrive slightly out of order. */
const GAP_MS = 25;
/** Backoff before the database is read again, after a missing entry or a failed read; the last value repeats. */
const GAP_RETRY_MS = [25, 50, 100, 250, 500, 1_000];
/**
 * How often rooms are compared with the database: a last entry that was lost, or whose commit was not confirmed, has no
 * successor that would show the gap.
 */
const CHECK_MS = 10_000;
/** The same while the bus is disconnected. */
const CHECK_OUTAGE_MS = 250;
/** Tolerance for timers that fire a little early; without it every second comparison would be skipped. */
const CHECK_SLACK_MS = 100;
const PAGE_ENTRIES = 200;
/** A larger gap is not filled; clients page through the history instead. */
const GAP_MAX_ENTRIES = 1_000;

export interface ChatFanoutOptions {
  /** Reads a room's entries after a sequence number from the database. */
  read: (room: RoomId, range: { since?: number; limit: number }) => Promise<LogPage>;
  /** Reads the last sequence number of each room that has one. */
  newest: (rooms: RoomId[]) => Promise<Map<RoomId, number>>;
  /** Whether the bus delivers messages of other gateways. */
  isBusConnected: () => boolean;
  /** Messages per second before sampling begins; 0 disables sampling. */
  readablePerSecond: number;
  log: Log;
  metrics: Metrics;
}

interface ChatRoom {
  audience: ChatAudience;
  sequence: ChatSequence;
  budget: ReadingBudget;
  /** The next cohort, and when it is due. All times are monotonic. */
  turn: number;
  turnAtMs: number;
  /** When the last frame of every cohort is a tick old. */
  quietAtMs: number;
  timer: NodeJS.Timeout | undefined;
  gapTimer: NodeJS.Timeout | undefined;
  reading: Promise<void> | undefined;
  /** Messages may have been lost since the current read began: read once more after it. */
  readAgain: boolean;
  /** Consecutive reads that left something missing. */
  gapReads: number;
}

export class ChatFanout {
  readonly #options: ChatFanoutOptions;
  readonly #rooms = new Map<RoomId, ChatRoom>();
  readonly #opening = new Map<RoomId, Promise<ChatRoom>>();
  readonly #checkTimer: NodeJS.Timeout;
  readonly #newest: SharedRead<'rooms', Map<RoomId, number>>;
  #checkedAtMs = performance.now();

  constructor(options: ChatFanoutOptions) {
    this.#options = options;
    this.#newest = new SharedRead(() => options.newest([...this.#rooms.keys()]));
    this.#checkTimer = setInterval(() => this.#checkNowAndThen(), CHECK_OUTAGE_MS).unref();
  }

  /** Await this before reading the chat for a new reader: from then on no entry is missed. */
  async open(room: RoomId): Promise<void> {
    if (this.#rooms.has(room)) return;
    const opening = this.#opening.get(room) ?? this.#open(room).finally(() => this.#opening.delete(room));
    this.#opening.set(room, opening);
    await opening;
  }

  async #open(roomId: RoomId): Promise<ChatRoom> {
    const { lastSeq } = await this.#options.read(roomId, { limit: 1 });
    const nowMs = performance.now();
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

  /** Adds a reader that has the log up to `lastSeq`; later entries are sent to it. */
  join(room: RoomId, listener: ChatListener, lastSeq: number): void {
    this.#rooms.get(room)?.audience.add(listener, lastSeq);
  }

  leave(room: RoomId, listener: ChatListener): void {
    this.#rooms.get(room)?.audience.remove(listener);
  }

  forget(room: RoomId, identity: string): void {
    this.#rooms.get(room)?.audience.forget(identity);
  }

  /** Call it when the room has no sockets left at this gateway. */
  closeRoom(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    clearTimeout(room.timer);
    clearTimeout(room.gapTimer);
    this.#rooms.delete(roomId);
  }

  add(roomId: RoomId, entries: LogEntry[]): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    this.#release(room, room.sequence.accept(entries));
    // A read in progress schedules its own retry.
    if (room.sequence.hasGap && !room.reading) this.#repairIn(GAP_MS, roomId, room);
  }

  #repairIn(waitMs: number, roomId: RoomId, room: ChatRoom): void {
    room.gapTimer ??= setTimeout(() => {
      room.gapTimer = undefined;
      // The entry may have arrived meanwhile; after a failed read the gap is unknown, so read anyway.
      if (room.gapReads === 0) {
        if (!room.sequence.hasGap) return;
        this.#options.metrics.chatGaps.inc();
      }
      void this.#repair(roomId, room);
    }, waitMs);
  }

  /** Messages may have been lost: entries, and the news that some were erased. */
  handleMissed(): void {
    for (const { audience } of this.#rooms.values()) audience.forgetAll();
    this.checkAll();
  }

  /** Compares every room with the database, and reads those that are behind. */
  checkAll(): void {
    this.#checkedAtMs = performance.now();
    this.#newest
      .get('rooms')
      .then((newest) => {
        for (const [roomId, room] of this.#rooms)
          if ((newest.get(roomId) ?? 0) > room.sequence.lastSeq) void this.#repair(roomId, room);
      })
      .catch((error) => {
        this.#options.log.warn({ err: error }, 'chat not compared, trying again shortly');
        this.#checkedAtMs = Number.NEGATIVE_INFINITY;
      });
  }

  #checkNowAndThen(): void {
    const everyMs = this.#options.isBusConnected() ? CHECK_MS : CHECK_OUTAGE_MS;
    const isDue = performance.now() - this.#checkedAtMs >= everyMs - CHECK_SLACK_MS;
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

  /** Retries with backoff while something is missing, without waiting for the next message to show the gap. */
  #afterReading(roomId: RoomId, room: ChatRoom, isMissing: boolean): void {
    if (this.#rooms.get(roomId) !== room) return;
    const waitMs = GAP_RETRY_MS[Math.min(room.gapReads, GAP_RETRY_MS.length - 1)] ?? GAP_MS;
    room.gapReads = isMissing ? room.gapReads + 1 : 0;
    if (isMissing) this.#repairIn(waitMs, roomId, room);
    else if (room.readAgain) void this.#repair(roomId, room);
  }

  async #readMissing(roomId: RoomId, room: ChatRoom): Promise<void> {
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
      // A page's `lastSeq` is read before its entries: what is missing up to there is no longer in the log.
      this.#release(room, room.sequence.skipTo(page.lastSeq));
      return;
    }
  }

  #release(room: ChatRoom, entries: LogEntry[]): void {
    if (entries.length === 0) return;
    const nowMs = performance.now();
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
    const nowMs = performance.now();
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
