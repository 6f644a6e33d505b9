import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SoundOnly } from './sound-only.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tries the picture again after ever longer waits, and soon after a long time with it', () => {
  const onEnded = vi.fn();
  const soundOnly = new SoundOnly(onEnded);
  const waitS = () => {
    soundOnly.begin();
    // What the client repeats meanwhile changes nothing.
    soundOnly.begin();
    let seconds = 0;
    for (; soundOnly.isOn; seconds++) vi.advanceTimersByTime(1_000);
    return seconds;
  };
  expect([waitS(), waitS(), waitS(), waitS(), waitS(), waitS()]).toEqual([5, 10, 20, 40, 60, 60]);
  expect(onEnded).toHaveBeenCalledTimes(6);
  vi.advanceTimersByTime(61_000);
  expect(waitS()).toBe(5);
});

it('tries the picture at once on demand, and only if it was spared', () => {
  const onEnded = vi.fn();
  const soundOnly = new SoundOnly(onEnded);
  soundOnly.end();
  expect(onEnded).not.toHaveBeenCalled();
  soundOnly.begin();
  soundOnly.end();
  expect([soundOnly.isOn, onEnded.mock.calls.length]).toEqual([false, 1]);
  vi.advanceTimersByTime(60_000);
  expect(onEnded).toHaveBeenCalledTimes(1);
});

it('does nothing any more once it is closed', () => {
  const onEnded = vi.fn();
  const soundOnly = new SoundOnly(onEnded);
  soundOnly.begin();
  soundOnly.close();
  vi.advanceTimersByTime(60_000);
  expect(onEnded).not.toHaveBeenCalled();
});
