/**
 * The readers of a room's chat at this gateway, and the last sequence number sent to each. Readers of a large room are
 * split into cohorts that are served one after the other, so that a frame to everyone does not block the event loop.
 * Most readers of a cohort share one frame, which is encoded once. A reader gets an own frame after joining, after
 * writing a message that the sample leaves out, after giving an anonymous tip, or after falling behind.
 */

import { authorOf, isAnonymous, type LogEntry, shownTo } from '../../chat/log/log-entry.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { RoomSocket } from '../socket/connection.ts';
import { type Sample, toRanges } from './chat-budget.ts';
import { Frame, whenDrained, writeFrame } from './frame-writer.ts';

/** Recent entries kept for readers that fell behind. A client that is further behind requests the rest. */
const RECENT_ENTRIES = 400;
/** Size of a cohort; when all are full, the room gets another one. */
const COHORT_PEOPLE = 250;
const COHORTS_MAX = 8;

export interface ChatListener {
  readonly socket: RoomSocket;
  readonly participant: { identity: string };
}

interface Reader {
  conn: RoomSocket['conn'];
  identity: string;
  cohort: Cohort;
  /** Last sequence number that was sent. */
  seq: number;
  /** The socket has not drained; nothing is sent until it has. */
  isSlow: boolean;
  isGone: boolean;
}

interface Cohort {
  readers: Set<Reader>;
  /** Last sequence number that was sent; later ones are in `shown` and `skipped`. */
  seq: number;
  shown: LogEntry[];
  skipped: LogEntry[];
}

