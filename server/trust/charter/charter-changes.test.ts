import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Article } from '../../protocol/trust/charter.ts';
import { articleChanges } from './charter-changes.ts';
import { charterHash } from './charter-hash.ts';

const article = (id: string, en: string, fr = en): Article => ({
  id,
  title: { en: id, fr: id },
  text: { en, fr },
});

test('an article is compared with the one of the same id, word by word, wherever it stands', () => {
  const before = [article('conduct', 'Be kind.'), article('law', 'Obey the law.'), article('old', 'Gone.')];
  const after = [article('new', 'Fresh.'), article('law', 'Obey the law.'), article('conduct', 'Be very kind.')];
  const changes = articleChanges(before, after, 'en');
  expect(changes.map(({ id, change }) => `${id} ${change}`)).toEqual([
    'new added',
    'law same',
    'conduct changed',
    'old removed',
  ]);
  const parts = changes[2]?.parts ?? [];
  expect(parts.filter(({ kind }) => kind !== 'removed').map(({ text }) => text)).toEqual(['Be ', 'very ', 'kind.']);
  expect(parts.filter(({ kind }) => kind !== 'added').reduce((all, { text }) => all + text, '')).toBe('Be kind.');
});

test('a title is compared like a text', () => {
  const renamed = { ...article('a', 'one'), title: { en: 'How we behave', fr: 'a' } };
  const [change] = articleChanges([{ ...renamed, title: { en: 'How to behave', fr: 'a' } }], [renamed], 'en');
  expect(change).toMatchObject({ change: 'changed', parts: [{ kind: 'same', text: 'one' }] });
  expect(change?.titleParts).toEqual([
    { kind: 'same', text: 'How ' },
    { kind: 'removed', text: 'to' },
    { kind: 'added', text: 'we' },
    { kind: 'same', text: ' behave' },
  ]);
});

test('an article whose other language alone has changed counts as the same in this one', () => {
  expect(articleChanges([article('a', 'one', 'un')], [article('a', 'one', 'deux')], 'en')[0]?.change).toBe('same');
});

test('two long texts without anything in common are compared at once', () => {
  const words = (word: string) => Array.from({ length: 1_500 }, (_, index) => `${word}${index}`).join(' ');
  const [change] = articleChanges([article('a', words('x'))], [article('a', words('y'))], 'en');
  expect(change?.parts.map(({ kind }) => kind)).toEqual(['removed', 'added']);
});

test('the hash covers number, order, ids and both languages, in the canonical form of RFC 8785', () => {
  const articles = [article('a', 'Été "1"\n', 'x')];
  const canonical = String.raw`{"articles":[{"id":"a","text":{"en":"Été \"1\"\n","fr":"x"},"title":{"en":"a","fr":"a"}}],"version":3}`;
  expect(charterHash(3, articles)).toBe(createHash('sha256').update(canonical).digest('hex'));
  const others = [
    charterHash(4, articles),
    charterHash(3, [article('b', 'Été "1"\n', 'x')]),
    charterHash(3, [article('a', 'Été "1"\n', 'y')]),
  ];
  expect(new Set([charterHash(3, articles), ...others]).size).toBe(4);
});
