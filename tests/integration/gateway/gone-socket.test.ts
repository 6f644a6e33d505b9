/**
 * A connection that goes while what it asked for is being looked into: nothing is opened for it, and nothing that it
 * took over stays for ever.
 */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Clock } from '../../../server/platform/clock.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { goLive, watch } from '../../support/media/media.ts';
import { TestParticipant } from '../../support/people/participant.ts';

const WAIT = { timeout: 15_000, interval: 50 };
/** Longer than a session waits for its participant. */
const AWAY_MS = 30_000;

let loge: TestApp;
let room: string;
let aheadMs = 0;
const clock: Clock = { now: () => Date.now() + aheadMs };

beforeAll(async () => {
  loge = await startApp({ clock });
});
afterAll(() => loge?.[Symbol.asyncDispose]());
beforeEach(async () => {
  room = (await loge.createRoom({ kind: 'free' })).id;
});

const sessions = async () => (await loge.app.context.stage.stats()).sessions;
const join = async (claims: { identity: string; role?: string }) =>
  TestParticipant.connect(loge.url, { token: await loge.token({ ...claims, room }) });

/** Holds up a method of the house from now on; `release` lets the calls go on, and resolves when they have ended. */
function hold<O extends object, K extends keyof O & string>(owner: O, method: K) {
  const { promise: released, resolve } = Promise.withResolvers<void>();
  const original = owner[method] as (...args: unknown[]) => Promise<unknown>;
  const calls: Promise<unknown>[] = [];
  const held = async (...args: unknown[]) => {
    await released;
    return original.apply(owner, args);
  };
  Object.defineProperty(owner, method, {
    configurable: true,
    value: (...args: unknown[]) => {
      const call = held(...args);
      calls.push(call);
      return call;
    },
  });
  return {
    isCalled: () => calls.length > 0,
    release: async () => {
      // Back to that of its class.
      Reflect.deleteProperty(owner, method);
      resolve();
      await Promise.allSettled(calls);
      await new Promise(setImmediate);
    },
  };
}

/** As when a network goes: without a goodbye. Resolves when the server has heard of it. */
async function cut({ socket }: TestParticipant): Promise<void> {
  const before = await sockets();
  socket.io.engine.close();
  await vi.waitFor(async () => expect(await sockets()).toBe(before - 1), WAIT);
}

async function sockets(): Promise<number> {
  const text = await (await fetch(`${loge.url}/metrics`)).text();
  return Number(/^loge_sockets (\d+)$/m.exec(text)?.[1]);
}

const settled = (call: Promise<unknown>) => call.then(String, String);

test.each(['stage:watch', 'stage:publish'] as const)(
  '%s opens nothing for who left while it was decided',
  async (name) => {
    const isFan = name === 'stage:watch';
    const role = isFan ? 'fan' : 'creator';
    const participant = await join({ identity: isFan ? 'lea' : 'ada', role });
    const decision = hold(loge.app.context.rooms, 'admit');
    const open = vi.spyOn(loge.app.context.stage, isFan ? 'watch' : 'publish');
    const rtpCapabilities = participant.welcome.inside?.stage.routerRtpCapabilities ?? {};
    void settled(participant.request(name, isFan ? { rtpCapabilities } : {}));
    await vi.waitFor(() => expect(decision.isCalled()).toBe(true), WAIT);
    await cut(participant);
    await decision.release();
    expect(open).not.toHaveBeenCalled();
    expect(await sessions()).toBe(0);
  },
);

test('a room that ends while nobody is connected to it keeps no media', async () => {
  const [creator, fan] = [await join({ identity: 'ada', role: 'creator' }), await join({ identity: 'lea' })];
  using _live = await goLive(creator);
  using _watched = await watch(fan);
  await cut(creator);
  await cut(fan);
  expect(await sessions()).toBe(2);
  await loge.server('POST', `/v1/rooms/${room}/end`);
  // Long before the sessions are given up for want of a socket.
  await vi.waitFor(async () => expect(await sessions()).toBe(0), { ...WAIT, timeout: 8_000 });
});

test('what is taken over for who left meanwhile ends when nobody comes for it', async () => {
  const creator = await join({ identity: 'ada', role: 'creator' });
  using _live = await goLive(creator);
  const first = await join({ identity: 'lea' });
  using watched = await watch(first);
  await cut(first);
  const second = await join({ identity: 'lea' });
  const resumed = hold(loge.app.context.stage, 'resume');
  void settled(second.request('stage:resume', { session: watched.session }));
  await vi.waitFor(() => expect(resumed.isCalled()).toBe(true), WAIT);
  await cut(second);
  await resumed.release();
  expect(await sessions()).toBe(2);
  aheadMs += AWAY_MS;
  await vi.waitFor(async () => expect(await sessions()).toBe(1), WAIT);
});
