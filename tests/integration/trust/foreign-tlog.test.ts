/** What programs that share no code with ours say of our logs: Go's checksum database, and Sigsum's witness. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AddressGuard } from '../../../server/platform/outbound/address-guard.ts';
import { GuardedPost } from '../../../server/platform/outbound/guarded-post.ts';
import { openNote } from '../../../server/trust/transparency/tlog/signed-note.ts';
import {
  askWitness,
  type Cosignature,
  type WitnessError,
} from '../../../server/trust/transparency/witness/ask-witness.ts';
import { GoCheck } from '../../support/tlog/go-check.ts';
import { createSigsumLog, hasSigsum, SigsumWitness } from '../../support/tlog/sigsum-witness.ts';
import { serveLog, TestLog } from '../../support/tlog/test-log.ts';

/** Go compiles its HTTP client at first. */
const COMPILE_MS = 300_000;
/** 258 tiles at level 0, two at level 1, and one at level 2. */
const LARGE = 66_000;
const post = new GuardedPost(new AddressGuard({ isOpen: true }));
afterAll(() => post.close());

async function openLog(size: number): Promise<TestLog> {
  const log = new TestLog();
  await log.append(size);
  return log;
}

async function check(log: TestLog, files: ReadonlyMap<string, Buffer>, old?: string) {
  await using served = await serveLog(files);
  return await GoCheck.check(served.url, log.vkey, old);
}

function withByte(bytes: Buffer | undefined, at: number): Buffer {
  const changed = Buffer.from(bytes ?? []);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

describe.runIf(GoCheck.isPossible)('Go', () => {
  beforeAll(async () => {
    await expect(GoCheck.check('http://127.0.0.1:1/', 'no key')).rejects.toThrow('malformed verifier id');
  }, COMPILE_MS);

  test('accepts a log that grows over several levels of tiles', async () => {
    const log = new TestLog();
    const checkpoints = [await log.checkpoint()];
    for (const [size, tiles] of [
      [1, 1],
      [256, 2],
      [300, 3],
      [LARGE, 261],
    ] as const) {
      await log.append(size - log.size);
      const found = await check(log, await log.files(), checkpoints.at(-1));
      expect(found).toMatchObject({ origin: log.origin, size, tiles, consistent: true });
      checkpoints.push(await log.checkpoint());
    }
    expect(await check(log, await log.files(), checkpoints[3])).toMatchObject({ consistent: true });
  });

  test('refuses a changed entry, tile, checkpoint or key', async () => {
    const log = await openLog(600);
    const files = await log.files();
    for (const [path, at, why] of [
      ['tile/entries/001', 300, 'the entries do not have the root'],
      ['tile/entries/002.p/88', 3, 'the entries do not have the root'],
      ['tile/entries/002.p/88', 1, 'does not have 88 entries'],
      ['tile/0/001', 100, 'not a tile of the tree'],
      ['tile/0/002.p/88', 2_815, 'not a tile of the tree'],
      ['tile/1/000.p/2', 40, 'not a tile of the tree'],
      ['checkpoint', log.origin.length + 1, 'invalid signature'],
      ['checkpoint', log.origin.length + 10, 'invalid signature'],
    ] as const) {
      const changed = new Map(files).set(path, withByte(files.get(path), at));
      await expect(check(log, changed), path).rejects.toThrow(why);
    }
    const impostor = new TestLog({ origin: log.origin });
    await expect(check(impostor, files)).rejects.toThrow('no verifiable signatures');
    const without = new Map([...files].filter(([path]) => path !== 'tile/0/001'));
    await expect(check(log, without)).rejects.toThrow('404');
  });

  test('refuses a rewritten or a shortened past', async () => {
    const log = await openLog(500);
    const old = await log.checkpoint();
    const fork = new TestLog(log);
    await fork.append(1, 'another');
    await fork.append(599);
    await expect(check(fork, await fork.files(), old)).rejects.toThrow('not consistent with the older checkpoint');
    const shorter = new TestLog(log);
    await shorter.append(400);
    await expect(check(shorter, await shorter.files(), old)).rejects.toThrow('fewer than the older one with 500');
  });
});

describe.runIf(hasSigsum)("Sigsum's witness", () => {
  const ask = async (witness: SigsumWitness, log: TestLog, size = log.size, knownSize = 0) =>
    await askWitness(witness.address, {
      ...{ note: await log.checkpoint(size), size, knownSize, post },
      consistencyProof: (oldSize: number) => log.tree.consistencyProof(oldSize, size),
    });
  const refusal = (answer: Promise<Cosignature>) =>
    answer.then(
      () => 'cosigned',
      ({ code, size }: WitnessError) => ({ code, size }),
    );

  test('cosigns our log while it grows, and refuses a fork of it', async () => {
    const log = createSigsumLog();
    await log.append(5);
    await using witness = await SigsumWitness.start(log.vkey);
    for (const [size, knownSize] of [
      [5, 0],
      [5, 5],
      [300, 5],
      [1_000, 0],
    ] as const) {
      await log.append(size - log.size);
      const { line, at } = await ask(witness, log, size, knownSize);
      const keys = [log.key, witness.address.key];
      expect(openNote((await log.checkpoint()) + line, keys).signatures).toHaveLength(2);
      expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
    }
    expect(await refusal(ask(witness, log, 700))).toEqual({ code: 'ahead', size: 1_000 });
    const fork = createSigsumLog(log.privateKey);
    await fork.append(1, 'another');
    await fork.append(999);
    expect(await refusal(ask(witness, fork))).toEqual({ code: 'inconsistent' });
    await fork.append(1);
    expect(await refusal(ask(witness, fork))).toEqual({ code: 'inconsistent' });
    expect(await refusal(ask(witness, createSigsumLog()))).toEqual({ code: 'refused' });
    await log.append(1);
    await ask(witness, log);
  });

  test.runIf(GoCheck.isPossible)(
    'makes a checkpoint that Go accepts too',
    async () => {
      const log = createSigsumLog();
      await log.append(5);
      await using witness = await SigsumWitness.start(log.vkey);
      const files = await log.files();
      const { line } = await ask(witness, log);
      files.set('checkpoint', Buffer.from((await log.checkpoint()) + line));
      expect(await check(log, files)).toMatchObject({ size: 5, proofs: 5 });
    },
    COMPILE_MS,
  );
});
