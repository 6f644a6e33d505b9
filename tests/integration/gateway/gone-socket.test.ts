/**
 * Media without a socket. A socket that disconnects while its request is handled: nothing is opened for it, and nothing
 * it resumed stays open. A session opened over HTTP before its socket connects.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../../server/platform/clock.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { describeReceiver, hashCapabilities } from '../../../server/protocol/receiver.ts';
import type { WatchAheadAnswer } from '../../../server/protocol/stage.ts';
import type { ConsumerOptions, TransportOptions } from '../../../sfu/contract.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { goLive, type Live, watch } from '../../support/media/media.ts';
import { RtpViewer } from '../../support/media/rtp-viewer.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { signIn } from '../../support/people/site-person.ts';

const WAIT = { timeout: 15_000, interval: 50 };
/** Longer than the grace period of a session whose participant is disconnected. */
const AWAY_MS = LIMITS.sessionGraceMs + 10_000;

let loge: TestApp;
let room: string;
let aheadMs = 0;
const clock: Clock = { now: () => Date.now() + aheadMs };

beforeAll(async () => {
  loge = await startApp({ clock, env: { LOGE_ALLOWED_ORIGINS: 'https://club.example' } });
});
afterAll(() => loge?.[Symbol.asyncDispose]());
beforeEach(async () => {
  room = (await loge.createRoom({ kind: 'free' })).id;
});

const sessions = async () => (await loge.app.context.stage.stats()).sessions;
const join = async (claims: { identity: string; role?: string } & Record<string, unknown>) =>
  TestParticipant.connect(loge.url, { token: await loge.token({ ...claims, room }) });

/**
 * Holds up a method of the server from now on; `release` lets the calls continue, and resolves when they have ended.
 */
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
      // Restores the method of the class.
      Reflect.deleteProperty(owner, method);
      resolve();
      await Promise.allSettled(calls);
      await new Promise(setImmediate);
    },
  };
}

const suspend = (identity: string) =>
  loge.app.context.rooms.suspensions.suspend(identity, { decision: `decision_${identity}`, reason: '', until: null });

/** A room token that ends with the person's sign-in. */
async function signedInToken(person: string): Promise<string> {
  const cookie = await signIn(loge.app, person);
  const headers = { cookie, 'content-type': 'application/json' };
  const response = await fetch(`${loge.url}/v1/rooms/${room}/tokens`, { method: 'POST', headers });
  return ((await response.json()) as { token: string }).token;
}

/** Drops the connection without a close frame; resolves when the server has noticed. */
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
  '%s opens nothing for a participant who left while it was decided',
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

test('the welcome leaves out the capabilities of the routers for a client that was built with them', async () => {
  const stageFor = async (router: unknown) => {
    const token = await loge.token({ identity: 'lea', room });
    using fan = await TestParticipant.connect(loge.url, { token, router });
    return fan.welcome.inside?.stage;
  };
  const { routerRtpCapabilities = {} } = (await stageFor(undefined)) ?? {};
  expect(routerRtpCapabilities.codecs?.length).toBeGreaterThan(0);
  for (const other of ['1-2', '', 5, { toString: () => '1-2' }])
    expect(await stageFor(other)).toMatchObject({ routerRtpCapabilities });
  expect(await stageFor(hashCapabilities(routerRtpCapabilities))).not.toHaveProperty('routerRtpCapabilities');
});

test('a room that ends while nobody is connected to it keeps no media', async () => {
  const [creator, fan] = [await join({ identity: 'ada', role: 'creator' }), await join({ identity: 'lea' })];
  using _live = await goLive(creator);
  using _watched = await watch(fan);
  await cut(creator);
  await cut(fan);
  expect(await sessions()).toBe(2);
  await loge.server('POST', `/v1/rooms/${room}/end`);
  // Long before the sessions' grace period ends.
  await vi.waitFor(async () => expect(await sessions()).toBe(0), { ...WAIT, timeout: 8_000 });
});

test.each([
  { when: 'the account is suspended', token: () => loge.token({ identity: 'sue', room }), end: () => suspend('sue') },
  {
    when: 'they sign out everywhere',
    token: () => signedInToken('person_sue'),
    end: () => loge.app.context.people.sessions.revokeAll('person_sue'),
  },
])('media that waits for the socket of its participant ends when $when', async ({ token, end }) => {
  await vi.waitFor(async () => expect(await sessions()).toBe(0), WAIT);
  using creator = await join({ identity: 'ada', role: 'creator' });
  using _live = await goLive(creator);
  const fan = await TestParticipant.connect(loge.url, { token: await token() });
  using _watched = await watch(fan);
  await cut(fan);
  expect(await sessions()).toBe(2);
  await end();
  // Long before the session's grace period ends.
  await vi.waitFor(async () => expect(await sessions()).toBe(1), { ...WAIT, timeout: 8_000 });
});

