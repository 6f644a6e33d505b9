import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TILE_WIDTH, tilesOf } from './tiles.ts';
import { appendLeaves, EMPTY_ROOT, leafHash, nodeHash, TiledTree, verifyConsistency, verifyInclusion } from './tree.ts';

/** The entries of Certificate Transparency's reference implementation, and the roots over the first n of them. */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leaves = Array.from({ length: 70_000 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));

// RFC 6962, section 2.1, word by word.
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function mth(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1 && hashes[0]) return hashes[0];
  const split = splitOf(hashes.length);
  return nodeHash(mth(hashes.slice(0, split)), mth(hashes.slice(split)));
}

function path(index: number, hashes: readonly Buffer[]): Buffer[] {
  if (hashes.length === 1) return [];
  const split = splitOf(hashes.length);
  return index < split
    ? [...path(index, hashes.slice(0, split)), mth(hashes.slice(split))]
    : [...path(index - split, hashes.slice(split)), mth(hashes.slice(0, split))];
}

function subproof(size: number, hashes: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (size === hashes.length) return isWhole ? [] : [mth(hashes)];
  const split = splitOf(hashes.length);
  return size <= split
    ? [...subproof(size, hashes.slice(0, split), isWhole), mth(hashes.slice(split))]
    : [...subproof(size - split, hashes.slice(split), false), mth(hashes.slice(0, split))];
}

/** A log in memory: its tiles by path-like key, each version of a partial tile apart. */
class TestLog {
  size = 0;
  root = EMPTY_ROOT;
  readonly tiles = new Map<string, Buffer>();
  readonly read = (level: number, index: number, width: number): Buffer => {
    const hashes = this.tiles.get(`${level}/${index}/${width}`);
    if (!hashes) throw new Error(`There is no tile ${level}/${index}/${width}`);
    return hashes;
  };

  async append(count: number): Promise<void> {
    const { size, root, tiles } = await appendLeaves(this.size, leaves.slice(this.size, this.size + count), this.read);
    for (const { level, index, width, hashes } of tiles) this.tiles.set(`${level}/${index}/${width}`, hashes);
    Object.assign(this, { size, root });
  }

  static async of(...counts: number[]): Promise<TestLog> {
    const log = new TestLog();
    for (const count of counts) await log.append(count);
    return log;
  }
}

test('the roots are those of Certificate Transparency’s reference implementation', async () => {
  const hashes = ENTRIES.map((entry) => leafHash(Buffer.from(entry, 'hex')));
  const roots = await Promise.all(
    ROOTS.map(async (_, size) => (await appendLeaves(0, hashes.slice(0, size), () => Buffer.alloc(0))).root),
  );
  expect(roots.map((root) => root.toString('hex'))).toEqual(ROOTS);
});

