import { expect, test } from 'vitest';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import { Emitter } from '../../src/emitter.ts';
import { LogeError } from '../../src/errors.ts';
import type { RoomEventMap } from '../../src/events.ts';
import type { Room } from '../../src/room.ts';
import { LogeClub } from './loge-club.ts';

test('tiers that could not be loaded are asked for again after a reconnect', async () => {
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const tier = { id: 'tier_1', name: 'Balcony' } as unknown as Tier;
  let asked = 0;
  const room = {
    on: emitter.on.bind(emitter),
    info: { access: { kind: 'members', minTier: 'tier_1' } },
    memberships: {
      tiers: async () => {
        asked += 1;
        if (asked === 1) throw new LogeError('timeout');
        return [tier];
      },
    },
  } as unknown as Room;
  class Club extends LogeClub {
    listen = () => this.listenTo(room);
  }
  customElements.define('test-club', Club);
  const club = new Club();
  club.listen();
  await expect.poll(() => club.problem).not.toBe('');
  emitter.emit('reconnected', { downMs: 1_000 });
  await expect.poll(() => club.tiers).toEqual([tier]);
  expect(club.problem).toBe('');
  // What is shown already is not asked for again.
  emitter.emit('reconnected', { downMs: 1_000 });
  expect(asked).toBe(2);
});
