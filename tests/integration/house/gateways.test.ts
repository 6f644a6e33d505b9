/** Two real gateway processes on one Postgres and one Redis: effects of one at the other. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChatEntry } from '../../../server/protocol/chat/chat.ts';
import type { ApiKeyWithSecret } from '../../../server/protocol/keys.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { runOnServer } from '../../support/databases/postgres.ts';
import { clientId, GatewayHouse, hasGateways } from '../../support/houses/gateways.ts';
import { goLive } from '../../support/media/media.ts';
import { basicOf } from '../../support/people/basic.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { TestRedis } from '../../support/programs/redis.ts';
import { startRedisCluster, startRedisSentinel } from '../../support/programs/redis-topologies.ts';
import { TcpProxy } from '../../support/programs/tcp-proxy.ts';
import { drawVariants } from '../../support/run/effort.ts';
import { aboutASecond } from '../../support/run/eventually.ts';

/** At once, so that a slow machine refills no budget meanwhile. */
const sayMuch = (here: TestParticipant, there: TestParticipant): Promise<string[]> =>
  Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      (index % 2 === 0 ? here : there).refusal('chat:send', { clientId: clientId(), text: `message ${index}` }),
    ),
  );

describe.skipIf(!hasGateways)('two gateways', () => {
  let house: GatewayHouse;
  let redis: TestRedis;
  /** Between the first gateway and Redis. */
  let wire: TcpProxy;
  beforeAll(async () => {
    redis = await TestRedis.start();
    wire = await TcpProxy.create(redis.port);
    house = await GatewayHouse.start({
      redisUrl: redis.url,
      envOf: (index): Record<string, string> => (index === 0 ? { REDIS_URL: `redis://127.0.0.1:${wire.port}` } : {}),
    });
  }, 120_000);
  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await wire?.[Symbol.asyncDispose]();
    await redis?.[Symbol.asyncDispose]();
  });

  const entriesOf = ({ events }: TestParticipant): ChatEntry[] =>
    events
      .filter(({ name }) => name === 'chat:frame')
      .flatMap(({ data }) => (data as { entries: ChatEntry[] }).entries);
  const say = (who: TestParticipant, text: string) => who.request('chat:send', { clientId: clientId(), text });

  test('both are ready, and report that they are one of several', async () => {
    for (const { url } of house.gateways)
      expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  test('messages at one are seen at both, once and in order, also after a change of gateways', async () => {
    const room = (await house.createRoom()).id;
    using lea = await house.join(0, { identity: 'lea', room });
    using tom = await house.join(1, { identity: 'tom', room });
    for (let index = 0; index < 4; index += 1) await Promise.all([say(lea, `lea ${index}`), say(tom, `tom ${index}`)]);
    await vi.waitFor(() => expect([entriesOf(lea).length, entriesOf(tom).length]).toEqual([8, 8]));
    for (const person of [lea, tom]) expect(entriesOf(person).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(entriesOf(lea)).toEqual(entriesOf(tom));
    using again = await house.join(0, { identity: 'tom', room }, 5);
    expect(again.welcome.inside?.chat.entries.map(({ seq }) => seq)).toEqual([6, 7, 8]);
  });

  test('access revoked at one ends at the other within a second, and the old token is refused at both', async () => {
    const room = (await house.createRoom()).id;
    const token = await house.token({ identity: 'max', room });
    using max = await TestParticipant.connect(house.gateway(1).url, { token });
    expect(max.welcome.access.state).toBe('granted');
    const revoked = max.next('rooms:accessRevoked');
    const at = performance.now();
    await house.server('POST', `/v1/rooms/${room}/removals`, { identity: 'max', reason: 'charter' });
    expect((await revoked).access).toMatchObject({ state: 'refused', reason: 'removed' });
    const tookMs = performance.now() - at;
    expect(tookMs).toBeLessThan(await aboutASecond(house.gateway(0).url));
    expect(await max.refusal('chat:send', { clientId: clientId(), text: 'still here' })).toBe('access_removed');
    for (const { url } of house.gateways) {
      using back = await TestParticipant.connect(url, { token });
      expect(back.welcome).toMatchObject({ access: { state: 'refused', reason: 'removed' }, inside: null });
      expect(await back.refusal('chat:history', {})).toBe('access_removed');
      expect(await back.refusal('stage:watch', { rtpCapabilities: {} })).toBe('access_removed');
      const tip = await fetch(`${url}/v1/rooms/${room}/tips`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ amountMinor: 500, idempotencyKey: clientId() }),
      });
      expect(tip.status).toBe(403);
    }
  });

  test('a live continues at another gateway as the same one, and can be ended from either', async () => {
    const room = (await house.createRoom()).id;
    using fan = await house.join(1, { identity: 'lea', room });
    const told = (name: string) => fan.events.filter((event) => event.name === name);
    using laptop = await house.join(0, { identity: 'ada', room, role: 'creator' });
    using live = await goLive(laptop);
    await vi.waitFor(() => expect(told('stage:liveStarted')).toHaveLength(1));
    using phone = await house.join(1, { identity: 'ada', room, role: 'creator' });
    await phone.request('stage:resume', { session: live.session });
    const closed = phone.next('stage:sessionClosed');
    // Its socket at the first gateway is still open.
    await laptop.request('stage:endLive', {});
    expect(await closed).toMatchObject({ session: live.session, reason: 'closed' });
    await vi.waitFor(() => expect(told('stage:liveEnded')).toHaveLength(1));
    expect(told('stage:liveStarted')).toHaveLength(1);
    using late = await house.join(0, { identity: 'max', room });
    expect(late.welcome.live).toBe(false);
  });

  test('access granted by the embedder at one is effective at the other', async () => {
    const room = (await house.createRoom({ kind: 'ticket', priceMinor: 500 })).id;
    using lobby = await house.join(1, { identity: 'ines', room });
    expect(lobby.welcome.access.state).toBe('required');
    const granted = lobby.next('rooms:accessGranted');
    using entitled = await house.join(0, { identity: 'ines', room, entitled: true });
    expect(entitled.welcome.access.state).toBe('granted');
    expect((await granted).access.state).toBe('granted');
  });

  test('a role revoked at one ends at the other within a second, and the old token restores it at neither', async () => {
    const room = (await house.createRoom({ kind: 'ticket', priceMinor: 500 })).id;
    const token = await house.token({ identity: 'keeper', room, role: 'moderator' });
    using keeper = await TestParticipant.connect(house.gateway(1).url, { token });
    expect(keeper.welcome.can.moderate).toBe(true);
    const changed = keeper.next('rooms:rightsChanged');
    const revoked = keeper.next('rooms:accessRevoked');
    const at = performance.now();
    await house.token({ identity: 'keeper', room, role: 'fan' });
    expect(await changed).toMatchObject({ participant: { role: 'fan' }, can: { moderate: false } });
    expect((await revoked).access.state).toBe('required');
    const tookMs = performance.now() - at;
    expect(tookMs).toBeLessThan(await aboutASecond(house.gateway(0).url));
    for (const { url } of house.gateways) {
      using back = await TestParticipant.connect(url, { token });
      expect(back.welcome).toMatchObject({ participant: { role: 'fan' }, can: { moderate: false }, inside: null });
    }
  });

  test('a key that is revoked at one ends at the other, with its sockets', async () => {
    const room = (await house.createRoom()).id;
    const [here, there] = [house.gateway(0).url, house.gateway(1).url];
    const key = await house.server<ApiKeyWithSecret>('POST', '/v1/keys', { name: 'Shop', scopes: ['tokens'] });
    const minted = await fetch(`${here}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: basicOf(key.id, key.secret), 'content-type': 'application/json' },
      body: JSON.stringify({ identity: 'lea', name: 'Léa', room, role: 'fan' }),
    });
    const { token } = (await minted.json()) as { token: string };
    // The other gateway may learn of the key a moment later.
    using lea = await vi.waitFor(() => TestParticipant.connect(there, { token }));
    const goodbye = lea.next('rooms:goodbye');
    await house.server('DELETE', `/v1/keys/${key.id}`);
    expect(await goodbye).toMatchObject({ code: 'token_invalid', reconnect: true });
    for (const url of [here, there]) {
      await expect(TestParticipant.connect(url, { token })).rejects.toMatchObject({ code: 'token_invalid' });
    }
  });

  test('the socket limit of an identity is shared by both', async () => {
    const room = (await house.createRoom()).id;
    const token = await house.token({ identity: 'hoarder', room });
    const come = (index: number) =>
      TestParticipant.connect(house.gateway(index % 2).url, { token }).catch((error: { code: string }) => error.code);
    const came = await Promise.all(Array.from({ length: 3 * LIMITS.socketsPerIdentity }, (_, index) => come(index)));
    const held = came.filter((it) => it instanceof TestParticipant);
    expect(held.length).toBeLessThanOrEqual(LIMITS.socketsPerIdentity);
    // Both may have refused the last slots; sequentially they are all taken.
    for (let index = held.length; index < LIMITS.socketsPerIdentity; index += 1) {
      held.push((await come(index)) as TestParticipant);
    }
    expect([await come(0), await come(1)]).toEqual(['too_many_connections', 'too_many_connections']);
    for (const { socket } of held) socket.close();
  });

  test('the viewer count includes both, each person once, and drops when they leave', async () => {
    const room = (await house.createRoom()).id;
    using lea = await house.join(0, { identity: 'lea', room });
    const others = await Promise.all([
      house.join(1, { identity: 'lea', room }),
      house.join(1, { identity: 'tom', room }),
      house.join(1, { identity: 'malik', room }),
    ]);
    const lastCount = () =>
      lea.events.findLast(({ name }) => name === 'rooms:viewerCount')?.data ?? { count: lea.welcome.viewerCount };
    await vi.waitFor(() => expect(lastCount()).toEqual({ count: 3 }));
    for (const at of [0, 1]) {
      expect(await house.server('GET', `/v1/rooms/${room}`, undefined, at)).toMatchObject({ viewerCount: 3 });
    }
    for (const other of others) other.socket.close();
    await vi.waitFor(() => expect(lastCount()).toEqual({ count: 1 }));
  });

  test('rate limits are shared by both', async () => {
    const room = (await house.createRoom()).id;
    using here = await house.join(0, { identity: 'greedy', room });
    using there = await house.join(1, { identity: 'greedy', room });
    const answers = await sayMuch(here, there);
    // Ten and a burst of five; twice that if each gateway counted for itself.
    expect(answers.filter((answer) => answer === 'ok').length).toBeLessThanOrEqual(16);
    expect(answers).toContain('rate_limited');
  });

  test('credit granted at one is sent to the sockets at the other', async () => {
    const room = (await house.createRoom()).id;
    using lea = await house.join(1, { identity: 'lea2', room });
    const changed = lea.next('money:walletChanged');
    const grant = { identity: 'lea2', amountMinor: 2_000, reason: 'welcome', idempotencyKey: clientId() };
    await house.server('POST', '/v1/promotions', grant);
    expect(await changed).toMatchObject({ promoMinor: 2_000 });
  });

  test('without Redis both continue alone, and access revoked at the other ends within two seconds', async () => {
    const room = (await house.createRoom()).id;
    using lea = await house.join(0, { identity: 'lea', room });
    using tom = await house.join(1, { identity: 'tom', room });
    const token = await house.token({ identity: 'late', room });
    await redis.kill();
    const reasons = async (at: number) =>
      ((await (await fetch(`${house.gateway(at).url}/readyz`)).json()) as { reasons?: string[] }).reasons;
    await vi.waitFor(async () => expect(await reasons(0)).toEqual(['redis: unreachable']));
    await say(lea, 'alone');
    await vi.waitFor(() => expect(entriesOf(lea).map(({ seq }) => seq)).toContain(1));
    const revoked = tom.next('rooms:accessRevoked');
    await house.server('POST', `/v1/rooms/${room}/removals`, { identity: 'tom', reason: 'charter' });
    expect((await revoked).access).toMatchObject({ state: 'refused', reason: 'removed' });
    using late = await TestParticipant.connect(house.gateway(1).url, { token });
    expect(late.welcome.access.state).toBe('granted');
    // Messages from the other one are found in the database.
    await vi.waitFor(() =>
      expect(
        entriesOf(late)
          .concat(late.welcome.inside?.chat.entries ?? [])
          .map(({ seq }) => seq),
      ).toContain(1),
    );
    await say(lea, 'still alone');
    await vi.waitFor(() => expect(entriesOf(late).map(({ seq }) => seq)).toContain(2));
    await redis.start({ keepData: false });
    await vi.waitFor(async () => expect([await reasons(0), await reasons(1)]).toEqual([undefined, undefined]), {
      timeout: 10_000,
    });
    await say(lea, 'together');
    await vi.waitFor(() =>
      expect(entriesOf(late).some((entry) => entry.kind === 'message' && entry.text === 'together')).toBe(true),
    );
  });

  // The other one stays connected, so nothing of its own tells it that it missed messages.
  test('messages, moderation and revocations from an outage of one reach the other as soon as it has Redis again', async () => {
    const room = (await house.createRoom()).id;
    using lea = await house.join(0, { identity: 'lea', room });
    using tom = await house.join(1, { identity: 'tom', room });
    using maxHere = await house.join(0, { identity: 'max', room });
    using maxThere = await house.join(1, { identity: 'max', room });
    using pia = await house.join(1, { identity: 'pia', room });
    const names = ({ events }: TestParticipant) => events.map(({ name }) => name);
    const moderate = (path: string, body: object) => house.server('POST', `/v1/rooms/${room}/chat/${path}`, body);
    const restricted = tom.next('chat:restriction');
    await moderate('restrictions', { identity: 'tom', kind: 'ban', scope: 'room', reason: 'insults' });
    await restricted;
    wire.cut();
    await vi.waitFor(async () => {
      const answer = await fetch(`${house.gateway(0).url}/readyz`);
      // A load balancer keeps it.
      expect([answer.status, (await answer.json()).reasons]).toEqual([200, ['redis: unreachable']]);
    });
    await lea.request('chat:send', { clientId: clientId(), text: 'alone' });
    await house.server('POST', `/v1/rooms/${room}/removals`, { identity: 'max', reason: 'charter' });
    await vi.waitFor(() => expect(names(maxHere)).toContain('rooms:accessRevoked'));
    // Without a fact, as after an outage with more of them than are read.
    await runOnServer(
      house.postgres.url,
      `insert into restrictions (id, kind, creator, identity, by, by_role, reason, created_at)
        values ('removal_pia', 'removal', 'ada', 'pia', 'ada', 'creator', 'charter', now())`,
    );
    await moderate('lifts', { identity: 'tom', scope: 'room' });
    await moderate('mode', { paused: true });
    const told = Promise.all([tom.next('chat:restriction'), tom.next('chat:state')]);
    wire.mend();
    // Earlier than the regular comparison of a room with the database.
    const timeout = 5_000;
    await vi.waitFor(() => expect(names(tom)).toContain('chat:frame'), { timeout });
    for (const removed of [maxThere, pia]) {
      await vi.waitFor(() => expect(names(removed)).toContain('rooms:accessRevoked'), { timeout });
    }
    expect(await told).toMatchObject([{ kind: null }, { mode: { paused: true } }]);
  });

  // The last one, because the gateway stays away.
  test('a tip is shown at both; when its gateway is killed right after, the other shows it', async () => {
    const room = (await house.createRoom()).id;
    const grant = { identity: 'rich', amountMinor: 50_000, reason: 'welcome', idempotencyKey: clientId() };
    await house.server('POST', '/v1/promotions', grant);
    const token = await house.token({ identity: 'rich', room });
    using watcher = await house.join(1, { identity: 'watcher', room });
    const tip = (at: number) =>
      fetch(`${house.gateway(at).url}/v1/rooms/${room}/tips`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ amountMinor: 500, idempotencyKey: clientId() }),
      });
    const paid = await tip(0);
    expect([paid.status, paid.status === 201 ? '' : await paid.text()]).toEqual([201, '']);
    await vi.waitFor(() => expect(entriesOf(watcher).filter(({ kind }) => kind === 'tip')).toHaveLength(1));
    const acknowledged = await Promise.all(Array.from({ length: 10 }, () => tip(0)));
    expect(acknowledged.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    await house.gateway(0).kill();
    await vi.waitFor(() => expect(entriesOf(watcher).filter(({ kind }) => kind === 'tip')).toHaveLength(11), {
      timeout: 20_000,
    });
  });
});

describe.skipIf(!hasGateways).each(
  drawVariants([
    { name: 'a cluster', start: startRedisCluster },
    { name: 'a primary behind a sentinel', start: startRedisSentinel },
  ]),
)('two gateways over $name', ({ start }) => {
  test('chat, viewer count, credit and rate limits span both', async () => {
    await using redis = await start();
    await using house = await GatewayHouse.start({ redisUrl: redis.url });
    for (const { url } of house.gateways) {
      await vi.waitFor(async () => expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' }), {
        timeout: 10_000,
      });
    }
    const room = (await house.createRoom()).id;
    using lea = await house.join(0, { identity: 'lea', room });
    using tom = await house.join(1, { identity: 'tom', room });
    const seen = ({ events }: TestParticipant) =>
      events
        .filter(({ name }) => name === 'chat:frame')
        .flatMap(({ data }) => (data as { entries: ChatEntry[] }).entries.map(({ seq }) => seq));
    for (const who of [lea, tom, lea]) await who.request('chat:send', { clientId: clientId(), text: 'bonsoir' });
    await vi.waitFor(() =>
      expect([seen(lea), seen(tom)]).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]),
    );
    const count = () => house.server('GET', `/v1/rooms/${room}`, undefined, 1);
    await vi.waitFor(async () => expect(await count()).toMatchObject({ viewerCount: 2 }));
    const changed = tom.next('money:walletChanged');
    const grant = { identity: 'tom', amountMinor: 2_000, reason: 'welcome', idempotencyKey: clientId() };
    await house.server('POST', '/v1/promotions', grant);
    expect(await changed).toMatchObject({ promoMinor: 2_000 });
    using there = await house.join(1, { identity: 'lea', room });
    const answers = await sayMuch(lea, there);
    expect(answers.filter((answer) => answer === 'ok').length).toBeLessThanOrEqual(16);
  }, 120_000);
});
