/** Asks a witness for its cosignature of a checkpoint (C2SP tlog-witness, tlog-cosignature). Called by the record. */
import type { GuardedPost } from '../../../platform/outbound/guarded-post.ts';
import { parseSize } from '../tlog/checkpoint.ts';
import { cosignatureTime, type NoteKey } from '../tlog/note-keys.ts';
import { formatNote, formatSignature, openNote, parseNote } from '../tlog/signed-note.ts';
import { ADD_CHECKPOINT, formatRequest } from './witness-request.ts';

const TIMEOUT_MS = 10_000;
/** Several lines, of keys that are not asked for too. */
const ANSWER_BYTES_MAX = 64 * 1024;

export interface WitnessAddress {
  /** Of cosignatures. */
  readonly key: NoteKey;
  /** Its submission prefix. */
  readonly url: string;
}

interface Question {
  /** The checkpoint, signed by its log. */
  readonly note: string;
  readonly size: number;
  /** That the tree of `size` begins with that of `oldSize`; asked for sizes from 1 to below `size`. */
  readonly consistencyProof: (oldSize: number) => Promise<readonly Buffer[]>;
  /** Of the checkpoint that this witness cosigned last. Absent: it is asked. */
  readonly knownSize?: number;
  readonly post: GuardedPost;
  readonly timeoutMs?: number;
}

export interface Cosignature {
  /** The line of the note, with its newline. */
  readonly line: string;
  /** When the witness says that it made it. */
  readonly at: Date;
}

/**
 * - `ahead`: it knows a longer tree of this log, of `size` entries.
 * - `inconsistent`: it knows another tree of this log.
 * - `refused`: it does not know the log or its key, or does not understand the request.
 * - `failed`: network, time limit, or an answer that is none. Worth a retry.
 */
export class WitnessError extends Error {
  readonly code: 'ahead' | 'inconsistent' | 'refused' | 'failed';
  readonly size: number | undefined;

  constructor(code: WitnessError['code'], message: string, options: { size?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'WitnessError';
    this.code = code;
    this.size = options.size;
  }
}

/**
 * Its verified cosignature. A witness that knows another size is asked once more, from that size.
 * @throws WitnessError
 */
export async function askWitness(witness: WitnessAddress, question: Question): Promise<Cosignature> {
  const { size, knownSize = 0 } = question;
  const oldSize = Math.min(knownSize, size);
  const first = await ask(witness, question, oldSize);
  if (first.status !== 409) return readCosignature(witness, question, first);
  const known = readConflict(first.text, { oldSize, size });
  const second = await ask(witness, question, known);
  if (second.status !== 409) return readCosignature(witness, question, second);
  readConflict(second.text, { oldSize: known, size });
  throw new WitnessError('failed', 'the size that the witness knows changed in between');
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask({ url }: WitnessAddress, question: Question, oldSize: number): Promise<Answer> {
  const { note, size, consistencyProof, post, timeoutMs = TIMEOUT_MS } = question;
  const proof = oldSize === 0 || oldSize === size ? [] : await consistencyProof(oldSize);
  const body = formatRequest({ oldSize, proof, note: Buffer.from(note) });
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  try {
    const address = `${url.replace(/\/$/, '')}${ADD_CHECKPOINT}`;
    const { status, text } = await post.post(address, body, { headers, timeoutMs, answerBytes: ANSWER_BYTES_MAX });
    return { status, text: await text };
  } catch (error) {
    throw new WitnessError('failed', 'the witness did not answer', { cause: error });
  }
}

/** The size that the witness knows, if it is one to ask again from. */
function readConflict(text: string, { oldSize, size }: { oldSize: number; size: number }): number {
  // What it answers to another tree of the same size has no form in the standard.
  const known = /^\d+\n$/.test(text) ? parseSizeOf(text) : oldSize === size ? size : undefined;
  if (known === undefined) throw new WitnessError('failed', 'the witness names no size that it knows');
  if (known > size) throw new WitnessError('ahead', `the witness knows a tree of ${known} entries`, { size: known });
  if (known !== oldSize) return known;
  if (known === size) throw new WitnessError('inconsistent', `the witness knows another tree of ${size} entries`);
  throw new WitnessError('failed', 'the witness refuses the size that it names');
}

function readCosignature({ key }: WitnessAddress, { note }: Question, { status, text }: Answer): Cosignature {
  if (status === 422) throw new WitnessError('inconsistent', 'the witness knows another beginning of the tree');
  if (status !== 200) {
    const isRefusal = status === 400 || status === 403 || status === 404;
    throw new WitnessError(isRefusal ? 'refused' : 'failed', `the witness answered ${status}`);
  }
  try {
    const { text: signed } = parseNote(note);
    const [signature] = openNote(formatNote({ text: signed, signatures: [] }) + text, [key]).signatures;
    const at = signature && cosignatureTime(signature.signature);
    if (signature && at) return { line: formatSignature(signature), at };
  } catch (error) {
    throw new WitnessError('failed', 'the answer of the witness holds no valid cosignature', { cause: error });
  }
  throw new WitnessError('failed', 'the cosignature has a time that is none');
}

function parseSizeOf(text: string): number | undefined {
  try {
    return parseSize(text.trimEnd());
  } catch {
    return undefined;
  }
}
