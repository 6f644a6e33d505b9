import { expect, test } from 'vitest';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import { listening } from '../../../tests/support/browser/listening-part.ts';
import { LogeError } from '../../client/errors.ts';
import { LogeClub } from './loge-club.ts';

test('tiers that could not be loaded are asked for again after a reconnect', async () => {
  const tier = { id: 'tier_1', name: 'Balcony' } as unknown as Tier;
  let asked = 0;
  const room = {
    info: { access: { kind: 'members', minTier: 'tier_1' } },
    memberships: {
      tiers: async () => {
        asked += 1;
        if (asked === 1) throw new LogeError('timeout');
        return [tier];
      },
    },
  };
  const { part: club, emitter } = listening(new LogeClub(), room);
  await expect.poll(() => club.problem).not.toBe('');
  emitter.emit('reconnected', { downMs: 1_000 });
  await expect.poll(() => club.tiers).toEqual([tier]);
  expect(club.problem).toBe('');
  // What is shown already is not asked for again.
  emitter.emit('reconnected', { downMs: 1_000 });
  expect(asked).toBe(2);
});
