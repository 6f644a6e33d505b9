import { expect, test } from 'vitest';
import { SfuMetrics } from './metrics.ts';

test('what the node counts is what Prometheus reads, at the moment of asking', async () => {
  const stats = { workers: 2, rooms: 3, sessions: 5, producers: 4, consumers: 10 };
  let isDraining = false;
  const metrics = new SfuMetrics({
    stats: async () => stats,
    capacity: () => stats.workers * 1_000,
    isDraining: () => isDraining,
  });
  const first = await metrics.text();
  expect(first).toContain('\nloge_sfu_consumers 10\n');
  expect(first).toContain('\nloge_sfu_capacity_consumers 2000\n');
  expect(first).toContain('\nloge_sfu_draining 0\n');
  stats.consumers = 12;
  isDraining = true;
  const second = await metrics.text();
  expect(second).toContain('\nloge_sfu_consumers 12\n');
  expect(second).toContain('\nloge_sfu_draining 1\n');
});
