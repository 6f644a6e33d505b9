import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { COSIGNATURE, cosignatureTime, createSigner, formatVkey, NOTE_SIGNATURE, parseVkey } from './note-keys.ts';
import { formatNote, formatSignature, openNote, parseNote, signNote } from './signed-note.ts';

const malformed = expect.objectContaining({ code: 'malformed' });
const unverified = expect.objectContaining({ code: 'unverified' });

/** The example of the standard. */
const EXAMPLE_VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const EXAMPLE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
/** The head of the public staging log arche2025h1 with a signature of type 0x05, and one of four witnesses’ keys. */
const STAGING_LOG = 'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f';
const STAGING_WITNESS = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2';
const STAGING_HEAD = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`;

const makeSigner = (name: string, type: typeof NOTE_SIGNATURE | typeof COSIGNATURE = NOTE_SIGNATURE) =>
  createSigner(name, type, generateKeyPairSync('ed25519').privateKey);

test('the standard’s example opens with its key, and with no other text', () => {
  const key = parseVkey(EXAMPLE_VKEY);
  expect(formatVkey(key)).toBe(EXAMPLE_VKEY);
  expect(openNote(EXAMPLE, [key]).text).toBe('This is an example message.\n');
  expect(openNote(Buffer.from(EXAMPLE), [key]).signatures).toHaveLength(1);
  expect(formatNote(parseNote(EXAMPLE))).toBe(EXAMPLE);
  expect(() => openNote(EXAMPLE.replace('an example', 'a example'), [key])).toThrow(unverified);
});

test('signing with a private key of Go’s note tests gives the verifier key that they name', () => {
  const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
  // PKCS #8 of an Ed25519 seed (RFC 8410).
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const signer = createSigner(
    'PeterNeumann',
    NOTE_SIGNATURE,
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
  );
  expect(formatVkey(signer.key)).toBe('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
});

test('the head of a public log opens with its key and a witness’s; other types and witnesses are ignored', () => {
  const opened = openNote(STAGING_HEAD, [parseVkey(STAGING_LOG), parseVkey(STAGING_WITNESS)]);
  expect(opened.signatures.map(({ name, keyId }) => `${name} ${keyId}`)).toEqual([
    'arche2025h1.staging.ct.transparency.dev ba2f06c0',
    'remora.n621.de da77ade7',
  ]);
  const cosigned = opened.signatures[1]?.signature ?? Buffer.alloc(8);
  expect(cosignatureTime(cosigned)?.toISOString()).toBe('2026-05-23T21:50:24.000Z');
  const later = Buffer.from(cosigned);
  later.writeBigUInt64BE(later.readBigUInt64BE() + 1n);
  const forged = formatSignature({ name: 'remora.n621.de', keyId: 'da77ade7', signature: later });
  const note = STAGING_HEAD.replace(/— remora.*\n/, forged);
  expect(() => openNote(note, [parseVkey(STAGING_LOG), parseVkey(STAGING_WITNESS)])).toThrow(unverified);
  expect(openNote(note, [parseVkey(STAGING_LOG)]).signatures).toHaveLength(1);
});

test('every signature of a known key is verified, and counts once', () => {
  const [log, witness] = [makeSigner('log.example/1'), makeSigner('w.example', COSIGNATURE)];
  const text = 'log.example/1\n1\nroot\n';
  const first = signNote(text, [log, witness], new Date(1_700_000_000_500));
  const second = signNote(text, [witness], new Date(1_700_000_060_000));
  const both = first + second.slice(text.length + 1);
  const opened = openNote(both, [witness.key, log.key, log.key]);
  expect(opened.signatures.map(({ name }) => name)).toEqual(['log.example/1', 'w.example']);
  expect(opened.signatures.map(({ signature }) => signature.length)).toEqual([64, 72]);
  expect(cosignatureTime(opened.signatures[1]?.signature ?? Buffer.alloc(8))).toEqual(new Date(1_700_000_000_000));
  // Of an identical pair one is kept; of a valid and a forged one neither counts.
  expect(openNote(first + first.slice(text.length + 1), [log.key]).signatures).toHaveLength(1);
  const forged = formatSignature({ name: 'log.example/1', keyId: log.key.keyId, signature: Buffer.alloc(64) });
  expect(() => openNote(first + forged, [log.key])).toThrow(unverified);
  expect(openNote(first + forged, [witness.key]).signatures).toHaveLength(1);
});

test('the name and the id of a key must both be known; a type is not taken for another', () => {
  const signer = makeSigner('log.example/1');
  const note = signNote('text\n', [signer]);
  const { keyId } = signer.key;
  expect(() => openNote(note, [])).toThrow(unverified);
  expect(() => openNote(note, [makeSigner('log.example/1').key])).toThrow(unverified);
  expect(() => openNote(note.replace('— log.example/1', '— log.example/2'), [signer.key])).toThrow(unverified);
  const cosigner = { ...signer.key, type: COSIGNATURE } as const;
  expect(() => openNote(note, [{ ...cosigner, keyId }])).toThrow(unverified);
});

test('a text with empty lines ends at the last one', () => {
  const signer = makeSigner('quasimodo.example/salvatore');
  const text = 'Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n\n';
  expect(openNote(signNote(text, [signer]), [signer.key]).text).toBe(text);
});

test('malformed notes are refused, also in a line of an unknown key', () => {
  const signer = makeSigner('log.example/1');
  const note = signNote('text\n', [signer]);
  const line = note.slice('text\n\n'.length);
  const broken = [
    '',
    'text\n',
    'text\n\n',
    `text\n${line}`,
    `text\n\n${line.trimEnd()}`,
    `text\r\n\n${line}`,
    `te\u0000xt\n\n${line}`,
    `te\txt\n\n${line}`,
    `te\ud800xt\n\n${line}`,
    `text\n\n${line}\n`,
    ...[
      '- a AAAAAAA=',
      '—  AAAAAAA=',
      '— a',
      '— a ',
      '— a AAAA',
      '— a AAAAAA==',
      '— a AAAAAAB=',
      '— a AAAAAAA',
      '— a AAAAAAA= ',
    ].map((bad) => `${note}${bad}\n`),
    ...['— a+b AAAAAAA=', '— a\u00a0b AAAAAAA=', '— a\u2003b AAAAAAA=', '— a AAAA-_A=', '—\u00a0a AAAAAAA='].map(
      (bad) => `${note}${bad}\n`,
    ),
    note + Array.from({ length: 100 }, (_, index) => `— a${index} AAAAAAA=\n`).join(''),
  ];
  for (const bad of broken) expect(() => openNote(bad, [signer.key]), JSON.stringify(bad)).toThrow(malformed);
  expect(() => openNote(Buffer.from(note, 'latin1'), [signer.key])).toThrow(malformed);
  const many = note + Array.from({ length: 99 }, (_, index) => `— a${index} AAAAAAA=\n`).join('');
  expect(openNote(many, [signer.key]).signatures).toHaveLength(1);
  expect(() => signNote('no newline', [signer])).toThrow(malformed);
  expect(() => signNote('bell\u0007\n', [signer])).toThrow(malformed);
});

test('no part of a verifier key, and no key with one other letter, is a verifier key', () => {
  for (let start = 0; start < EXAMPLE_VKEY.length; start += 1) {
    for (let end = start; end <= EXAMPLE_VKEY.length; end += 1) {
      if (end - start === EXAMPLE_VKEY.length) continue;
      expect(() => parseVkey(EXAMPLE_VKEY.slice(start, end))).toThrow(malformed);
    }
    const other = String.fromCharCode(EXAMPLE_VKEY.charCodeAt(start) + 1);
    expect(() => parseVkey(EXAMPLE_VKEY.slice(0, start) + other + EXAMPLE_VKEY.slice(start + 1))).toThrow(malformed);
  }
  // Of another type, and of another length, with their own ids (from Go’s note tests).
  expect(() => parseVkey('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')).toThrow(malformed);
  expect(() => parseVkey('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==')).toThrow(
    malformed,
  );
  for (const name of ['', 'a b', 'a+b', 'a\u3000b', 'a\u0001'])
    expect(() => makeSigner(name), JSON.stringify(name)).toThrow(malformed);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  expect(() => createSigner('log.example', NOTE_SIGNATURE, rsa)).toThrow(malformed);
});
