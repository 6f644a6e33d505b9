/** Health, readiness and metrics, for operators and their machines. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';

let http: TestHttp;

beforeAll(async () => {
  http = await startHttp({ env: PRODUCTION_ENV });
});

afterAll(() => http[Symbol.asyncDispose]());

test('alive and ready, and then also without Redis, which all gateways lose at the same moment', async () => {
  expect((await http.call('GET', '/healthz')).json).toEqual({ status: 'ok' });
  http.lost.push('redis: unreachable');
  const before = await http.call('GET', '/readyz');
  expect([before.status, before.json.reasons]).toEqual([503, ['redis: unreachable']]);
  http.lost.length = 0;
  expect((await http.call('GET', '/readyz')).json).toEqual({ status: 'ready' });
  http.lost.push('redis: unreachable');
  expect((await http.call('GET', '/readyz')).json).toEqual({ status: 'ready', reasons: ['redis: unreachable'] });
});

test('not ready: names every reason, and stays alive', async () => {
  vi.spyOn(http.context.db, 'ping').mockRejectedValue(new Error('connection refused'));
  await expect
    .poll(async () => (await http.call('GET', '/readyz')).json.reasons)
    .toEqual(['database: no answer', 'redis: unreachable']);
  const { status, json, text } = await http.call('GET', '/readyz');
  expect([status, json.status, json.error.code]).toEqual([503, 'not_ready', 'unavailable']);
  expect(text).not.toContain('connection refused');
  const proxied = await http.call('GET', '/readyz', { headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect([proxied.status, proxied.json.status, proxied.json.reasons]).toEqual([503, 'not_ready', undefined]);
  expect(proxied.text).not.toContain('redis');
  expect((await http.call('GET', '/healthz')).status).toBe(200);
  http.lost.length = 0;
  vi.restoreAllMocks();
  await expect.poll(async () => (await http.call('GET', '/readyz')).status).toBe(200);
});

test('metrics need the local machine or credentials, also behind a proxy', async () => {
  const direct = await http.call('GET', '/metrics');
  expect(direct.status).toBe(200);
  expect(direct.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(direct.text).toContain('loge_http_requests_total');
  const forwarded = { 'x-forwarded-for': '203.0.113.9' };
  const proxied = await http.call('GET', '/metrics', { headers: forwarded });
  expect([proxied.status, proxied.json.error.code]).toEqual([401, 'credentials_invalid']);
  expect((await http.call('GET', '/metrics', { headers: { ...forwarded, authorization: http.basic } })).status).toBe(
    200,
  );
});

test('requests are counted by the pattern of their route, never by an id', async () => {
  const room = await http.createRoom({ kind: 'free' });
  await http.server('GET', `/v1/rooms/${room.id}`);
  await http.call('GET', `/nothing/${room.id}`);
  const { text } = await http.call('GET', '/metrics');
  expect(text).toMatch(/loge_http_requests_total\{route="\/v1\/rooms\/:id",status="2xx"\} 1/);
  expect(text).toMatch(/loge_http_requests_total\{route="unmatched",status="4xx"\} \d+/);
  expect(text).not.toContain(room.id);
});
