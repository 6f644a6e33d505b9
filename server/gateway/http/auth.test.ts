/** Who gets in over HTTP, and what everyone else gets. */
import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';
import { DEVELOPMENT_API_KEY, DEVELOPMENT_API_SECRET } from '../../config.ts';
import type { Room } from '../../protocol/rooms.ts';

let http: TestHttp;
let room: Room;

beforeAll(async () => {
  http = await startHttp();
  room = await http.createRoom({ kind: 'free' });
});

afterAll(() => http[Symbol.asyncDispose]());

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the server API', () => {
  test.each<[string, string | undefined]>([
    ['no credentials', undefined],
    ['a wrong secret', `Basic ${base64(`${DEVELOPMENT_API_KEY}:wrong`)}`],
    ['a wrong key', `Basic ${base64(`wrong:${DEVELOPMENT_API_SECRET}`)}`],
    ['the key alone', `Basic ${base64(DEVELOPMENT_API_KEY)}`],
    ['the beginning of the secret', `Basic ${base64(`${DEVELOPMENT_API_KEY}:${DEVELOPMENT_API_SECRET.slice(0, -1)}`)}`],
    ['more than the secret', `Basic ${base64(`${DEVELOPMENT_API_KEY}:${DEVELOPMENT_API_SECRET}0`)}`],
    ['the secret as a token', `Bearer ${DEVELOPMENT_API_SECRET}`],
    ['no base64', 'Basic %%%'],
    ['nothing after the scheme', 'Basic '],
    ['two sets', `Basic ${base64('a:b')}, Basic ${base64(`${DEVELOPMENT_API_KEY}:${DEVELOPMENT_API_SECRET}`)}`],
  ])('refuses %s', async (_name, authorization) => {
    const reply = await http.call('GET', '/v1/rooms', { headers: authorization ? { authorization } : {} });
    expect([reply.status, reply.json.error.code]).toEqual([401, 'credentials_invalid']);
    expect(reply.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  test('refuses a room token', async () => {
    const reply = await http.participant(http.token({ room: room.id, identity: 'lea' }), 'GET', '/v1/rooms');
    expect(reply.json.error.code).toBe('credentials_invalid');
  });

  test('rate-limits wrong credentials, but not the right ones meanwhile', async () => {
    const guess = () =>
      http.call('GET', '/v1/rooms', { headers: { authorization: `Basic ${base64('devkey:guess')}` } });
    const replies = [];
    for (let attempt = 0; attempt < 25; attempt += 1) replies.push(await guess());
    const last = replies.at(-1);
    expect(last?.json.error).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last?.json.error.retryAfterMs).toBeGreaterThan(0);
    expect((await http.server('GET', '/v1/rooms')).status).toBe(200);
  });
});

describe('the participant API', () => {
  const nowSeconds = () => Math.floor(Date.now() / 1000);
  const claims = (over: object = {}) => ({
    iss: DEVELOPMENT_API_KEY,
    sub: 'mallory',
    name: 'Mallory',
    room: room.id,
    role: 'fan',
    iat: nowSeconds(),
    exp: nowSeconds() + 600,
    ...over,
  });
  const sign = (over: object = {}, secret = DEVELOPMENT_API_SECRET) =>
    jwt.sign(claims(over), secret, { algorithm: 'HS256' });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  test.each<[string, () => string, number, string]>([
    ['no token', () => '', 401, 'token_missing'],
    ['another scheme', () => `Basic ${sign()}`, 401, 'token_missing'],
    ['algorithm none', () => `Bearer ${part({ alg: 'none' })}.${part(claims())}.`, 401, 'token_invalid'],
    ['RS256', () => `Bearer ${jwt.sign(claims(), privateKey, { algorithm: 'RS256' })}`, 401, 'token_invalid'],
    [
      'HS512',
      () => `Bearer ${jwt.sign(claims(), DEVELOPMENT_API_SECRET, { algorithm: 'HS512' })}`,
      401,
      'token_invalid',
    ],
    ['another secret', () => `Bearer ${sign({}, 'another_secret_of_more_than_32_chars')}`, 401, 'token_invalid'],
    ['another issuer', () => `Bearer ${sign({ iss: 'someone' })}`, 401, 'token_invalid'],
    [
      'an expired one',
      () => `Bearer ${sign({ iat: nowSeconds() - 900, exp: nowSeconds() - 60 })}`,
      401,
      'token_expired',
    ],
    ['one for a year', () => `Bearer ${sign({ exp: nowSeconds() + 365 * 86_400 })}`, 401, 'token_invalid'],
    ['a role that is none', () => `Bearer ${sign({ role: 'owner' })}`, 401, 'token_invalid'],
    ['a valid one', () => `Bearer ${sign()}`, 200, ''],
  ])('%s', async (_name, make, status, code) => {
    const reply = await http.call('GET', '/v1/wallet', { headers: { authorization: make() } });
    expect([reply.status, reply.json.error?.code ?? '']).toEqual([status, code]);
    if (status === 401) expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer /);
  });

  test('a token is valid for the paths of its own room only', async () => {
    const other = await http.createRoom({ kind: 'free' });
    const token = http.token({ room: other.id, identity: 'lea' });
    const tip = { amountMinor: 100, idempotencyKey: 'tip-00000001' };
    for (const [path, body] of [
      [`/v1/rooms/${room.id}/tips`, tip],
      [`/v1/rooms/${room.id}/tickets`, { from: 'wallet' }],
    ] as const) {
      const reply = await http.participant(token, 'POST', path, body);
      expect([reply.status, reply.json.error.code]).toEqual([403, 'forbidden']);
    }
  });

  test('rate-limits one person, but not another one at the same address', async () => {
    const busy = http.token({ room: room.id, identity: 'busy' });
    const replies = await Promise.all(Array.from({ length: 120 }, () => http.participant(busy, 'GET', '/v1/wallet')));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(20);
    const calm = http.token({ room: room.id, identity: 'calm' });
    expect((await http.participant(calm, 'GET', '/v1/wallet')).status).toBe(200);
  });
});
