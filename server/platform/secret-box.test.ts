import { expect, test } from 'vitest';
import { SecretBox } from './secret-box.ts';

const SECRET = 'whsec_0123456789abcdef0123456789abcdef0123456789a';
const FIRST = 'an_encryption_key_of_this_test_00000';
const OTHER = 'another_encryption_key_of_this_test_0';
const box = new SecretBox([FIRST]);

test('opens sealed data, which is not readable', () => {
  const sealed = box.seal(SECRET, 'whe_1');
  expect(sealed).toMatch(/^v1\.[\w-]+$/);
  expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain(SECRET.slice(6, 16));
  expect(box.open(sealed, 'whe_1')).toBe(SECRET);
  expect(box.seal(SECRET, 'whe_1')).not.toBe(sealed);
});

test('during a rotation, decrypts with both keys and encrypts with the new one', () => {
  const both = new SecretBox([OTHER, FIRST]);
  expect(both.open(box.seal(SECRET, 'whe_1'), 'whe_1')).toBe(SECRET);
  expect(new SecretBox([OTHER]).open(both.seal(SECRET, 'whe_1'), 'whe_1')).toBe(SECRET);
  expect(box.open(both.seal(SECRET, 'whe_1'), 'whe_1')).toBeUndefined();
});

test('refuses another key, another owner, plain text and any changed bit', () => {
  const sealed = box.seal(SECRET, 'whe_1');
  expect(new SecretBox([OTHER]).open(sealed, 'whe_1')).toBeUndefined();
  expect(box.open(sealed, 'whe_2')).toBeUndefined();
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect([index, box.open(`v1.${changed.toString('base64url')}`, 'whe_1')]).toEqual([index, undefined]);
  }
  for (const broken of [SECRET, 'v1.', 'v1.AAAA', sealed.slice(0, 40)])
    expect(box.open(broken, 'whe_1')).toBeUndefined();
});
