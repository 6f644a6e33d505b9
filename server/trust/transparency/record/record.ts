/**
 * The record: what the house and its committee have published, in a log that tools of others can check (C2SP
 * tlog-tiles, tlog-checkpoint, signed-note; RFC 6962). Once a day, in random order, a job appends what was published
 * before the last midnight: checkpoints tell times, and entries are about people. Entries, tiles and checkpoint are
 * written in one transaction. Called by the gateway.
 */
import { createPrivateKey, generateKeyPairSync, randomInt } from 'node:crypto';
import { type Clock, isoIn, MINUTE_MS } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import { dateIn, midnightIn } from '../../../platform/house-dates.ts';
import { PeriodicJob } from '../../../platform/jobs/periodic-job.ts';
import type { Log } from '../../../platform/log.ts';
import type { SecretBox } from '../../../platform/secret-box.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { RecordsQuery } from '../../../protocol/trust/record.ts';
import type { PublicReports } from '../../figures/public-reports.ts';
import { formatCheckpoint } from '../tlog/checkpoint.ts';
import { createSigner, formatVkey, NOTE_SIGNATURE, type NoteSigner } from '../tlog/note-keys.ts';
import { signNote } from '../tlog/signed-note.ts';
import { encodeEntries, parseTilePath } from '../tlog/tiles.ts';
import { appendLeaves, EMPTY_ROOT, leafHash, type TileReader } from '../tlog/tree.ts';
import { type CheckpointRow, type LogRow, RecordStore } from './record.store.ts';
import { type Publication, toEntry } from './record-entry.ts';
import { listUnrecorded } from './record-sources.store.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
/** Of each kind, in one transaction. */
const APPENDED_AT_ONCE = 2_000;
/** What commits around midnight is seen by then. */
const AFTER_MIDNIGHT_MS = 10 * MINUTE_MS;

interface RecordOptions {
  db: Database;
  clock: Clock;
  log: Log;
  box: SecretBox;
  timeZone: string;
  publicUrl: string;
  publicReports: Pick<PublicReports, 'list'>;
  /** Whether this process appends. Absent: each does, one at a time. */
  isLeader?: () => boolean;
}

export class PublicRecord {
  readonly #options: RecordOptions;
  readonly #store: RecordStore;
  readonly job: PeriodicJob;

  constructor(options: RecordOptions) {
    const { db, log, clock, isLeader } = options;
    this.#options = options;
    this.#store = new RecordStore(db);
    this.job = new PeriodicJob({
      ...{ name: 'record', everyMs: LOOK_EVERY_MS, log, waitsForClock: clock },
      run: () => this.sweep(),
      ...(isLeader && { mayRun: isLeader }),
    });
  }

  /** Begins the log, and appends what is due. True: there may be more. */
  async sweep(): Promise<boolean> {
    const found = await this.#store.findLog();
    if (!found) await this.#begin(1);
    return this.append();
  }

