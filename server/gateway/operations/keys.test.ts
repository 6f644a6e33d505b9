/** API keys over HTTP: their rights, the keys that they may create, and their end. */
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp, type TestKey } from '../../../tests/support/houses/http.ts';
import { MovableClock } from '../../../tests/support/houses/money-house.ts';
import { basicOf } from '../../../tests/support/people/basic.ts';
import { signersOf, startReceiver } from '../../../tests/support/programs/webhook-receiver.ts';
import { eventually } from '../../../tests/support/run/eventually.ts';
import { sql } from '../../platform/db/sql.ts';
import { SCOPES, type Scope } from '../../protocol/keys.ts';
import type { Room } from '../../protocol/rooms.ts';

const DAY_MS = 86_400_000;

let http: TestHttp;
let room: Room;
const clock = new MovableClock();

beforeAll(async () => {
  http = await startHttp({ clock });
  room = await http.createRoom({ kind: 'free' });
});

afterAll(() => http[Symbol.asyncDispose]());

const iso = (inMs: number) => new Date(clock.now() + inMs).toISOString();
const mint = { identity: 'lea', name: 'Léa', role: 'fan' };

describe('what a key may do', () => {
  test.each<[Scope, string, string, (() => unknown)?]>([
    ['admin', 'GET', '/v1/keys'],
    ['tokens', 'POST', '/v1/tokens', () => ({ ...mint, room: room.id })],
    ['rooms', 'GET', '/v1/rooms'],
    ['money', 'GET', '/v1/desk/overview'],
    ['money', 'GET', '/v1/creators/ada/earnings.csv'],
    ['moderation', 'GET', '/v1/chat/hook'],
    ['events', 'GET', '/v1/events'],
  ])('%s alone opens %s %s', async (scope, method, path, body) => {
    const others = SCOPES.filter((each) => each !== scope);
    const [right, wrong] = await Promise.all([http.makeKey([scope]), http.makeKey(others)]);
    expect((await right.call(method, path, body?.())).json?.error?.code).not.toBe('scope_missing');
    const refused = await wrong.call(method, path, body?.());
    expect([refused.status, refused.json.error]).toEqual([
      403,
      expect.objectContaining({ code: 'scope_missing', message: expect.stringContaining(`\`${scope}\``) }),
    ]);
  });

  test('in production, metrics need a key with the scope metrics, such as LOGE_METRICS_SECRET', async () => {
    const secret = 'a_metrics_secret_of_a_test_00000000';
    await using house = await startHttp({ env: { ...PRODUCTION_ENV, LOGE_METRICS_SECRET: secret } });
    // As a proxy passes it on: from loopback itself metrics need no key.
    const read = async (authorization: string) => {
      const headers = { authorization, 'x-forwarded-for': '192.0.2.7' };
      return (await house.call('GET', '/metrics', { headers })).status;
    };
    expect(await read(basicOf('metrics', secret))).toBe(200);
    expect(await read((await house.makeKey(['metrics'])).basic)).toBe(200);
    expect(await read((await house.makeKey(['admin', 'money'])).basic)).toBe(403);
    expect(await read(basicOf('metrics', ''))).toBe(401);
    expect(
      (await house.call('GET', '/v1/rooms', { headers: { authorization: basicOf('metrics', secret) } })).status,
    ).toBe(403);
  });
});

describe('a key cannot create a key with more rights', () => {
  const makeWith = (key: TestKey, input: object) => key.call('POST', '/v1/keys', { name: 'child', ...input });
  const codeOf = async (key: TestKey, input: object) => (await makeWith(key, input)).json.error?.code ?? 'made';

  test('of scopes', async () => {
    const admin = await http.makeKey(['admin', 'rooms']);
    for (const scope of SCOPES) {
      const expected = scope === 'admin' || scope === 'rooms' ? 'made' : 'scope_missing';
      expect([scope, await codeOf(admin, { scopes: [scope] })]).toEqual([scope, expected]);
    }
    const plain = await http.makeKey(['rooms']);
    expect(await codeOf(plain, { scopes: ['rooms'] })).toBe('scope_missing');
  });

  test('of time', async () => {
    expect(
      (await http.server('POST', '/v1/keys', { name: 'x', scopes: ['rooms'], expiresAt: iso(-1) })).json.error.code,
    ).toBe('time_in_past');
    const expiresAt = iso(DAY_MS);
    const admin = await http.makeKey(['admin'], { expiresAt });
    expect(await codeOf(admin, { scopes: ['admin'] })).toBe('forbidden');
    expect(await codeOf(admin, { scopes: ['admin'], expiresAt: iso(2 * DAY_MS) })).toBe('forbidden');
    expect(await codeOf(admin, { scopes: ['admin'], expiresAt })).toBe('made');
  });

  test('of origins', async () => {
    const origins = ['https://club.example', 'https://other.example'];
    const admin = await http.makeKey(['admin', 'tokens'], { origins });
    expect(await codeOf(admin, { scopes: ['tokens'] })).toBe('forbidden');
    expect(await codeOf(admin, { scopes: ['tokens'], origins: ['https://evil.example'] })).toBe('forbidden');
    expect(await codeOf(admin, { scopes: ['tokens'], origins: ['https://club.example'] })).toBe('made');
  });

  test.each<[string, object]>([
    ['no scope', { scopes: [] }],
    ['a scope that is none', { scopes: ['root'] }],
    ['a scope twice', { scopes: ['rooms', 'rooms'] }],
    ['an origin with a path', { scopes: ['tokens'], origins: ['https://club.example/'] }],
    ['an origin for all', { scopes: ['tokens'], origins: ['*'] }],
    ['a secret of its own', { scopes: ['tokens'], secret: 'x'.repeat(40) }],
  ])('%s is refused', async (_what, input) => {
    const reply = await http.server('POST', '/v1/keys', { name: 'x', ...input });
    expect([reply.status, reply.json.error?.code]).toEqual([400, 'invalid_request']);
  });
});

