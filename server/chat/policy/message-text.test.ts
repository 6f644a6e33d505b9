import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { hasAddress, isEmojiOnly, parseMessageText } from './message-text.ts';

const codeOf = (text: string) => {
  try {
    parseMessageText(text);
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : 'other';
  }
};

test('R18: keeps words, emoji and line feeds', () => {
  expect(parseMessageText('  Bonsoir 👩‍👩‍👧 !\nÇa va ?  ')).toBe('Bonsoir 👩‍👩‍👧 !\nÇa va ?');
});

test('R18: removes invisible and bidirectional control characters', () => {
  expect(parseMessageText('a\u202eb\u200bc\u0007d\u2066e\ufeff')).toBe('abcde');
  expect(parseMessageText('one\r\n\n\n\n\ntwo')).toBe('one\n\ntwo');
});

test('R18: keeps markup as literal text', () => {
  expect(parseMessageText('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
});

test('R18: refuses empty and overlong messages; length counts characters, not code units', () => {
  expect(codeOf('')).toBe('message_empty');
  expect(codeOf(' \u200b\n ')).toBe('message_empty');
  expect(codeOf('\u3164\n\u2800')).toBe('message_empty');
  expect(codeOf('😀'.repeat(LIMITS.messageChars))).toBe('ok');
  expect(codeOf('😀'.repeat(LIMITS.messageChars + 1))).toBe('message_too_long');
});

test('R18: replaces a lone surrogate', () => {
  expect(parseMessageText('a\ud800b')).toBe('a\ufffdb');
});

test('recognises texts of emoji only, including joined emoji, flags and keycaps', () => {
  for (const text of ['🔥', '👩‍👩‍👧 ❤️\n🇫🇷', '👍🏽', '1️⃣']) expect(isEmojiOnly(text), text).toBe(true);
  for (const text of ['1', 'ok 🔥', '#', ':)', '🔥!']) expect(isEmojiOnly(text), text).toBe(false);
});

/** No limit on speed: without one, a pattern that backtracks exponentially would never return. */
const GIVE_UP_MS = 5_000;

// Regression: one pattern over the whole text backtracked exponentially, and one message froze the gateway.
test.each(['🔥', '👍🏽', ' 🔥', '👩‍👩‍👧‍'])('a long run of %j with a letter at its end is judged at once', (emoji) => {
  const text = `${emoji.repeat(8_000 / emoji.length)}a`;
  const judge = () => runInNewContext('isEmojiOnly(text)', { isEmojiOnly, text }, { timeout: GIVE_UP_MS });
  expect(judge()).toBe(false);
});

test('knows web addresses with and without a scheme', () => {
  const texts = ['see https://a.example', 'see www.a', 'go to evil.example/now', 'and so on. Next', 'a.b/c'];
  expect(texts.map(hasAddress)).toEqual([true, true, true, false, false]);
});
