/**
 * Those who read a room's chat at this gateway, and how far each has been told. A large room's people are in cohorts
 * that are told one after the other, so that a frame to all does not hold everything else up. Almost everyone in a
 * cohort is told the same frame, which is made once; a frame of one's own gets whoever came in a moment ago, wrote what
 * the others are not shown, or did not keep up.
 */
import type { Metrics } from '../../platform/metrics.ts';
import type { ChatEntry } from '../../protocol/chat.ts';
import type { RoomSocket } from '../socket/connection.ts';
import { type Sample, toRanges } from './chat-budget.ts';
import { Frame, whenDrained, writeFrame } from './frame-writer.ts';

/** The newest entries, for whoever has to be caught up; a client that is further behind asks for the rest. */
const RECENT_ENTRIES = 400;
/** A room gets another cohort when all that it has are so large. */
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
  /** Told up to here. */
  seq: number;
  /** Has not taken what it was sent; gets nothing until it has. */
  isSlow: boolean;
  isGone: boolean;
}

interface Cohort {
  readers: Set<Reader>;
  /** Told up to here; what comes after it waits below. */
  seq: number;
  shown: ChatEntry[];
  skipped: ChatEntry[];
}

export class ChatAudience {
  readonly #metrics: Metrics;
  readonly #readers = new Map<ChatListener, Reader>();
  readonly #cohorts: Cohort[] = [{ readers: new Set(), seq: 0, shown: [], skipped: [] }];
  #recent: ChatEntry[] = [];
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

  /** Whether there is something that not everybody has been told. */
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

  /** Everything up to there counts as told. */
  skipTo(seq: number): void {
    for (const reader of this.#readers.values()) if (reader.seq < seq) reader.seq = seq;
    for (const cohort of this.#cohorts) if (cohort.seq < seq) cohort.seq = seq;
    this.#lastSeq = Math.max(this.#lastSeq, seq);
  }

  /**
   * `entries` follow each other in the log, and wait; those of the sample that are skipped will be shown to their
   * authors alone.
   */
  take(entries: ChatEntry[], { shown, skipped }: Sample): void {
    this.#recent.push(...entries);
    if (this.#recent.length > 2 * RECENT_ENTRIES) this.#recent = this.#recent.slice(-RECENT_ENTRIES);
    this.#lastSeq = entries.at(-1)?.seq ?? this.#lastSeq;
    for (const cohort of this.#cohorts) {
      cohort.shown.push(...shown);
      cohort.skipped.push(...skipped);
    }
  }

  /** Tells everybody. */
  sendAll(): void {
    for (let index = 0; index < this.#cohorts.length; index += 1) this.send(index);
  }

  /** Tells one cohort what waits for it. */
  send(index: number): void {
    const cohort = this.#cohorts[index];
    if (!cohort) return;
    const { shown, skipped } = cohort;
    if (shown.length + skipped.length === 0) return;
    [cohort.shown, cohort.skipped, cohort.seq] = [[], [], this.#lastSeq];
    const first = Math.min(shown[0]?.seq ?? this.#lastSeq, skipped[0]?.seq ?? this.#lastSeq);
    const skippedOf = Map.groupBy(skipped, authorOf);
    const shared = toFrame(shown, skipped);
    let sharedCount = 0;
    for (const reader of cohort.readers) {
      if (reader.isSlow || reader.seq >= cohort.seq) continue;
      const own = skipped.length > 0 ? skippedOf.get(reader.identity) : undefined;
      if (reader.seq === first - 1 && !own) {
        if (writeFrame(reader.conn, shared)) reader.seq = cohort.seq;
        else this.#leaveAlone(reader);
        sharedCount += 1;
        continue;
      }
      this.#sendOwn(reader, shown, skipped);
    }
    this.#metrics.chatFrames.inc({ kind: 'shared' }, sharedCount);
  }

  /** A frame for one reader: what is after their place, with what they wrote themselves. */
  #sendOwn(reader: Reader, shown: ChatEntry[], skipped: ChatEntry[]): void {
    const isNews = (entry: ChatEntry) => entry.seq > reader.seq;
    const isOwn = (entry: ChatEntry) => authorOf(entry) === reader.identity;
    const mine = skipped.filter((entry) => isNews(entry) && isOwn(entry));
    const entries = [...shown.filter(isNews), ...mine].sort((left, right) => left.seq - right.seq);
    const left = skipped.filter((entry) => isNews(entry) && !isOwn(entry));
    const last = Math.max(entries.at(-1)?.seq ?? 0, left.at(-1)?.seq ?? 0);
    if (last === 0) return;
    this.#metrics.chatFrames.inc({ kind: 'own' });
    if (writeFrame(reader.conn, toFrame(entries, left))) reader.seq = last;
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

  /** With the newest entries, as far as they are at hand: a client sees what is missing before them and asks for it. */
  #catchUp(reader: Reader): void {
    const missed = this.#recent.filter((entry) => entry.seq > reader.seq).slice(-RECENT_ENTRIES);
    this.#sendOwn(reader, missed, []);
  }
}

function toFrame(entries: ChatEntry[], skipped: ChatEntry[]): Frame {
  if (skipped.length === 0) return new Frame('chat:frame', { entries });
  const ranges = toRanges(skipped.map(({ seq }) => seq));
  return new Frame('chat:frame', { entries, sampled: { dropped: skipped.length, ranges } });
}

function authorOf(entry: ChatEntry): string | undefined {
  return entry.kind === 'message' || entry.kind === 'tip' ? entry.from.identity : undefined;
}
