/**
 * Two gateways and a node with two media workers: a participant who loses the gateway and then the worker continues
 * over the spare opened before.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ConsumerOptions } from '../../../sfu/contract.ts';
import { GatewayHouse, hasGateways } from '../../support/houses/gateways.ts';
import { workerOnPort } from '../../support/houses/sfu-house.ts';
import { goLive, watch } from '../../support/media/media.ts';
import { SfuProcess } from '../../support/programs/sfu-process.ts';

const WAIT = { timeout: 15_000, interval: 50 };

describe.skipIf(!hasGateways)('spares behind two gateways', () => {
  let house: GatewayHouse;
  let node: SfuProcess;

  beforeAll(async () => {
    house = await GatewayHouse.start({ env: { LOGE_SFU_WORKERS: '0' } });
    node = await SfuProcess.create({ REDIS_URL: house.redis.url, LOGE_SFU_WORKERS: '2' });
    await vi.waitFor(async () => {
      for (const { url } of house.gateways)
        expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
    }, WAIT);
  }, 120_000);

  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  }, 60_000);

  test('are adopted with their session by the gateway of the reconnect, and still take over', async () => {
    const { id: room } = await house.createRoom();
    const [ada, lea] = [
      { identity: 'ada', room, role: 'creator' },
      { identity: 'lea', room },
    ];
    const [creator, fan] = [await house.join(1, ada), await house.join(1, lea)];
    using live = await goLive(creator);
    using ready = await goLive(creator, { spareOf: live.session });
    using watched = await watch(fan);
    using spare = await watch(fan, watched.session);
    await watched.viewer.firstDecodableFrame;

    await house.gateway(1).kill();
    const [creatorBack, fanBack] = [await house.join(0, ada), await house.join(0, lea)];
    const resumed = await Promise.all([
      creatorBack.request('stage:resume', { session: live.session }),
      fanBack.request('stage:resume', { session: watched.session }),
    ]);
    expect(resumed.map((answer) => answer.spare?.session)).toEqual([ready.session, spare.session]);
    spare.viewer.addConsumers(resumed[1].spare?.consumers as ConsumerOptions[]);
    expect(await node.metric('loge_sfu_sessions')).toBe(4);

    const told = [creatorBack, fanBack].map((socket) => socket.next('stage:takenOver'));
    process.kill(workerOnPort(node.pid ?? 0, live.port), 'SIGKILL');
    expect(await Promise.all(told)).toEqual([
      { session: live.session, by: ready.session },
      { session: watched.session, by: spare.session },
    ]);
    ready.publisher.setMaxLayer(2);
    await spare.viewer.firstDecodableFrame;
    // After the takeover it accepts all other requests too.
    await fanBack.request('stage:leave', { session: spare.session });
    expect(await fanBack.refusal('stage:leave', { session: watched.session })).toBe('session_not_found');
  }, 60_000);
});