describe('tokens', () => {
  const enter = (token: string, headers: Record<string, string> = {}) =>
    http.call('GET', '/v1/wallet', { headers: { authorization: `Bearer ${token}`, ...headers } });
  const sign = (iss: string, secret: string) => {
    const nowSeconds = Math.floor(clock.now() / 1_000);
    const claims = { iss, sub: 'lea', name: 'Léa', room: room.id, role: 'fan', iat: nowSeconds, exp: nowSeconds + 600 };
    return jwt.sign(claims, secret, { algorithm: 'HS256' });
  };

  test('two keys overlap during a rotation; a revoked key ends with all of its tokens', async () => {
    const [before, after] = await Promise.all([http.makeKey(['tokens']), http.makeKey(['tokens'])]);
    const minted = async (key: TestKey) =>
      (await key.call('POST', '/v1/tokens', { ...mint, room: room.id })).json.token;
    const tokens = await Promise.all([minted(before), minted(after)]);
    const signed = sign(before.id, before.secret);
    for (const token of [...tokens, signed]) expect((await enter(token)).status).toBe(200);

    const revoked = await http.server('DELETE', `/v1/keys/${before.id}`);
    expect(revoked.json).toMatchObject({ id: before.id, revokedAt: expect.any(String) });
    for (const token of [tokens[0], signed]) expect((await enter(token)).json.error.code).toBe('token_invalid');
    expect((await before.call('POST', '/v1/tokens', { ...mint, room: room.id })).json.error.code).toBe(
      'credentials_invalid',
    );
    expect((await enter(tokens[1])).status).toBe(200);
    // Repeating it changes nothing.
    clock.advance(1_000);
    expect((await http.server('DELETE', `/v1/keys/${before.id}`)).json).toEqual(revoked.json);
    expect((await http.server('DELETE', '/v1/keys/key_00000000000000')).json.error.code).toBe('api_key_not_found');
  });

  test('an expired key and its tokens are refused', async () => {
    const key = await http.makeKey(['tokens', 'rooms'], { expiresAt: iso(60_000) });
    const token = sign(key.id, key.secret);
    expect([(await enter(token)).status, (await key.call('GET', '/v1/rooms')).status]).toEqual([200, 200]);
    clock.advance(60_000);
    expect((await enter(token)).json.error.code).toBe('token_invalid');
    expect((await key.call('GET', '/v1/rooms')).json.error.code).toBe('credentials_invalid');
  });

  test('a key needs the scope tokens to sign one, and its own secret', async () => {
    const [rooms, tokens] = await Promise.all([http.makeKey(['rooms', 'admin']), http.makeKey(['tokens'])]);
    for (const token of [
      sign(rooms.id, rooms.secret),
      sign(http.context.config.apiKey, tokens.secret),
      sign('', tokens.secret),
    ]) {
      expect((await enter(token)).json.error.code).toBe('token_invalid');
    }
  });

  test('a token is valid only from the origins of its key, which CORS allows', async () => {
    const origins = ['https://shop.example'];
    const [bound, other] = await Promise.all([http.makeKey(['tokens'], { origins }), http.makeKey(['tokens'])]);
    const from = async (key: TestKey, origin: string) => {
      const reply = await enter(sign(key.id, key.secret), { origin });
      return [reply.status, reply.headers.get('access-control-allow-origin')];
    };
    expect(await from(bound, 'https://shop.example')).toEqual([200, 'https://shop.example']);
    expect((await from(bound, 'http://localhost:5173'))[0]).toBe(403);
    expect((await from(other, 'http://localhost:5173'))[0]).toBe(200);
    await http.server('DELETE', `/v1/keys/${bound.id}`);
    await http.makeKey(['rooms'], { origins });
    expect((await from(other, 'https://shop.example'))[0]).toBe(403);
  });
});

