/** The session cookie of a person of the house. */
import type { Response } from 'express';
import type { HttpContext } from '../../../server/gateway/context.ts';
import { SiteSessions } from '../../../server/gateway/site/site-session.ts';

/** Creates the person if they are missing. */
export async function personCookie(context: HttpContext, id: string): Promise<string> {
  const { people } = context;
  await people.seed({ id, name: id, address: `${id}@example.org` });
  const secret = await people.sessions.open(id, '');
  let cookie = '';
  const request = { headers: {} };
  const response = { req: request, cookie: (name: string, value: string) => (cookie = `${name}=${value}`) };
  await new SiteSessions(context).replace(response as unknown as Response, secret);
  return cookie;
}
