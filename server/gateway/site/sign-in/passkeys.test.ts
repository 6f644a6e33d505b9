/** Passkeys over real HTTP and a real database: adding, signing in, confirming dangerous acts, and attacks on each. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { PasskeyBrowser } from '../../../../tests/support/people/passkey-browser.ts';
import {
  ACCOUNTS_ENV,
  codeOf,
  FOREIGN,
  Letters,
  newAddress,
  SITE,
} from '../../../../tests/support/people/site-browser.ts';
import { SoftwareAuthenticator } from '../../../../tests/support/people/software-authenticator.ts';

const MINUTE_MS = 60_000;

let nowMs = Date.parse('2026-05-04T09:00:00Z');
let http: TestHttp;
let letters: Letters;

beforeAll(async () => {
  http = await startHttp({ env: ACCOUNTS_ENV, clock: { now: () => nowMs } });
  letters = new Letters(http);
});

afterAll(() => http[Symbol.asyncDispose]());

class Browser extends PasskeyBrowser {
  constructor() {
    super({ http, letters });
  }
}

/** A person with a passkey, signed in by mail. */
async function personWithPasskey() {
  const [browser, authenticator, address] = [new Browser(), new SoftwareAuthenticator(SITE), newAddress()];
  await browser.signIn(address);
  expect((await browser.add(authenticator)).status).toBe(200);
  const identity = (await browser.who())?.identity ?? '';
  return { browser, authenticator, address, identity };
}

