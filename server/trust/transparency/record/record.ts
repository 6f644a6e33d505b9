/**
 * The record: what the house and its committee have published, in a log that tools of others can check (C2SP
 * tlog-tiles, tlog-checkpoint, signed-note; RFC 6962). Once a day, in random order, a job appends what was published
 * before the last midnight: checkpoints tell times, and entries are about people. Called by the gateway.
 */
import { type Clock, iso, isoIn, MINUTE_MS } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import { dateIn, midnightIn } from '../../../platform/house-dates.ts';
import { PeriodicJob } from '../../../platform/jobs/periodic-job.ts';
import type { Log } from '../../../platform/log.ts';
import type { GuardedPost } from '../../../platform/outbound/guarded-post.ts';
import type { SecretBox } from '../../../platform/secret-box.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { RecordsQuery } from '../../../protocol/trust/record.ts';
import type { PublicReports } from '../../figures/public-reports.ts';
import { formatVkey } from '../tlog/note-keys.ts';
import { encodeEntries, parseTilePath } from '../tlog/tiles.ts';
import { leafHash } from '../tlog/tree.ts';
import type { WitnessAddress } from '../witness/ask-witness.ts';
import { LogWriter } from './log-writer.ts';
import { type LogRow, RecordStore } from './record.store.ts';
import type { Publication } from './record-entry.ts';
import { listUnrecorded } from './record-sources.store.ts';
import { Witnessing } from './witnessing.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
/** Of each kind, in one transaction. */
const APPENDED_AT_ONCE = 2_000;
/** What commits around midnight is seen by then. */
const AFTER_MIDNIGHT_MS = 10 * MINUTE_MS;
const EVER = '1970-01-01T00:00:00.000Z';

interface RecordOptions {
  db: Database;
  clock: Clock;
  log: Log;
  box: SecretBox;
  timeZone: string;
  publicUrl: string;
  publicReports: Pick<PublicReports, 'list'>;
  witnesses: readonly WitnessAddress[];
  post: GuardedPost;
  /** Whether this process appends. Absent: each does, one at a time. */
  isLeader?: () => boolean;
}

/** Names a log in its checkpoints. */
export function originOf(publicUrl: string, number: number): string {
  const { host, pathname } = new URL(publicUrl);
  const base = `${host}${pathname.replace(/\/$/, '')}/transparency/log`;
  return number === 1 ? base : `${base}/${number}`;
}

/** What a reader is told of the log that grows. */
export interface RecordStatus {
  origin: string;
  size: number;
  /** Of the last checkpoint. */
  at: string;
  /** Of the keys that sign, the newest first. */
  vkeys: string[];
  /** Since when nothing is appended: a witness has signed entries that are not here (`ahead`), or other ones. */
  halted: { at: string; reason: LogRow['haltReason'] } | null;
  /** `size`: of the tree that it cosigned last. Null: none yet. */
  witnesses: { name: string; vkey: string; size: number | null; at: string | null }[];
  /** Seats whose members have signed, and the largest tree that one of them signed. */
  members: { count: number; size: number };
  /** Logs of the house from before it. */
  earlier: { number: number; origin: string; haltedAt: string | null }[];
}

export class PublicRecord {
  readonly #options: RecordOptions;
  readonly #store: RecordStore;
  readonly #writer: LogWriter;
  readonly #witnessing: Witnessing;
  readonly job: PeriodicJob;

  constructor(options: RecordOptions) {
    const { db, log, clock, isLeader } = options;
    this.#options = options;
    this.#store = new RecordStore(db);
    this.#writer = new LogWriter({ ...options, store: this.#store });
    this.#witnessing = new Witnessing({ ...options, store: this.#store, writer: this.#writer });
    this.job = new PeriodicJob({
      ...{ name: 'record', everyMs: LOOK_EVERY_MS, log, waitsForClock: clock },
      run: () => this.sweep(),
      ...(isLeader && { mayRun: isLeader }),
    });
  }