test('a log that grew in steps has the tiles, roots and proofs of RFC 6962’s definition', async () => {
  const step = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 700 }), fc.constant(TILE_WIDTH));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(), async (steps, some, more) => {
      const log = await TestLog.of(...steps);
      const all = leaves.slice(0, log.size);
      expect(log.root).toEqual(mth(all));
      const tree = new TiledTree(log.size, log.read);
      const size = (some % log.size) + 1;
      const oldSize = more % (size + 1);
      const index = more % size;
      const root = await tree.root(size);
      expect(root).toEqual(mth(all.slice(0, size)));
      const { leaf, proof } = await tree.inclusionProof(index, size);
      expect([leaf, ...proof]).toEqual([all[index], ...path(index, all.slice(0, size))]);
      expect(verifyInclusion({ leaf, index, size, root, proof })).toBe(true);
      const consistency = await tree.consistencyProof(oldSize, size);
      expect(consistency).toEqual(oldSize === 0 ? [] : subproof(oldSize, all.slice(0, size), true));
      const oldRoot = await tree.root(oldSize);
      expect(verifyConsistency({ oldSize, oldRoot, size, root, proof: consistency })).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('70,000 entries have the tiles of the standard’s example, however the log grew', async () => {
  const atOnce = await TestLog.of(70_000);
  const inSteps = await TestLog.of(1, 254, 1, 256, 65_024, 4_464);
  for (const { level, index, width } of tilesOf(70_000)) {
    expect(inSteps.read(level, index, width)).toEqual(atOnce.read(level, index, width));
  }
  expect(inSteps.root).toEqual(atOnce.root);
  expect(atOnce.tiles.size).toBe(273 + 1 + 1 + 1 + 1);
});

test('a proof counts for nothing else: another size, index, root, hash, order or length', async () => {
  const log = await TestLog.of(1_000);
  const tree = new TiledTree(1_000, log.read);
  for (const size of [1, 2, 3, 255, 256, 257, 512, 999, 1_000]) {
    const root = await tree.root(size);
    for (const index of new Set([0, size >> 1, size - 1])) {
      const { leaf, proof } = await tree.inclusionProof(index, size);
      const claim = { leaf, index, size, root, proof };
      const wrong = [
        { ...claim, index: index + 1 },
        { ...claim, index: -1 },
        { ...claim, index: index + 0.5 },
        { ...claim, size: size * 2 },
        { ...claim, size: 2 ** 53 },
        { ...claim, leaf: root.equals(leaf) ? EMPTY_ROOT : root },
        { ...claim, root: EMPTY_ROOT },
        ...spoil(proof).map((other) => ({ ...claim, proof: other })),
      ];
      expect(wrong.filter(verifyInclusion)).toEqual([]);
    }
    for (const oldSize of new Set([1, size >> 1, size - 1, size].filter((old) => old > 0))) {
      const oldRoot = await tree.root(oldSize);
      const claim = { oldSize, oldRoot, size, root, proof: await tree.consistencyProof(oldSize, size) };
      const wrong = [
        { ...claim, oldSize: 0 },
        { ...claim, oldSize: size + 1 },
        { ...claim, oldSize: oldSize - 0.5 },
        { ...claim, size: size * 2 },
        { ...claim, oldRoot: EMPTY_ROOT },
        { ...claim, root: EMPTY_ROOT },
        ...spoil(claim.proof).map((other) => ({ ...claim, proof: other })),
      ];
      expect(wrong.filter(verifyConsistency)).toEqual([]);
    }
  }
});

function spoil(proof: Buffer[]): Buffer[][] {
  return [
    [...proof, EMPTY_ROOT],
    [EMPTY_ROOT, ...proof],
    ...(proof.length > 0 ? [proof.slice(1), proof.slice(0, -1), proof.map((hash) => hash.subarray(1))] : []),
    ...(proof.length > 1 ? [[...proof].reverse()] : []),
    ...proof.map((_, at) => proof.map((hash, other) => (other === at ? EMPTY_ROOT : hash))),
  ];
}

test('the empty tree begins every tree, has one root, and proves nothing', () => {
  const root = leaves[0] ?? EMPTY_ROOT;
  const empty = { oldSize: 0, oldRoot: EMPTY_ROOT, proof: [] };
  expect(verifyConsistency({ ...empty, size: 0, root: EMPTY_ROOT })).toBe(true);
  expect(verifyConsistency({ ...empty, size: 1, root })).toBe(true);
  expect(verifyConsistency({ ...empty, size: 0, root })).toBe(false);
  expect(verifyConsistency({ ...empty, size: 1, root, proof: [root] })).toBe(false);
  expect(verifyInclusion({ leaf: root, index: 0, size: 0, root: EMPTY_ROOT, proof: [] })).toBe(false);
});

test('sizes where a logarithm rounds are split exactly', async () => {
  const size = 2 ** 52 - 1;
  const asked: string[] = [];
  const tree = new TiledTree(size, (level, index, width) => {
    asked.push(`${level}/${index}/${width}`);
    return Buffer.alloc(width * 32);
  });
  await tree.root();
  expect(asked.sort()).toEqual([
    `0/${2 ** 44 - 1}/255`,
    `1/${2 ** 36 - 1}/255`,
    `2/${2 ** 28 - 1}/255`,
    `3/${2 ** 20 - 1}/255`,
    '4/4095/255',
    '5/15/255',
    '6/0/15',
  ]);
});

test('a tile that is too short, and a place outside the tree, are refused; a wider tile serves', async () => {
  const log = await TestLog.of(300);
  const short = new TiledTree(300, (level, index, width) => log.read(level, index, width).subarray(1));
  await expect(short.root()).rejects.toMatchObject({ code: 'malformed' });
  const tree = new TiledTree(200, (level, index) => log.read(level, index, level === 0 ? 256 : 1));
  expect(await tree.root()).toEqual(mth(leaves.slice(0, 200)));
  await expect(tree.inclusionProof(200)).rejects.toMatchObject({ code: 'malformed' });
  await expect(tree.consistencyProof(201)).rejects.toMatchObject({ code: 'malformed' });
});
