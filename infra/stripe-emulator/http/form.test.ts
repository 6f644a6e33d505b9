import { expect, test } from 'vitest';
import { parseForm } from './form.ts';

test('parses nested keys, with brackets encoded or not', () => {
  const form = parseForm('a[b][0][c]=1&a%5Bb%5D%5B1%5D%5Bc%5D=2&d=x+y%20z&e');
  expect(JSON.parse(JSON.stringify(form))).toEqual({ a: { b: { 0: { c: '1' }, 1: { c: '2' } } }, d: 'x y z', e: '' });
});

test('empty brackets append to an array', () => {
  expect(JSON.parse(JSON.stringify(parseForm('expand[]=a&expand[]=b')))).toEqual({ expand: { 0: 'a', 1: 'b' } });
});

test('a key such as __proto__ is an ordinary key', () => {
  const form = parseForm('metadata[__proto__][admin]=1&constructor=2');
  expect(Object.keys(form.metadata as object)).toEqual(['__proto__']);
  expect(({} as { admin?: string }).admin).toBeUndefined();
});

test.each([
  ['the same key twice', 'a=1&a=2', 'Duplicate parameter'],
  ['a value and a hash at once', 'a=1&a[b]=2', 'Invalid hash'],
  ['broken brackets', 'a[b=1', 'Invalid parameter name'],
  ['no name', '[b]=1', 'Invalid parameter name'],
  ['broken percent-encoding', 'a=%zz', 'percent-encoding'],
  ['too deep', `a${'[b]'.repeat(9)}=1`, 'too deeply'],
  ['too many', Array.from({ length: 1001 }, (_, index) => `a${index}=1`).join('&'), 'Too many'],
])('refuses %s', (_what, text, message) => {
  expect(() => parseForm(text)).toThrow(message);
});
