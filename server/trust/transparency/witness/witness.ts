/**
 * A witness for the logs of others (C2SP tlog-witness): cosigns a checkpoint if its tree begins with the one that it
 * cosigned before. Called by the HTTP server of `npm run witness`; knows nothing of the house's own record.
 */
import type { Clock } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/log.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '../tlog/checkpoint.ts';
import type { NoteKey, NoteSigner } from '../tlog/note-keys.ts';
import { formatNote, formatSignature, parseNote, type SignedNote } from '../tlog/signed-note.ts';
import { TlogError } from '../tlog/tlog-error.ts';
import { EMPTY_ROOT, verifyConsistency } from '../tlog/tree.ts';
import type { WitnessStore } from './witness.store.ts';
import { parseRequest, type WitnessRequest } from './witness-request.ts';

/** A log whose checkpoints are cosigned. Several keys: it replaces one by another. */
export interface WitnessedLog {
  readonly origin: string;
  readonly keys: readonly NoteKey[];
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly body: string;
}

interface WitnessOptions {
  signer: NoteSigner;
  store: WitnessStore;
  logs: readonly WitnessedLog[];
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'info' | 'warn'>;
}

export class Witness {
  readonly #options: WitnessOptions;
  readonly #keys: ReadonlyMap<string, readonly NoteKey[]>;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#keys = new Map(options.logs.map(({ origin, keys }) => [origin, keys]));
  }

  /** Cosignature and record of it are one transaction; the answer is for after it. */
  addCheckpoint(body: Buffer): WitnessAnswer {
    try {
      const request = parseRequest(body);
      const { origin } = parseCheckpoint(parseNote(request.note).text);
      const keys = this.#keys.get(origin);
      if (!keys) return { status: 404, body: 'this witness does not know the origin\n' };
      const checkpoint = openCheckpoint(request.note, origin, keys);
      if (request.oldSize > checkpoint.size) return { status: 400, body: 'the old size is above the new one\n' };
      return this.#options.store.transaction(() => this.#cosign(request, checkpoint));
    } catch (error) {
      if (!(error instanceof TlogError)) throw error;
      return { status: error.code === 'unverified' ? 403 : 400, body: `${error.message}\n` };
    }
  }

  #cosign({ oldSize, proof }: WitnessRequest, checkpoint: Checkpoint & SignedNote): WitnessAnswer {
    const { signer, store, clock, log } = this.#options;
    const { origin, size, root, text } = checkpoint;
    const known = store.find(origin) ?? { size: 0, root: EMPTY_ROOT };
    if (oldSize !== known.size) return { status: 409, body: `${known.size}\n` };
    const isFork = size === known.size && !root.equals(known.root);
    if (isFork || !verifyConsistency({ oldSize, oldRoot: known.root, size, root, proof })) {
      // Signed by the log: with the checkpoint that was cosigned, perhaps the proof of a fork.
      const shown = { origin, knownSize: known.size, knownRoot: known.root.toString('base64') };
      log.warn({ ...shown, checkpoint: formatNote(checkpoint) }, 'checkpoint not consistent with the known tree');
      if (isFork) return { status: 409, body: `${known.size}\n` };
      return { status: 422, body: 'the consistency proof is not valid\n' };
    }
    // A checkpoint that is cosigned again costs no write.
    if (size > known.size) store.save(origin, { size, root });
    const { name, keyId } = signer.key;
    const signature = signer.sign(text, new Date(clock.now()));
    log.info({ origin, size }, 'checkpoint cosigned');
    return { status: 200, body: formatSignature({ name, keyId, signature }) };
  }
}
