/**
 * A fuzz test of reconnects to two real gateways, one of which is killed, while Redis loses its data; see `npm run
 * bench -- chat-drops`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GatewayHouse, hasGateways } from '../../support/houses/gateways.ts';
import { runDroppingCrowd } from '../../support/people/dropping-crowd.ts';
import { effort, SEED } from '../../support/run/effort.ts';

const DURATION_MS = effort({ short: 8_000, long: 60_000 });

test.skipIf(!hasGateways)(
  `R16: fans who disconnect at random see everything once and in order, although a gateway and Redis fail (seed ${SEED})`,
  async () => {
    await using house = await GatewayHouse.start({ env: { LOGE_CHAT_READABLE_PER_SECOND: '0' } });
    const room = (await house.createRoom()).id;
    const crowd = runDroppingCrowd({
      room,
      urls: house.gateways.map(({ url }) => url),
      fans: 40,
      seed: SEED,
      messagesPerSecond: 20,
      durationMs: DURATION_MS,
      stayMaxMs: 4_000,
      awayMaxMs: 2_000,
    });
    const trouble = async () => {
      await pause(DURATION_MS * 0.2);
      await house.redis.kill();
      await house.redis.start({ keepData: false });
      await pause(DURATION_MS * 0.2);
      await house.gateway(1).kill();
      await house.gateway(1).start();
    };
    const [found] = await Promise.all([crowd, trouble()]);
    expect(found.acknowledged).toBeGreaterThan(50);
    expect(found.drops).toBeGreaterThan(20);
    const { lost, doubled, reordered, returned } = found;
    expect({ lost, doubled, reordered, returned }).toEqual({ lost: 0, doubled: 0, reordered: 0, returned: 40 });
  },
  120_000,
);
