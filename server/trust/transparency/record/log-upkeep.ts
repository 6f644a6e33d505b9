/**
 * What an operator does with the log by hand (`npm run record`): another key, and what follows a restore. A restored
 * backup has a shorter tree, which witnesses refuse from then on: it is completed from a copy of the log, or a
 * successor begins.
 */
import { type Clock, isoIn } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import { endOfDateIn } from '../../../platform/house-dates.ts';
import type { SecretBox } from '../../../platform/secret-box.ts';
import type { EntryKind } from '../../../protocol/trust/record.ts';
import { formatVkey, parseVkey } from '../tlog/note-keys.ts';
import { formatNote, openNote } from '../tlog/signed-note.ts';
import { leafHash, TiledTree } from '../tlog/tree.ts';
import { parseEntry } from '../verify/entries.ts';
import type { WholeLog } from '../verify/read-log.ts';
import { LogWriter } from './log-writer.ts';
import { type LogRow, RecordStore } from './record.store.ts';
import { originOf } from './record.ts';

/** They follow the last day that a log has whole, and are about no row of the house. */
const OF_THE_LOG: readonly EntryKind[] = ['day', 'key', 'predecessor'];

interface UpkeepOptions {
  db: Database;
  clock: Clock;
  box: SecretBox;
  timeZone: string;
  publicUrl: string;
}

export class LogUpkeep {
  readonly #options: UpkeepOptions;
  readonly #store: RecordStore;
  readonly #writer: LogWriter;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#store = new RecordStore(options.db);
    this.#writer = new LogWriter({ ...options, store: this.#store });
  }

  /** The new verifier key. Keys from before sign beside it until they are retired: witnesses know only those. */
  addKey(): Promise<string> {
    return this.#change(async (tx, log) => formatVkey(await this.#writer.addKey(tx, log)));
  }

  /** Throws for a key that does not sign, and for the one that was added last. */
  retireKey(vkey: string): Promise<void> {
    return this.#change(async (tx, log) => {
      const keys = await this.#store.listKeys(log.number, tx);
      if (!keys.some((key) => key.vkey === vkey && key.retiredAt === null))
        throw new Error('No key like this one signs the record.');
      if (keys.at(-1)?.vkey === vkey)
        throw new Error('This key is the newest. Add another one first: npm run record -- add-key');
      await this.#store.retireKey(tx, vkey, isoIn(this.#options.clock));
    });
  }

  /**
   * Appends what a copy of the log has and this one has not, as the copy's checkpoint says. Throws where the
   * copy is not one of this log, is not signed by its key, is not whole, or has other entries.
   */
  complete(copy: WholeLog): Promise<{ from: number; to: number }> {
    return this.#change(async (tx, log) => {
      const { clock, timeZone } = this.#options;
      const { checkpoint, entries, tree } = copy;
      const refuse = (why: string) => new Error(`The copy cannot complete this log: ${why}.`);
      if (checkpoint.origin !== log.origin) throw refuse(`it is of ${checkpoint.origin}`);
      const keys = (await this.#store.listKeys(log.number, tx)).map(({ vkey }) => parseVkey(vkey));
      const note = openNote(formatNote(checkpoint), keys.slice(-1));
      if (!(await tree.root()).equals(checkpoint.root)) throw refuse('its entries are not those of its checkpoint');
      const { size } = await this.#writer.getCheckpoint(log.number, tx);
      if (size >= tree.size) throw refuse(`it has ${tree.size} entries, and this log has ${size}`);
      const own = new TiledTree(size, this.#writer.tileReader(log.number, tx));
      if (!(await own.root()).equals(await tree.root(size))) throw refuse(`its first ${size} entries are other ones`);

      const at = isoIn(clock);
      const missing = entries.slice(size).map((bytes, index) => ({ bytes, seq: size + index }));
      const rows = missing.map(({ bytes, seq }) => {
        const parsed = parseEntry(bytes, seq);
        if (typeof parsed === 'string') throw refuse(`entry ${seq}: ${parsed}`);
        return { parsed, row: { log: log.number, seq, kind: parsed.kind, entry: bytes.toString('utf8') } };
      });
      const last = rows.findLast(({ parsed }) => !OF_THE_LOG.includes(parsed.kind) || parsed.kind === 'day');
      if (last && last.parsed.kind !== 'day') throw refuse('its last day is not whole; take a later copy');
      const completedUntil = last ? endOfDateIn(timeZone, String(last.parsed.date)) : log.appendedUntil;
      await this.#store.insertEntries(
        tx,
        rows.map(({ row }) => ({ ...row, subject: null, appendedAt: at })),
        [],
      );
      const leaves = missing.map(({ bytes }) => leafHash(bytes));
      await this.#writer.growTree(tx, log.number, { size, leaves });
      await this.#store.insertCheckpoint(tx, { log: log.number, size: tree.size, note: formatNote(note), at });
      const going = { appendedUntil: completedUntil, haltedAt: null, haltReason: null };
      await this.#store.updateLog(tx, log.number, { ...going, completedUntil });
      return { from: size, to: tree.size };
    });
  }

  /** The log ends, and another one begins whose first entry says so. Its origin. */
  succeed(reason: string): Promise<string> {
    return this.#change(async (tx, log) => {
      const { clock, publicUrl } = this.#options;
      const at = isoIn(clock);
      const { note } = await this.#writer.getCheckpoint(log.number, tx);
      await this.#store.updateLog(tx, log.number, { haltedAt: log.haltedAt ?? at, haltReason: 'succeeded' });
      const number = log.number + 1;
      const origin = originOf(publicUrl, number);
      const open = { origin: log.origin, checkpoint: note, reason };
      await this.#writer.begin(tx, { number, origin }, [{ kind: 'predecessor', subject: log.origin, at, open }]);
      return origin;
    });
  }

  #change<T>(change: (tx: Orm, log: LogRow) => Promise<T>): Promise<T> {
    return this.#options.db.transaction(async (tx) => {
      const log = await this.#store.lockLog(tx);
      if (!log) throw new Error('The record has not begun: start the house once.');
      return change(tx, log);
    });
  }
}
