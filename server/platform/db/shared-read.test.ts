import { afterEach, expect, test, vi } from 'vitest';
import { READ_LIMIT_MS } from './read-timing.ts';
import { SharedRead } from './shared-read.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => void vi.useRealTimers());

function gatedRead(restMs?: number) {
  const ends: (() => void)[] = [];
  const read = (_key: string) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const number = ends.length + 1;
    ends.push(() => resolve(number));
    return promise;
  };
  const shared = new SharedRead(read, { restMs });
  return { ends, shared };
}

test('callers during a read share the next one, which begins after their call', async () => {
  const { ends, shared } = gatedRead();
  const first = shared.get('room');
  const later = [shared.get('room'), shared.get('room'), shared.get('room')];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await first).toBe(1);
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
});

test('keys are independent, and a failed read is not cached', async () => {
  let fails = true;
  const shared = new SharedRead(async (key: string) => {
    if (fails) throw new Error(key);
    return key;
  });
  await expect(shared.get('a')).rejects.toThrow('a');
  fails = false;
  expect(await Promise.all([shared.get('a'), shared.get('b')])).toEqual(['a', 'b']);
});

test('a read that hangs times out for its callers, and waiting callers get a new read', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { ends, shared } = gatedRead();
  const first = shared.get('room').catch((error) => error.code);
  const second = shared.get('room');
  await vi.advanceTimersByTimeAsync(READ_LIMIT_MS);
  expect(await first).toBe('unavailable');
  ends[1]?.();
  expect(await second).toBe(2);
});

test('gathers concurrent callers between two reads, and does not delay a single one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const { ends, shared } = gatedRead(40);
  void shared.get('room');
  const second = shared.get('room');
  ends[0]?.();
  await turn();
  expect(ends).toHaveLength(2);
  const crowd = [shared.get('room'), shared.get('room')];
  ends[1]?.();
  await second;
  await turn();
  crowd.push(shared.get('room'));
  expect(ends).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(40);
  expect(ends).toHaveLength(3);
  ends[2]?.();
  expect(await Promise.all(crowd)).toEqual([3, 3, 3]);
});
