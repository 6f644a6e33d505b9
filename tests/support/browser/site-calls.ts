/** Answers the calls of the site's pages in a unit test, by route. */
import { type Mock, vi } from 'vitest';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import type { Given, Route } from '../../../server/protocol/operations/calls.ts';

type Answering<R extends Route> = Mock<(given: Given<R>[0]) => unknown>;
const answers = new Map<Route, Mock<(given: never) => unknown>>();

/** What the route answers from now on. An error of the SDK is the server's refusal, any other a lost connection. */
export function answerOf<R extends Route>(route: R, answer?: unknown): Answering<R> {
  const mock: Answering<R> = vi.fn(async () => answer);
  answers.set(route, mock);
  vi.stubGlobal('fetch', answerCall);
  return mock;
}

async function answerCall(address: string, { method, body }: { method: string; body?: string }): Promise<unknown> {
  const [path = '', query = ''] = address.split('?');
  for (const [route, answer] of answers) {
    const [name, pattern = ''] = route.split(' ');
    const params = new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(path);
    if (name !== method || !params) continue;
    const given = { ...params.groups, ...Object.fromEntries(new URLSearchParams(query)), ...JSON.parse(body ?? '{}') };
    try {
      const data = await answer(given as never);
      return { ok: true, json: async () => data };
    } catch (error) {
      if (!(error instanceof LogeError)) throw error;
      const { code, message, retryable } = error;
      return { ok: false, json: async () => ({ error: { code, message, retryable } }) };
    }
  }
  throw new Error(`The test answers no ${method} ${path}.`);
}
