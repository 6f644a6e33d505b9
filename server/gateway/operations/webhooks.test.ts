/** Webhook endpoints over HTTP: rights, refusals, and the way from a purchase to the embedder's server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';
import { signersOf, startReceiver } from '../../../tests/support/programs/webhook-receiver.ts';
import { eventually } from '../../../tests/support/run/eventually.ts';

let http: TestHttp;

beforeAll(async () => {
  http = await startHttp();
});

afterAll(() => http[Symbol.asyncDispose]());

const UNKNOWN = 'whe_00000000000000000000';

test("sends webhooks for granted and revoked access, signed with the endpoint's secret", async () => {
  await using receiver = await startReceiver();
  const created = await http.server('POST', '/v1/webhook-endpoints', {
    url: receiver.url,
    events: ['access.granted', 'access.revoked'],
  });
  expect([created.status, created.json]).toEqual([
    201,
    expect.objectContaining({ url: receiver.url, status: 'enabled', secret: expect.stringMatching(/^whsec_/) }),
  ]);
  const { id, secret } = created.json;
  expect((await http.server('GET', `/v1/webhook-endpoints/${id}`)).json).not.toHaveProperty('secret');

  const room = await http.createRoom({ kind: 'ticket', priceMinor: 500 });
  await http.context.rooms.recordIssued({ room: room.id, identity: 'lea', entitled: true });
  await http.context.rooms.endEmbedderAccess(room.id, 'lea');
  await eventually(() => receiver.received.length === 2);
  expect(receiver.received.map((it) => signersOf(it, [secret]))).toEqual([[secret], [secret]]);
  expect(receiver.received.map(({ event }) => [event.type, event.data])).toEqual([
    ['access.granted', { room: room.id, identity: 'lea', source: 'embedder', until: null }],
    ['access.revoked', { room: room.id, identity: 'lea', reason: 'revoked' }],
  ]);

  const listed = await http.server('GET', `/v1/events?room=${room.id}&after=0&limit=1`);
  expect(listed.json).toEqual({ events: [receiver.received[0]?.event], hasMore: true });
  const replay = await http.server('POST', `/v1/events/${listed.json.events[0].id}/replay`, { endpoint: id });
  expect([replay.status, replay.json.deliveries.length]).toEqual([201, 1]);
  await eventually(() => receiver.received.length === 3);
  const { json } = await http.server('GET', `/v1/webhook-endpoints/${id}/deliveries?limit=3`);
  expect(json.deliveries).toHaveLength(3);

  const rotated = await http.server('POST', `/v1/webhook-endpoints/${id}/rotate`, {});
  expect(rotated.json.secret).not.toBe(secret);
  expect((await http.server('POST', `/v1/webhook-endpoints/${id}/disable`)).json).toMatchObject({
    disabledReason: 'request',
  });
  const late = await http.server('POST', `/v1/events/${listed.json.events[0].id}/replay`, { endpoint: id });
  expect([late.status, late.json.error.message]).toEqual([404, expect.stringContaining('Enable it first')]);
  expect((await http.server('POST', `/v1/webhook-endpoints/${id}/enable`)).json).toMatchObject({ status: 'enabled' });
  expect((await http.server('DELETE', `/v1/webhook-endpoints/${id}`)).json).toEqual({ id, deleted: true });
  expect((await http.server('GET', '/v1/webhook-endpoints')).json).toEqual({ endpoints: [] });
});

test('refuses malformed and unknown input with specific codes', async () => {
  const cases: [string, string, unknown, number, string][] = [
    ['POST', '/v1/webhook-endpoints', { url: 'no url' }, 400, 'invalid_request'],
    ['POST', '/v1/webhook-endpoints', { url: 'http://localhost/', events: ['tip.sent'] }, 400, 'invalid_request'],
    ['POST', '/v1/webhook-endpoints', { url: 'http://a:b@localhost/' }, 422, 'webhook_url_not_allowed'],
    ['GET', `/v1/webhook-endpoints/${UNKNOWN}`, undefined, 404, 'webhook_endpoint_not_found'],
    ['GET', '/v1/webhook-endpoints/room_1', undefined, 404, 'webhook_endpoint_not_found'],
    ['DELETE', `/v1/webhook-endpoints/${UNKNOWN}`, undefined, 404, 'webhook_endpoint_not_found'],
    ['POST', `/v1/webhook-endpoints/${UNKNOWN}/rotate`, {}, 404, 'webhook_endpoint_not_found'],
    ['POST', '/v1/events/evt_00000000000000000000/replay', {}, 404, 'event_not_found'],
    ['GET', '/v1/events?after=-1', undefined, 400, 'invalid_request'],
    ['GET', '/v1/events?type=nothing', undefined, 400, 'invalid_request'],
  ];
  for (const [method, path, body, status, code] of cases) {
    const reply = await http.server(method, path, body);
    expect([method, path, reply.status, reply.json.error?.code]).toEqual([method, path, status, code]);
  }
  expect((await http.server('GET', '/v1/webhook-endpoints')).json).toEqual({ endpoints: [] });
});

test('in production an endpoint is public and https', async () => {
  await using production = await startHttp({ env: PRODUCTION_ENV });
  for (const url of ['http://club.example/', 'https://127.0.0.1/', 'https://10.0.0.1/', 'https://localhost/']) {
    const reply = await production.server('POST', '/v1/webhook-endpoints', { url });
    expect([url, reply.json.error?.code]).toEqual([url, 'webhook_url_not_allowed']);
  }
});
