import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { TestLog } from '../../../../tests/support/tlog/test-log.ts';
import { createLog } from '../../../platform/log.ts';
import { AddressGuard } from '../../../platform/outbound/address-guard.ts';
import { GuardedPost } from '../../../platform/outbound/guarded-post.ts';
import { COSIGNATURE, createSigner } from '../tlog/note-keys.ts';
import { formatSignature, openNote } from '../tlog/signed-note.ts';
import { askWitness, type WitnessError } from './ask-witness.ts';
import { WitnessStore } from './witness.store.ts';
import { Witness } from './witness.ts';
import { WitnessServer } from './witness-server.ts';

const post = new GuardedPost(new AddressGuard({ isOpen: true }));
afterAll(() => post.close());
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const signer = createSigner('witness.example/w1', COSIGNATURE, generateKeyPairSync('ed25519').privateKey);
const silent = createLog({ level: 'silent', pretty: false });

async function openWitness(log: TestLog) {
  const folder = mkdtempSync(join(tmpdir(), 'loge-witness-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const store = WitnessStore.open(join(folder, 'witness.db'));
  closers.push(() => store.close());
  const logs = [{ origin: log.origin, keys: [log.key] }];
  const witness = new Witness({ signer, store, logs, clock: { now: () => Date.now() }, log: silent });
  const requests: string[] = [];
  const counted: Pick<Witness, 'addCheckpoint'> = {
    addCheckpoint: (body) => {
      requests.push(body.toString().split('\n')[0] ?? '');
      return witness.addCheckpoint(body);
    },
  };
  const server = await WitnessServer.create({ witness: counted, host: '127.0.0.1', port: 0, log: silent });
  closers.push(() => server.close());
  return { key: signer.key, url: `http://127.0.0.1:${server.port}`, requests };
}

/** Something else at the address of a witness. */
async function openImpostor(handle: RequestListener) {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { key: signer.key, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function openLog(size: number): Promise<TestLog> {
  const log = new TestLog();
  await log.append(size);
  return log;
}

async function questionOf(log: TestLog, size = log.size) {
  const consistencyProof = (oldSize: number) => log.tree.consistencyProof(oldSize, size);
  return { note: await log.checkpoint(size), size, consistencyProof, post };
}

const asking = (...args: Parameters<typeof askWitness>) =>
  askWitness(...args).then(
    () => 'cosigned',
    ({ code, size }: WitnessError) => ({ code, size }),
  );

test('gets a cosignature that is a line of the checkpoint', async () => {
  const log = await openLog(5);
  const witness = await openWitness(log);
  const question = await questionOf(log);
  const { line, at } = await askWitness({ ...witness, url: `${witness.url}/` }, question);
  expect(openNote(question.note + line, [log.key, signer.key]).signatures).toHaveLength(2);
  expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
});

test('asks again from the size that the witness knows, once', async () => {
  const log = await openLog(5);
  const witness = await openWitness(log);
  await askWitness(witness, await questionOf(log));
  await log.append(10);
  await askWitness(witness, await questionOf(log));
  await askWitness(witness, { ...(await questionOf(log)), knownSize: 15 });
  await log.append(10);
  await askWitness(witness, { ...(await questionOf(log)), knownSize: 15 });
  // What one believes to know may be wrong, or longer than the log.
  await askWitness(witness, { ...(await questionOf(log)), knownSize: 7 });
  await askWitness(witness, { ...(await questionOf(log)), knownSize: 99 });
  expect(witness.requests).toEqual(['old 0', 'old 0', 'old 5', 'old 15', 'old 15', 'old 7', 'old 25', 'old 25']);
  let known = 1;
  const restless = await openImpostor((_, response) => response.writeHead(409).end(`${known++}\n`));
  expect(await asking(restless, await questionOf(log))).toEqual({ code: 'failed' });
  expect(known).toBe(3);
});

test('a witness that knows a longer tree, or another one, is told apart from one that fails', async () => {
  const log = await openLog(20);
  const witness = await openWitness(log);
  await askWitness(witness, await questionOf(log));
  expect(await asking(witness, await questionOf(log, 12))).toEqual({ code: 'ahead', size: 20 });
  expect(await asking(witness, { ...(await questionOf(log, 12)), knownSize: 12 })).toEqual({ code: 'ahead', size: 20 });
  const fork = new TestLog(log);
  await fork.append(20, 'another');
  expect(await asking(witness, await questionOf(fork))).toEqual({ code: 'inconsistent' });
  await fork.append(1);
  expect(await asking(witness, await questionOf(fork))).toEqual({ code: 'inconsistent' });
  expect(await asking(witness, { ...(await questionOf(fork)), knownSize: 20 })).toEqual({ code: 'inconsistent' });
  const stranger = new TestLog({ origin: 'log.example/stranger' });
  expect(await asking(witness, await questionOf(stranger))).toEqual({ code: 'refused' });
  const impostor = new TestLog({ origin: log.origin });
  expect(await asking(witness, await questionOf(impostor))).toEqual({ code: 'refused' });
});

test('an answer without a valid cosignature is a failure', async () => {
  const log = await openLog(3);
  const question = await questionOf(log);
  const other = createSigner(signer.key.name, COSIGNATURE, generateKeyPairSync('ed25519').privateKey);
  const text = question.note.split('\n\n')[0] ?? '';
  const cosign = ({ key, sign }: typeof signer, signed: string) =>
    formatSignature({ ...key, signature: sign(signed, new Date()) });
  const lineOf = (signed: string) => cosign(signer, signed);
  const longer = (length: number) => another.replace(signer.key.name, 'x'.repeat(length));
  const another = cosign(other, `${text}\n`);
  for (const [status, body, expected] of [
    [200, lineOf(`${text}\n`), 'cosigned'],
    [200, another + lineOf(`${text}\n`), 'cosigned'],
    [200, '', 'failed'],
    [200, another, 'failed'],
    [200, lineOf(`${text}\nmore\n`), 'failed'],
    [200, `${question.note}${lineOf(`${text}\n`)}`, 'failed'],
    [200, lineOf(`${text}\n`).trimEnd(), 'failed'],
    [200, longer(64 * 1024) + lineOf(`${text}\n`), 'failed'],
    [200, longer(60 * 1024) + lineOf(`${text}\n`), 'cosigned'],
    [201, lineOf(`${text}\n`), 'failed'],
    [302, '', 'failed'],
    [409, '', 'failed'],
    [409, '007\n', 'failed'],
    [409, '99999999999999999999\n', 'failed'],
    [409, '0\n', 'failed'],
    [429, '', 'failed'],
    [500, '', 'failed'],
    [404, '', 'refused'],
  ] as const) {
    const witness = await openImpostor((_, response) => response.writeHead(status).end(body));
    const answer = await asking(witness, question);
    expect([status, body, typeof answer === 'string' ? answer : answer.code]).toEqual([status, body, expected]);
  }
});

test('a witness that does not answer in time, or not at all, is a failure', async () => {
  const log = await openLog(3);
  const question = { ...(await questionOf(log)), timeoutMs: 100 };
  expect(await asking(await openImpostor(() => {}), question)).toEqual({ code: 'failed' });
  const slow = await openImpostor((_, response) => response.writeHead(200).write('— w'));
  expect(await asking(slow, question)).toEqual({ code: 'failed' });
  expect(await asking({ key: signer.key, url: 'http://127.0.0.1:1' }, question)).toEqual({ code: 'failed' });
});

test('the server takes requests of a limited size at one address', async () => {
  const witness = await openWitness(await openLog(3));
  const address = `${witness.url}/add-checkpoint`;
  const statusOf = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;
  expect(await statusOf(address, { method: 'POST', body: 'x'.repeat(256 * 1024) })).toBe(400);
  expect(await statusOf(address, { method: 'POST', body: 'x'.repeat(256 * 1024 + 1) })).toBe(413);
  expect(await statusOf(address)).toBe(405);
  expect(await statusOf(`${witness.url}/`, { method: 'POST' })).toBe(404);
  expect(await statusOf(`${witness.url}/healthz`)).toBe(200);
  const conflict = await fetch(address, { method: 'POST', body: `old 1\n\n${await (await openLog(1)).checkpoint()}` });
  expect(conflict.status).toBe(403);
  // Whoever leaves in the middle of a request leaves nothing behind.
  const { port } = new URL(witness.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end('POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 10\r\n\r\nold');
  await new Promise((resolve) => socket.on('close', resolve).resume());
  expect(await statusOf(`${witness.url}/healthz`)).toBe(200);
});

test('the size that the witness knows has the media type of the standard', async () => {
  const log = await openLog(3);
  const witness = await openWitness(log);
  const note = await log.checkpoint();
  const answer = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body: `old 2\n\n${note}` });
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    409,
    'text/x.tlog.size',
    '0\n',
  ]);
});
