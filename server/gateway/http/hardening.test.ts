/** What hostile or broken HTTP gets: a typed error, and nothing else happens. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';
import { signIn } from '../../../tests/support/people/site-person.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { tokenGrants } from '../../rooms/rooms.schema.ts';

let http: TestHttp;
let production: TestHttp;

beforeAll(async () => {
  http = await startHttp({ env: { LOGE_ALLOWED_ORIGINS: 'https://club.example', LOGE_TRUST_PROXY: '1' } });
  production = await startHttp({ env: PRODUCTION_ENV, db: http.context.db });
  await http.createRoom({ kind: 'free' });
});

afterAll(async () => {
  await production[Symbol.asyncDispose]();
  await http[Symbol.asyncDispose]();
});

const json = { 'content-type': 'application/json' };
const post = (path: string, body: BodyInit, headers: Record<string, string> = json) =>
  http.call('POST', path, { headers: { authorization: http.basic, ...headers }, body });

describe('bodies', () => {
  const creator = { identity: 'x', name: 'X', country: 'FR' };
  test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number, string]>([
    ['half an object', '{"identity":', json, 400, 'invalid_request'],
    ['a bare string', '"x"', json, 400, 'invalid_request'],
    ['an array', '[]', json, 400, 'invalid_request'],
    ['nothing', '', json, 400, 'invalid_request'],
    [
      'a form',
      'identity=x&name=X&country=FR',
      { 'content-type': 'application/x-www-form-urlencoded' },
      400,
      'invalid_request',
    ],
    ['text', JSON.stringify(creator), { 'content-type': 'text/plain' }, 400, 'invalid_request'],
    [
      'another charset',
      JSON.stringify(creator),
      { 'content-type': 'application/json; charset=latin1' },
      400,
      'invalid_request',
    ],
    [
      'a zip bomb',
      new Uint8Array(gzipSync(Buffer.alloc(5_000_000, 32))),
      { ...json, 'content-encoding': 'gzip' },
      400,
      'invalid_request',
    ],
    [
      'too much',
      JSON.stringify({ ...creator, name: 'x'.repeat(LIMITS.httpBodyBytes) }),
      json,
      413,
      'payload_too_large',
    ],
    [
      'a depth of ten thousand',
      `{"identity":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      json,
      400,
      'invalid_request',
    ],
    ['an unknown field', JSON.stringify({ ...creator, admin: true }), json, 400, 'invalid_request'],
    [
      'a prototype',
      '{"identity":"x","name":"X","country":"FR","__proto__":{"admin":true}}',
      json,
      400,
      'invalid_request',
    ],
    [
      'a constructor',
      '{"identity":"x","name":"X","country":"FR","constructor":{"prototype":{}}}',
      json,
      400,
      'invalid_request',
    ],
    ['a NUL', JSON.stringify({ ...creator, name: 'a\0b' }), json, 400, 'invalid_request'],
    ['half a surrogate', '{"identity":"x","name":"a\\ud800b","country":"FR"}', json, 400, 'invalid_request'],
    ['an identity with a path', JSON.stringify({ ...creator, identity: '../ada' }), json, 400, 'invalid_request'],
  ])('%s', async (_name, body, headers, status, code) => {
    const reply = await post('/v1/creators', body, headers);
    expect([reply.status, reply.json.error.code]).toEqual([status, code]);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    await expect(http.context.accounts.getCreator('x')).rejects.toMatchObject({ code: 'creator_not_found' });
  });

  test('names a nested unknown field and every other fault', async () => {
    const access = { kind: 'free', priceMajor: 5 };
    const { json: nested } = await http.server('POST', '/v1/rooms', { creator: 'ada', title: 'T', access });
    expect(nested.error.issues).toEqual([{ path: 'access.priceMajor', message: expect.any(String) }]);
    const { json: many } = await http.server('POST', '/v1/creators', { identity: '', name: 7, country: 'France' });
    const named = new Set(many.error.issues.map((it: { path: string }) => it.path));
    expect(named).toEqual(new Set(['country', 'identity', 'name']));
  });

  test('refuses what is no identity in a path before anything is stored', async () => {
    const { id } = await http.createRoom({ kind: 'free' });
    const reply = await http.server('DELETE', `/v1/rooms/${id}/entitlements/L%C3%A9a%20M`);
    expect(reply.json.error.code).toBe('invalid_request');
    expect(await http.context.db.orm.select().from(tokenGrants)).toEqual([]);
  });

  test('refuses a NUL in a free-text field before the database', async () => {
    const room = (await http.context.rooms.listRooms({ limit: 1 }))[0];
    const token = http.token({ room: room?.id ?? 'room_', identity: 'lea' });
    const reply = await http.participant(token, 'POST', `/v1/rooms/${room?.id}/tips`, {
      amountMinor: 100,
      menuItem: 'a\0b',
      idempotencyKey: 'tip-00000001',
    });
    expect(reply.json.error.code).toBe('invalid_request');
  });
});

// Regression: each pause of a slow reader left a listener, of which Node warned after ten.
test('a long download with many pauses keeps no listener of each', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const { statements } = http.context.money;
  const read = vi.spyOn(statements, 'readEntries').mockImplementation(async function* () {
    for (let page = 0; page < 20; page += 1) yield [{ source: 'x'.repeat(200_000) } as never];
  });
  const { json } = await http.server('GET', '/v1/creators/ada/earnings.json');
  expect(json.entries).toHaveLength(20);
  expect(warned).not.toHaveBeenCalled();
  read.mockRestore();
  warned.mockRestore();
});

// Regression: the error was a file to download, of the type that the export would have had.
test('an export that fails before its first bytes answers an error, not a file', async () => {
  const cookie = await signIn(http, 'person_export');
  vi.spyOn(http.context.dataExport, 'zip').mockImplementationOnce(async function* () {
    yield await Promise.reject(new Error('The database is away.'));
  });
  const reply = await http.call('GET', '/v1/me/export', { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
  expect([reply.status, reply.headers.get('content-disposition')]).toEqual([500, null]);
  expect(reply.headers.get('content-type')).toContain('application/json');
});

test('uploads are admitted one a person, two an address and a few at a time, and one that does not arrive makes way', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { id } = await http.createRoom({ kind: 'free' });
  const byKey = { path: `/v1/rooms/${id}/poster`, headers: { authorization: http.basic } };
  const personAt = async (person: string, address: string) => {
    const headers = { cookie: await signIn(http, person), 'sec-fetch-site': 'same-origin', 'x-forwarded-for': address };
    return { path: '/v1/me/picture', headers };
  };
  const byPerson = await personAt('person_slow', '2001:db8::1');
  const neighbour = await personAt('person_next', '2001:db8::2');
  const third = await personAt('person_third', '2001:db8::3');
  const elsewhere = await personAt('person_third', '2001:db8:0:1::3');
  const codeOf = async ({ path, headers }: { path: string; headers: Record<string, string> }) => {
    const reply = await http.call('PUT', path, { headers: { ...headers, 'content-type': 'image/png' }, body: 'x' });
    return reply.json.error.code;
  };
  /** Resolves with the status. */
  const startSlow = ({ path, headers }: { path: string; headers: Record<string, string> }) => {
    const sent = request(http.url + path, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'image/png', 'content-length': 1_000 },
    });
    sent.write('x');
    return once(sent, 'response').then(([{ statusCode }]) => statusCode);
  };
  try {
    const slow = [startSlow(byPerson)];
    await vi.waitFor(async () => expect(await codeOf(byPerson)).toBe('rate_limited'));
    expect([await codeOf(byKey), await codeOf(neighbour)]).toEqual(['picture_invalid', 'picture_invalid']);
    slow.push(startSlow(neighbour));
    await vi.waitFor(async () => expect(await codeOf(neighbour)).toBe('rate_limited'));
    expect([await codeOf(third), await codeOf(elsewhere)]).toEqual(['rate_limited', 'picture_invalid']);
    for (let count = 2; count < 8; count += 1) slow.push(startSlow(byKey));
    await vi.waitFor(async () => expect(await codeOf(byKey)).toBe('unavailable'));
    vi.advanceTimersByTime(60_000);
    expect(new Set(await Promise.all(slow))).toEqual(new Set([504]));
    expect([await codeOf(byKey), await codeOf(byPerson)]).toEqual(['picture_invalid', 'picture_invalid']);
  } finally {
    vi.useRealTimers();
  }
});

