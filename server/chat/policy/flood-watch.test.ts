import { expect, test } from 'vitest';
import { createId } from '../../protocol/ids.ts';
import { FloodWatch, type SharedText } from './flood-watch.ts';

const room = createId('room');

function watchOf() {
  const shared: SharedText[] = [];
  const watch = new FloodWatch((text) => shared.push(text));
  let sent = 0;
  const say = (identity: string, text: string, nowMs = 1_000_000, clientId = `client-${sent++}`) =>
    watch.judge({ room, identity, clientId, text, nowMs });
  return { watch, say, shared };
}

test('refuses a repeated message within 30 seconds, also in disguise, and allows it later', () => {
  const { say } = watchOf();
  expect(say('lea', 'Buy my coins now').kind).toBe('pass');
  expect(say('lea', 'buy  MY c0ins now', 1_001_000).kind).toBe('pass');
  expect(say('lea', 'BUY my ｃoins, now!', 1_002_000)).toEqual({ kind: 'duplicate', retryAfterMs: 28_000 });
  expect(say('lea', 'Buy my coins now', 1_030_001).kind).toBe('pass');
});

test('allows a few repetitions of short words and emoji', () => {
  const { say } = watchOf();
  for (const text of ['merci !', '❤️']) {
    expect([1, 2, 3, 4].map(() => say('lea', text).kind)).toEqual(['pass', 'pass', 'pass', 'duplicate']);
  }
});

test('does not count a retry of the same message, or a refused one', () => {
  const { say } = watchOf();
  const first = say('lea', 'a sentence of some length', 1_000_000, 'client-same');
  expect(say('lea', 'a sentence of some length', 1_000_100, 'client-same').kind).toBe('pass');
  if (first.kind === 'pass') first.forget();
  expect(say('lea', 'a sentence of some length', 1_000_200, 'client-other').kind).toBe('pass');
});

test('holds a wave of a long text from its eighth author on, and slows down one of a short text', () => {
  const { say } = watchOf();
  const long = 'Free tokens for everybody who comes to my other channel today';
  const kinds = Array.from({ length: 9 }, (_, index) => say(`bot-${index}`, long, 1_000_000 + index * 100));
  expect(kinds.map((verdict) => verdict.kind)).toEqual([...Array(7).fill('pass'), 'wave', 'wave']);
  expect(kinds.at(-1)).toMatchObject({ isHeld: true });
  const cheer = 'Joyeux anniversaire';
  const cheers = Array.from({ length: 8 }, (_, index) => say(`fan-${index}`, cheer, 1_000_000 + index * 100));
  expect(cheers.at(-1)).toMatchObject({ kind: 'wave', isHeld: false });
  // Slowly, everybody can say it.
  expect(say('fan-7', cheer, 1_020_000).kind).toBe('pass');
});

test('a retry of a held message is held too, and one that could not be held is judged again', () => {
  const { say } = watchOf();
  const long = 'Free tokens for everybody who comes to my other channel today';
  for (let index = 0; index < 7; index += 1) say(`bot-${index}`, long);
  const again = () => say('bot-7', long, 1_000_000, 'client-same');
  const [held, retried] = [again(), again()];
  expect([held, retried]).toMatchObject(Array(2).fill({ kind: 'wave', isHeld: true }));
  if (held.kind === 'wave') held.forget();
  expect(again()).toMatchObject({ kind: 'wave', isHeld: true });
});

test('many people who say yes at once are not a wave', () => {
  const { say } = watchOf();
  expect(Array.from({ length: 50 }, (_, index) => say(`fan-${index}`, 'Bravo !').kind)).toEqual(Array(50).fill('pass'));
});

test('two gateways detect a wave together', () => {
  const [here, there] = [watchOf(), watchOf()];
  const text = 'Free tokens for everybody who comes to my other channel today';
  const tell = () => {
    for (const shared of here.shared.splice(0)) there.watch.hear(shared);
    for (const shared of there.shared.splice(0)) here.watch.hear(shared);
  };
  const kinds = Array.from({ length: 8 }, (_, index) => {
    const { kind } = (index % 2 === 0 ? here : there).say(`bot-${index}`, text);
    tell();
    return kind;
  });
  expect(kinds).toContain('wave');
});

test('memory is bounded for any messages', () => {
  const { say } = watchOf();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 20_000; index += 1) say(`fan-${index}`, `a text of its own, number ${index}`);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50 * 1024 * 1024);
});
