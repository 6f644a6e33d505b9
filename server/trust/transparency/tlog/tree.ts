/**
 * The Merkle tree of a log: hashes, proofs and their verification as in RFC 6962, section 2 (the verification as in
 * RFC 9162, section 2.1), over the tiles of C2SP tlog-tiles. Sizes and indexes are below 2^53.
 */
import { createHash } from 'node:crypto';
import { TILE_WIDTH, tileWidth } from './tiles.ts';
import { TlogError } from './tlog-error.ts';

export const HASH_BYTES = 32;
export const EMPTY_ROOT = createHash('sha256').digest();

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/**
 * Reads a tile of which the tree has `width` hashes: a wider tile at the same place may be returned, since its first
 * hashes are the same.
 */
export type TileReader = (level: number, index: number, width: number) => Promise<Buffer> | Buffer;

export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
  /** 32 bytes for each hash. */
  readonly hashes: Buffer;
}

export function leafHash(entry: Buffer): Buffer {
  return createHash('sha256').update(LEAF).update(entry).digest();
}

export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** A tree of `size` entries, read from its tiles, each once. What it returns is as good as the tiles. */
export class TiledTree {
  readonly size: number;
  readonly #readTile: TileReader;
  readonly #tiles = new Map<string, Promise<Buffer>>();

  constructor(size: number, readTile: TileReader) {
    this.size = size;
    this.#readTile = readTile;
  }

  /** Of the first `size` entries: MTH(D[0:size]). */
  root(size = this.size): Promise<Buffer> {
    this.#assertWithin(size);
    return size === 0 ? Promise.resolve(EMPTY_ROOT) : this.#hash(0, size);
  }

