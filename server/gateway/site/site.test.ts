/** The first-party site: its pages, its session, and cross-site requests with a user's cookie. */
import { createHmac, hkdfSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';
import { payCheckout } from '../../../tests/support/people/checkout.ts';
import { DEVELOPMENT_API_SECRET } from '../../config.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { HTTP_OPERATIONS } from '../operations/table.ts';
import { DEMO_PEOPLE, seedDemo } from './demo.ts';

const PAGE = '<!doctype html><html lang="en"><head><!--loge:head--></head><body><!--loge:body--></body></html>';
const FILES = {
  'site/home.html': PAGE,
  'site/room.html': PAGE,
  'site/studio.html': PAGE,
  'site/wallet.html': PAGE,
  'site/account.html': PAGE,
  'site/sign-in-page.html': PAGE,
  'site/assets/room-a1b2c3.js': 'export {};',
  'site/favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'site/assets/chat-d4e5f6.js': 'export {};',
  'site/assets/chat-d4e5f6.js.br': 'in brotli',
  'site/assets/chat-d4e5f6.js.gz': 'in gzip',
  'site/assets/icon-a7b8c9.svg': '<svg/>',
  'site/assets/icon-a7b8c9.svg.br': 'in brotli',
  'embed.js': '/* elements */',
  'sdk/loge.js': '/* sdk */',
};

const TWO_MONTHS_MS = 61 * 24 * 3600 * 1000;

let clientDir: string;
let http: TestHttp;
let nowMs = Date.now();
const clock: Clock = { now: () => nowMs };

beforeAll(async () => {
  clientDir = await mkdtemp(join(tmpdir(), 'loge-client-'));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(join(clientDir, name, '..'), { recursive: true });
    await writeFile(join(clientDir, name), text);
  }
  http = await startHttp({ clientDir, clock });
  await seedDemo(http.context);
});

afterAll(async () => {
  await http[Symbol.asyncDispose]();
  await rm(clientDir, { recursive: true });
});

const json = { 'content-type': 'application/json' };

