import { expect, test, vi } from 'vitest';
import type { Fact } from '../../platform/outbox/outbox.ts';
import { FactFanout } from './fact-fanout.ts';

test('a stopped live whose end cannot be stored is logged, and the gateway goes on', async () => {
  const listeners = new Map<string, (facts: Fact[]) => Promise<void>>();
  const error = vi.fn();
  const outbox = { onBatch: (topic: string, listener: never) => listeners.set(topic, listener) };
  const stage = { endLive: () => Promise.reject(new Error('The database is away.')) };
  new FactFanout({
    context: { outbox, stage, log: { error } } as never,
    io: {} as never,
    presence: {} as never,
    readRoom: vi.fn(),
  });
  await listeners.get('live.stopped')?.([{ topic: 'live.stopped', room: 'room_1', identity: null, data: {} } as never]);
  await vi.waitFor(() =>
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ room: 'room_1' }), expect.anything()),
  );
});
