/** A person of the house with a session of the site, for requests over HTTP. */
import type { Response } from 'express';
import { SiteSessions } from '../../../server/gateway/site/sign-in/site-session.ts';
import type { Reply, TestHttp } from '../houses/http.ts';

/** The cookie of a new session of an existing person. */
export async function openSession(
  { context }: Pick<TestHttp, 'context'>,
  identity: string,
  method: 'mail' | 'passkey' = 'passkey',
): Promise<string> {
  const secret = await context.people.sessions.open({ person: identity, device: '', method });
  let cookie = '';
  const request = { headers: {} };
  const response = { req: request, cookie: (name: string, value: string) => (cookie = `${name}=${value}`) };
  await new SiteSessions(context).replace(response as unknown as Response, secret);
  return cookie;
}

/** Creates the person if they are missing, and opens a session. */
export async function signIn(http: Pick<TestHttp, 'context'>, identity: string): Promise<string> {
  await http.context.people.seed({ id: identity, name: identity, address: `${identity}@example.org` });
  return openSession(http, identity);
}

/** Signs in; the result makes the person's requests. */
export async function createSitePerson(
  http: TestHttp,
  identity: string,
): Promise<(method: string, path: string, body?: object) => Promise<Reply>> {
  const cookie = await signIn(http, identity);
  const headers = { cookie, 'content-type': 'application/json' };
  return (method, path, body) =>
    http.call(method, path, { headers, ...(method === 'GET' ? {} : { body: body ?? {} }) });
}

/** As `createSitePerson`, with the role of an operator. */
export async function createOperator(http: TestHttp, identity: string): ReturnType<typeof createSitePerson> {
  const call = await createSitePerson(http, identity);
  await http.context.roles.give({ person: identity, role: 'operator', by: 'test' });
  return call;
}
