/**
 * The key of a witness in a file that nobody else may read: its name in the first line, then the private key as PEM
 * (PKCS #8). Cosignatures do not hold the name of the witness, so a key belongs to one name for good (C2SP
 * tlog-cosignature).
 */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { COSIGNATURE, createSigner, type NoteSigner } from '../tlog/note-keys.ts';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

export class WitnessKeyError extends Error {}

export function hasKey(file: string): boolean {
  return existsSync(file);
}

export function createKey(file: string, name: string): NoteSigner {
  const { privateKey } = generateKeyPairSync('ed25519');
  const signer = createSigner(name, COSIGNATURE, privateKey);
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(file, `${name}\n${pem}`, { mode: OWNER_ONLY, flag: 'wx', flush: true });
  return signer;
}

/** @throws WitnessKeyError */
export function readKey(file: string): NoteSigner {
  if ((statSync(file).mode & OTHERS) !== 0) {
    throw new WitnessKeyError(`Others may read the key in ${file}. If nobody has: chmod 600 ${file}`);
  }
  const [name = '', ...pem] = readFileSync(file, 'utf8').split('\n');
  try {
    return createSigner(name, COSIGNATURE, createPrivateKey(pem.join('\n')));
  } catch (error) {
    throw new WitnessKeyError(`${file} holds no key of a witness.`, { cause: error });
  }
}
