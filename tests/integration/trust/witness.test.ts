/** `npm run witness` as a process: what it keeps when it is killed, what it refuses to start with, two at once. */
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { AddressGuard } from '../../../server/platform/outbound/address-guard.ts';
import { GuardedPost } from '../../../server/platform/outbound/guarded-post.ts';
import { COSIGNATURE, parseVkey } from '../../../server/trust/transparency/tlog/note-keys.ts';
import { openNote } from '../../../server/trust/transparency/tlog/signed-note.ts';
import { askWitness, type WitnessAddress } from '../../../server/trust/transparency/witness/ask-witness.ts';
import { WitnessStore } from '../../../server/trust/transparency/witness/witness.store.ts';
import { formatRequest } from '../../../server/trust/transparency/witness/witness-request.ts';
import { findFreePort } from '../../support/houses/app.ts';
import { ChildProgram } from '../../support/programs/child-program.ts';
import { TestLog } from '../../support/tlog/test-log.ts';

const post = new GuardedPost(new AddressGuard({ isOpen: true }));
afterAll(() => post.close());
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'loge-witness-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function createWitness(logs: readonly TestLog[], options: { port?: number } = {}) {
  const port = options.port ?? (await findFreePort());
  const env = {
    PORT: String(port),
    LOGE_DATA_DIR: dataDir,
    LOGE_WITNESS_LOGS: logs.map(({ vkey }) => vkey).join('\n'),
    LOGE_LOG_LEVEL: 'silent',
  };
  return new ChildProgram({ file: new URL('../../../server/witness.ts', import.meta.url), env, isUp: 'Ctrl-C' });
}

/** As the witness itself says what the other house sets. */
function addressOf({ output }: ChildProgram): WitnessAddress {
  const [, vkey = '', url = ''] = /LOGE_WITNESSES='(\S+) (\S+)'/.exec(output) ?? [];
  return { key: parseVkey(vkey), url };
}

async function questionOf(log: TestLog, knownSize = 0) {
  const consistencyProof = (oldSize: number) => log.tree.consistencyProof(oldSize);
  return { note: await log.checkpoint(), size: log.size, knownSize, consistencyProof, post };
}

async function openLog(size: number, origin?: string): Promise<TestLog> {
  const log = new TestLog(origin === undefined ? {} : { origin });
  await log.append(size);
  return log;
}

test('keeps its key and what it cosigned over a restart, and stops on Ctrl-C', async () => {
  const log = await openLog(5);
  await using witness = await createWitness([log]);
  await witness.start();
  const first = addressOf(witness);
  expect(first.key.type).toBe(COSIGNATURE);
  await askWitness(first, await questionOf(log));
  expect(await witness.end('SIGINT')).toBe(0);
  await witness.start();
  expect(addressOf(witness).key.keyId).toBe(first.key.keyId);
  const fork = new TestLog(log);
  await fork.append(6, 'another');
  await expect(askWitness(first, await questionOf(fork))).rejects.toMatchObject({ code: 'inconsistent' });
  await log.append(1);
  await askWitness(first, await questionOf(log, 5));
});

test('does not start with a key that others may read, without its database, or at a taken port', async () => {
  const log = await openLog(1);
  const port = await findFreePort();
  await using witness = await createWitness([log], { port });
  await witness.start();
  const [key, database] = [join(dataDir, 'witness/key'), join(dataDir, 'witness/witness.db')];
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  await using second = await createWitness([log], { port });
  await expect(second.start()).rejects.toThrow(`Port ${port} is taken`);
  await witness.end('SIGTERM');
  for (const mode of [0o640, 0o604]) {
    await chmod(key, mode);
    await expect(witness.start()).rejects.toThrow(`chmod 600 ${key}`);
  }
  await chmod(key, 0o600);
  await witness.start();
  await witness.end('SIGTERM');
  await rm(database);
  await expect(witness.start()).rejects.toThrow(`${database} is missing`);
});

test('has recorded what it cosigned before anybody reads the answer', async () => {
  const log = await openLog(1);
  await using witness = await createWitness([log]);
  let known = 0;
  for (let round = 0; round < 8; round += 1) {
    await witness.start();
    const proof = await log.tree.consistencyProof(known);
    const body = formatRequest({ oldSize: known, proof, note: Buffer.from(await log.checkpoint()) });
    // It dies with the first byte of its answer, or some milliseconds after the request.
    const killAfterMs = round % 2 === 0 ? undefined : round;
    const answer = await answerBeforeDeath(witness, body, killAfterMs);
    if (killAfterMs === undefined) expect(answer).not.toBe('');
    const size = readKnownSize(log);
    if (answer !== '') {
      expect(openNote((await log.checkpoint()) + answer, [addressOf(witness).key]).signatures).toHaveLength(1);
      expect(size).toBe(log.size);
    } else {
      expect([known, log.size]).toContain(size);
    }
    known = size;
    await log.append(1 + round);
  }
});

test('two processes on one database never cosign two trees', async () => {
  const logs = await Promise.all(Array.from({ length: 40 }, (_, at) => openLog(3, `log.example/${at}`)));
  const forks = await Promise.all(
    logs.map(async (log) => {
      const fork = new TestLog(log);
      await fork.append(3, 'another');
      return fork;
    }),
  );
  await using first = await createWitness(logs);
  await first.start();
  await using second = await createWitness(logs);
  await second.start();
  const addresses = [first, second].map(addressOf);
  expect(addresses[0]?.key.keyId).toBe(addresses[1]?.key.keyId);
  const answers = await Promise.all(
    logs.map(async (log, at) => {
      const asked = [log, forks[at] ?? log].map(async (tree, of) => {
        const [address = addresses[0]] = at % 2 === 0 ? addresses.slice(of) : addresses.slice(1 - of);
        return askWitness(address as WitnessAddress, await questionOf(tree));
      });
      return (await Promise.allSettled(asked)).map(({ status }) => status).sort();
    }),
  );
  expect(answers).toEqual(logs.map(() => ['fulfilled', 'rejected']));
});

/** What it sent before it was killed. */
function answerBeforeDeath(witness: ChildProgram, body: Buffer, killAfterMs: number | undefined): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    let death: Promise<unknown> | undefined;
    const kill = () => {
      death ??= witness.end('SIGKILL');
    };
    const sent = request(`${addressOf(witness).url}/add-checkpoint`, { method: 'POST', agent: false }, (answer) => {
      kill();
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('error', () => {});
    });
    sent.on('error', () => {});
    sent.on('close', async () => {
      kill();
      await death;
      resolve(text);
    });
    sent.end(body);
    if (killAfterMs !== undefined) setTimeout(kill, killAfterMs);
  });
}

function readKnownSize({ origin }: TestLog): number {
  const store = WitnessStore.open(join(dataDir, 'witness/witness.db'));
  try {
    return store.find(origin)?.size ?? 0;
  } finally {
    store.close();
  }
}
