import { afterEach, expect, test, vi } from 'vitest';
import { GatheredRead } from './gathered-read.ts';
import { READ_LIMIT_MS } from './read-timing.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => void vi.useRealTimers());

function gatedRead(restMs?: number) {
  const asked: string[][] = [];
  const ends: (() => void)[] = [];
  const read = (keys: string[]) => {
    asked.push(keys);
    return new Promise<string[]>((resolve) => ends.push(() => resolve(keys.map((key) => `read ${key}`))));
  };
  return { asked, ends, gathered: new GatheredRead(read, { restMs }) };
}

test('batches the keys requested during a read into the next one, and answers each caller', async () => {
  const { asked, ends, gathered } = gatedRead();
  const first = gathered.get('a');
  await turn();
  const later = [gathered.get('b'), gathered.get('a')];
  expect(asked).toEqual([['a']]);
  ends[0]?.();
  expect(await first).toBe('read a');
  await turn();
  expect(asked).toEqual([['a'], ['b', 'a']]);
  ends[1]?.();
  expect(await Promise.all(later)).toEqual(['read b', 'read a']);
});

test('a failed read rejects its own callers only', async () => {
  let fails = true;
  const gathered = new GatheredRead(async (keys: string[]) => {
    if (fails) throw new Error('gone');
    return keys;
  });
  await expect(Promise.all([gathered.get('a'), gathered.get('b')])).rejects.toThrow('gone');
  fails = false;
  expect(await gathered.get('a')).toBe('a');
});

test('a read that hangs times out for its callers, and waiting callers get a new read', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { ends, gathered } = gatedRead();
  const first = gathered.get('a').catch((error) => error.code);
  await turn();
  const second = gathered.get('b');
  await vi.advanceTimersByTimeAsync(READ_LIMIT_MS);
  expect(await first).toBe('unavailable');
  await turn();
  ends[1]?.();
  expect(await second).toBe('read b');
});

test('gathers concurrent callers between two reads, and does not delay a single one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const { asked, ends, gathered } = gatedRead(40);
  void gathered.get('a');
  await turn();
  void gathered.get('b');
  ends[0]?.();
  await turn();
  expect(asked).toEqual([['a'], ['b']]);
  void gathered.get('c');
  void gathered.get('d');
  ends[1]?.();
  await turn();
  void gathered.get('e');
  expect(asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(40);
  expect(asked[2]).toEqual(['c', 'd', 'e']);
});