async function signIn(identity: string): Promise<string> {
  const { status, headers } = await http.call('POST', '/site/demo-sign-in', { body: { identity } });
  expect(status).toBe(200);
  return (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
}

/** Without the client's own `Accept-Encoding`, cache and decoding. */
async function getRaw(path: string, headers: Record<string, string>) {
  const request = httpRequest(new URL(path, http.url), { headers, path });
  const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
  const bytes = Buffer.concat(await response.toArray()).toString('latin1');
  return { status: response.statusCode ?? 0, headers: response.headers, bytes };
}

const get = (path: string, cookie = '') => http.call('GET', path, { headers: { cookie } });
const post = (path: string, cookie: string, body: object = {}) =>
  http.call('POST', path, { headers: { cookie }, body });

describe('the session', () => {
  test('a person signs in, is recognised, and signs out', async () => {
    expect((await get('/site/session')).json).toEqual({
      person: null,
      isOperator: false,
      isReviewer: false,
      isMember: false,
      isStrong: false,
      walletMode: 'on',
      minLiveMinutes: 5,
      demo: true,
      hasAccounts: true,
      openIdProvider: null,
      currency: 'eur',
      housePages: ['transparency', 'terms', 'privacy', 'imprint', 'contact'],
    });
    const { people } = (await get('/site/demo-people')).json;
    expect(people).toEqual(
      DEMO_PEOPLE.map((it) => ({
        ...it,
        isOperator: it.identity === 'operator',
        isReviewer: ['alix', 'sacha'].includes(it.identity),
      })),
    );
    const { headers, json: session } = await http.call('POST', '/site/demo-sign-in', { body: { identity: 'lea' } });
    expect(session).toEqual({
      person: { identity: 'lea', name: 'Léa', role: 'fan' },
      isOperator: false,
      isReviewer: false,
      isMember: false,
      isStrong: true,
      walletMode: 'on',
      minLiveMinutes: 5,
      demo: true,
      hasAccounts: true,
      openIdProvider: null,
      currency: 'eur',
      housePages: ['transparency', 'terms', 'privacy', 'imprint', 'contact'],
    });
    const setCookie = headers.get('set-cookie') ?? '';
    expect(setCookie).toMatch(
      /^loge_session=[\w.-]+; Max-Age=5184000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const cookie = setCookie.split(';', 1)[0] ?? '';
    expect((await get('/site/session', cookie)).json.person.identity).toBe('lea');
    const out = await post('/site/sign-out', cookie);
    expect(out.json.person).toBeNull();
    expect(out.headers.get('set-cookie')).toMatch(/^loge_session=; .*Expires=Thu, 01 Jan 1970/);
  });

  test('the pages that the house writes are there in both languages', async () => {
    const { text } = await http.call('GET', '/terms', { headers: { 'accept-language': 'fr' } });
    expect(text).toMatch(/<html lang="fr">[\s\S]*<h1>Conditions<\/h1>[\s\S]*<strong>Ceci est un exemple/);
    // Its style is not escaped, which would cost the page its fonts.
    expect(text).toContain('@font-face { font-family: Newsreader;');
    expect((await http.call('GET', '/privacy')).text).toContain('<h1>Privacy</h1>');
  });

  test('only demo people can sign in', async () => {
    const { status, json: body } = await http.call('POST', '/site/demo-sign-in', { body: { identity: 'ada' } });
    expect([status, body.error.code]).toEqual([404, 'not_found']);
  });

  test('refuses a cookie that is modified, forged or expired', async () => {
    const cookie = await signIn('lea');
    const [payload = '', signature = ''] = cookie.replace('loge_session=', '').split('.');
    const creator = { person: { identity: 'camille', name: 'Camille', role: 'creator' }, expiresAtMs: nowMs + 1e9 };
    const forged = Buffer.from(JSON.stringify(creator)).toString('base64url');
    const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest('base64url');
    const attempts = [
      `loge_session=${forged}.${signature}`,
      `loge_session=${forged}.`,
      `loge_session=${forged}`,
      `loge_session=${payload}.${signature.slice(0, -2)}`,
      `loge_session=${payload}.${signature}.${signature}`,
      // Signed with the API secret itself, and with another key derived from it.
      `loge_session=${forged}.${hmac(DEVELOPMENT_API_SECRET, forged)}`,
      `loge_session=${forged}.${hmac(Buffer.from(hkdfSync('sha256', DEVELOPMENT_API_SECRET, '', 'other', 32)), forged)}`,
      `loge_session=${'A'.repeat(4_000)}.${signature}`,
      'loge_session=..',
      'loge_session=__proto__.x',
    ];
    for (const attempt of attempts) {
      expect([attempt.slice(0, 60), (await get('/site/session', attempt)).json.person]).toEqual([
        attempt.slice(0, 60),
        null,
      ]);
    }
    // A cookie planted by a neighbouring site does not hide the real one.
    expect((await get('/site/session', `loge_session=planted; ${cookie}`)).json.person.identity).toBe('lea');
    nowMs += TWO_MONTHS_MS;
    expect((await get('/site/session', cookie)).json.person).toBeNull();
    expect((await get('/v1/wallet', cookie)).json.error.code).toBe('token_missing');
    nowMs -= TWO_MONTHS_MS;
  });

  test('production has no demo people, and its cookie is limited to https and this host', async () => {
    await using production = await startHttp({ env: PRODUCTION_ENV, db: http.context.db });
    const created = vi.spyOn(production.context.accounts, 'createCreator');
    await seedDemo(production.context);
    expect(created).not.toHaveBeenCalled();
    expect((await production.call('GET', '/site/session')).json).toEqual({
      person: null,
      isOperator: false,
      isReviewer: false,
      isMember: false,
      isStrong: false,
      walletMode: 'on',
      minLiveMinutes: 5,
      demo: false,
      hasAccounts: false,
      openIdProvider: null,
      currency: 'eur',
      housePages: ['transparency'],
    });
    expect((await production.call('GET', '/terms')).status).toBe(404);
    expect((await production.call('GET', '/site/demo-people')).status).toBe(404);
    const signedIn = await production.call('POST', '/site/demo-sign-in', { body: { identity: 'lea' } });
    expect([signedIn.status, signedIn.headers.get('set-cookie')]).toEqual([404, null]);
    const out = await production.call('POST', '/site/sign-out', { body: {} });
    expect(out.headers.get('set-cookie')).toMatch(/^__Host-loge_session=; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/);
  });
});

describe('another site', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'a fetch of a foreign page',
      { ...json, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      'origin_not_allowed',
    ],
    [
      'a neighbouring site',
      { ...json, 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
      'origin_not_allowed',
    ],
    ['an older browser on a foreign page', { ...json, origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['a sandboxed page', { ...json, origin: 'null' }, 'origin_not_allowed'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'invalid_request'],
    ['a form that pretends', { 'content-type': 'text/plain; x=application/json' }, 'invalid_request'],
  ])('%s changes nothing with a cookie', async (_name, headers, code) => {
    const cookie = await signIn('camille');
    const before = (await get('/v1/me/rooms', cookie)).json.rooms.length;
    const body = JSON.stringify({ title: 'Forged', access: { kind: 'free' } });
    const reply = await http.call('POST', '/v1/me/rooms', { headers: { ...headers, cookie }, body });
    expect(reply.json.error.code).toBe(code);
    expect((await get('/v1/me/rooms', cookie)).json.rooms).toHaveLength(before);
  });

  test.each<[string, Record<string, string>, number, string]>([
    ['an attacker’s page', { 'sec-fetch-site': 'cross-site' }, 403, 'origin_not_allowed'],
    [
      'an attacker’s page that hides its address',
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
      403,
      'origin_not_allowed',
    ],
    [
      'an embedder’s page',
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost:4000' },
      403,
      'origin_not_allowed',
    ],
    ['the address bar', { 'sec-fetch-site': 'none' }, 403, 'origin_not_allowed'],
    ['an old browser on an attacker’s page', { referer: 'https://evil.example/page' }, 403, 'origin_not_allowed'],
    ['an old browser on an embedder’s page', { origin: 'http://localhost:4000' }, 403, 'origin_not_allowed'],
    ['an old browser on our page', { referer: 'OWN/wallet' }, 200, ''],
    ['a browser on our page', { 'sec-fetch-site': 'same-origin' }, 200, ''],
  ])('%s reads with a cookie: %j', async (_name, marks, status, code) => {
    const cookie = await signIn('camille');
    const headers = { cookie, ...marks, ...(marks.referer ? { referer: marks.referer.replace('OWN', http.url) } : {}) };
    for (const path of ['/v1/wallet', '/v1/earnings.csv', '/v1/me/rooms']) {
      const reply = await http.call('GET', path, { headers });
      expect([path, reply.status, reply.json?.error?.code ?? '']).toEqual([path, status, code]);
    }
    const { json: session } = await http.call('GET', '/site/session', { headers });
    expect(session.person?.identity ?? null).toBe(status === 200 ? 'camille' : null);
  });

  test('a page of an embedder calls with a room token, and a cookie beside it counts for nothing', async () => {
    const room = await http.createRoom({ kind: 'free' });
    const cookie = await signIn('camille');
    const bearer = `Bearer ${http.token({ room: room.id, identity: 'lea', name: 'Léa' })}`;
    const marks = { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:4000' };
    await http.context.money.promotions.grant({ identity: 'lea', amountMinor: 700, reason: 'Welcome' }, 'devkey');
    const reply = await http.call('GET', '/v1/wallet', { headers: { ...marks, cookie, authorization: bearer } });
    expect([reply.status, reply.json.balanceMinor]).toEqual([200, 700]);
    expect(reply.headers.get('access-control-allow-origin')).toBe(marks.origin);
    expect(reply.headers.get('access-control-allow-credentials')).toBeNull();
    // Wrong credentials in a header are not made up for by the right cookie, on our own pages either.
    const own = { 'sec-fetch-site': 'same-origin', cookie };
    for (const authorization of ['Bearer nonsense', `Basic ${Buffer.from('devkey:wrong').toString('base64')}`]) {
      expect((await http.call('GET', '/v1/me/rooms', { headers: { ...own, authorization } })).status).toBe(401);
      expect((await http.call('GET', '/v1/wallet', { headers: { ...own, authorization } })).status).toBe(401);
    }
  });

  test("the site's own page may", async () => {
    const cookie = await signIn('camille');
    const marks: Record<string, string>[] = [
      { 'sec-fetch-site': 'same-origin', origin: http.url },
      { origin: http.url },
    ];
    for (const headers of marks) {
      const body = { title: 'Mine', access: { kind: 'free' } };
      expect((await http.call('POST', '/v1/me/rooms', { headers: { ...headers, cookie }, body })).status).toBe(201);
    }
  });
});

describe('rooms and wallet', () => {
  test('a room of an embedder is not listed until the embedder wants it', async () => {
    const room = await http.createRoom({ kind: 'free' });
    const listed = async () => (await get('/v1/public/rooms')).json.rooms.map(({ id }: { id: string }) => id);
    expect(await listed()).not.toContain(room.id);
    const change = (value: boolean) => http.server('PATCH', `/v1/rooms/${room.id}`, { listed: value });
    expect((await change(true)).json).toMatchObject({ id: room.id, listed: true });
    expect(await listed()).toContain(room.id);
    await change(false);
    expect(await listed()).not.toContain(room.id);
  });

  test('a room of a creator is listed only when they say so, and they alone do', async () => {
    const camille = await signIn('camille');
    const { json: room } = await post('/v1/me/rooms', camille, { title: 'Quiet', access: { kind: 'free' } });
    const isListed = async () => (await get('/v1/public/rooms')).text.includes(room.id);
    expect([room.listed, await isListed()]).toEqual([false, false]);
    const change = (cookie: string) =>
      http.call('PATCH', `/v1/rooms/${room.id}`, { headers: { cookie }, body: { listed: true } });
    for (const other of ['noah', 'lea']) expect((await change(await signIn(other))).json.error.code).toBe('forbidden');
    expect((await change(camille)).json).toMatchObject({ id: room.id, listed: true });
    expect(await isListed()).toBe(true);
  });

  test('reading is public; entering and buying need a session', async () => {
    const { rooms } = (await get('/v1/public/rooms')).json;
    expect(rooms.length).toBeGreaterThanOrEqual(2);
    expect(rooms[0]).toMatchObject({ viewerCount: 0, creator: { name: expect.any(String) } });
    expect((await get(`/v1/public/rooms/${rooms[0].id}`)).json).toEqual({ ...rooms[0], creatorHandle: null });
    const anonymous = await post(`/v1/rooms/${rooms[0].id}/tokens`, '');
    expect([anonymous.status, anonymous.json.error.code]).toEqual([401, 'token_missing']);
  });

  test("a token has the role creator in one's own room and fan elsewhere", async () => {
    const { rooms } = (await get('/v1/public/rooms')).json;
    const roleIn = async (creator: string, person: string) => {
      const room = rooms.find((it: { creator: { identity: string } }) => it.creator.identity === creator);
      const { json: body } = await post(`/v1/rooms/${room.id}/tokens`, await signIn(person));
      return http.context.tokens.parse(body.token, undefined).role;
    };
    expect(await roleIn('camille', 'camille')).toBe('creator');
    expect(await roleIn('camille', 'noah')).toBe('fan');
    expect(await roleIn('noah', 'lea')).toBe('fan');
  });

  test.each([{ entitled: true }, { can: { moderate: true } }, { ttlSeconds: 86_400 }, { role: 'creator' }])(
    'people say nothing of their own token: %j is refused',
    async (wanted) => {
      const { rooms } = (await get('/v1/public/rooms')).json;
      const { status, json: body } = await post(`/v1/rooms/${rooms[0].id}/tokens`, await signIn('lea'), wanted);
      expect([status, body.error.code]).toEqual([400, 'invalid_request']);
      expect(body.error.issues[0].path).toBe(Object.keys(wanted)[0]);
      const asServer = await post('/v1/tokens', await signIn('lea'), { identity: 'lea', room: rooms[0].id, ...wanted });
      expect(asServer.json.error.code).toBe('credentials_invalid');
    },
  );

  test('only a creator can create a room, and only their own', async () => {
    const input = { title: 'Mine', access: { kind: 'free' } };
    expect((await post('/v1/me/rooms', await signIn('lea'), input)).json.error.code).toBe('forbidden');
    expect((await get('/v1/me/rooms', await signIn('lea'))).json.error.code).toBe('forbidden');
    const forAnother = await post('/v1/me/rooms', await signIn('noah'), { ...input, creator: 'camille' });
    expect(forAnother.json.error.code).toBe('invalid_request');
  });

  test('a top-up is settled on the return from the payment page and listed in the history', async () => {
    const cookie = await signIn('tom');
    expect((await get('/v1/wallet', cookie)).json).toEqual({ balanceMinor: 0, currency: 'eur', promoMinor: 0 });
    const returnUrl = `${http.url}/wallet`;
    const { json: topup } = await post('/v1/wallet/topups', cookie, { amountMinor: 2_000, returnUrl });
    const { location } = await payCheckout(topup.checkoutUrl);
    expect(location).toContain(`${returnUrl}?checkout=success&session_id=cs_`);
    const back = await http.call('GET', (location ?? '').slice(http.url.length));
    expect([back.status, back.text]).toEqual([200, expect.stringContaining('<site-wallet>')]);
    expect((await get('/v1/wallet', cookie)).json.balanceMinor).toBe(2_000);
    expect((await get('/v1/wallet/history', cookie)).json.entries).toMatchObject([
      { kind: 'topup', amountMinor: 2_000, currency: 'eur', label: null },
    ]);
  });

  test('a forged return settles nothing and still shows the page', async () => {
    const confirm = vi.spyOn(http.context.money, 'confirmCheckout');
    for (const session of ['cs_nothing', '../../v1/refunds', 'x'.repeat(500)]) {
      const { status } = await get(`/wallet?checkout=success&session_id=${encodeURIComponent(session)}`);
      expect(status).toBe(200);
    }
    expect(confirm.mock.calls).toEqual([['cs_nothing']]);
  });
});

describe('before any script', () => {
  const TITLE = '</script><script>alert(1)</script><!-- "$&" <img src=x onerror=alert(2)>';
  const CREATOR = { identity: 'mallory', name: '"><svg onload=alert(3)>', country: 'FR' } as const;
  const START = '2030-12-24T20:30:00+01:00';

  const read = (path: string, headers: Record<string, string> = {}) => http.call('GET', path, { headers });
  const metaOf = (text: string, property: string) =>
    new RegExp(`<meta (?:name|property)="${property}" content="([^"]*)"`).exec(text)?.[1];
  const dataOf = (text: string) => /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(text)?.[1];

  async function createRoom(listed: boolean, title = 'A winter evening'): Promise<RoomId> {
    await http.context.accounts.createCreator(CREATOR);
    const access = { kind: 'ticket', priceMinor: 950 } as const;
    const input = { creator: CREATOR.identity, title, access, startsAt: START, listed };
    return (await http.server('POST', '/v1/rooms', input)).json.id;
  }

  test.each<[string, Record<string, string>, string, string[]]>([
    ['', { 'accept-language': 'en-GB' }, 'en', ['A winter evening', '€9.50', 'Tue 24 Dec, 19:30 UTC', 'Sign in']],
    ['', { 'accept-language': 'fr-FR, en;q=0.5' }, 'fr', ['A winter evening', '9,50\u00a0€', 'Connectez-vous']],
    ['?lang=fr', { 'accept-language': 'en' }, 'fr', ['mar. 24 déc., 19:30 UTC']],
    ['', { 'accept-language': 'en', cookie: 'a=b; loge_language=fr' }, 'fr', ['Connectez-vous']],
    ['?lang=<b>', { cookie: 'loge_language=<b>' }, 'en', ['Sign in']],
  ])('a room%s says in its HTML what it is, with %j', async (query, headers, language, texts) => {
    const { status, text, headers: answer } = await read(`/rooms/${await createRoom(true)}${query}`, headers);
    expect(status).toBe(200);
    expect(text).toContain(`<html lang="${language}" class="theatre">`);
    for (const said of texts) expect(text).toContain(said);
    expect(answer.get('cache-control')).toBe('private, no-cache');
    expect(answer.get('vary')).toMatch(/Accept-Language.*Cookie/);
  });

  test('a sold-out room says so, but not to the person who holds a ticket', async () => {
    const access = { kind: 'ticket', priceMinor: 950 } as const;
    const { id } = (
      await http.server('POST', '/v1/rooms', {
        creator: 'camille',
        title: 'One seat',
        access,
        capacity: 1,
        listed: true,
        startsAt: START,
      })
    ).json;
    const cardOf = async () => (await read('/')).text.split(`room-${id}"`)[1]?.split('</a>')[0];
    const listed = async () =>
      (await get('/v1/public/rooms')).json.rooms.find((room: { id: string }) => room.id === id);
    expect([(await listed()).soldOut, await cardOf()]).toEqual([false, expect.stringContaining('€9.50')]);
    const soldOutFor = async (cookie: string) => {
      const { text } = await read(`/rooms/${id}`, { cookie });
      expect((await get(`/v1/public/rooms/${id}`, cookie)).json.soldOut).toBe(text.includes('Sold out'));
      return text.includes('Sold out');
    };
    // What previews and search engines read, and the version of the picture, by which they know that it has changed.
    const sharedOf = async () => {
      const { text } = await read(`/rooms/${id}`);
      const { json: oembed } = await read(`/oembed?url=${encodeURIComponent(`${http.url}/rooms/${id}`)}`);
      const { availability } = JSON.parse(dataOf(text) ?? '').offers;
      const picture = (metaOf(text, 'og:image') ?? '').replaceAll('&amp;', '&');
      return {
        description: metaOf(text, 'og:description') ?? '',
        availability,
        picture,
        thumbnail: oembed.thumbnail_url,
      };
    };
    const onSale = await sharedOf();
    expect(onSale).toMatchObject({
      description: expect.stringContaining('€9.50'),
      availability: 'https://schema.org/InStock',
      picture: onSale.thumbnail,
    });
    const [ines, malik] = [await signIn('ines'), await signIn('malik')];
    expect(await soldOutFor('')).toBe(false);
    const { token } = (await post(`/v1/rooms/${id}/tokens`, ines)).json;
    const { json: bought } = await http.participant(token, 'POST', `/v1/rooms/${id}/tickets`, { from: 'card' });
    await payCheckout(bought.checkoutUrl);
    expect([await soldOutFor(''), await soldOutFor(malik), await soldOutFor(ines)]).toEqual([true, true, false]);
    expect((await listed()).soldOut).toBe(true);
    // Visitors see a home page of the last second.
    await vi.waitFor(async () => expect(await cardOf()).toContain('Sold out'), 5_000);
    expect(await cardOf()).not.toContain('€9.50');
    const soldOut = await sharedOf();
    expect(soldOut).toMatchObject({ availability: 'https://schema.org/SoldOut', picture: soldOut.thumbnail });
    expect(soldOut.description).toMatch(/Sold out$/);
    expect(soldOut.picture).not.toBe(onSale.picture);
  });

  test('the buttons of the sign-in cannot be pressed, since the press would be lost', async () => {
    const { text } = await read('/');
    const buttons = text.match(/<button[^>]*sign-in-[^>]*>/g) ?? [];
    expect(buttons.length).toBeGreaterThan(0);
    expect(buttons.filter((button) => !button.includes(' disabled'))).toEqual([]);
  });

  test('a title or a name is never markup, in whatever it stands', async () => {
    const id = await createRoom(true, TITLE);
    const { text } = await read(`/rooms/${id}`);
    const home = await read('/');
    for (const page of [text, home.text]) expect(page).not.toMatch(/<script>|<img|<svg onload|<!-- "|\$&"/);
    const data = JSON.parse(dataOf(text) ?? '');
    expect([data.name, data.performer.name]).toEqual([TITLE, CREATOR.name]);
    const oembed = await read(`/oembed?url=${encodeURIComponent(`${http.url}/rooms/${id}`)}`);
    expect(oembed.headers.get('content-type')).toMatch(/^application\/json/);
    expect(oembed.json).toMatchObject({ type: 'link', title: TITLE, author_name: CREATOR.name });
  });

  test('only a listed room is for search engines and public lists; a link shows both', async () => {
    const ids: string[] = [];
    for (const listed of [false, true]) {
      const id = await createRoom(listed);
      ids.push(id);
      const url = `${http.url}/rooms/${id}`;
      const { text } = await read(`/rooms/${id}`, { 'accept-language': 'en' });
      expect([listed, metaOf(text, 'robots')]).toEqual([listed, listed ? undefined : 'noindex']);
      expect(text.includes(`<link rel="canonical" href="${url}">`)).toBe(listed);
      expect(text.includes(`hreflang="fr" href="${url}?lang=fr"`)).toBe(listed);
      expect(dataOf(text) !== undefined).toBe(listed);
      for (const list of ['/sitemap.xml', '/v1/public/rooms'])
        expect([list, (await read(list)).text.includes(id)]).toEqual([list, listed]);
      expect(text).toContain('<title>A winter evening · Loge</title>');
      expect(metaOf(text, 'og:title')).toBe('A winter evening');
      expect(metaOf(text, 'og:description')).toContain('Tue 24 Dec, 19:30 UTC · €9.50');
      const picture = await read((metaOf(text, 'og:image') ?? '').replace(http.url, '').replaceAll('&amp;', '&'));
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      expect(picture.headers.get('x-robots-tag')).toBe(listed ? null : 'noindex');
    }
    // Visitors' home page may be a second old.
    await vi.waitFor(async () => {
      const { text } = await read('/');
      expect(ids.map((id) => text.includes(id))).toEqual([false, true]);
    });
    const { text: robots } = await read('/robots.txt');
    expect(robots).toContain(`Sitemap: ${http.url}/sitemap.xml`);
  });

  test('an event has the price and the date, and nothing of an ended room is listed', async () => {
    const id = await createRoom(true);
    const event = JSON.parse(dataOf((await read(`/rooms/${id}`)).text) ?? '');
    const offer = { '@type': 'Offer', price: 9.5, priceCurrency: 'EUR', url: `${http.url}/rooms/${id}` };
    expect(event).toMatchObject({ '@type': 'Event', startDate: new Date(START).toISOString(), offers: offer });
    await http.server('POST', `/v1/rooms/${id}/end`);
    const { text } = await read(`/rooms/${id}`);
    expect([metaOf(text, 'robots'), dataOf(text)]).toEqual(['noindex', undefined]);
  });

  test('nothing of what happens inside reaches the page, its picture or its oEmbed', async () => {
    const id = await createRoom(false);
    const paths = [`/rooms/${id}/card.jpg`, `/oembed?url=${http.url}/rooms/${id}`];
    const before = await Promise.all(paths.map(async (path) => (await read(path)).headers.get('etag')));
    await http.context.rooms.startLive(id);
    const after = await Promise.all(paths.map(async (path) => (await read(path)).headers.get('etag')));
    expect(after).toEqual(before);
    const { text } = await read(`/rooms/${id}`);
    expect(text).toContain('Live right now');
    expect(text).not.toContain('viewer-count');
  });

  test('a page for one person is none for another', async () => {
    const cookie = await signIn('camille');
    const own = await read('/', { cookie });
    const other = await read('/');
    expect(own.text).toContain('Signed in as Camille Aubry');
    expect(other.text).not.toContain('Signed in as');
    // The script loads what a person needs before it has asked for the session.
    expect([own.text, other.text].map((text) => text.includes('<site-home signed-in>'))).toEqual([true, false]);
    // Neither a shared cache nor a revalidation mixes the two up.
    for (const { headers } of [own, other]) {
      expect(headers.get('cache-control')).toBe('private, no-cache');
      expect(headers.get('vary')).toContain('Cookie');
    }
    expect(own.headers.get('etag')).not.toBe(other.headers.get('etag'));
    const forged = await read('/', { cookie: `${cookie}x` });
    expect(forged.text).not.toContain('Signed in as');
    for (const path of ['/card.jpg', '/robots.txt', '/sitemap.xml']) {
      const { headers } = await read(path, { cookie });
      expect([path, headers.get('cache-control'), headers.get('set-cookie')]).toEqual([
        path,
        expect.stringMatching(/^public, max-age=\d+$/),
        null,
      ]);
    }
  });

  test('a flood of visitors costs one home page a second in each language', async () => {
    const renders = vi.spyOn(http.context.rooms, 'listPublicRooms');
    const from = performance.now();
    for (let count = 0; count < 20; count += 1) {
      for (const lang of ['en', 'fr']) {
        // An invalid cookie and unknown encodings get no page of their own.
        const headers = { cookie: 'loge_session=invalid', 'accept-encoding': 'deflate' };
        for (const each of [{}, headers]) expect((await read(`/?lang=${lang}`, each)).text).toContain(`lang="${lang}"`);
      }
    }
    const seconds = Math.ceil((performance.now() - from) / 1_000);
    expect(renders.mock.calls.length).toBeLessThanOrEqual(2 * seconds);
    renders.mockRestore();
  });

  test('a room that does not exist is said to be none, and has no picture', async () => {
    const { status, text } = await read('/rooms/room_0123456789');
    expect([status, metaOf(text, 'robots')]).toEqual([404, 'noindex']);
    expect(text).toMatch(/We can’t find this room\.[\s\S]*href="\/"[^>]*>Go to the home page</);
    expect((await read('/rooms/room_0123456789/card.jpg')).status).toBe(404);
    for (const url of ['https://evil.example/rooms/room_1', `${http.url}/wallet`, 'nonsense', ''])
      expect((await read(`/oembed?url=${encodeURIComponent(url)}`)).json.error.code).toBe('not_found');
  });

  test.each(['/', '/studio', '/studio/room_0123456789', '/wallet'])('%s is revalidated', async (path) => {
    const { status, headers } = await read(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const again = { 'if-none-match': headers.get('etag') ?? '', 'cache-control': 'max-age=0' };
    expect((await read(path, again)).status).toBe(304);
  });
});

describe('files', () => {
  test.each<[string, keyof typeof FILES, string, RegExp]>([
    ['/assets/room-a1b2c3.js', 'site/assets/room-a1b2c3.js', 'text/javascript; charset=utf-8', /immutable/],
    ['/favicon.svg', 'site/favicon.svg', 'image/svg+xml', /max-age=3600/],
    ['/embed.js', 'embed.js', 'text/javascript; charset=utf-8', /^no-cache$/],
    ['/sdk/loge.js', 'sdk/loge.js', 'text/javascript; charset=utf-8', /^no-cache$/],
  ])('%s', async (path, file, type, cache) => {
    const reply = await http.call('GET', path);
    expect([reply.status, reply.headers.get('content-type'), reply.text]).toEqual([200, type, FILES[file]]);
    expect(reply.headers.get('cache-control')).toMatch(cache);
    // `fetch` would add `no-cache` to a conditional request.
    const headers = { 'if-none-match': reply.headers.get('etag') ?? '', 'cache-control': 'max-age=0' };
    expect((await http.call('GET', path, { headers })).status).toBe(304);
  });

  test.each([
    ['gzip, deflate, br, zstd', 'br', 'in brotli'],
    ['gzip', 'gzip', 'in gzip'],
    ['br;q=0, gzip', 'gzip', 'in gzip'],
    ['br;q=0, gzip;q=0', null, 'export {};'],
    ['', null, 'export {};'],
  ])('an asset for a browser that accepts %j', async (accepted, encoding, bytes) => {
    const path = '/assets/chat-d4e5f6.js';
    const reply = await getRaw(path, { 'accept-encoding': accepted });
    expect([reply.status, reply.headers['content-encoding'] ?? null, reply.bytes]).toEqual([200, encoding, bytes]);
    expect(reply.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    const range = await getRaw(path, { 'accept-encoding': accepted, range: 'bytes=3-5' });
    expect([range.status, range.bytes]).toEqual([206, bytes.slice(3, 6)]);
    expect(range.headers['content-range']).toBe(`bytes 3-5/${bytes.length}`);
    const etag = String(reply.headers.etag);
    expect((await getRaw(path, { 'accept-encoding': accepted, 'if-none-match': etag })).status).toBe(304);
    // Each encoding is a separate representation.
    const other = await getRaw(path, { 'accept-encoding': encoding === 'br' ? 'gzip' : 'br' });
    expect(other.headers.etag).not.toBe(etag);
  });

  test('a page preloads the two fonts that its styles name, which pages of embedders may use too', async () => {
    const { text } = await http.call('GET', '/');
    const preloaded = [...text.matchAll(/<link rel="preload" href="(\/fonts\/[^"]+)" as="font"/g)].map(
      ([, path]) => path,
    );
    const styles = await http.call('GET', '/fonts/loge.css');
    expect([...styles.text.matchAll(/url\(([^)]+)\)/g)].map(([, path]) => path)).toEqual(preloaded);
    expect(preloaded).toHaveLength(2);
    for (const path of preloaded) {
      const { status, headers, bytes } = await getRaw(path ?? '', {});
      expect([status, headers['content-type'], bytes.slice(0, 4)]).toEqual([200, 'font/woff2', 'wOF2']);
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
      });
    }
  });

  test('an encoding that the build did not make is not sent, and a missing asset is not kept', async () => {
    const plain = await getRaw('/assets/icon-a7b8c9.svg', { 'accept-encoding': 'gzip' });
    expect([plain.headers['content-encoding'], plain.bytes]).toEqual([undefined, '<svg/>']);
    for (const name of ['room-00000.js', '.vite', '..', '%2e%2e%2findex.html', 'room-a1b2c3.js%00']) {
      const { status, headers } = await getRaw(`/assets/${name}`, {});
      expect([name, status, headers['cache-control']]).toEqual([name, 404, 'no-store']);
    }
  });

  test.each(['/openapi.json', '/docs'])('%s is compressed once, not for each request', async (path) => {
    const etags = new Set<unknown>();
    for (const [accepted, encoding] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
      ['', undefined],
    ] as const) {
      const { headers, status } = await getRaw(path, { 'accept-encoding': accepted });
      expect([status, headers['content-encoding'], headers.vary]).toEqual([200, encoding, 'Accept-Encoding']);
      // The length of an answer that is compressed while it is sent is not known.
      expect(Number(headers['content-length'])).toBeGreaterThan(1_000);
      const again = await getRaw(path, { 'accept-encoding': accepted, 'if-none-match': String(headers.etag) });
      expect([again.status, again.bytes]).toEqual([304, '']);
      etags.add(headers.etag);
    }
    expect(etags.size).toBe(3);
  });

  test('only answers that are the same for everybody are compressed (BREACH)', async () => {
    const accepting = { 'accept-encoding': 'gzip, br' };
    const variesByEncoding = async (path: string, headers: Record<string, string>) =>
      (await getRaw(path, { ...accepting, ...headers })).headers.vary?.toLowerCase().includes('accept-encoding') ??
      false;
    const page = await getRaw('/docs', accepting);
    expect(page.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect((await getRaw('/openapi.json', accepting)).headers['content-encoding']).toBe('br');

    const cookie = await signIn('camille');
    const bearer = `Bearer ${http.token({ room: (await http.createRoom({ kind: 'free' })).id, identity: 'lea' })}`;
    const credentials: Record<string, string>[] = [
      { cookie, 'sec-fetch-site': 'same-origin' },
      { authorization: bearer },
      { authorization: `Basic ${Buffer.from(`devkey:${DEVELOPMENT_API_SECRET}`).toString('base64')}` },
    ];
    const compressed: string[] = [];
    for (const { http: door, name } of HTTP_OPERATIONS.filter((it) => it.http.method === 'get')) {
      const path = door.path.replace(/:\w+/g, 'room_0123456789');
      if (await variesByEncoding(path, {})) compressed.push(name);
      for (const headers of credentials)
        expect([path, headers, await variesByEncoding(path, headers)]).toEqual([path, headers, false]);
    }
    expect(compressed.sort()).toEqual([
      'exportTransparencyReport',
      'getAssociationAccount',
      'getCharter',
      'getCharterVersion',
      'getCommittee',
      'getCreatorProfile',
      'getOpinions',
      'getProposal',
      'getPublicRoom',
      'getRoomCalendar',
      'getTransparencyReport',
      'listAssociations',
      'listCharterVersions',
      'listProposals',
      'listPublicRooms',
      'listTransparencyReports',
    ]);
    for (const path of ['/', '/rooms/room_0123456789', '/wallet', '/account', '/c/camille', '/sign-in', '/desk'])
      expect([path, await variesByEncoding(path, { cookie })]).toEqual([path, false]);
    const { headers } = await http.call('POST', '/site/demo-sign-in', {
      body: { identity: 'lea' },
      headers: accepting,
    });
    expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([null, null]);
  });

  test('the scripts for embedders may be loaded from anywhere, the pages may not', async () => {
    for (const path of ['/embed.js', '/sdk/loge.js']) {
      const { headers } = await http.call('GET', path, { headers: { origin: 'https://anyone.example' } });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    }
    const { headers } = await http.call('GET', '/', { headers: { origin: 'https://anyone.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test('explains a missing client build', async () => {
    await using bare = await startHttp({ clientDir: join(clientDir, 'missing'), db: http.context.db });
    const { status, text } = await bare.call('GET', '/');
    expect(status).toBe(503);
    expect(text).toContain('<code>npm start</code>');
    expect((await bare.call('GET', '/embed.js')).status).toBe(503);
  });
});
