/** What a call of a page sends. */
import { afterEach, expect, test, vi } from 'vitest';
import { callOnce } from './route-call.ts';

afterEach(() => vi.unstubAllGlobals());

test('parameters go into the path, the rest into the query or the body, and an empty field of a query is left out', async () => {
  const fetched = vi.fn(async () => Response.json({}));
  vi.stubGlobal('fetch', fetched);
  await callOnce('GET /v1/payments', { query: 'a b', kind: '', after: undefined });
  await callOnce('GET /v1/payments/:payment/refund-preview', { payment: 'ticket/1', amountMinor: 5 });
  await callOnce('PATCH /v1/rooms/:id', { id: 'room_1', text: null });
  await callOnce('DELETE /v1/charter/draft', { hash: 'abc' });
  await callOnce('POST /site/sign-out');
  const sent = fetched.mock.calls as unknown as [path: string, init: RequestInit][];
  expect(sent.map(([path, { method, body }]) => [method, path, body])).toEqual([
    ['GET', '/v1/payments?query=a+b', undefined],
    ['GET', '/v1/payments/ticket%2F1/refund-preview?amountMinor=5', undefined],
    ['PATCH', '/v1/rooms/room_1', '{"text":null}'],
    ['DELETE', '/v1/charter/draft?hash=abc', undefined],
    ['POST', '/site/sign-out', '{}'],
  ]);
});
