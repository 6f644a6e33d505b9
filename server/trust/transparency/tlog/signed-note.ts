/** Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures. */
import { formatVkey, isKeyName, type NoteKey, type NoteSigner, verifySignature } from './note-keys.ts';
import { decodeBase64, TlogError } from './tlog-error.ts';

/** The standard asks for 16 at least. */
const SIGNATURES_MAX = 100;
const KEY_ID_BYTES = 4;
const DASH = '\u2014 ';

export interface SignedNote {
  /** Ends with a newline. */
  readonly text: string;
  /** In the note's order, repeated lines once. */
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** Eight hexadecimal digits, lower case. */
  readonly keyId: string;
  /** Without the key id. */
  readonly signature: Buffer;
}

/** @throws TlogError `malformed` */
export function parseNote(note: Buffer | string): SignedNote {
  const decoded = typeof note === 'string' ? note : decodeUtf8(note);
  if (!isNoteText(decoded)) throw new TlogError('malformed', 'the note has control characters or is not UTF-8');
  const end = decoded.lastIndexOf('\n\n');
  if (end < 0) throw new TlogError('malformed', 'the note has no empty line before its signatures');
  const lines = decoded.slice(end + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0) {
    throw new TlogError('malformed', 'the note has no signature, or does not end with a newline');
  }
  if (lines.length > SIGNATURES_MAX) throw new TlogError('malformed', `more than ${SIGNATURES_MAX} signatures`);
  return { text: decoded.slice(0, end + 1), signatures: [...new Set(lines)].map(parseSignatureLine) };
}

/**
 * The signatures of known keys, one for each key: its first. Every line of a known key is verified, those of other keys
 * are ignored.
 * @throws TlogError `malformed`; `unverified` if no known key signed, or a signature of one is not valid
 */
export function openNote(note: Buffer | string, keys: readonly NoteKey[]): SignedNote {
  const { text, signatures } = parseNote(note);
  const verified = new Map<string, NoteSignature>();
  for (const line of signatures) {
    for (const key of keys.filter(({ name, keyId }) => name === line.name && keyId === line.keyId)) {
      if (!verifySignature(key, text, line.signature)) {
        throw new TlogError('unverified', `the signature of ${key.name} is not valid`);
      }
      if (!verified.has(formatVkey(key))) verified.set(formatVkey(key), line);
    }
  }
  if (verified.size === 0) throw new TlogError('unverified', 'no known key has signed the note');
  return { text, signatures: [...verified.values()] };
}

/** @param text ends with a newline. */
export function signNote(text: string, signers: readonly NoteSigner[], time = new Date()): string {
  if (!text.endsWith('\n') || !isNoteText(text)) throw new TlogError('malformed', 'not the text of a note');
  const signatures = signers.map(({ key, sign }) => ({
    name: key.name,
    keyId: key.keyId,
    signature: sign(text, time),
  }));
  return formatNote({ text, signatures });
}

export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** A line with its newline. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `${DASH}${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`;
}

function parseSignatureLine(line: string): NoteSignature {
  const [name = '', encoded = '', ...more] = line.startsWith(DASH) ? line.slice(DASH.length).split(' ') : [];
  if (!isKeyName(name) || more.length > 0) throw new TlogError('malformed', 'a signature line is not DASH NAME BASE64');
  const bytes = decodeBase64(encoded, `the signature of ${name}`);
  if (bytes.length <= KEY_ID_BYTES) throw new TlogError('malformed', `the signature of ${name} is too short`);
  return {
    name,
    keyId: bytes.subarray(0, KEY_ID_BYTES).toString('hex'),
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}

/** No ASCII control character (below U+0020) but the newline, and no lone surrogate, which UTF-8 cannot hold. */
function isNoteText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the standard forbids.
  return !/[\0-\t\v-\x1f]/.test(text) && text.isWellFormed();
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TlogError('malformed', 'the note is not UTF-8');
  }
}