describe('addresses', () => {
  test.each<[string, number, string]>([
    ['/v1/rooms/..%2f..%2fetc%2fpasswd', 404, 'room_not_found'],
    ['/v1/rooms/room_%00%00%00%00%00%00%00%00', 404, 'room_not_found'],
    ["/v1/rooms/room_1'%20or%20'1'='1", 404, 'room_not_found'],
    ['/v1/rooms/__proto__', 404, 'room_not_found'],
    ['/v1/rooms/%E0%A4%A', 400, 'invalid_request'],
    ['/v1/rooms?limit=0', 400, 'invalid_request'],
    ['/v1/rooms?limit=5&limit=6', 400, 'invalid_request'],
    ['/v1/rooms?limit[$gt]=1', 400, 'invalid_request'],
    ['/v1/rooms?status=live&statsu=live', 400, 'invalid_request'],
    ['/v1/rooms?__proto__[x]=1', 400, 'invalid_request'],
    ['/v1/nothing', 404, 'not_found'],
    ['/v1', 404, 'not_found'],
  ])('%s', async (path, status, code) => {
    const reply = await http.server('GET', path);
    expect([reply.status, reply.json.error.code]).toEqual([status, code]);
  });

  test('refuses an unsupported method and names the supported ones', async () => {
    const refused = await http.server('DELETE', '/v1/rooms');
    expect([refused.status, refused.json.error.code]).toEqual([405, 'method_not_allowed']);
    expect(refused.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
    expect((await http.server('PUT', '/v1/wallet', {})).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect((await http.call('POST', '/healthz')).status).toBe(405);
    expect((await http.call('HEAD', '/healthz')).status).toBe(200);
    expect((await http.server('DELETE', '/v1/nothing')).status).toBe(404);
  });

  test.each([
    '/nothing',
    '/rooms',
    '/docs/nothing',
    '/studio/a/b',
    '/.env',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
  ])('elsewhere a page says that there is nothing: %s', async (path) => {
    const { status, headers, text } = await http.call('GET', path);
    expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(text).toContain('<h1>There’s nothing at this address.</h1>');
    expect(text).not.toContain('"dependencies"');
    expect(text).toContain('<a href="/imprint">Imprint</a>');
    const french = await http.call('GET', path, { headers: { 'accept-language': 'fr' } });
    expect(french.text).toContain('<h1>Il n’y a rien à cette adresse.</h1>');
  });

  test('never echoes request data as markup or as a header', async () => {
    const probe = '/<script>alert(1)</script>%0d%0aset-cookie:%20x=1';
    const { text, headers } = await http.call('GET', probe);
    expect(text).not.toContain('<script>');
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('handles an absolute request target and a bare line feed', async () => {
    const { port } = new URL(http.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\nX: a\nSet-Cookie: b\r\n\r\n');
      });
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
        socket.end();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe('headers', () => {
  test('every answer has a strict content security policy and does not name the software', async () => {
    for (const path of ['/healthz', '/docs', '/v1/rooms', '/nothing', '/openapi.json']) {
      const { headers } = await http.call('GET', path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toMatch(/script-src 'self';/);
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('permissions-policy')).toContain('camera=(self)');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('answers of the APIs are not stored', async () => {
    expect((await http.server('GET', '/v1/rooms')).headers.get('cache-control')).toBe('no-store');
    expect((await http.call('GET', '/site/session')).headers.get('cache-control')).toBe('no-store');
  });

  test('production requires https', async () => {
    const { headers } = await production.call('GET', '/healthz');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
    expect(headers.get('content-security-policy')).toContain("connect-src 'self' wss://loge.example;");
    expect(headers.get('content-security-policy')).toContain('upgrade-insecure-requests');
  });
});

describe('other origins', () => {
  const preflight = (server: TestHttp, origin: string, path = '/v1/wallet') =>
    server.call('OPTIONS', path, {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  test("an embedder's site may call with a token, without cookies", async () => {
    const { status, headers } = await preflight(http, 'https://club.example');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://club.example');
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')?.toLowerCase()).toContain('origin');
  });

  test.each([
    'https://evil.example',
    'https://club.example.evil.example',
    'http://localhost.evil.example',
    'https://club.example:444',
    'null',
  ])('refused: %s', async (origin) => {
    for (const reply of [
      await preflight(http, origin),
      await http.call('GET', '/v1/wallet', { headers: { origin } }),
    ]) {
      expect([reply.status, reply.json.error.code]).toEqual([403, 'origin_not_allowed']);
      expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('localhost is an embedder in development, and not in production', async () => {
    expect((await preflight(http, 'http://localhost:4000')).status).toBe(204);
    expect((await preflight(production, 'http://localhost:4000')).status).toBe(403);
    expect((await preflight(production, 'https://club.example')).status).toBe(204);
  });

  test("the site's own endpoints refuse other origins", async () => {
    const { headers } = await preflight(http, 'https://club.example', '/site/session');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('an unexpected error is logged in full and answered with a log id only', async () => {
  const room = await http.createRoom({ kind: 'free' });
  const { rooms } = http.context;
  vi.spyOn(rooms, 'getRoom').mockRejectedValueOnce(new Error('secret detail: connection to 10.0.0.7 lost'));
  const { status, json, headers, text } = await http.server('GET', `/v1/rooms/${room.id}`);
  expect([status, json.error.code, json.error.retryable]).toEqual([500, 'internal', true]);
  expect(text).not.toContain('secret detail');
  expect(json.error.logId).toBe(headers.get('x-request-id'));
  expect(http.logs).toContainEqual({
    level: 'error',
    message: 'HTTP request failed',
    fields: {
      err: expect.objectContaining({ message: expect.stringContaining('secret detail') }),
      logId: json.error.logId,
      route: '/v1/rooms/:id',
    },
  });
  // A page shows it too.
  vi.spyOn(http.context.charter, 'list').mockRejectedValueOnce(new Error('secret detail'));
  const page = await http.call('GET', '/charter');
  expect([page.status, page.text.includes('secret detail')]).toEqual([500, false]);
  expect(page.text).toContain(`<code>${page.headers.get('x-request-id')}</code>`);
});

describe('webhooks', () => {
  test.each<[string, Record<string, string>, string]>([
    ['no signature', {}, '{}'],
    [
      'a wrong signature',
      { 'stripe-signature': `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}` },
      '{"id":"evt_1"}',
    ],
    ['an old one', { 'stripe-signature': `t=1600000000,v1=${'0'.repeat(64)}` }, '{"id":"evt_1"}'],
    ['no body', { 'stripe-signature': 't=1,v1=0' }, ''],
  ])('%s is refused', async (_name, headers, body) => {
    const reply = await http.call('POST', '/webhooks/stripe', { headers: { ...json, ...headers }, body });
    expect([reply.status, reply.json.error.code]).toEqual([400, 'signature_invalid']);
  });

  test('refuses a body larger than any event', async () => {
    const reply = await http.call('POST', '/webhooks/stripe', { headers: json, body: 'x'.repeat(300_000) });
    expect([reply.status, reply.json.error.code]).toEqual([413, 'payload_too_large']);
  });
});

test('eight slow uploads do not keep the next person from uploading', async () => {
  const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const headersOf = async (index: number) => ({
    cookie: await signIn(http, `person_slow_${index}`),
    origin: http.url,
    'content-type': 'image/png',
    'x-forwarded-for': `203.0.113.${index}`,
  });
  const ended: number[] = [];
  const slow = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const headers = { ...(await headersOf(index)), 'content-length': '1000000' };
      const upload = request(`${http.url}/v1/me/picture`, { method: 'PUT', headers });
      upload.on('response', ({ statusCode = 0 }) => ended.push(statusCode)).on('error', () => undefined);
      upload.write(png);
      return upload;
    }),
  );
  const headers = await headersOf(100);
  // Each slow one has a few seconds first.
  await vi.waitFor(
    async () => expect((await http.call('PUT', '/v1/me/picture', { headers, body: png })).status).toBe(200),
    { timeout: 15_000, interval: 800 },
  );
  await vi.waitFor(() => expect(ended).toEqual([503]));
  for (const upload of slow) upload.destroy();
});
