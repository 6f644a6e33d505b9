/**
 * Members of the committee sign checkpoints of the record with their passkeys, whose public keys are entries of it: the
 * house cannot make a signature of theirs. Called by the gateway.
 */
import { type Clock, iso, isoIn } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/db.ts';
import type { PasskeyProof, PasskeyRequestOptions } from '../../../protocol/accounts/passkeys.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { CheckpointToSign, MemberSignature } from '../../../protocol/trust/record.ts';
import { memberChallengeOf } from './member-challenge.ts';
import { RecordStore } from './record.store.ts';

interface SignaturesOptions {
  db: Database;
  clock: Clock;
  passkeys: {
    offerToSign(person: string, credentials: readonly string[], challenge: Buffer): Promise<PasskeyRequestOptions>;
    isSignedBy(person: string, proof: PasskeyProof, challenge: Buffer): Promise<boolean>;
  };
}

export class MemberSignatures {
  readonly #options: SignaturesOptions;
  readonly #store: RecordStore;

  constructor(options: SignaturesOptions) {
    this.#options = options;
    this.#store = new RecordStore(options.db);
  }

  async offer(person: string): Promise<CheckpointToSign> {
    const log = await this.#store.findLog();
    const checkpoint = log && (await this.#store.findCheckpoint(log.number));
    if (!checkpoint) return { size: 0, at: null, signedSize: null, options: null };
    const { size, note, at } = checkpoint;
    const credentials = (await this.#keysOf(checkpoint.log, person)).map(({ credential }) => credential);
    const signed = (await this.#store.listMemberSignatures(checkpoint.log)).filter((each) =>
      credentials.includes(each.credential),
    );
    const { passkeys } = this.#options;
    const options =
      credentials.length === 0 ? null : await passkeys.offerToSign(person, credentials, memberChallengeOf(note));
    const signedSize = signed.length === 0 ? null : Math.max(...signed.map((each) => each.size));
    return { size, at: iso(at), signedSize, options };
  }

  /** Throws `passkey_invalid`, also for another checkpoint than was offered. */
  async sign(person: string, { size, ...proof }: PasskeyProof & { size: number }): Promise<void> {
    const log = await this.#store.findLog();
    const checkpoint = log && (await this.#store.findCheckpointOf(log.number, size));
    if (!checkpoint) throw new AppError('passkey_invalid');
    const key = (await this.#keysOf(log.number, person)).find(({ credential }) => credential === proof.id);
    const { passkeys, clock } = this.#options;
    const challenge = memberChallengeOf(checkpoint.note);
    if (!key || key.seq >= size || !(await passkeys.isSignedBy(person, proof, challenge)))
      throw new AppError('passkey_invalid');
    await this.#store.insertMemberSignature({
      ...{ log: log.number, size, term: key.term, credential: key.credential, at: isoIn(clock) },
      ...{ clientData: proof.clientDataJSON, authenticatorData: proof.authenticatorData, signature: proof.signature },
    });
  }

  /** A signature a line: the last one of each passkey. */
  async read(number?: number): Promise<string> {
    const log = await this.#store.findLog(number);
    const rows = log ? await this.#store.listMemberSignatures(log.number) : [];
    return rows
      .map(({ term, size, credential: id, clientData: clientDataJSON, authenticatorData, signature }) => {
        const line: MemberSignature = { term, size, id, clientDataJSON, authenticatorData, signature };
        return `${JSON.stringify(line)}\n`;
      })
      .join('');
  }

  #keysOf(log: number, person: string) {
    return this.#store.listMemberKeys(log, { person, nowIso: isoIn(this.#options.clock) });
  }
}
