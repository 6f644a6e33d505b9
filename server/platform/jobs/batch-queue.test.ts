import { expect, test, vi } from 'vitest';
import { BatchQueue } from './batch-queue.ts';

test('runs an item that is added in any microtask after the last one was settled', async () => {
  const queue = new BatchQueue<() => void>({
    itemsMax: 10,
    runBatch: async (waiting) => waiting.shift()?.(),
  });
  const settled = vi.fn();
  for (let microtasks = 0; microtasks < 8; microtasks++) {
    await new Promise<void>((resolve) => queue.add(resolve));
    for (let passed = 0; passed < microtasks; passed++) await undefined;
    queue.add(settled);
    await vi.waitFor(() => expect(settled, `after ${microtasks} microtasks`).toHaveBeenCalledTimes(microtasks + 1));
  }
});