test('a page that is left ends its sessions at once, also where its goodbye is cut off', async () => {
  await vi.waitFor(async () => expect(await sessions()).toBe(0), WAIT);
  using creator = await join({ identity: 'ada', role: 'creator' });
  using _live = await goLive(creator);
  using fan = await join({ identity: 'lea' });
  using _watched = await watch(fan);
  expect(await sessions()).toBe(2);
  const { ws } = fan.socket.io.engine.transport as unknown as { ws: WebSocket };
  fan.socket.io.reconnection(false);
  ws.close(1001);
  // Long before the session's grace period ends.
  await vi.waitFor(async () => expect(await sessions()).toBe(1), { ...WAIT, timeout: 8_000 });
});

test('a session that was adopted for a participant who has signed off meanwhile ends at once', async () => {
  await vi.waitFor(async () => expect(await sessions()).toBe(0), WAIT);
  using creator = await join({ identity: 'ada', role: 'creator' });
  using _live = await goLive(creator);
  const first = await join({ identity: 'lea' });
  using watched = await watch(first);
  await cut(first);
  const second = await join({ identity: 'lea' });
  const resumed = hold(loge.app.context.stage, 'resume');
  void settled(second.request('stage:resume', { session: watched.session }));
  await vi.waitFor(() => expect(resumed.isCalled()).toBe(true), WAIT);
  const open = await sockets();
  second.socket.disconnect();
  await vi.waitFor(async () => expect(await sockets()).toBe(open - 1), WAIT);
  await resumed.release();
  await vi.waitFor(async () => expect(await sessions()).toBe(1), { ...WAIT, timeout: 8_000 });
});

