import { expect, test } from 'vitest';
import type { PrivateSession as Session } from '../../../server/protocol/money/private-sessions.ts';
import type { Connection } from '../connection/connection.ts';
import { PrivateSession } from './private-session.ts';

test('a session that has ended stays so when the answer to an earlier request comes after it', async () => {
  const active = { id: 'private_1', status: 'active', requestedAt: '2030-01-01T20:00:00.000Z' } as unknown as Session;
  const extended = Promise.withResolvers<{ session: Session }>();
  const session = new PrivateSession({
    connection: { request: () => extended.promise } as unknown as Connection,
    emit: () => undefined,
    self: () => ({ identity: 'lea', role: 'fan' }),
  });
  session.handlers['private:started']({ session: active });
  const extending = session.extend();
  session.handlers['private:ended']({ session: { ...active, status: 'ended' } });
  extended.resolve({ session: active });
  await extending;
  expect([session.state, session.last?.status]).toEqual(['none', 'ended']);
});
