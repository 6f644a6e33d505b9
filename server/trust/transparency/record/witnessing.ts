/**
 * Asks the witnesses of the house to cosign its checkpoints, and keeps what they sign. A witness that knows a longer
 * tree of this log, or another one, halts it: this database is not the one that wrote the log last.
 */
import { type Clock, isoIn } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/log.ts';
import type { GuardedPost } from '../../../platform/outbound/guarded-post.ts';
import { TiledTree } from '../tlog/tree.ts';
import { askWitness, type WitnessAddress, WitnessError } from '../witness/ask-witness.ts';
import type { LogWriter } from './log-writer.ts';
import type { CheckpointRow, LogRow, RecordStore } from './record.store.ts';

interface WitnessingOptions {
  store: RecordStore;
  writer: LogWriter;
  clock: Clock;
  log: Log;
  witnesses: readonly WitnessAddress[];
  post: GuardedPost;
}

export class Witnessing {
  readonly #options: WitnessingOptions;
  /** What each last answered, so that the same is logged once. */
  readonly #told = new Map<string, string>();

  constructor(options: WitnessingOptions) {
    this.#options = options;
  }

  /** Those who have not signed the last checkpoint; `isAnew`: all of them, which shows a restored backup. */
  async ask(log: LogRow, { isAnew }: { isAnew: boolean }): Promise<void> {
    const { store, writer, witnesses } = this.#options;
    if (log.haltedAt !== null || witnesses.length === 0) return;
    const checkpoint = await writer.getCheckpoint(log.number);
    if (checkpoint.size === 0) return;
    const signed = await store.listWitnessed(log.number);
    const asked = witnesses.filter(({ key }) => isAnew || signed.get(key.name)?.size !== checkpoint.size);
    await Promise.all(
      asked.map((witness) => this.#askOne(witness, checkpoint, signed.get(witness.key.name)?.size ?? 0)),
    );
  }

  async #askOne(witness: WitnessAddress, { log, size, note }: CheckpointRow, knownSize: number): Promise<void> {
    const { store, writer, clock, post } = this.#options;
    const { name } = witness.key;
    const tree = new TiledTree(size, writer.tileReader(log));
    try {
      const consistencyProof = (oldSize: number) => tree.consistencyProof(oldSize);
      const { line, at } = await askWitness(witness, { note, size, knownSize, consistencyProof, post });
      await store.insertCosignature({ log, size, witness: name, line, at: at.toISOString() });
      this.#tell(name, undefined);
    } catch (error) {
      if (!(error instanceof WitnessError)) throw error;
      this.#tell(name, error);
      if (error.code === 'ahead' || error.code === 'inconsistent')
        await store.halt(log, { haltedAt: isoIn(clock), haltReason: error.code });
    }
  }

  #tell(witness: string, error: WitnessError | undefined): void {
    const { log } = this.#options;
    const told = error?.message ?? '';
    if ((this.#told.get(witness) ?? '') === told) return;
    this.#told.set(witness, told);
    const of = { witness, ...(error && { err: error }) };
    if (!error) log.info(of, 'the witness signs the record again');
    else if (error.code === 'ahead' || error.code === 'inconsistent')
      log.error(of, 'the record is halted: this database lacks what it held before; see `npm run record -- --help`');
    else log.warn(of, 'a witness did not sign the record');
  }
}