test('a session that was adopted for a participant who left ends unless it is resumed', async () => {
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

describe('a session opened over HTTP', () => {
  const PAGE = 'https://club.example';
  let creator: TestParticipant;
  let live: Live;
  /** Sessions of earlier tests. */
  let others = 0;

  beforeAll(async () => {
    others = await sessions();
  });
  beforeEach(async () => {
    await vi.waitFor(async () => expect(await watching()).toBe(-1), WAIT);
    // The node uses the machine's clock, and refuses long leases of prepared sessions.
    aheadMs = 0;
    room = (await loge.createRoom({ kind: 'ticket', priceMinor: 500 })).id;
    creator = await join({ identity: 'ada', role: 'creator' });
    live = await goLive(creator);
    return () => {
      live[Symbol.dispose]();
      creator[Symbol.dispose]();
    };
  });

  /** Sessions besides the one of this test's creator. */
  const watching = async () => (await sessions()) - others - 1;
  const receiverOf = ({ welcome }: TestParticipant) => {
    const router = welcome.inside?.stage.routerRtpCapabilities ?? {};
    return describeReceiver(router, router);
  };

  /** As a page of another site sends it: no header that needs a preflight, and the token in the body. */
  async function post(
    token: string,
    { viewer = new RtpViewer(), of = room, origin = PAGE, signal = AbortSignal.timeout(WAIT.timeout) } = {},
  ) {
    const { dtlsParameters } = viewer;
    const body = JSON.stringify({ token, rtpCapabilities: receiverOf(creator), dtlsParameters });
    const request = { method: 'POST', body, headers: { origin }, signal };
    const response = await fetch(`${loge.url}/v1/rooms/${of}/watch`, request);
    const text = await response.text();
    const answer = JSON.parse(text) as WatchAheadAnswer & { error?: { code: string } };
    return { viewer, response, answer, sizes: [body.length, text.length] };
  }

  const postAs = async (identity: string, claims: Record<string, unknown> = { entitled: true }) =>
    post(await loge.token({ identity, room, ...claims }));
  const sessionOf = ({ answer }: { answer: WatchAheadAnswer }) => answer.watching?.session ?? '';
  const ended = () => vi.waitFor(async () => expect(await watching()).toBe(0), { ...WAIT, timeout: 4_000 });

  test("needs one round trip, and only its participant's socket can resume it", async () => {
    const { viewer, response, answer, sizes } = await postAs('lea');
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(Math.max(...sizes)).toBeLessThan(LIMITS.watchBodyBytes);
    const { session, transport, consumers } = answer.watching ?? {};
    expect([answer.access.state, consumers?.length, answer.watching?.connected]).toEqual(['granted', 2, true]);
    await viewer.connect(transport as unknown as TransportOptions, consumers as unknown as ConsumerOptions[]);
    await vi.waitFor(() => expect(viewer.packets('video')).toBeGreaterThan(0), WAIT);
    // Another participant who knows its id.
    using thief = await join({ identity: 'max', entitled: true });
    for (const name of ['stage:resume', 'stage:restartIce', 'stage:leave', 'stage:play'])
      expect([name, await thief.refusal(name, { session })]).toEqual([name, 'session_not_found']);
    using fan = await join({ identity: 'lea' });
    // It accepts no commands before it is resumed.
    expect(await fan.refusal('stage:restartIce', { session })).toBe('session_not_found');
    expect((await fan.request('stage:resume', { session })).consumers).toHaveLength(2);
    expect(await fan.refusal('stage:restartIce', { session })).toBe('ok');
    aheadMs += AWAY_MS;
    // Another session, which no socket resumes, shows that the time has passed.
    expect(sessionOf(await postAs('max'))).not.toBe('');
    aheadMs += AWAY_MS;
    await vi.waitFor(async () => expect(await watching()).toBe(1), WAIT);
    expect(await fan.refusal('stage:restartIce', { session })).toBe('ok');
    await fan.request('stage:leave', { session });
    viewer.close();
  });

  test('ends when no socket resumes it; a publisher on a dead line keeps session and live for a minute', async () => {
    await postAs('lea');
    expect(await watching()).toBe(1);
    await cut(creator);
    // Half of that minute is left for a slow machine.
    aheadMs += LIMITS.sessionGraceMs / 2;
    await ended();
    using again = await join({ identity: 'ada', role: 'creator' });
    expect(await again.refusal('stage:resume', { session: live.session })).toBe('ok');
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'live' });
  });

  test.each([
    { when: 'is decided', method: 'admit' },
    { when: 'is being opened', method: 'watch' },
  ] as const)('ends when its request is aborted while it $when', async ({ method }) => {
    const { stage, rooms } = loge.app.context;
    const responses: ServerResponse[] = [];
    const note = (message: unknown) => responses.push((message as { response: ServerResponse }).response);
    subscribe('http.server.request.start', note);
    const step = method === 'admit' ? hold(rooms, 'admit') : hold(stage, 'watch');
    const aborting = new AbortController();
    const asked = settled(post(await loge.token({ identity: 'lea', room, entitled: true }), aborting));
    await vi.waitFor(() => expect(step.isCalled()).toBe(true), WAIT);
    unsubscribe('http.server.request.start', note);
    aborting.abort();
    expect(await asked).toContain('AbortError');
    await vi.waitFor(() => expect(responses.every(({ closed }) => closed)).toBe(true), WAIT);
    await step.release();
    await ended();
  });

  test('ends with its access or its API key, also before any socket resumes it', async () => {
    await postAs('lea');
    await loge.server('DELETE', `/v1/rooms/${room}/entitlements/lea`);
    await ended();
    const key = await loge.makeKey(['tokens']);
    const { token } = await (
      await fetch(`${loge.url}/v1/tokens`, {
        method: 'POST',
        headers: { authorization: key.basic, 'content-type': 'application/json' },
        body: JSON.stringify({ identity: 'max', name: 'Max', room, role: 'fan', entitled: true }),
      })
    ).json();
    expect(sessionOf(await post(token))).not.toBe('');
    await loge.server('DELETE', `/v1/keys/${key.id}`);
    await ended();
    expect((await post(token)).answer.error?.code).toBe('token_invalid');
  });

  test('ends with the suspension of its account, and with the sign-in of its token', async () => {
    expect(sessionOf(await postAs('tim'))).not.toBe('');
    await suspend('tim');
    await ended();
    room = (await loge.createRoom({ kind: 'free' })).id;
    expect(sessionOf(await post(await signedInToken('person_tim')))).not.toBe('');
    await loge.app.context.people.sessions.revokeAll('person_tim');
    await ended();
  });

  test('does not outlive a revocation that comes while it is being opened', async () => {
    const token = await loge.token({ identity: 'lea', room, entitled: true });
    const { stage } = loge.app.context;
    const closing = vi.spyOn(stage, 'closeParticipant');
    const opening = hold(stage, 'watch');
    const asked = post(token);
    await vi.waitFor(() => expect(opening.isCalled()).toBe(true), WAIT);
    await loge.server('DELETE', `/v1/rooms/${room}/entitlements/lea`);
    // The removal has looked for sessions of the participant, and found none yet.
    await vi.waitFor(() => expect(closing).toHaveBeenCalledWith(room, 'lea'), WAIT);
    await opening.release();
    expect(sessionOf(await asked)).not.toBe('');
    await ended();
    closing.mockRestore();
    // The token is older than the revocation.
    expect((await post(token)).answer).toMatchObject({ access: { state: 'required' }, watching: null });
  });

  test('is not opened in the lobby, and a refusal has the same code as on a socket', async () => {
    expect((await postAs('eve', {})).answer).toEqual({
      access: { state: 'required', offer: { kind: 'ticket', priceMinor: 500, currency: 'eur' } },
      watching: null,
    });
    await loge.server('POST', `/v1/rooms/${room}/removals`, { identity: 'max', reason: 'Insults' });
    expect((await postAs('max')).answer).toEqual({
      access: { state: 'refused', reason: 'removed', note: 'Insults' },
      watching: null,
    });
    const [token, elsewhere] = [
      await loge.token({ identity: 'eve', room, entitled: true }),
      'room_000000000000000000000',
    ];
    const codes = await Promise.all([
      post(token, { of: (await loge.createRoom({ kind: 'free' })).id }),
      post(token, { of: elsewhere }),
      post(token, { origin: 'https://elsewhere.example' }),
      post(`${token.slice(0, -6)}AAAAAA`),
      post(loge.app.context.tokens.create({ identity: 'eve', name: 'Eve', room: room as RoomId, role: 'creator' })),
    ]);
    expect(codes.map(({ answer }) => answer.error?.code)).toEqual([
      'forbidden',
      'forbidden',
      'origin_not_allowed',
      'token_invalid',
      'forbidden',
    ]);
    expect(await watching()).toBe(0);
  });

  test('counts like those of sockets: four of one person, thirty in ten seconds', async () => {
    for (let count = 0; count < 6; count += 1) expect(sessionOf(await postAs('zoe'))).not.toBe('');
    // Sessions without a socket are replaced first, as in R14a.
    expect(await watching()).toBe(4);
    const codes: (string | undefined)[] = [];
    for (let count = 0; count < 25; count += 1) codes.push((await postAs('zoe')).answer.error?.code);
    expect(codes).toEqual([...Array.from({ length: 24 }, () => undefined), 'rate_limited']);
    expect(await watching()).toBe(4);
    aheadMs += LIMITS.watchAheadMs;
    await ended();
  });

  test('opens with the access after a prepare; without access there is at most a transport', async () => {
    const { stage } = loge.app.context;
    const consumers = async () => (await stage.stats()).consumers;
    const before = await consumers();
    const viewer = new RtpViewer();
    const prepare = { rtpCapabilities: receiverOf(creator), dtlsParameters: viewer.dtlsParameters };
    using fan = await join({ identity: 'ida' });
    expect(await fan.request('stage:prepare', prepare)).toEqual({});
    expect(await watching()).toBe(0);
    using buyer = await join({ identity: 'tom' });
    const prepared = await buyer.request('stage:prepare', { ...prepare, open: true });
    expect([prepared.connected, prepared.consumers]).toEqual([true, []]);
    await viewer.connect(prepared.transport, []);
    expect([await watching(), await consumers()]).toEqual([1, before]);
    // A prepared session accepts no commands, from its owner or others.
    expect(
      await buyer.refusal('stage:viewport', { session: prepared.session, viewport: { width: 1, height: 1 } }),
    ).toBe('access_required');
    expect(await fan.refusal('stage:leave', { session: prepared.session })).toBe('session_not_found');
    const granted = [fan, buyer].map((of) => of.next('rooms:accessGranted'));
    for (const identity of ['ida', 'tom']) await loge.token({ identity, room, entitled: true });
    const [opened, admitted] = (await Promise.all(granted)).map((event) => event.watching);
    expect([opened?.consumers.length, opened?.connected, opened?.transport !== undefined]).toEqual([2, true, true]);
    expect(admitted).toEqual({ session: prepared.session, consumers: expect.any(Array) });
    viewer.addConsumers(admitted?.consumers as unknown as ConsumerOptions[]);
    await vi.waitFor(() => expect(viewer.packets('video')).toBeGreaterThan(0), WAIT);
    for (const identity of ['ida', 'tom']) await loge.server('DELETE', `/v1/rooms/${room}/entitlements/${identity}`);
    await ended();
    expect(await consumers()).toBe(before);
    viewer.close();
  });

  test('is not prepared for participants who could not buy', async () => {
    await loge.server('POST', `/v1/rooms/${room}/removals`, { identity: 'uma', reason: 'Insults' });
    using removed = await join({ identity: 'uma' });
    const viewer = new RtpViewer();
    const { dtlsParameters } = viewer;
    viewer.close();
    const prepare = { rtpCapabilities: receiverOf(creator), dtlsParameters, open: true };
    expect(await removed.request('stage:prepare', prepare)).toEqual({});
    const { id: elsewhere } = await loge.createRoom({ kind: 'free' });
    using guest = await TestParticipant.connect(loge.url, {
      token: await loge.token({ identity: 'uma', room: elsewhere }),
    });
    expect(await guest.request('stage:prepare', prepare)).toEqual({});
    expect(await watching()).toBe(0);
  });
});
