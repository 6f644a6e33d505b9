/** Accounts of the house over real HTTP and a real database: signing in by mail, sessions, and attacks on both. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import {
  ACCOUNTS_ENV,
  codeOf,
  FOREIGN,
  Letters,
  newAddress,
  OWN,
  SiteBrowser,
} from '../../../../tests/support/people/site-browser.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let nowMs = Date.parse('2026-05-04T09:00:00Z');
let http: TestHttp;
let letters: Letters;

beforeAll(async () => {
  http = await startHttp({ env: ACCOUNTS_ENV, clock: { now: () => nowMs } });
  letters = new Letters(http);
});

afterAll(() => http[Symbol.asyncDispose]());

class Browser extends SiteBrowser {
  constructor() {
    super({ http, letters });
  }
}

const wrong = (code: string) => String((Number(code) + 1) % 100_000_000).padStart(8, '0');

describe('the link', () => {
  test('signs in the browser that opens it, once; a mail scanner consumes nothing', async () => {
    const [laptop, phone, scanner] = [new Browser(), new Browser(), new Browser()];
    const address = newAddress();
    const { path, code } = await laptop.ask(address, { returnTo: '/rooms/room_00000001' });
    for (let visit = 0; visit < 2; visit += 1) {
      const seen = await scanner.call('GET', path, undefined, {});
      expect([seen.status, seen.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect([...scanner.cookies.keys()]).toEqual(['__Host-loge_letter']);
      expect(seen.text).toContain('<form method="post"><button>Sign in here</button></form>');
      expect(seen.text).toContain(address);
    }
    const opened = await phone.call('POST', path);
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/account?to=%2Frooms%2Froom_00000001']);
    expect(opened.headers.getSetCookie()[0]).toMatch(
      /^__Host-loge_session=[\w.-]+; Max-Age=5184000; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(await phone.who()).toMatchObject({ identity: expect.stringMatching(/^person_\w+$/), role: 'fan' });
    // A click signs in only the browser in which it happens.
    expect(await laptop.who()).toBeNull();

    for (const again of [await phone.call('POST', path), await scanner.call('GET', path)]) {
      expect([again.status, again.headers.getSetCookie()]).toEqual([410, []]);
    }
    expect(codeOf(await laptop.enter(code))).toBe('sign_in_over');
    // The second time they have an account, and return at once.
    const next = await new Browser().ask(address, { returnTo: '/wallet' });
    expect((await phone.call('POST', next.path)).headers.get('location')).toBe('/wallet');
  });

  test('repeated within a minute by the browser that showed its page, is answered as the first time', async () => {
    const [phone, other] = [new Browser(), new Browser()];
    const { path } = await phone.ask(newAddress(), { returnTo: '/wallet' });
    for (const browser of [phone, other]) expect((await browser.call('GET', path)).status).toBe(200);
    const first = phone.copy();
    // A double click: both requests are sent before there is an answer, and the browser keeps the second.
    const answers = await Promise.all([first.call('POST', path), phone.call('POST', path)]);
    expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual(
      Array(2).fill([303, '/account?to=%2Fwallet']),
    );
    // Which of both the server reads first is up to the network; the later one is signed in.
    const [ofFirst, ofSecond] = [await first.who(), await phone.who()];
    expect([ofFirst, ofSecond].filter(Boolean)).toEqual([expect.objectContaining({ role: 'fan' })]);
    const kept = ofFirst ? first : phone;
    nowMs += MINUTE_MS - 1;
    expect((await kept.call('GET', path)).text).toContain('Sign in here');
    expect((await other.call('POST', path)).text).toContain('has already signed in');
    expect(await other.who()).toBeNull();
    nowMs += 1;
    const late = await kept.call('POST', path);
    expect([late.status, late.text.includes('It works only once')]).toEqual([410, true]);
    expect((await kept.who())?.role).toBe('fan');
  });

  test('expires after ten minutes', async () => {
    const browser = new Browser();
    const { path, code } = await browser.ask(newAddress());
    nowMs += 10 * MINUTE_MS;
    const expired = await browser.call('POST', path);
    expect([expired.status, expired.text.includes('has expired')]).toEqual([410, true]);
    expect(codeOf(await browser.enter(code))).toBe('sign_in_over');
  });

  test('is made of the configured address, whatever host the request names', async () => {
    const address = newAddress();
    const headers = {
      ...OWN,
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'content-type': 'application/json',
    };
    const request = httpRequest(new URL('/site/sign-in', http.url), { method: 'POST', headers });
    const [response] = (await once(request.end(JSON.stringify({ address })), 'response')) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(200);
    expect(letters.to(address)[0]?.data.link).toMatch(/^https:\/\/loge\.example\/sign-in\/link\/[\w-]{43}$/);
  });

  test('never leads to another site', async () => {
    for (const returnTo of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      const reply = await new Browser().call('POST', '/site/sign-in', { address: newAddress(), returnTo });
      expect(codeOf(reply)).toBe('invalid_request');
    }
  });
});

describe('the code', () => {
  test('signs in only the browser that asked', async () => {
    const [asker, other] = [new Browser(), new Browser()];
    const { code } = await asker.ask(newAddress());
    expect(codeOf(await other.enter(code))).toBe('sign_in_over');
    // Another browser with a request of its own.
    await other.ask(newAddress());
    expect(codeOf(await other.enter(code))).toBe('sign_in_code_invalid');
    const entered = await asker.enter(code);
    expect([entered.status, entered.json]).toEqual([200, { returnTo: '/account?to=%2F' }]);
    expect(await asker.who()).not.toBeNull();
    expect(codeOf(await asker.enter(code))).toBe('sign_in_over');
  });

  test('is entered again within a minute where the answer got lost', async () => {
    const browser = new Browser();
    const { code } = await browser.ask(newAddress());
    const lost = browser.copy();
    expect((await lost.enter(code)).status).toBe(200);
    const again = await browser.enter(code);
    expect([again.status, again.json]).toEqual([200, { returnTo: '/account?to=%2F' }]);
    expect([await lost.who(), (await browser.who())?.role]).toEqual([null, 'fan']);
    const late = lost.copy();
    nowMs += MINUTE_MS;
    expect(codeOf(await late.enter(code))).toBe('sign_in_over');
  });

  test('has five tries, concurrent ones included', async () => {
    const browser = new Browser();
    const { code } = await browser.ask(newAddress());
    const copies = Array.from({ length: 8 }, () => browser.copy());
    const codes = (await Promise.all(copies.map((copy) => copy.enter(wrong(code))))).map(codeOf);
    expect(codes.filter((each) => each === 'sign_in_code_invalid')).toHaveLength(5);
    expect(codeOf(await browser.enter(code))).toBe('sign_in_over');
  });
});

describe('attacks', () => {
  test('known and unknown addresses get the same answer and the same mail', async () => {
    const known = newAddress();
    await new Browser().signIn(known);
    const shapes = [];
    for (const address of [known, newAddress()]) {
      const { status, headers, text } = await new Browser().call('POST', '/site/sign-in', { address });
      const names = headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]+/, '').replace(/Expires=[^;]+/, ''));
      shapes.push({ status, text, names, letters: letters.to(address).length === 0 });
    }
    expect(shapes[0]).toEqual(shapes[1]);
  });

  test('a session that was planted before sign-in is not taken over, and ends', async () => {
    const attacker = await new Browser().signIn(newAddress());
    const victim = attacker.copy();
    await victim.signIn(newAddress());
    expect((await victim.who())?.identity).not.toBe((await attacker.who())?.identity);
    expect(await attacker.who()).toBeNull();
    // Nor does the request of another person, planted into the browser, take the code of one's own mail.
    const planted = new Browser();
    await planted.ask(newAddress());
    const own = new Browser();
    const { code } = await own.ask(newAddress());
    for (const [name, value] of planted.cookies) own.cookies.set(name, value);
    expect(codeOf(await own.enter(code))).toBe('sign_in_code_invalid');
  });

  test("another site's page can use none of the cookies", async () => {
    const browser = new Browser();
    const { path, code } = await browser.ask(newAddress());
    expect((await browser.call('POST', path, undefined, FOREIGN)).status).toBe(403);
    expect(codeOf(await browser.call('POST', '/site/sign-in/code', { code }, FOREIGN))).toBe('origin_not_allowed');
    expect(codeOf(await browser.call('POST', '/site/sign-in', { address: 'a@example.org' }, FOREIGN))).toBe(
      'origin_not_allowed',
    );
    expect((await browser.enter(code)).status).toBe(200);
    for (const [method, route, body] of [
      ['GET', '/v1/me'],
      ['PATCH', '/v1/me', { name: 'Forged' }],
      ['POST', '/v1/me/creator', { name: 'Forged', country: 'FR', isAdult: true, acceptsTerms: true }],
      ['GET', '/v1/me/sessions'],
      ['DELETE', '/v1/me/sessions'],
      ['DELETE', '/v1/me/sessions/login_0000000000'],
      ['POST', '/site/sign-out'],
    ] as const) {
      expect([route, codeOf(await browser.call(method, route, body, FOREIGN))]).toEqual([route, 'origin_not_allowed']);
      // A form of an old browser sends neither header, and no JSON.
      if (method === 'PATCH' || method === 'POST')
        expect(codeOf(await browser.call(method, route, body, { 'content-type': 'text/plain' }))).toBe(
          'invalid_request',
        );
    }
    expect((await browser.call('GET', '/v1/me')).json).toMatchObject({ name: null, role: 'fan' });
  });

  test('a stolen cookie is useless after sign-out everywhere, and after the sign-out of its session', async () => {
    const address = newAddress();
    const browser = await new Browser().signIn(address);
    const stolen = browser.copy();
    const phone = await new Browser().signIn(address);
    const stranger = await new Browser().signIn(newAddress());
    const { sessions } = (await browser.call('GET', '/v1/me/sessions')).json;
    expect(sessions).toHaveLength(2);
    const [current] = sessions.filter((each: { isCurrent: boolean }) => each.isCurrent);
    const [other] = sessions.filter((each: { isCurrent: boolean }) => !each.isCurrent);
    // Somebody else's session stays: `browser` and its copy go on.
    await stranger.call('DELETE', `/v1/me/sessions/${current.id}`);
    expect((await browser.call('DELETE', `/v1/me/sessions/${other.id}`)).status).toBe(200);
    expect(await phone.who()).toBeNull();
    expect(await stolen.who()).not.toBeNull();
    expect((await browser.call('DELETE', '/v1/me/sessions')).status).toBe(200);
    expect(await stolen.who()).toBeNull();
    expect(codeOf(await stolen.call('GET', '/v1/wallet'))).toBe('token_missing');
    expect(await stranger.who()).not.toBeNull();

    const again = await new Browser().signIn(address);
    const copy = again.copy();
    await again.call('POST', '/site/sign-out');
    expect(await copy.who()).toBeNull();
  });

  test('an address, and the mailbox behind several, get few mails; others are not affected', async () => {
    const address = newAddress();
    const ask = (to: string) => new Browser().call('POST', '/site/sign-in', { address: to });
    for (let mail = 0; mail < 5; mail += 1) expect((await ask(address)).status).toBe(200);
    expect(codeOf(await ask(address.toUpperCase()))).toBe('rate_limited');
    const tagged = (tag: number) => address.replace('@', `+${tag}@`);
    for (let mail = 6; mail < 10; mail += 1) expect((await ask(tagged(mail))).status).toBe(200);
    expect(codeOf(await ask(tagged(10)))).toBe('rate_limited');
    expect((await ask(newAddress())).status).toBe(200);
  });

  test('a sender who is refused takes no mails from the mailboxes of others', async () => {
    const flood = new Browser();
    const ask = async (browser: Browser, address: string) =>
      (await browser.call('POST', '/site/sign-in', { address })).status;
    for (let count = 0; count < 60; count += 1) expect(await ask(flood, newAddress())).toBe(200);
    const victim = newAddress();
    for (let count = 0; count < 11; count += 1) expect(await ask(flood, victim)).toBe(429);
    expect(await ask(new Browser(), victim)).toBe(200);
  });

  test('no API key speaks for a person of the house', async () => {
    const browser = await new Browser().signIn(newAddress());
    const identity = (await browser.who())?.identity ?? '';
    await http.createRoom({ kind: 'free' });
    const { id: room } = (
      await http.server('POST', '/v1/rooms', { creator: 'ada', title: 'Free', access: { kind: 'free' } })
    ).json;
    const creator = { identity, name: 'Forged', country: 'FR' };
    for (const [path, body] of [
      ['/v1/tokens', { identity, name: 'Forged', room, role: 'fan' }],
      ['/v1/creators', creator],
      ['/v1/creators', { ...creator, identity: 'person_x' }],
      ['/v1/rooms', { creator: identity, title: 'Forged', access: { kind: 'free' } }],
      [`/v1/rooms/${room}/removals`, { identity, reason: 'Forged' }],
    ] as const) {
      const reply = await http.server('POST', path, body);
      expect([path, reply.status, codeOf(reply)]).toEqual([path, 401, 'token_invalid']);
    }
    // Signed with the house's own API secret.
    const iat = Math.floor(nowMs / 1000);
    const claims = { iss: 'house', sub: identity, name: 'Forged', room, role: 'fan', iat, exp: iat + 600 };
    const forged = jwt.sign(claims, PRODUCTION_ENV.LOGE_API_SECRET);
    const wallet = await http.participant(forged, 'GET', '/v1/wallet');
    expect([wallet.status, codeOf(wallet)]).toEqual([401, 'token_invalid']);
    const { token } = (await browser.call('POST', `/v1/rooms/${room}/tokens`)).json;
    expect((await http.participant(token, 'GET', '/v1/wallet')).status).toBe(200);
  });
});

describe('the account', () => {
  test('has a name, a language and a handle; a creator’s name follows on their rooms', async () => {
    const address = newAddress();
    const browser = await new Browser().signIn(address);
    expect((await browser.call('GET', '/v1/me')).json).toMatchObject({
      name: null,
      handle: null,
      addresses: [address],
    });
    expect((await browser.who())?.name).toBe('New member');
    const changed = await browser.call('PATCH', '/v1/me', { name: 'Léa', language: 'fr', handle: 'lea.martin' });
    expect(changed.json).toMatchObject({ name: 'Léa', language: 'fr', handle: 'lea.martin', role: 'fan' });
    const become = { name: 'Léa Martin', country: 'FR', isAdult: true, acceptsTerms: true };
    for (const missing of ['isAdult', 'acceptsTerms']) {
      const refused = await browser.call('POST', '/v1/me/creator', { ...become, [missing]: false });
      expect(codeOf(refused)).toBe('invalid_request');
    }
    expect(codeOf(await browser.call('POST', '/v1/me/rooms', { title: 'Early', access: { kind: 'free' } }))).toBe(
      'forbidden',
    );
    expect((await browser.call('POST', '/v1/me/creator', become)).json).toMatchObject({ role: 'creator' });
    const { id } = (await browser.call('POST', '/v1/me/rooms', { title: 'Évening', access: { kind: 'free' } })).json;
    await browser.call('PATCH', '/v1/me', { name: 'Léa M.' });
    expect((await browser.call('GET', `/v1/public/rooms/${id}`)).json.creator.name).toBe('Léa M.');
  });

  test('a handle that looks like another is refused; a freed one rests for 90 days', async () => {
    const [first, second] = [await new Browser().signIn(newAddress()), await new Browser().signIn(newAddress())];
    const take = (browser: Browser, handle: string | null) => browser.call('PATCH', '/v1/me', { handle });
    expect((await take(first, 'morning')).status).toBe(200);
    expect(codeOf(await take(second, 'm0rn1ng'))).toBe('handle_unavailable');
    expect(codeOf(await take(second, 'loge-team'))).toBe('handle_unavailable');
    expect(codeOf(await take(second, 'léa'))).toBe('handle_invalid');
    expect((await take(first, 'evening')).json.handle).toBe('evening');
    nowMs += 89 * DAY_MS;
    const late = await new Browser().signIn(newAddress());
    expect(codeOf(await take(late, 'morning'))).toBe('handle_unavailable');
    nowMs += 1 * DAY_MS + 1;
    expect((await take(late, 'morning')).json.handle).toBe('morning');
    for (const handle of ['one1', 'two2', 'three3', 'four4']) expect((await take(late, handle)).status).toBe(200);
    expect(codeOf(await take(late, 'five5'))).toBe('rate_limited');
  });

  test('the secret of a session is renewed each day; the old one ends with the use of the new one', async () => {
    const browser = await new Browser().signIn(newAddress());
    const stolen = browser.copy();
    nowMs += DAY_MS;
    await browser.call('GET', '/site/session');
    nowMs += MINUTE_MS;
    expect(await browser.who()).not.toBeNull();
    expect(await stolen.who()).toBeNull();
  });

  test('a renewed secret whose answer got lost does not end the session', async () => {
    const browser = await new Browser().signIn(newAddress());
    const old = browser.copy();
    expect((await browser.call('GET', '/site/session')).headers.getSetCookie()).toEqual([]);
    nowMs += DAY_MS;
    const renewed = await browser.call('GET', '/site/session');
    expect(renewed.headers.getSetCookie()).toHaveLength(1);
    // A request that was on its way, and an answer that got lost.
    expect(await old.copy().who()).not.toBeNull();
    nowMs += MINUTE_MS;
    expect(await old.who()).not.toBeNull();
    expect(await browser.who()).toBeNull();
    nowMs += MINUTE_MS;
    expect(await old.who()).not.toBeNull();
  });
});

test('a house that only embeds has no sign-in and no public list', async () => {
  await using embedder = await startHttp({ env: PRODUCTION_ENV, db: http.context.db });
  await embedder.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
  const room = { creator: 'ada', title: 'Listed', access: { kind: 'free' }, listed: true };
  expect((await embedder.server('POST', '/v1/rooms', room)).status).toBe(201);
  expect((await embedder.call('GET', '/v1/public/rooms')).json.rooms).toEqual([]);
  expect((await http.call('GET', '/v1/public/rooms')).json.rooms).toHaveLength(1);
  for (const path of ['/sign-in', '/account', '/sign-in/link/x']) {
    expect([path, (await embedder.call('GET', path)).status]).toEqual([path, 404]);
  }
  const asked = await embedder.call('POST', '/site/sign-in', { body: { address: 'a@example.org' } });
  expect([asked.status, asked.headers.getSetCookie()]).toEqual([404, []]);
});
