import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { giveOpinion, signIn } from '../../../../tests/support/people/site-person.ts';
import { isoIn } from '../../../platform/clock.ts';
import { createId } from '../../../protocol/ids.ts';
import { committeeOpinions, committeeOpinionTexts } from '../../../trust/committee/opinions/opinions.schema.ts';

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http[Symbol.asyncDispose]());

const pageOf = async (path: string, cookie = '') =>
  (await http.call('GET', path, { headers: { accept: 'text/html', cookie } })).text;

test('everybody reads a proposal, and who is signed in comments once, with every text escaped', async () => {
  expect(await pageOf('/charter')).not.toContain('/charter/proposals');
  const { opinion: adopted } = await giveOpinion(http);
  const open = await openProposal();
  const path = `/charter/proposals/${open}`;
  expect(await pageOf('/charter')).toContain('href="/charter/proposals"');
  const list = await pageOf('/charter/proposals');
  for (const text of ['Open for comments until', 'Adopted by the committee on', path, adopted])
    expect(list).toContain(text);
  expect(await pageOf(`/charter/proposals/${adopted}`)).toContain('The management follows it');

  const before = await pageOf(path);
  expect(before).toContain('<ins>Ask &lt;b&gt;first</ins>');
  expect(before).toContain('Sign in to comment.');
  expect(before).not.toContain('<form');
  const cookie = await signIn(http, 'lea');
  const send = (text: string, headers: Record<string, string> = {}) =>
    fetch(`${http.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers },
      body: new URLSearchParams({ text }),
    });
  expect(await pageOf(path, cookie)).toContain('<form');
  expect((await send('Yes')).status).toBe(401);
  expect((await send(' ', { cookie })).status).toBe(422);
  expect((await send('Yes', { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  const sent = await send('Yes <i>', { cookie });
  expect(sent.status).toBe(201);
  expect(await sent.text()).toContain('Yes &lt;i&gt;');
  const after = await pageOf(path, cookie);
  expect(after).toContain('You have commented');
  expect(after).not.toContain('<form');
});

async function openProposal(): Promise<string> {
  const { db, clock } = http.context;
  const [id, at] = [createId('opinion'), isoIn(clock)];
  const words = { en: 'Ask <b>first', fr: 'Demander d’abord' };
  await db.orm.insert(committeeOpinions).values({ id, by: 'test', createdAt: at });
  const articles = [{ id: 'conduct', title: words, text: words }];
  await db.orm
    .insert(committeeOpinionTexts)
    .values({ opinion: id, version: 1, title: words, text: words, articles, by: 'test', at });
  const period = { commentVersion: 1, commentsFrom: at, commentsUntil: isoIn(clock, 86_400_000) };
  await db.orm.update(committeeOpinions).set(period).where(eq(committeeOpinions.id, id));
  return id;
}
