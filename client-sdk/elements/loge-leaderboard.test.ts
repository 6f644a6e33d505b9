/** The leaderboard while tips arrive. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listening } from '../../tests/support/browser/listening-part.ts';
import { LogeLeaderboard } from './loge-leaderboard.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('tips without a pause refresh it every two seconds', async () => {
  const leaderboard = vi.fn(async () => ({ entries: [], currency: 'eur' }));
  const { emitter } = listening(new LogeLeaderboard(), { access: { state: 'granted' }, leaderboard });
  await vi.advanceTimersByTimeAsync(0);
  for (let tip = 0; tip < 61; tip += 1) {
    emitter.emit('tipReceived', {} as never);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(leaderboard).toHaveBeenCalledTimes(4);
});
