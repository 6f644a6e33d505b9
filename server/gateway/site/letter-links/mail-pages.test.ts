/** Unsubscribing from a letter's link, and the letters that development keeps, over real HTTP and a real database. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { liveLetter, signInLetter } from '../../../../tests/support/houses/mail-house.ts';

let http: TestHttp;

beforeAll(async () => {
  http = await startHttp();
});

afterAll(() => http[Symbol.asyncDispose]());

async function send(letter: ReturnType<typeof signInLetter> | ReturnType<typeof liveLetter>): Promise<void> {
  const { db, mail } = http.context;
  await db.transaction((tx) => mail.enqueue(tx, letter));
  mail.wake();
  await mail.settled();
}

const kept = async (query = '') =>
  (await http.call('GET', `/dev/mail${query}`, { headers: { accept: 'application/json' } })).json.messages;

test('development without a mail server shows its letters, newest first, by recipient, escaped', async () => {
  await send(signInLetter('first'));
  await send(liveLetter('second', { to: 'ben@example.com', title: '<script>alert(1)</script>' }));
  const [second, first, ...others] = await kept();
  expect(others).toEqual([]);
  for (const message of [first, second]) {
    expect(Object.keys(message).sort()).toEqual(['html', 'id', 'sentAt', 'subject', 'text', 'to']);
  }
  expect([second.to, first.to]).toEqual(['ben@example.com', 'ann@example.com']);
  expect(first.text).toContain('https://loge.example/sign-in/link');
  expect(second.text).toContain('<script>');
  expect(second.html).toContain('&lt;script&gt;');
  expect(second.html).not.toContain('<script>');
  expect(await kept('?to=Ben@example.com')).toMatchObject([{ id: second.id }]);
  const page = await http.call('GET', '/dev/mail', { headers: { accept: 'text/html' } });
  expect([page.status, page.text.includes('<script>')]).toEqual([200, false]);
});

test('a letter’s link unsubscribes by its button or by one click, and not by being opened', async () => {
  await send(liveLetter('third', { to: 'dan@example.com' }));
  const [letter] = await kept('?to=dan@example.com');
  const link = new URL(/http\S+\/unsubscribe\/\S+/.exec(letter.text)?.[0] ?? '').pathname;
  const subscription = { address: 'dan@example.com', topic: 'lives' } as const;
  const { unsubscribing } = http.context.mail;

  const page = await http.call('GET', link);
  expect(page.status).toBe(200);
  expect(page.text).toContain('<form method="post"><button>');
  expect(await unsubscribing.isSubscribed(subscription)).toBe(true);
  // As a mail program does it (RFC 8058): no cookie, from no page of ours.
  const oneClick = await http.call('POST', link, {
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    body: 'List-Unsubscribe=One-Click',
  });
  expect(oneClick.status).toBe(200);
  expect(await unsubscribing.isSubscribed(subscription)).toBe(false);
  for (const method of ['GET', 'POST']) {
    expect((await http.call(method, `${link.slice(0, -4)}AAAA`)).status).toBe(404);
  }
});

test('production shows no letters', async () => {
  await using production = await startHttp({ env: PRODUCTION_ENV, db: http.context.db });
  for (const accept of ['application/json', 'text/html']) {
    expect((await production.call('GET', '/dev/mail', { headers: { accept } })).status).toBe(404);
  }
});

test('an operator reads which letters did not arrive', async () => {
  const reply = await http.server('GET', '/v1/desk/letters');
  expect([reply.status, reply.json]).toEqual([200, { letters: [] }]);
});