  /** True: there may be more. */
  async append(): Promise<boolean> {
    const { db, clock, timeZone } = this.#options;
    const untilIso = midnightIn(timeZone, clock.now() - AFTER_MIDNIGHT_MS);
    const figures = await this.#figuresUntil(untilIso);
    return db.transaction(async (tx) => {
      const log = await this.#store.lockLog(tx);
      if (!log || log.haltedAt !== null || Date.parse(log.appendedUntil ?? '') >= Date.parse(untilIso)) return false;
      const of = { log: log.number, untilIso, limit: APPENDED_AT_ONCE, timeZone };
      const recorded = await this.#store.listRecorded(
        tx,
        log.number,
        'figures',
        figures.map((each) => each.subject),
      );
      const found = [...(await listUnrecorded(tx, of)), ...figures.filter(({ subject }) => !recorded.has(subject))];
      if (found.length > 0) await this.#appendAll(tx, log, shuffle(found));
      else await this.#store.updateLog(tx, log.number, { appendedUntil: untilIso });
      return found.length > 0;
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

  async #begin(number: number): Promise<void> {
    const { db, clock, publicUrl } = this.#options;
    const { host, pathname } = new URL(publicUrl);
    const base = `${host}${pathname.replace(/\/$/, '')}/transparency/log`;
    const origin = number === 1 ? base : `${base}/${number}`;
    await db.transaction(async (tx) => {
      const startedAt = isoIn(clock);
      if (!(await this.#store.insertLog(tx, { number, origin, startedAt }))) return;
      const signer = await this.#createKey(tx, { number, origin });
      const note = signNote(formatCheckpoint({ origin, size: 0, root: EMPTY_ROOT }), [signer]);
      await this.#store.insertCheckpoint(tx, { log: number, size: 0, note, at: startedAt });
    });
  }

  async #createKey(tx: Orm, { number, origin }: Pick<LogRow, 'number' | 'origin'>): Promise<NoteSigner> {
    const { box, clock } = this.#options;
    const { privateKey } = generateKeyPairSync('ed25519');
    const signer = createSigner(origin, NOTE_SIGNATURE, privateKey);
    const vkey = formatVkey(signer.key);
    const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    await this.#store.insertKey(tx, { vkey, log: number, sealed: box.seal(secret, vkey), createdAt: isoIn(clock) });
    return signer;
  }

  /** Throws `internal` where the key cannot be decrypted. */
  async #signerOf({ number, origin }: LogRow, tx: Orm): Promise<NoteSigner> {
    const key = (await this.#store.listKeys(number, tx)).at(-1);
    const secret = key && this.#options.box.open(key.sealed, key.vkey);
    if (secret === undefined)
      throw new AppError('internal', 'The key of the record cannot be decrypted: is LOGE_ENCRYPTION_KEY another one?');
    const der = Buffer.from(secret, 'base64');
    return createSigner(origin, NOTE_SIGNATURE, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  }

  async #appendAll(tx: Orm, log: LogRow, publications: readonly Publication[]): Promise<void> {
    const { timeZone, clock } = this.#options;
    const { size } = await this.#getCheckpoint(log.number, tx);
    const made = publications.map((publication, index) => {
      const month = dateIn(timeZone, Date.parse(publication.at)).slice(0, 7);
      return { ...toEntry(publication, month), publication, seq: size + index };
    });
    const at = isoIn(clock);
    const rows = made.map(({ entry, publication: { kind, subject }, seq }) => ({
      ...{ log: log.number, seq, kind, subject, entry, appendedAt: at },
    }));
    const openings = made.flatMap(({ opening, publication, seq }) => {
      const { person = null, about = null, publicFrom = null } = publication;
      return opening ? [{ log: log.number, seq, ...opening, person, about, publicFrom }] : [];
    });
    await this.#store.insertEntries(tx, rows, openings);
    const leaves = rows.map(({ entry }) => leafHash(Buffer.from(entry, 'utf8')));
    const grown = await appendLeaves(size, leaves, this.#tileReader(log.number, tx));
    await this.#store.saveTiles(tx, log.number, grown.tiles);
    const text = formatCheckpoint({ origin: log.origin, size: grown.size, root: grown.root });
    const note = signNote(text, [await this.#signerOf(log, tx)]);
    await this.#store.insertCheckpoint(tx, { log: log.number, size: grown.size, note, at });
  }

  #tileReader(log: number, tx?: Orm): TileReader {
    return async (level, index, width) => {
      const hashes = await this.#store.readTile(log, { level, index, width }, tx);
      if (!hashes) throw new AppError('internal', `The record lacks the tile ${level}/${index}.`);
      return hashes;
    };
  }

  async #getCheckpoint(log: number, tx?: Orm): Promise<CheckpointRow> {
    const row = await this.#store.findCheckpoint(log, tx);
    if (!row) throw new AppError('not_found', 'The record has not begun.');
    return row;
  }

  async #getLog(number?: number): Promise<LogRow> {
    const log = await this.#store.findLog(number);
    if (!log) throw new AppError('not_found', 'There is no such log.');
    return log;
  }

  /** The last checkpoint with the cosignatures that it has (C2SP tlog-checkpoint). Throws `not_found`. */
  async readCheckpoint(number?: number): Promise<string> {
    const log = await this.#getLog(number);
    const { size, note } = await this.#getCheckpoint(log.number);
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

/** Fisher-Yates, with randomness that nobody can predict. */
function shuffle<T>(items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
  return items;
}