describe('a passkey', () => {
  test('is added after signing in, told by mail, named, and signs in another browser', async () => {
    const { browser, authenticator, address, identity } = await personWithPasskey();
    expect(letters.to(address)[0]).toMatchObject({ template: 'passkey', data: { what: 'added' } });
    const [{ id = '' } = {}] = await browser.passkeys();
    const renamed = await browser.call('PATCH', `/v1/me/passkeys/${id}`, { name: 'Phone' });
    expect(renamed.json).toMatchObject({ id, name: 'Phone', lastUsedAt: null });

    const other = new Browser();
    const { status, json, headers } = await other.touch(authenticator);
    expect([status, json]).toEqual([200, {}]);
    expect(headers.getSetCookie().join()).toContain('__Host-loge_session=');
    expect((await other.who())?.identity).toBe(identity);
    expect((await other.passkeys())[0]?.lastUsedAt).toBe(new Date(nowMs).toISOString());
    // Each device has a session of its own.
    expect((await other.call('GET', '/v1/me/sessions')).json.sessions).toHaveLength(2);
  });

  test('is asked for with user verification, for the configured address', async () => {
    const { browser } = await personWithPasskey();
    const { json } = await browser.call('POST', '/site/passkeys/new');
    expect(json).toMatchObject({
      rp: { id: 'loge.example', name: 'Loge' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [expect.objectContaining({ type: 'public-key' })],
    });
  });

  test('that was removed signs in no more', async () => {
    const { browser, authenticator } = await personWithPasskey();
    const [{ id = '' } = {}] = await browser.passkeys();
    const stranger = (await personWithPasskey()).browser;
    expect(codeOf(await stranger.call('DELETE', `/v1/me/passkeys/${id}`))).toBe('passkey_not_found');
    expect((await browser.call('DELETE', `/v1/me/passkeys/${id}`)).status).toBe(200);
    expect(codeOf(await new Browser().touch(authenticator))).toBe('passkey_invalid');
  });
});

describe('attacks on signing in with a passkey', () => {
  test('a challenge works once, in the browser that asked, for five minutes', async () => {
    const { authenticator } = await personWithPasskey();
    const browser = new Browser();
    const proof = authenticator.sign(await browser.challenge());
    const replays = [browser.copy(), browser.copy()] as const;
    expect(codeOf(await new Browser().send(proof))).toBe('passkey_invalid');
    const other = new Browser();
    await other.challenge();
    expect(codeOf(await other.send(proof))).toBe('passkey_invalid');
    expect((await browser.send(proof)).status).toBe(200);
    for (const replay of replays) expect(codeOf(await replay.send(proof))).toBe('passkey_invalid');

    const late = authenticator.sign(await browser.challenge());
    nowMs += 5 * MINUTE_MS;
    expect(codeOf(await browser.send(late))).toBe('passkey_invalid');
  });

  test('concurrent uses of one challenge sign in once', async () => {
    const { authenticator } = await personWithPasskey();
    const browser = new Browser();
    const proof = authenticator.sign(await browser.challenge());
    const replies = await Promise.all([1, 2, 3, 4].map(() => browser.copy().send(proof)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422]);
  });

  test.each([
    ['made for another site', (key: SoftwareAuthenticator) => (key.origin = 'https://evil.example')],
    ['of another relying party', (key: SoftwareAuthenticator) => (key.rpId = 'evil.example')],
    ['without user verification', (key: SoftwareAuthenticator) => (key.flags = 0x01)],
    ['of a copied authenticator, whose count lags', (key: SoftwareAuthenticator) => (key.counter = 0)],
    ['of the handle of another person', (key: SoftwareAuthenticator) => (key.userHandle = 'cGVyc29uX290aGVy')],
  ])('an answer %s is refused', async (_what, forge) => {
    const { authenticator } = await personWithPasskey();
    expect((await new Browser().touch(authenticator)).status).toBe(200);
    forge(authenticator);
    const browser = new Browser();
    expect(codeOf(await browser.touch(authenticator))).toBe('passkey_invalid');
    expect(await browser.who()).toBeNull();
  });

  test('a passkey cannot be registered with an answer for another site, nor twice', async () => {
    const { authenticator } = await personWithPasskey();
    const browser = await new Browser().signIn(newAddress());
    const forged = new SoftwareAuthenticator('https://evil.example');
    forged.rpId = new URL(SITE).hostname;
    expect(codeOf(await browser.add(forged))).toBe('passkey_invalid');
    expect(codeOf(await browser.add(authenticator))).toBe('passkey_invalid');
    expect(await browser.passkeys()).toEqual([]);
  });

  test('a known and an unknown credential get the same answer, after the same work', async () => {
    const { authenticator } = await personWithPasskey();
    const shapes = [];
    for (const each of [authenticator, new SoftwareAuthenticator(SITE)]) {
      const browser = new Browser();
      const proof = each.sign(await browser.challenge());
      const forged = { ...proof, signature: new SoftwareAuthenticator(SITE).sign({ challenge: 'x' }).signature };
      const { status, text, headers } = await browser.send(forged);
      shapes.push({ status, text, cookies: headers.getSetCookie() });
    }
    expect(shapes[0]).toEqual(shapes[1]);
    expect(shapes[0]?.status).toBe(422);
  });

  test("another site's page can use none of it", async () => {
    const { browser, authenticator } = await personWithPasskey();
    for (const path of ['/site/passkeys/new', '/site/passkeys/challenge']) {
      expect(codeOf(await browser.call('POST', path, {}, FOREIGN))).toBe('origin_not_allowed');
    }
    const proof = authenticator.sign(await browser.challenge());
    expect(codeOf(await browser.call('POST', '/site/passkeys/sign-in', proof, FOREIGN))).toBe('origin_not_allowed');
  });
});

describe('confirming a dangerous act', () => {
  const onboard = (browser: Browser) => browser.call('POST', '/v1/earnings/onboarding', {});

  async function creatorWithPasskey() {
    const person = await personWithPasskey();
    const become = { name: 'Lou', country: 'FR', isAdult: true, acceptsTerms: true };
    expect((await person.browser.call('POST', '/v1/me/creator', become)).status).toBe(201);
    return person;
  }

  test('needs a passkey within ten minutes; a stolen session cannot, and ends with the confirmation', async () => {
    const { browser, authenticator } = await creatorWithPasskey();
    expect((await onboard(browser)).status).toBe(201);
    nowMs += 10 * MINUTE_MS;
    const stolen = browser.copy();
    expect(codeOf(await onboard(stolen))).toBe('step_up_required');
    expect(codeOf(await onboard(browser))).toBe('step_up_required');

    const options = await browser.challenge();
    expect(options.allowCredentials.map(({ id }) => id)).toEqual([authenticator.id]);
    expect((await browser.send(authenticator.sign(options))).status).toBe(200);
    expect((await onboard(browser)).status).toBe(201);
    expect(codeOf(await onboard(stolen))).toBe('token_missing');
  });

  test('whose answer gets lost signs nobody out, and confirms nothing; the next one does', async () => {
    const { browser, authenticator, identity } = await creatorWithPasskey();
    nowMs += 10 * MINUTE_MS;
    const options = await browser.challenge();
    const lost = browser.copy();
    expect((await lost.send(authenticator.sign(options))).status).toBe(200);
    expect((await browser.who())?.identity).toBe(identity);
    expect(codeOf(await onboard(browser))).toBe('step_up_required');
    expect((await browser.touch(authenticator)).status).toBe(200);
    expect((await onboard(browser)).status).toBe(201);
    expect(await lost.who()).toBeNull();
  });

  test('is closing the account', async () => {
    const { browser, authenticator, identity } = await personWithPasskey();
    const close = () => browser.call('POST', '/v1/me/closing', { confirmed: true });
    nowMs += 10 * MINUTE_MS;
    expect(codeOf(await close())).toBe('step_up_required');
    expect((await browser.who())?.identity).toBe(identity);
    expect((await browser.touch(authenticator)).status).toBe(200);
    expect((await close()).status).toBe(200);
    expect(await browser.who()).toBeNull();
  });

  test('is not done by the passkey of another person', async () => {
    const { browser, identity } = await creatorWithPasskey();
    const thief = new SoftwareAuthenticator(SITE);
    await (await new Browser().signIn(newAddress())).add(thief);
    nowMs += 10 * MINUTE_MS;
    expect(codeOf(await browser.touch(thief))).toBe('passkey_invalid');
    expect((await browser.who())?.identity).toBe(identity);
    expect(codeOf(await onboard(browser))).toBe('step_up_required');
  });

  test('is not avoided with a room token, which every session can mint', async () => {
    const { browser } = await creatorWithPasskey();
    const room = await browser.call('POST', '/v1/me/rooms', { title: 'Evening', access: { kind: 'free' } });
    const { token } = (await browser.call('POST', `/v1/rooms/${room.json.id}/tokens`)).json;
    const reply = await http.participant(token, 'POST', '/v1/earnings/onboarding', {});
    expect(codeOf(reply)).toBe('step_up_required');
  });

  test('is needed to add a further passkey or to remove one, whatever mail the thief can read', async () => {
    const { browser, address } = await personWithPasskey();
    const [{ id = '' } = {}] = await browser.passkeys();
    const thief = await new Browser().signIn(address);
    expect(codeOf(await thief.call('POST', '/site/passkeys/new'))).toBe('step_up_required');
    expect(codeOf(await thief.call('DELETE', `/v1/me/passkeys/${id}`))).toBe('step_up_required');
    expect((await browser.add(new SoftwareAuthenticator(SITE))).status).toBe(200);
    expect(await browser.passkeys()).toHaveLength(2);
  });

  test('has to wait for a first passkey, which is added soon after signing in', async () => {
    const browser = await new Browser().signIn(newAddress());
    const become = { name: 'Lou', country: 'FR', isAdult: true, acceptsTerms: true };
    await browser.call('POST', '/v1/me/creator', become);
    expect(codeOf(await onboard(browser))).toBe('step_up_required');
    const copy = browser.copy();
    nowMs += 10 * MINUTE_MS;
    expect(codeOf(await copy.call('POST', '/site/passkeys/new'))).toBe('sign_in_again');
    await browser.signIn(newAddress());
    expect((await browser.add(new SoftwareAuthenticator(SITE))).status).toBe(200);
  });
});
