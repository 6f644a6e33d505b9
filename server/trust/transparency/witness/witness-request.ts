/** What a log asks of a witness (C2SP tlog-witness): the size that it knows, a proof from there on, the checkpoint. */
import { parseSize } from '../tlog/checkpoint.ts';
import { decodeBase64, TlogError } from '../tlog/tlog-error.ts';
import { HASH_BYTES } from '../tlog/tree.ts';

/** Below the submission prefix of a witness. */
export const ADD_CHECKPOINT = '/add-checkpoint';
const PROOF_LINES_MAX = 63;

export interface WitnessRequest {
  readonly oldSize: number;
  /** That the tree of the checkpoint begins with the first `oldSize` entries. */
  readonly proof: readonly Buffer[];
  /** The checkpoint, a signed note. */
  readonly note: Buffer;
}

export function formatRequest({ oldSize, proof, note }: WitnessRequest): Buffer {
  const lines = [`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64')), ''];
  return Buffer.concat([Buffer.from(lines.map((line) => `${line}\n`).join('')), note]);
}

/** @throws TlogError `malformed`. The note is not parsed. */
export function parseRequest(body: Buffer): WitnessRequest {
  const end = body.indexOf('\n\n');
  if (end < 0) throw new TlogError('malformed', 'there is no empty line before the checkpoint');
  const [old = '', ...proof] = body.toString('latin1', 0, end).split('\n');
  if (!old.startsWith('old ')) throw new TlogError('malformed', 'the first line is not `old SIZE`');
  if (proof.length > PROOF_LINES_MAX) throw new TlogError('malformed', `more than ${PROOF_LINES_MAX} lines of proof`);
  const hashes = proof.map((line) => decodeBase64(line, 'a line of the proof'));
  if (hashes.some(({ length }) => length !== HASH_BYTES)) {
    throw new TlogError('malformed', `a line of the proof does not have ${HASH_BYTES} bytes`);
  }
  return { oldSize: parseSize(old.slice('old '.length)), proof: hashes, note: body.subarray(end + 2) };
}
