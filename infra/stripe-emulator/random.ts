/** Two kinds of randomness: unpredictable unique ids, and choices that a seed repeats. */
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 24;

export function newId(prefix: string, length = ID_LENGTH): string {
  return `${prefix}_${randomText(length)}`;
}

/** Drawn in bulk, because a system call for a few bytes costs more than the rest of an id. */
const POOL_BYTES = 16 * 1024;
let pool: Buffer = Buffer.alloc(0);
let drawn = 0;

function randomByte(): number {
  if (drawn === pool.length) {
    pool = randomBytes(POOL_BYTES);
    drawn = 0;
  }
  const byte = pool[drawn] ?? 0;
  drawn += 1;
  return byte;
}

export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    const byte = randomByte();
    // Bytes past the last whole multiple of the alphabet's length would favour its first letters.
    if (byte < 248) text += ALPHABET[byte % 62];
  }
  return text;
}

/** The Mulberry32 generator. */
export class SeededRandom {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
