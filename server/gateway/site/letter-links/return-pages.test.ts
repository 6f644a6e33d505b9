/** A room that its creator changes and cancels over HTTP, and the letter's link that gives a ticket back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { eventually } from '../../../../tests/support/run/eventually.ts';

const PRICE = 600;
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

let http: TestHttp;
/** Cookies of people of the house: two creators and a fan. */
let own: string;
let other: string;
let fan: string;

beforeAll(async () => {
  http = await startHttp();
  own = await signIn('person_ada');
  other = await signIn('person_eve');
  fan = await signIn('person_lea', false);
});

afterAll(() => http[Symbol.asyncDispose]());

async function signIn(id: string, isCreator = true): Promise<string> {
  const { people } = http.context;
  await people.seed({ id, name: id, address: `${id}@example.org` });
  if (isCreator)
    await people.becomeCreator(id, { name: '<i>Ada</i>', country: 'FR', isAdult: true, acceptsTerms: true });
  const mails = async () =>
    (await http.call('GET', `/dev/mail?to=${id}@example.org`, { headers: { accept: 'application/json' } })).json
      .messages;
  await http.call('POST', '/site/sign-in', { body: { address: `${id}@example.org` } });
  await eventually(async () => (await mails()).length > 0, 'the mail is kept');
  const link = new URL(/http\S+\/sign-in\/\S+/.exec((await mails())[0].text)?.[0] ?? '').pathname;
  const { headers } = await http.call('POST', link);
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

const call = (cookie: string, method: string, path: string, body?: object) =>
  http.call(method, path, { headers: { cookie, 'content-type': 'application/json' }, body });

async function sellTicket() {
  const made = await call(own, 'POST', '/v1/me/rooms', {
    title: '<b>Vespers</b>',
    text: 'One line\r\nand another',
    access: { kind: 'ticket', priceMinor: PRICE },
    startsAt: inHours(48),
  });
  expect([made.status, made.json.text]).toEqual([201, 'One line\nand another']);
  const { money } = http.context;
  await money.promotions.grant({ identity: 'person_lea', amountMinor: PRICE, reason: 'Welcome' }, 'operator');
  const { token } = (await call(fan, 'POST', `/v1/rooms/${made.json.id}/tokens`, {})).json;
  const { json: quote } = await http.participant(token, 'GET', `/v1/rooms/${made.json.id}/quote?kind=ticket`);
  const waiver = { accepted: true, textVersion: quote.waiver.textVersion, language: 'en' };
  const bought = await http.participant(token, 'POST', `/v1/rooms/${made.json.id}/tickets`, { from: 'wallet', waiver });
  return { room: made.json.id as string, ticket: bought.json.id as string, token };
}

test('only its creator changes and cancels a room; a fan asks to be reminded of it', async () => {
  const { room, token } = await sellTicket();
  const path = `/v1/rooms/${room}`;
  expect((await call(other, 'PATCH', path, { title: 'Mine' })).json.error.code).toBe('forbidden');
  expect((await call(other, 'POST', `${path}/end`)).json.error.code).toBe('forbidden');
  expect((await call(own, 'PATCH', path, { priceMinor: 700 })).json.error.code).toBe('price_fixed');
  expect((await call(own, 'PATCH', path, { startsAt: '2020-01-01T00:00:00Z' })).json.error.code).toBe('time_in_past');
  expect((await call(own, 'PATCH', path, { title: 'Matins\u202e' })).status).toBe(400);
  const changed = await call(own, 'PATCH', path, { title: 'Matins', text: null, listed: true });
  expect(changed.json).toMatchObject({ title: 'Matins', text: null, listed: true, movedAt: null });
  expect((await http.participant(token, 'POST', `${path}/reminder`, { wanted: true })).json).toEqual({ wanted: true });
  expect((await http.participant(token, 'GET', `${path}/reminder`)).json).toEqual({ wanted: true });
  expect((await call(own, 'POST', `${path}/end`)).json.status).toBe('ended');
  await http.context.money.sweep();
  expect((await http.participant(token, 'GET', '/v1/tickets')).json.tickets[0].status).toBe('refunded');
  expect((await http.participant(token, 'POST', `${path}/reminder`, { wanted: true })).json.error.code).toBe(
    'room_ended',
  );
  expect((await call(own, 'PATCH', path, { title: 'Later' })).json.error.code).toBe('room_ended');
});

test('an embedder changes its own rooms, and gets an event', async () => {
  const { id } = await http.createRoom({ kind: 'ticket', priceMinor: PRICE });
  const path = `/v1/rooms/${id}`;
  const changed = await http.server('PATCH', path, { title: 'Lauds', priceMinor: 700, startsAt: inHours(5) });
  expect(changed.json).toMatchObject({ title: 'Lauds', access: { priceMinor: 700 }, movedAt: expect.any(String) });
  await http.server('PATCH', path, { title: 'Lauds' });
  const read = async () => (await http.server('GET', `/v1/events?type=room.updated&room=${id}`)).json.events;
  await eventually(async () => (await read()).length > 0, 'the event is published');
  const [{ data }, ...others] = await read();
  expect(others).toEqual([]);
  expect(data).toMatchObject({ room: id, changed: ['title', 'priceMinor', 'startsAt'], previousStartsAt: null });
});

test('the letter’s link shows what it gives back, gives it back by its button alone, and once', async () => {
  const { room, ticket } = await sellTicket();
  const link = new URL(http.context.returnLinks.linkOf(ticket)).pathname;
  const before = await http.call('GET', link);
  expect(before.text).toContain('This ticket can no longer be returned.');
  expect((await http.call('POST', link)).status).toBe(409);

  await call(own, 'PATCH', `/v1/rooms/${room}`, { startsAt: inHours(72) });
  for (let times = 0; times < 2; times += 1) {
    const page = await http.call('GET', link, { headers: { 'accept-language': 'fr' } });
    expect(page.text).toContain('<form method="post"><button>Rendre le billet</button></form>');
    expect(page.text).toContain('&lt;b&gt;Vespers&lt;/b&gt;');
    expect(page.headers.get('cache-control')).toBe('no-store');
  }
  const press = () => http.call('POST', link, { headers: { 'sec-fetch-site': 'none' } });
  for (const done of await Promise.all([press(), press()])) {
    expect([done.status, done.text.includes('€6.00 is in your wallet.')]).toEqual([200, true]);
  }
  for (const method of ['GET', 'POST'])
    expect((await http.call(method, link)).text).toContain('€6.00 is in your wallet.');
  for (const method of ['GET', 'POST']) expect((await http.call(method, `${link.slice(0, -4)}AAAA`)).status).toBe(404);
});

test('a browser subscribes to messages, and ends that; nobody else’s', async () => {
  const keys = {
    p256dh: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
    auth: 'A'.repeat(22),
  };
  const { json: before } = await call(own, 'GET', '/v1/me/push');
  expect(before).toMatchObject({ publicKey: expect.stringMatching(/^B[\w-]{86}$/), devices: [] });
  const input = { endpoint: 'https://push.example.net/1', keys };
  const { json: after } = await call(own, 'POST', '/v1/me/push', input);
  expect(after.devices).toMatchObject([{ isCurrent: true }]);
  const path = `/v1/me/push/${after.devices[0].id}`;
  expect((await call(other, 'DELETE', path)).status).toBe(200);
  expect((await call(own, 'GET', '/v1/me/push')).json.devices).toHaveLength(1);
  expect((await call(own, 'DELETE', path)).json.devices).toEqual([]);
  expect((await call(own, 'POST', '/v1/me/push', { ...input, keys: { ...keys, auth: 'short' } })).status).toBe(400);
});
