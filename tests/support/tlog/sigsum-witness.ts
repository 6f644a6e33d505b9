/**
 * Sigsum's witness: one that is not ours (C2SP tlog-witness). It knows one log, whose origin has to be the one that
 * Sigsum's logs have, made of their key.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseVkey } from '../../../server/trust/transparency/tlog/note-keys.ts';
import type { WitnessAddress } from '../../../server/trust/transparency/witness/ask-witness.ts';
import { findFreePort } from '../houses/app.ts';
import { eventually } from '../run/eventually.ts';
import { TestLog } from './test-log.ts';

const bin = process.env.LOGE_TEST_SIGSUM_BIN;
export const hasSigsum = bin !== undefined;

/** A log with the origin that Sigsum's witness takes. */
export function createSigsumLog(privateKey = generateKeyPairSync('ed25519').privateKey): TestLog {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const keyHash = createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex');
  return new TestLog({ origin: `sigsum.org/v1/tree/${keyHash}`, privateKey });
}

export class SigsumWitness implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #vkey = '';

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** @param vkey of the log that it witnesses */
  static async start(vkey: string): Promise<SigsumWitness> {
    const witness = new SigsumWitness(await mkdtemp(join(tmpdir(), 'loge-sigsum-')), await findFreePort());
    await witness.#createKeys(vkey);
    await witness.#start();
    return witness;
  }

  get address(): WitnessAddress {
    return { key: parseVkey(this.#vkey), url: `http://127.0.0.1:${this.#port}` };
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  async #createKeys(vkey: string): Promise<void> {
    const runKeys = (...args: string[]) => promisify(execFile)(join(bin ?? '', 'sigsum-key'), args);
    await writeFile(this.#file('log.vkey'), `${vkey}\n`);
    await runKeys('from-vkey', '-k', this.#file('log.vkey'), '-o', this.#file('log.pub'));
    await runKeys('generate', '-o', this.#file('witness'));
    const { stdout: keyHash } = await runKeys('to-hash', '-k', this.#file('witness.pub'));
    const name = `sigsum.org/v1/witness/${keyHash.trim()}`;
    const given = ['-k', this.#file('witness.pub'), '-o', this.#file('witness.vkey')];
    await runKeys('to-vkey', '-n', name, '-t', 'cosignature/v1', ...given);
    this.#vkey = (await readFile(this.#file('witness.vkey'), 'utf8')).trim();
  }

  async #start(): Promise<void> {
    const keys = ['-k', this.#file('witness'), '--log-key', this.#file('log.pub')];
    const args = [...keys, '--state-file', this.#file('state'), `127.0.0.1:${this.#port}`];
    // Debian's build takes the methods of its routes for a part of their paths otherwise.
    const env = { ...process.env, GODEBUG: 'httpmuxgo121=0' };
    const child = spawn(join(bin ?? '', 'sigsum-witness'), args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let messages = '';
    child.stderr.on('data', (chunk) => {
      messages += chunk;
    });
    this.#child = child;
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`Sigsum's witness did not start: ${messages}`);
      return fetch(this.address.url).then(
        () => true,
        () => false,
      );
    }, "Sigsum's witness answers");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null) {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    }
    await rm(this.#folder, { recursive: true });
  }
}
