import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TestLog } from '../../../../tests/support/tlog/test-log.ts';
import { COSIGNATURE, cosignatureTime, createSigner } from '../tlog/note-keys.ts';
import { openNote } from '../tlog/signed-note.ts';
import { WitnessStore } from './witness.store.ts';
import { Witness } from './witness.ts';
import { formatRequest } from './witness-request.ts';

const NOW_MS = Date.parse('2026-06-15T12:00:00Z');
const signer = createSigner('witness.example/w1', COSIGNATURE, generateKeyPairSync('ed25519').privateKey);
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

function openWitness(...logs: TestLog[]) {
  const folder = mkdtempSync(join(tmpdir(), 'loge-witness-'));
  const store = WitnessStore.open(join(folder, 'witness.db'));
  closers.push(
    () => rmSync(folder, { recursive: true }),
    () => store.close(),
  );
  const warnings: object[] = [];
  const log = { info: () => {}, warn: (fields: object) => warnings.push(fields) };
  const witnessed = logs.map(({ origin, key }) => ({ origin, keys: [key] }));
  const witness = new Witness({ signer, store, logs: witnessed, clock: { now: () => NOW_MS }, log });
  return { witness, store, warnings };
}

async function requestOf(log: TestLog, oldSize: number, size = log.size) {
  const proof = await log.tree.consistencyProof(Math.min(oldSize, size), size);
  return formatRequest({ oldSize, proof, note: Buffer.from(await log.checkpoint(size)) });
}

async function openLog(size: number): Promise<TestLog> {
  const log = new TestLog();
  await log.append(size);
  return log;
}

test('cosigns a log that grows, from its first checkpoint on', async () => {
  const log = await openLog(5);
  const { witness } = openWitness(log);
  for (const [oldSize, size] of [
    [0, 5],
    [5, 5],
    [5, 300],
    [300, 70_000],
  ] as const) {
    await log.append(size - log.size);
    const answer = witness.addCheckpoint(await requestOf(log, oldSize));
    expect(answer.status).toBe(200);
    const { signatures } = openNote((await log.checkpoint()) + answer.body, [signer.key]);
    expect(signatures.map(({ signature }) => cosignatureTime(signature))).toEqual([new Date(NOW_MS)]);
  }
});

test('knows the size from which a log has to prove its growth', async () => {
  const log = await openLog(8);
  const { witness } = openWitness(log);
  expect(witness.addCheckpoint(await requestOf(log, 3))).toEqual({ status: 409, body: '0\n' });
  expect(witness.addCheckpoint(await requestOf(log, 0, 6))).toMatchObject({ status: 200 });
  for (const oldSize of [0, 5, 7, 8]) {
    expect(witness.addCheckpoint(await requestOf(log, oldSize))).toEqual({ status: 409, body: '6\n' });
  }
  // A shorter tree, as after a restored backup.
  expect(witness.addCheckpoint(await requestOf(log, 4, 4))).toEqual({ status: 409, body: '6\n' });
  expect(witness.addCheckpoint(await requestOf(log, 6, 4))).toMatchObject({ status: 400 });
});

test('refuses a rewritten past, and keeps what the log has signed', async () => {
  const log = await openLog(6);
  const { witness, warnings, store } = openWitness(log);
  witness.addCheckpoint(await requestOf(log, 0));
  const known = store.find(log.origin);
  const fork = new TestLog(log);
  await fork.append(6, 'another');
  expect(witness.addCheckpoint(await requestOf(fork, 6))).toEqual({ status: 409, body: '6\n' });
  await fork.append(3);
  expect(witness.addCheckpoint(await requestOf(fork, 6))).toMatchObject({ status: 422 });
  await log.append(3);
  const proof = await log.tree.consistencyProof(6);
  const note = Buffer.from(await log.checkpoint());
  for (const wrong of [[], proof.slice(1), [...proof, proof[0]], [...proof].reverse()]) {
    const body = formatRequest({ oldSize: 6, proof: wrong as Buffer[], note });
    expect(witness.addCheckpoint(body)).toMatchObject({ status: 422 });
  }
  expect(store.find(log.origin)).toEqual(known);
  expect(warnings).toHaveLength(6);
  expect(warnings[1]).toMatchObject({ origin: log.origin, knownSize: 6, checkpoint: await fork.checkpoint() });
  expect(witness.addCheckpoint(await requestOf(log, 6))).toMatchObject({ status: 200 });
});

