import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  COSIGNATURE,
  createSigner,
  formatVkey,
  NOTE_SIGNATURE,
  type NoteKey,
} from './trust/transparency/tlog/note-keys.ts';
import { parseWitnessedLogs, parseWitnesses } from './witness-lists.ts';

const vkeyOf = (name: string, type: NoteKey['type']) =>
  formatVkey(createSigner(name, type, generateKeyPairSync('ed25519').privateKey).key);
const [w1, w2] = [vkeyOf('witness.example/1', COSIGNATURE), vkeyOf('witness.example/2', COSIGNATURE)];
const log = vkeyOf('club.example/log', NOTE_SIGNATURE);

const witnesses = z.string().transform(parseWitnesses);
const logs = z.string().transform(parseWitnessedLogs);
const faultsOf = (schema: typeof witnesses | typeof logs, value: string) =>
  schema.safeParse(value).error?.issues.map(({ message }) => message);

test('witnesses stand between commas or newlines, each with its key and its address', () => {
  const parsed = witnesses.parse(`${w1} https://witness.example/one,\n  ${w2}\thttp://10.0.0.1:4010/\n`);
  expect(parsed.map(({ key, url }) => [formatVkey(key), url])).toEqual([
    [w1, 'https://witness.example/one'],
    [w2, 'http://10.0.0.1:4010/'],
  ]);
  expect(witnesses.parse(' ')).toEqual([]);
});

test('a witness without its kind of key, an address or a name of its own is a fault', () => {
  expect(faultsOf(witnesses, `${log} https://witness.example`)).toEqual(['club.example/log has no key of a witness']);
  for (const address of [
    '',
    'witness.example',
    'ftp://witness.example',
    'https://u:p@witness.example',
    'https://w/?a',
  ]) {
    expect(faultsOf(witnesses, `${w1} ${address}`)).toEqual([expect.stringContaining('is no address of a witness')]);
  }
  expect(faultsOf(witnesses, 'https://witness.example')).toEqual(['the verifier key is not NAME+ID+KEY']);
  expect(faultsOf(witnesses, `${w1} https://a.example, ${w1} https://b.example`)).toEqual([
    'each witness has a name of its own',
  ]);
  const many = Array.from({ length: 16 }, (_, at) => `${vkeyOf(`w${at}`, COSIGNATURE)} https://witness.example/${at}`);
  expect(faultsOf(witnesses, many.join())).toEqual(['has more than 15 witnesses']);
});

test('logs have the name of their key as origin, or another one, and may have two keys', () => {
  const [next, sumdb] = [vkeyOf('club.example/log', NOTE_SIGNATURE), vkeyOf('sum.golang.org', NOTE_SIGNATURE)];
  const parsed = logs.parse(`${log}, ${sumdb} go.sum database tree\n${next}`);
  expect(parsed.map(({ origin, keys }) => [origin, ...keys.map(formatVkey)])).toEqual([
    ['club.example/log', log, next],
    ['go.sum database tree', sumdb],
  ]);
  expect(faultsOf(logs, `${log.slice(0, -1)},${log}`)).toHaveLength(1);
});
