/** The table of operations is whole and says nothing twice. */
import { expect, test } from 'vitest';
import { type Contracts, operation } from '../../protocol/operations/contract.ts';
import { CONTRACTS } from '../../protocol/operations/table.ts';
import { REQUESTS } from '../../protocol/realtime.ts';
import { implement } from './operation.ts';
import { HTTP_OPERATIONS, SOCKET_OPERATIONS } from './table.ts';

test('every contract is implemented once, and every socket request is one of them', () => {
  const declared = Object.values<Contracts>(CONTRACTS).flatMap((contracts) => Object.keys(contracts));
  const implemented = new Set([...HTTP_OPERATIONS, ...SOCKET_OPERATIONS]);
  expect([...implemented].map(({ name }) => name).sort()).toEqual(declared.sort());
  expect(SOCKET_OPERATIONS.map(({ socket }) => socket).sort()).toEqual(Object.keys(REQUESTS).sort());
});

test('text that the database cannot store is no input of a socket request', () => {
  const report = { subject: { kind: 'live' }, category: 'spam', note: 'a\0b' };
  expect(REQUESTS['reports:file'].input.safeParse(report).success).toBe(false);
  expect(REQUESTS['stage:endLive'].input.safeParse({ publication: 'abcdefgh\0' }).success).toBe(false);
});

test('what a domain returns is no answer where the contract names none', async () => {
  const spec = { http: 'POST /v1/x', by: ['visitor'], summary: 'X' } as const;
  const [x] = implement({ x: operation(spec) }, { x: () => ({ secret: 1 }) });
  expect(await x?.run({} as never, {} as never)).toEqual({});
});

test('names and routes are unique', () => {
  const names = HTTP_OPERATIONS.map(({ name }) => name);
  const routes = HTTP_OPERATIONS.map(({ http: { method, path } }) => `${method} ${path}`);
  expect([new Set(names).size, new Set(routes).size]).toEqual([names.length, routes.length]);
});

test('a participant is admitted to every room that a path names, and every operation over HTTP has an answer', () => {
  for (const { name, from, http } of HTTP_OPERATIONS) {
    if (http.isOfRoom && http.by.includes('participant')) expect([name, from]).toEqual([name, expect.any(String)]);
    expect([name, (http.answer === undefined) === (http.download !== undefined)]).toEqual([name, true]);
  }
});
