import { expect, test, vi } from 'vitest';
import type { Fact } from '../../platform/outbox/outbox.ts';
import { Connection } from './connection.ts';
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

// Regression: the adapter alone closed them, which may be cut off from Redis while the bus is not.
test.each(['over the bus', 'from the outbox'])('a sign-in that ended %s closes its own sockets', (way) => {
  const events: string[] = [];
  const open = (name: string, logeSession: string | undefined) => {
    const socket = {
      emit: (event: string, { code }: { code: string }) => events.push(`${name} ${event} ${code}`),
      disconnect: (close: boolean) => events.push(`${name} disconnect ${close}`),
    };
    const claims = { sub: 'person_lea', role: 'fan', logeSession };
    return new Connection({ socket, claims, since: undefined, address: '', actions: {} } as never);
  };
  const connections = [open('phone', 'login_1'), open('laptop', 'login_2'), open('elsewhere', undefined)];
  const facts = new FactFanout({
    context: { outbox: { onBatch: () => {} }, stage: { closeWaiting: async () => {} } } as never,
    io: {} as never,
    presence: { ofIdentity: (identity: string) => (identity === 'person_lea' ? connections : []) } as never,
    readRoom: vi.fn(),
  });
  const data = { sessions: ['login_1'] };
  const fact = { topic: 'sessions.ended', room: null, identity: 'person_lea', data } as Fact;
  if (way === 'over the bus') facts.handlePersonFact(fact);
  else facts.handleMissed(fact);
  expect(events).toEqual(['phone rooms:goodbye token_invalid', 'phone disconnect true']);
});