  /** The leaf at `index`, and the way from it to the root of the first `size` entries: PATH(index, D[size]). */
  async inclusionProof(index: number, size = this.size): Promise<{ leaf: Buffer; proof: Buffer[] }> {
    this.#assertWithin(size);
    this.#assertWithin(index, size - 1);
    const ranges: [number, number][] = [];
    for (let [start, end] = [0, size]; end - start > 1; ) {
      const middle = start + splitOf(end - start);
      ranges.unshift(index < middle ? [middle, end] : [start, middle]);
      if (index < middle) end = middle;
      else start = middle;
    }
    return { leaf: await this.#hash(index, index + 1), proof: await this.#hashes(ranges) };
  }

  /** That the first `size` entries begin with the first `oldSize`: PROOF(oldSize, D[size]); empty for `oldSize` 0. */
  async consistencyProof(oldSize: number, size = this.size): Promise<Buffer[]> {
    this.#assertWithin(size);
    this.#assertWithin(oldSize, size);
    if (oldSize === 0 || oldSize === size) return [];
    const ranges: [number, number][] = [];
    let [start, end] = [0, size];
    while (end !== oldSize) {
      const middle = start + splitOf(end - start);
      ranges.unshift(oldSize <= middle ? [middle, end] : [start, middle]);
      if (oldSize <= middle) end = middle;
      else start = middle;
    }
    // A subtree at the left edge is the old tree itself, whose root the verifier has.
    return this.#hashes(start === 0 ? ranges : [[start, end], ...ranges]);
  }

  #hashes(ranges: [number, number][]): Promise<Buffer[]> {
    return Promise.all(ranges.map(([start, end]) => this.#hash(start, end)));
  }

  /** MTH(D[start:end]) of a range that the recursion of RFC 6962 arrives at. */
  async #hash(start: number, end: number): Promise<Buffer> {
    const width = end - start;
    if (!isPowerOfTwo(width)) {
      const middle = start + splitOf(width);
      return nodeHash(...(await Promise.all([this.#hash(start, middle), this.#hash(middle, end)])));
    }
    let [level, count, first] = [0, width, start];
    while (count >= TILE_WIDTH) [level, count, first] = [level + 1, count / TILE_WIDTH, first / TILE_WIDTH];
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    const from = (first % TILE_WIDTH) * HASH_BYTES;
    return perfectRoot(tile.subarray(from, from + count * HASH_BYTES));
  }

  #tile(level: number, index: number): Promise<Buffer> {
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key);
    if (known) return known;
    const read = readTile(this.#readTile, level, index, tileWidth(this.size, level, index));
    this.#tiles.set(key, read);
    return read;
  }

  #assertWithin(value: number, max = this.size): void {
    if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
    throw new TlogError('malformed', `${value} is outside the tree`);
  }
}

/**
 * What a log adds to its tiles when its tree grows: every tile that became full, and the partial ones of the new size.
 * @param readTile of the tree before
 */
export async function appendLeaves(
  size: number,
  leaves: readonly Buffer[],
  readTileBefore: TileReader,
): Promise<{ size: number; root: Buffer; tiles: Tile[] }> {
  const tiles: Tile[] = [];
  let added = leaves;
  for (let level = 0; added.length > 0; level += 1) {
    const before = Math.floor(size / TILE_WIDTH ** level);
    const index = Math.floor(before / TILE_WIDTH);
    const kept = before % TILE_WIDTH;
    const old = kept > 0 ? await readTile(readTileBefore, level, index, kept) : Buffer.alloc(0);
    const hashes = Buffer.concat([old, ...added]);
    const grown = splitIntoTiles(level, index, hashes);
    tiles.push(...grown);
    added = grown.filter(({ width }) => width === TILE_WIDTH).map((tile) => perfectRoot(tile.hashes));
  }
  const made = new Map(tiles.map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  const newSize = size + leaves.length;
  const tree = new TiledTree(newSize, (level, index, width) => {
    return made.get(`${level}/${index}`) ?? readTileBefore(level, index, width);
  });
  return { size: newSize, root: await tree.root(), tiles };
}

/** Whether the entry with the hash `leaf` stands at `index` of the tree (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(claim: {
  leaf: Buffer;
  index: number;
  size: number;
  root: Buffer;
  proof: readonly Buffer[];
}): boolean {
  const { leaf, index, size, root, proof } = claim;
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash.equals(root);
}

/**
 * Whether the tree of `size` begins with the tree of `oldSize` (RFC 9162, section 2.1.4.2). The empty tree is the
 * beginning of each, and its proof is empty; so is that of a tree with itself.
 */
export function verifyConsistency(claim: {
  oldSize: number;
  oldRoot: Buffer;
  size: number;
  root: Buffer;
  proof: readonly Buffer[];
}): boolean {
  const { oldSize, oldRoot, size, root, proof } = claim;
  if (!isSize(oldSize) || !isSize(size) || oldSize > size) return false;
  if (size === 0 && !root.equals(EMPTY_ROOT)) return false;
  if (oldSize === 0) return proof.length === 0 && oldRoot.equals(EMPTY_ROOT);
  if (oldSize === size) return proof.length === 0 && oldRoot.equals(root);
  if (proof.some(({ length }) => length !== HASH_BYTES)) return false;
  const [start, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (!start || proof.length === 0) return false;
  let [node, last] = [oldSize - 1, size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [oldHash, hash] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && oldHash.equals(oldRoot) && hash.equals(root);
}

async function readTile(read: TileReader, level: number, index: number, width: number): Promise<Buffer> {
  const hashes = await read(level, index, width);
  if (hashes.length < width * HASH_BYTES) {
    throw new TlogError('malformed', `tile ${level}/${index} has fewer than ${width} hashes`);
  }
  return hashes.subarray(0, width * HASH_BYTES);
}

function splitIntoTiles(level: number, first: number, hashes: Buffer): Tile[] {
  const count = Math.ceil(hashes.length / (TILE_WIDTH * HASH_BYTES));
  return Array.from({ length: count }, (_, at) => {
    const part = hashes.subarray(at * TILE_WIDTH * HASH_BYTES, (at + 1) * TILE_WIDTH * HASH_BYTES);
    return { level, index: first + at, width: part.length / HASH_BYTES, hashes: part };
  });
}

/** The root over a power of two of hashes. */
function perfectRoot(hashes: Buffer): Buffer {
  if (hashes.length === HASH_BYTES) return hashes;
  const middle = hashes.length / 2;
  return nodeHash(perfectRoot(hashes.subarray(0, middle)), perfectRoot(hashes.subarray(middle)));
}

/** The largest power of two below `width`. (Math.log2 rounds: it takes 2^52 − 2 for 2^52.) */
function splitOf(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isPowerOfTwo(value: number): boolean {
  return value === 1 || splitOf(value) * 2 === value;
}