export class ChatAudience {
  readonly #metrics: Metrics;
  readonly #readers = new Map<ChatListener, Reader>();
  readonly #cohorts: Cohort[] = [{ readers: new Set(), seq: 0, shown: [], skipped: [] }];
  #recent: LogEntry[] = [];
  #lastSeq = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  get size(): number {
    return this.#readers.size;
  }

  get cohorts(): number {
    return this.#cohorts.length;
  }

  /** Whether some reader has not been sent everything. */
  get isWaiting(): boolean {
    return this.#cohorts.some(({ shown, skipped }) => shown.length + skipped.length > 0);
  }

  add(listener: ChatListener, seq: number): void {
    const cohort = this.#cohortForOne();
    const reader: Reader = {
      conn: listener.socket.conn,
      identity: listener.participant.identity,
      cohort,
      seq,
      isSlow: false,
      isGone: false,
    };
    this.#readers.set(listener, reader);
    cohort.readers.add(reader);
    if (seq < cohort.seq) this.#catchUp(reader);
  }

  #cohortForOne(): Cohort {
    const smallest = this.#cohorts.reduce((best, cohort) => (cohort.readers.size < best.readers.size ? cohort : best));
    if (smallest.readers.size < COHORT_PEOPLE || this.#cohorts.length === COHORTS_MAX) return smallest;
    const cohort: Cohort = { readers: new Set(), seq: this.#lastSeq, shown: [], skipped: [] };
    this.#cohorts.push(cohort);
    return cohort;
  }

  remove(listener: ChatListener): void {
    const reader = this.#readers.get(listener);
    if (!reader) return;
    this.#readers.delete(listener);
    reader.cohort.readers.delete(reader);
    reader.isGone = true;
    if (reader.isSlow) this.#metrics.chatSlowSockets.dec();
  }

  /** Treats everything up to `seq` as sent. */
  skipTo(seq: number): void {
    for (const reader of this.#readers.values()) if (reader.seq < seq) reader.seq = seq;
    for (const cohort of this.#cohorts) if (cohort.seq < seq) cohort.seq = seq;
    this.#lastSeq = Math.max(this.#lastSeq, seq);
  }

  /**
   * Queues `entries`, which are consecutive in the log. Entries that the sample skips are sent to their authors only.
   */
  take(entries: LogEntry[], { shown, skipped }: Sample): void {
    this.#recent.push(...entries);
    if (this.#recent.length > 2 * RECENT_ENTRIES) this.#recent = this.#recent.slice(-RECENT_ENTRIES);
    this.#lastSeq = entries.at(-1)?.seq ?? this.#lastSeq;
    for (const cohort of this.#cohorts) {
      cohort.shown.push(...shown);
      cohort.skipped.push(...skipped);
    }
  }

  /** Drops recent entries that name this erased person; a client that needs them reads them from the database. */
  forget(identity: string): void {
    const quoted = JSON.stringify(identity);
    this.#recent = this.#recent.filter((entry) => !JSON.stringify(entry).includes(quoted));
  }

  /** Drops all recent entries: the news of an erasure may have been lost. A later frame shows a client its gap. */
  forgetAll(): void {
    this.#recent = [];
  }

  /** Flushes every cohort. */
  sendAll(): void {
    for (let index = 0; index < this.#cohorts.length; index += 1) this.send(index);
  }

  /** Flushes one cohort. */
  send(index: number): void {
    const cohort = this.#cohorts[index];
    if (!cohort) return;
    const { shown, skipped } = cohort;
    if (shown.length + skipped.length === 0) return;
    [cohort.shown, cohort.skipped, cohort.seq] = [[], [], this.#lastSeq];
    const first = Math.min(shown[0]?.seq ?? this.#lastSeq, skipped[0]?.seq ?? this.#lastSeq);
    const own = Map.groupBy([...skipped, ...shown.filter(isAnonymous)], authorOf);
    const shared = toFrame(shown, skipped);
    for (const reader of cohort.readers) {
      if (reader.isSlow || reader.seq >= cohort.seq) continue;
      if (reader.seq === first - 1 && !(own.size > 0 && own.has(reader.identity))) {
        if (writeFrame(reader.conn, shared)) reader.seq = cohort.seq;
        else this.#leaveAlone(reader);
        continue;
      }
      this.#sendOwn(reader, shown, skipped);
    }
  }

  /** A frame for one reader: entries after their last sequence number, including their own skipped ones. */
  #sendOwn(reader: Reader, shown: LogEntry[], skipped: LogEntry[]): void {
    const isNews = (entry: LogEntry) => entry.seq > reader.seq;
    const isOwn = (entry: LogEntry) => authorOf(entry) === reader.identity;
    const mine = skipped.filter((entry) => isNews(entry) && isOwn(entry));
    const entries = [...shown.filter(isNews), ...mine].sort((left, right) => left.seq - right.seq);
    const left = skipped.filter((entry) => isNews(entry) && !isOwn(entry));
    const last = Math.max(entries.at(-1)?.seq ?? 0, left.at(-1)?.seq ?? 0);
    if (last === 0) return;
    if (writeFrame(reader.conn, toFrame(entries, left, reader.identity))) reader.seq = last;
    else this.#leaveAlone(reader);
  }

  #leaveAlone(reader: Reader): void {
    reader.isSlow = true;
    this.#metrics.chatSlowSockets.inc();
    whenDrained(reader.conn, () => {
      if (reader.isGone) return;
      reader.isSlow = false;
      this.#metrics.chatSlowSockets.dec();
      if (reader.seq < reader.cohort.seq) this.#catchUp(reader);
    });
  }

  /** Sends the recent entries that are kept; the client detects the gap before them and requests it. */
  #catchUp(reader: Reader): void {
    const missed = this.#recent.filter((entry) => entry.seq > reader.seq).slice(-RECENT_ENTRIES);
    this.#sendOwn(reader, missed, []);
  }
}

function toFrame(logged: LogEntry[], skipped: LogEntry[], identity?: string): Frame {
  const entries = logged.map((entry) => shownTo(entry, identity));
  if (skipped.length === 0) return new Frame({ entries });
  const ranges = toRanges(skipped.map(({ seq }) => seq));
  return new Frame({ entries, sampled: { dropped: skipped.length, ranges } });
}
