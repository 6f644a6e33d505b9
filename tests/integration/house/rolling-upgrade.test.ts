/**
 * Every process is replaced by SIGTERM, one after another, during a live: nothing is lost, and no video is interrupted.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasGateways } from '../../support/houses/gateways.ts';
import { LiveDuringUpgrade, replaceAll, TICKET_MINOR } from '../../support/houses/rolling-upgrade.ts';
import { SfuHouse } from '../../support/houses/sfu-house.ts';
import { LightCreator } from '../../support/people/light-creator.ts';
import { signToken } from '../../support/people/wire-fan.ts';

const FANS = 4;

describe.skipIf(!hasGateways)('a rolling upgrade under a live', () => {
  let house: SfuHouse;
  beforeAll(async () => {
    house = await SfuHouse.create({ nodeEnv: { LOGE_SFU_WORKERS: '1' } });
  }, 120_000);
  afterAll(() => house?.[Symbol.asyncDispose](), 60_000);

  test('loses and repeats no purchase, message or tip, and moves viewers before a node exits', async () => {
    const room = (await house.gateways.createRoom({ kind: 'ticket', priceMinor: TICKET_MINOR })).id;
    const { url } = house;
    using _ = await LightCreator.goLive({ url, token: signToken({ identity: 'ada', room, role: 'creator' }) });
    using upgrade = await LiveDuringUpgrade.begin({ house, room, fans: FANS });
    upgrade.go();
    const gapsMs: Record<string, number> = {};
    for (const fan of upgrade.fans) fan.begin('');
    await replaceAll(house, (what) => {
      gapsMs[what] = Math.round(Math.max(...upgrade.fans.map(({ figures }) => figures.longestSilenceMs)));
      for (const fan of upgrade.fans) fan.begin('');
    });
    const account = await upgrade.end();
    process.stdout.write(`longest time without video, ms: ${JSON.stringify(gapsMs)}; ${JSON.stringify(account)}\n`);
    expect(account).toMatchObject({ lost: 0, doubled: 0 });
    expect(Math.min(account.messages, account.tips, account.tickets)).toBeGreaterThan(FANS);
    expect(upgrade.fans.map(({ cuts }) => cuts)).toEqual(upgrade.fans.map(() => 0));
    for (const { figures } of upgrade.fans) expect(figures).toMatchObject({ isWatching: true, isConnected: true });
  }, 120_000);
});