test('a secret is shown once, stored encrypted or hashed, and never logged', async () => {
  const keys = [await http.makeKey(['tokens']), await http.makeKey(['rooms'])];
  const { rows } = (await http.context.db.orm.execute(
    sql`select id, sealed_secret, secret_digest from api_keys where id in (${keys[0]?.id}, ${keys[1]?.id})`,
  )) as { rows: Record<string, string | null>[] };
  const kept = rows.map(({ id, sealed_secret, secret_digest }) => [
    id,
    sealed_secret?.slice(0, 3),
    secret_digest?.length,
  ]);
  expect(new Set(kept)).toEqual(
    new Set([
      [keys[0]?.id, 'v1.', undefined],
      [keys[1]?.id, undefined, 64],
    ]),
  );
  const listed = await http.server('GET', '/v1/keys');
  for (const { id, secret } of keys) {
    expect(secret).toMatch(/^loge_sk_[\w-]{43}$/);
    for (const place of [listed.text, JSON.stringify(http.logs), JSON.stringify(rows)])
      expect(place).not.toContain(secret);
    expect(listed.json.keys.find((key: { id: string }) => key.id === id)).toMatchObject({
      createdBy: http.context.config.apiKey,
      revokedAt: null,
    });
  }
});

test('records the last use of a key', async () => {
  const key = await http.makeKey(['rooms']);
  const lastUse = async () => {
    const { json } = await http.server('GET', '/v1/keys');
    return json.keys.find(({ id }: { id: string }) => id === key.id).lastUsedAt;
  };
  expect(await lastUse()).toBeNull();
  await key.call('GET', '/v1/rooms');
  expect(await eventually(lastUse)).toEqual(expect.any(String));
});

test.each([
  ['a route', '/v1/rooms', {}],
  ['an export', '/v1/creators/ada/earnings.csv', {}],
  ['the metrics in production', '/metrics', PRODUCTION_ENV],
])('wrong credentials at %s run out, whether or not there is such a key', async (_what, path, env) => {
  await using house = await startHttp({ env, db: http.context.db });
  const { config } = house.context;
  const guesses = Array.from({ length: 25 }, (_, guess) =>
    basicOf(guess % 2 === 0 ? config.apiKey : `key_nobody${guess}`, 'guess'),
  );
  const codes = [];
  for (const authorization of guesses) {
    const headers = { authorization, 'x-forwarded-for': '192.0.2.7' };
    codes.push((await house.call('GET', path, { headers })).json.error.code);
  }
  expect(codes).toEqual([...Array(20).fill('credentials_invalid'), ...Array(5).fill('rate_limited')]);
  expect((await house.call('GET', path, { headers: { authorization: house.basic } })).status).toBe(200);
});

test('replacing the API secret keeps webhooks, the chat hook and sessions', async () => {
  await using receiver = await startReceiver();
  receiver.respond(() => 200);
  const endpoint = { url: receiver.url, events: ['access.granted'] };
  const { json: webhook } = await http.server('POST', '/v1/webhook-endpoints', endpoint);
  const { json: hook } = await http.server('PUT', '/v1/chat/hook', {
    url: receiver.url.replace('/events', '/hook'),
    timeoutMs: 1_000,
    onFailure: 'allow',
  });
  const { rows } = (await http.context.db.orm.execute(sql`select secret from chat_hooks`)) as {
    rows: { secret: string }[];
  };
  expect(rows).toEqual([{ secret: expect.stringMatching(/^v1\./) }]);
  const signIn = await http.call('POST', '/site/demo-sign-in', { body: { identity: 'lea' } });
  const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  const LOGE_API_SECRET = `the_secret_that_replaces_it_00000000,${http.context.config.apiSecret}`;
  await using house = await startHttp({ env: { LOGE_API_SECRET }, clock, db: http.context.db });
  // While one replaces the other both count.
  for (const basic of [house.basic, http.basic]) {
    expect((await house.call('GET', '/v1/rooms', { headers: { authorization: basic } })).status).toBe(200);
  }
  expect((await house.call('GET', '/site/session', { headers: { cookie } })).json.person.identity).toBe('lea');
  await house.server('POST', '/v1/tokens', { ...mint, room: room.id, entitled: true });
  const from = { identity: 'lea', name: 'Léa', role: 'fan' } as const;
  await house.context.chat.send({ room: room.id, from, input: { clientId: randomUUID(), text: 'Bonsoir' } });
  await eventually(() => receiver.received.length >= 2);
  const signedBy = new Map(
    receiver.received.map((each) => [each.path, signersOf(each, [webhook.secret, hook.secret])]),
  );
  expect(signedBy).toEqual(
    new Map([
      ['/events', [webhook.secret]],
      ['/hook', [hook.secret]],
    ]),
  );
});