  /** Begins the log, and appends what is due. True: there may be more. */
  async sweep(): Promise<boolean> {
    const { db, publicUrl } = this.#options;
    if (!(await this.#store.findLog()))
      await db.transaction((tx) => this.#writer.begin(tx, { number: 1, origin: originOf(publicUrl, 1) }));
    const hasMore = await this.#append();
    if (!hasMore) await this.#witnessing.ask(await this.#getLog(), { isAnew: false });
    return hasMore;
  }

  async #append(): Promise<boolean> {
    const { db, clock, timeZone } = this.#options;
    const untilIso = midnightIn(timeZone, clock.now() - AFTER_MIDNIGHT_MS);
    const isDue = ({ haltedAt, appendedUntil }: LogRow) =>
      haltedAt === null && !(Date.parse(appendedUntil ?? '') >= Date.parse(untilIso));
    const found = await this.#getLog();
    if (!isDue(found)) return false;
    await this.#witnessing.ask(found, { isAnew: true });
    const figures = await this.#figuresUntil(untilIso);
    return db.transaction(async (tx) => {
      const log = await this.#store.lockLog(tx);
      if (!log || !isDue(log)) return false;
      const fromIso = log.completedUntil ?? EVER;
      const of = { log: log.number, fromIso, untilIso, limit: APPENDED_AT_ONCE, timeZone };
      const { publications, isAll } = await listUnrecorded(tx, of);
      publications.push(...(await this.#unrecordedFigures(tx, log, figures)));
      if (isAll) {
        const lastKind = publications.at(-1)?.kind ?? (await this.#store.findLastKind(tx, log.number)) ?? 'day';
        if (lastKind !== 'day') publications.push(toDay(untilIso, timeZone));
        await this.#store.updateLog(tx, log.number, { appendedUntil: untilIso });
      }
      if (publications.length > 0) await this.#writer.append(tx, log, publications);
      return !isAll;
    });
  }

  /** Of quarters that were over then. */
  async #figuresUntil(untilIso: string): Promise<Publication[]> {
    const reports = await this.#options.publicReports.list();
    return reports
      .filter(({ until, isOver }) => isOver && Date.parse(until) <= Date.parse(untilIso))
      .map((report) => ({
        ...{ kind: 'figures', subject: report.period, at: report.until, open: { report } },
      }));
  }

  async #unrecordedFigures(tx: Orm, log: LogRow, figures: readonly Publication[]): Promise<Publication[]> {
    const subjects = figures.map(({ subject }) => subject);
    const recorded = await this.#store.listRecorded(tx, log.number, 'figures', subjects);
    const fromMs = Date.parse(log.completedUntil ?? EVER);
    return figures.filter(({ subject, at }) => !recorded.has(subject) && Date.parse(at) > fromMs);
  }

  async #getLog(number?: number): Promise<LogRow> {
    const log = await this.#store.findLog(number);
    if (!log) throw new AppError('not_found', 'There is no such log.');
    return log;
  }

  /** Undefined: it has not begun. */
  async status(): Promise<RecordStatus | undefined> {
    const logs = await this.#store.listLogs();
    const log = logs.pop();
    if (!log) return undefined;
    const [{ size, at }, keys, witnessed, signatures] = await Promise.all([
      this.#writer.getCheckpoint(log.number),
      this.#store.listKeys(log.number),
      this.#store.listWitnessed(log.number),
      this.#store.listMemberSignatures(log.number),
    ]);
    const witnesses = this.#options.witnesses.map(({ key }) => {
      const signed = witnessed.get(key.name);
      return { name: key.name, vkey: formatVkey(key), size: signed?.size ?? null, at: signed?.at ?? null };
    });
    const signing = keys.filter(({ retiredAt }) => retiredAt === null).reverse();
    return {
      ...{
        origin: log.origin,
        halted: log.haltedAt === null ? null : { at: iso(log.haltedAt), reason: log.haltReason },
        size,
        at: iso(at),
      },
      ...{ vkeys: signing.map(({ vkey }) => vkey), witnesses },
      members: {
        count: new Set(signatures.map(({ term }) => term)).size,
        size: Math.max(0, ...signatures.map((each) => each.size)),
      },
      earlier: logs.map(({ number, origin, haltedAt }) => ({ number, origin, haltedAt: haltedAt && iso(haltedAt) })),
    };
  }

  /** The last checkpoint with the cosignatures that it has (C2SP tlog-checkpoint). Throws `not_found`. */
  async readCheckpoint(number?: number): Promise<string> {
    const log = await this.#getLog(number);
    const { size, note } = await this.#writer.getCheckpoint(log.number);
    const cosignatures = await this.#store.listCosignatures(log.number, size);
    return note + cosignatures.map(({ line }) => line).join('');
  }

  /** Verifier keys, a line each, the one that signs first. Throws `not_found`. */
  async readKeys(number?: number): Promise<string> {
    const log = await this.#getLog(number);
    const keys = await this.#store.listKeys(log.number);
    return keys
      .reverse()
      .map(({ vkey }) => `${vkey}\n`)
      .join('');
  }

  /** A tile or a bundle of entries by its path (C2SP tlog-tiles), such as `tile/0/000`. Throws `not_found`. */
  async readTile(path: string, number?: number): Promise<Buffer> {
    const place = parseTilePath(path);
    if (place) {
      const { number: log } = await this.#getLog(number);
      const { level, index, width } = place;
      if (level !== 'entries') {
        const hashes = await this.#store.readTile(log, { level, index, width });
        if (hashes) return hashes;
      } else {
        const entries = await this.#store.readBundle(log, { index, width });
        if (entries) return encodeEntries(entries);
      }
    }
    throw new AppError('not_found', 'The record has no such tile.');
  }

  /** The entries of the log that grows, in order, as the convenient view has them. */
  async list({ after, limit }: RecordsQuery): Promise<object[]> {
    const log = await this.#store.findLog();
    if (!log) return [];
    const first = after === undefined ? 0 : after + 1;
    const nowIso = isoIn(this.#options.clock);
    const rows = await this.#store.listShown(log.number, { first, limit, nowIso });
    return rows.map(({ seq, entry, salt, content }) => ({
      seq,
      hash: leafHash(Buffer.from(entry, 'utf8')).toString('base64'),
      ...JSON.parse(entry),
      ...(salt !== null && content !== null && { salt, content: JSON.parse(content) }),
    }));
  }
}

/** The date that ended with a midnight. */
function toDay(untilIso: string, timeZone: string): Publication {
  const date = dateIn(timeZone, Date.parse(untilIso) - 1);
  return { kind: 'day', subject: date, at: new Date(Date.parse(untilIso) - 1).toISOString(), open: { date } };
}
