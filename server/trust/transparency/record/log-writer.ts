/**
 * Writes a log within transactions of its callers: keys, and entries with their tiles and a signed checkpoint, all of
 * them or none.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Clock, isoIn } from '../../../platform/clock.ts';
import type { Orm } from '../../../platform/db/db.ts';
import { dateIn } from '../../../platform/house-dates.ts';
import type { SecretBox } from '../../../platform/secret-box.ts';
import { AppError } from '../../../protocol/errors.ts';
import { formatCheckpoint } from '../tlog/checkpoint.ts';
import { createSigner, formatVkey, NOTE_SIGNATURE, type NoteKey } from '../tlog/note-keys.ts';
import { signNote } from '../tlog/signed-note.ts';
import { appendLeaves, EMPTY_ROOT, leafHash, type TileReader } from '../tlog/tree.ts';
import { keyStatement, signStatement } from './key-change.ts';
import type { CheckpointRow, KeyRow, LogRow, RecordStore } from './record.store.ts';
import { type Publication, toEntry } from './record-entry.ts';

interface WriterOptions {
  store: RecordStore;
  clock: Clock;
  box: SecretBox;
  timeZone: string;
}

export class LogWriter {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** False: there is one of this number. */
  async begin(tx: Orm, log: Pick<LogRow, 'number' | 'origin'>, first: readonly Publication[] = []): Promise<boolean> {
    const { store, clock } = this.#options;
    if (!(await store.insertLog(tx, { ...log, startedAt: isoIn(clock) }))) return false;
    await this.#createKey(tx, log);
    await this.#sign(tx, log, { size: 0, root: EMPTY_ROOT });
    if (first.length > 0) await this.append(tx, log, first);
    return true;
  }

  /** Another key signs beside those that do. Its entry is signed by the last of them. */
  async addKey(tx: Orm, log: LogRow): Promise<NoteKey> {
    const [before] = (await this.#privateKeys(tx, log)).reverse();
    if (!before) throw new AppError('internal', 'No key signs this log.');
    const key = await this.#createKey(tx, log);
    const vkey = formatVkey(key);
    const signature = signStatement(before, keyStatement(log.origin, key));
    const at = isoIn(this.#options.clock);
    await this.append(tx, log, [{ kind: 'key', subject: vkey, at, open: { vkey, signature } }]);
    return key;
  }

  async append(tx: Orm, log: Pick<LogRow, 'number' | 'origin'>, publications: readonly Publication[]): Promise<void> {
    const { store, timeZone, clock } = this.#options;
    const { size } = await this.getCheckpoint(log.number, tx);
    const made = publications.map((publication, index) => {
      const month = dateIn(timeZone, Date.parse(publication.at)).slice(0, 7);
      return { ...toEntry(publication, month), publication, seq: size + index };
    });
    const appendedAt = isoIn(clock);
    const rows = made.map(({ entry, publication: { kind, subject }, seq }) => ({
      ...{ log: log.number, seq, kind, subject, entry, appendedAt },
    }));
    const openings = made.flatMap(({ opening, publication, seq }) => {
      const { person = null, about = null, publicFrom = null } = publication;
      return opening ? [{ log: log.number, seq, ...opening, person, about, publicFrom }] : [];
    });
    await store.insertEntries(tx, rows, openings);
    const leaves = rows.map(({ entry }) => leafHash(Buffer.from(entry, 'utf8')));
    await this.#sign(tx, log, await this.growTree(tx, log.number, { size, leaves }));
  }

  /** Writes the tiles of a tree that grows by these leaves. */
  async growTree(tx: Orm, log: number, { size, leaves }: { size: number; leaves: readonly Buffer[] }) {
    const { tiles, ...grown } = await appendLeaves(size, leaves, this.tileReader(log, tx));
    await this.#options.store.saveTiles(tx, log, tiles);
    return grown;
  }

  tileReader(log: number, tx?: Orm): TileReader {
    return async (level, index, width) => {
      const hashes = await this.#options.store.readTile(log, { level, index, width }, tx);
      if (!hashes) throw new AppError('internal', `The record lacks the tile ${level}/${index}.`);
      return hashes;
    };
  }

  /** Throws `not_found`. */
  async getCheckpoint(log: number, tx?: Orm): Promise<CheckpointRow> {
    const row = await this.#options.store.findCheckpoint(log, tx);
    if (!row) throw new AppError('not_found', 'The record has not begun.');
    return row;
  }

  async #sign(tx: Orm, log: Pick<LogRow, 'number' | 'origin'>, tree: { size: number; root: Buffer }): Promise<void> {
    const { store, clock } = this.#options;
    const keys = await this.#privateKeys(tx, log);
    const signers = keys.map((key) => createSigner(log.origin, NOTE_SIGNATURE, key));
    const note = signNote(formatCheckpoint({ origin: log.origin, ...tree }), signers);
    await store.insertCheckpoint(tx, { log: log.number, size: tree.size, note, at: isoIn(clock) });
  }

  async #createKey(tx: Orm, { number, origin }: Pick<LogRow, 'number' | 'origin'>): Promise<NoteKey> {
    const { store, box, clock } = this.#options;
    const { privateKey } = generateKeyPairSync('ed25519');
    const { key } = createSigner(origin, NOTE_SIGNATURE, privateKey);
    const vkey = formatVkey(key);
    const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    await store.insertKey(tx, { vkey, log: number, sealed: box.seal(secret, vkey), createdAt: isoIn(clock) });
    return key;
  }

  /** Of the keys that sign, the last one last. Throws `internal` where one cannot be decrypted. */
  async #privateKeys(tx: Orm, { number }: Pick<LogRow, 'number'>): Promise<KeyObject[]> {
    const keys = await this.#options.store.listKeys(number, tx);
    return keys.filter(({ retiredAt }) => retiredAt === null).map((key) => this.#open(key));
  }

  #open({ sealed, vkey }: KeyRow): KeyObject {
    const secret = this.#options.box.open(sealed, vkey);
    if (secret === undefined)
      throw new AppError('internal', 'The key of the record cannot be decrypted: is LOGE_ENCRYPTION_KEY another one?');
    return createPrivateKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8' });
  }
}
