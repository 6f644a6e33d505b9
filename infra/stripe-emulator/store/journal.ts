/**
 * The file that makes the emulator survive kill -9: one JSON line for each transaction, written before the answer.
 * Written data survives the process, so fsync is not needed; power loss is not survived.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

/** `[collection, id, record]`; null removes the record. */
export type Change = readonly [collection: string, id: string, record: object | null];

/** Shorter files are not compacted. */
const APPENDED_MIN_BYTES = 64 * 1024 * 1024;
const HEAD = JSON.stringify({ format: 'loge-stripe-emulator', version: 2 });

export class Journal {
  readonly #file: string;
  #descriptor: number | undefined;
  #compactedBytes = 0;
  #appendedBytes = 0;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Opens the file. `load` gets its changes in order and returns the records to keep. */
  static create(file: string, load: (changes: Iterable<Change>) => Iterable<Change>): Journal {
    const journal = new Journal(file);
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    journal.compact(load(existsSync(file) ? readChanges(file) : []));
    return journal;
  }

  append(changes: readonly Change[]): void {
    if (this.#descriptor === undefined) throw new Error('The journal is closed');
    try {
      this.#appendedBytes += writeWhole(this.#descriptor, `${JSON.stringify(changes)}\n`);
    } catch (cause) {
      // The file may end in half a line now; anything written after it would be lost at the next start.
      this.close();
      throw cause;
    }
  }

  /** Whether most of the file is obsolete. */
  get isOverdue(): boolean {
    return this.#appendedBytes > Math.max(APPENDED_MIN_BYTES, 2 * this.#compactedBytes);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Replaces the old file atomically: a crash leaves either the old or the new one. */
  compact(kept: Iterable<Change>): void {
    const temporary = `${this.#file}.compacting`;
    const descriptor = openSync(temporary, 'w', 0o600);
    let bytes = writeWhole(descriptor, `${HEAD}\n`);
    for (const change of kept) bytes += writeWhole(descriptor, `${JSON.stringify([change])}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, this.#file);
    this.close();
    this.#compactedBytes = bytes;
    this.#appendedBytes = 0;
    this.#descriptor = openSync(this.#file, 'a', 0o600);
  }
}

function writeWhole(descriptor: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  return bytes.length;
}

function readChanges(file: string): Iterable<Change> {
  const lines = readFileSync(file, 'utf8').split('\n');
  // A line counts once its newline is written: the rest after the last newline is an unconfirmed write.
  lines.pop();
  const head = lines.shift();
  if (head === undefined) return [];
  if (head !== HEAD) {
    throw new Error(`${file} is not a journal of this version of the emulator: move it away to start afresh.`);
  }
  return parseLines(file, lines);
}

function* parseLines(file: string, lines: readonly string[]): Generator<Change> {
  for (const [index, line] of lines.entries()) {
    let changes: Change[];
    try {
      changes = JSON.parse(line);
    } catch (cause) {
      throw new Error(`${file} is damaged at line ${index + 2}: move it away to start afresh.`, { cause });
    }
    yield* changes;
  }
}