test('a proof from nothing is empty, and the empty tree has one root', async () => {
  const log = await openLog(2);
  const { witness } = openWitness(log);
  const note = Buffer.from(await log.checkpoint());
  const proof = await log.tree.consistencyProof(1);
  expect(witness.addCheckpoint(formatRequest({ oldSize: 0, proof, note }))).toMatchObject({ status: 422 });
  expect(witness.addCheckpoint(await requestOf(log, 0, 0))).toMatchObject({ status: 200 });
  expect(witness.addCheckpoint(await requestOf(log, 0))).toMatchObject({ status: 200 });
});

test('cosigns for trusted keys of known origins alone', async () => {
  const log = await openLog(4);
  const { witness, store } = openWitness(log);
  const stranger = new TestLog({ origin: 'log.example/stranger' });
  expect(witness.addCheckpoint(await requestOf(stranger, 0))).toMatchObject({ status: 404 });
  const impostor = new TestLog({ origin: log.origin });
  await impostor.append(4);
  expect(witness.addCheckpoint(await requestOf(impostor, 0))).toMatchObject({ status: 403 });
  const [text = '', signature = ''] = (await log.checkpoint()).split('\n\n');
  const bytes = Buffer.from(signature.trimEnd().split(' ')[2] ?? '', 'base64');
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  const forged = `${text}\n\n— ${log.origin} ${bytes.toString('base64')}\n`;
  const forgery = formatRequest({ oldSize: 0, proof: [], note: Buffer.from(forged) });
  expect(witness.addCheckpoint(forgery)).toMatchObject({ status: 403 });
  expect(store.find(log.origin)).toBeUndefined();
  // Lines of keys that it does not know, such as those of other witnesses, do not matter.
  const [, foreign = ''] = (await impostor.checkpoint()).split('\n\n');
  const cosigned = Buffer.from((await log.checkpoint()) + foreign);
  expect(witness.addCheckpoint(formatRequest({ oldSize: 0, proof: [], note: cosigned }))).toMatchObject({
    status: 200,
  });
});

test('other requests are malformed', async () => {
  const log = await openLog(4);
  const { witness } = openWitness(log);
  const note = await log.checkpoint();
  const line = `${'A'.repeat(43)}=\n`;
  for (const body of [
    '',
    'old 0',
    note,
    `0\n\n${note}`,
    `old\n\n${note}`,
    `old \n\n${note}`,
    `old 00\n\n${note}`,
    `old -1\n\n${note}`,
    `old 1e0\n\n${note}`,
    `Old 0\n\n${note}`,
    `old 0\r\n\r\n${note}`,
    `old 0\n\n\n${note}`,
    `old 0\n${note}`,
    `old 0\nAAAA\n\n${note}`,
    `old 0\n${line.replace('=', '')}\n${note}`,
    `old 0\n${line.repeat(64)}\n${note}`,
    `old 0\n\n${note.trimEnd()}`,
    `old 0\n\n${note.split('\n\n')[0]}\n`,
    `old 0\n\n${note.replace('\n4\n', '\n04\n')}`,
  ]) {
    expect([body, witness.addCheckpoint(Buffer.from(body)).status]).toEqual([body, 400]);
  }
  expect(witness.addCheckpoint(Buffer.from(`old 0\n${line.repeat(63)}\n${note}`)).status).toBe(422);
});

test('keeps what it knows of each log over a restart, and of one beside the other', async () => {
  const [one, other] = [await openLog(5), new TestLog({ origin: 'log.example/other' })];
  await other.append(7);
  const folder = mkdtempSync(join(tmpdir(), 'loge-witness-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const logs = [one, other].map(({ origin, key }) => ({ origin, keys: [key] }));
  const log = { info: () => {}, warn: () => {} };
  for (const status of [200, 409]) {
    const store = WitnessStore.open(join(folder, 'witness.db'));
    const witness = new Witness({ signer, store, logs, clock: { now: () => NOW_MS }, log });
    expect(witness.addCheckpoint(await requestOf(one, 0)).status).toBe(status);
    expect(witness.addCheckpoint(await requestOf(other, 0)).status).toBe(status);
    store.close();
  }
});
