/** Checkpoints (C2SP tlog-checkpoint): the text of a signed note that holds origin, size and root of a log's tree. */
import type { NoteKey } from './note-keys.ts';
import { openNote, type SignedNote } from './signed-note.ts';
import { decodeBase64, TlogError } from './tlog-error.ts';
import { HASH_BYTES } from './tree.ts';

export interface Checkpoint {
  /** Names the log. */
  readonly origin: string;
  /** How many entries the tree has. */
  readonly size: number;
  /** RFC 6962, SHA-256: 32 bytes. */
  readonly root: Buffer;
  /** Opaque lines, not recommended by the standard. */
  readonly extensions?: readonly string[];
}

/** The text to sign. */
export function formatCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  const text = [origin, String(size), root.toString('base64'), ...extensions].map((line) => `${line}\n`).join('');
  // Whoever reads the text must find in it what was meant: an origin with a newline would be another size.
  const read = parseCheckpoint(text);
  if (read.origin !== origin || read.size !== size || read.extensions?.length !== extensions.length) {
    throw new TlogError('malformed', 'not a checkpoint');
  }
  return text;
}

/** @throws TlogError `malformed` */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const end = lines.pop();
  const [origin = '', size = '', root = '', ...extensions] = lines;
  if (end !== '' || lines.length < 3 || lines.includes('')) {
    throw new TlogError('malformed', 'a checkpoint has at least three lines, and no empty one');
  }
  const hash = decodeBase64(root, 'the root');
  if (hash.length !== HASH_BYTES) throw new TlogError('malformed', `the root does not have ${HASH_BYTES} bytes`);
  return { origin, size: parseSize(size), root: hash, extensions };
}

/**
 * Decimal digits without leading zeroes. Sizes above 2^53 − 1 are refused.
 * @throws TlogError `malformed`
 */
export function parseSize(text: string): number {
  const size = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new TlogError('malformed', 'the size is not a decimal number of entries');
  return size;
}

/**
 * A checkpoint with the signatures of known keys, one for each key.
 * @param keys of the log, and of witnesses
 * @throws TlogError `malformed`; `unverified`, also if the checkpoint is of another origin
 */
export function openCheckpoint(
  note: Buffer | string,
  origin: string,
  keys: readonly NoteKey[],
): Checkpoint & SignedNote {
  const opened = openNote(note, keys);
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint.origin !== origin) throw new TlogError('unverified', `the checkpoint is not of ${origin}`);
  return { ...checkpoint, ...opened };
}
