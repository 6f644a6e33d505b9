/** Signing in at the house's OpenID provider, with a real one on the other side: enrolment, confirmation, attacks. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Reply, startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { newKey, OpenIdProvider, ProviderBrowser } from '../../../../tests/support/people/openid-provider.ts';
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
/** How the provider's page sends a browser back. */
const NAVIGATION = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };

let provider: OpenIdProvider;
let http: TestHttp;
let letters: Letters;

beforeAll(async () => {
  // The provider and the library read the time of the system, so the house does too.
  vi.useFakeTimers({ toFake: ['Date'] });
  provider = await OpenIdProvider.create(`${SITE}/sign-in/oidc`);
  // A provider over http is accepted outside of production alone.
  http = await startHttp({ env: { ...ACCOUNTS_ENV, NODE_ENV: 'test', ...provider.env } });
  letters = new Letters(http);
});

afterEach(() => {
  provider.rewrite = undefined;
  provider.state = 'up';
});

afterAll(async () => {
  vi.useRealTimers();
  await http?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
});

const waitMs = (ms: number) => vi.setSystemTime(Date.now() + ms);

class Browser extends PasskeyBrowser {
  /** The same person's browser at the provider. */
  readonly away = new ProviderBrowser();

  constructor() {
    super({ http, letters });
  }

  start(body: object, headers?: Record<string, string>): Promise<Reply> {
    return this.call('POST', '/site/oidc', body, headers);
  }

  /** Where the provider sends the browser after its person has signed in there. */
  async answerOf(body: object, login: string): Promise<URL> {
    const { status, json } = await this.start(body);
    expect([status, json?.error]).toEqual([200, undefined]);
    return this.away.visit(json.url, login);
  }

  comeBack({ pathname, search }: URL): Promise<Reply> {
    return this.call('GET', pathname + search, undefined, NAVIGATION);
  }

  async oidc(body: object, login: string): Promise<Reply> {
    return this.comeBack(await this.answerOf(body, login));
  }

  desk(): Promise<Reply> {
    return this.call('GET', '/v1/desk/overview');
  }
}

const SIGN_IN = { purpose: 'sign-in' };
let logins = 0;

function newLogin(): string {
  logins += 1;
  return `subject-${logins}`;
}

async function invite(address: string): Promise<string> {
  const { json } = await http.server('POST', '/v1/operators/invitations', { address });
  return new URL(json.url).searchParams.get('operator') ?? '';
}

/** An operator who has enrolled at the provider, and has no passkey. */
async function newOperator() {
  const [browser, address, login] = [new Browser(), newAddress(), newLogin()];
  await browser.signIn(address);
  const token = await invite(address);
  const reply = await browser.oidc({ purpose: 'enrol', invitation: token }, login);
  expect([reply.status, reply.headers.get('location')]).toEqual([303, '/desk']);
  const identity = (await browser.who())?.identity ?? '';
  return { browser, address, login, token, identity };
}

/** How the provider answers the request of this address where the person does not sign in. */
function declined(url: string): URL {
  const state = new URL(url).searchParams.get('state') ?? '';
  const query = new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer });
  return new URL(`/sign-in/oidc?${query}`, SITE);
}

/** The title of a page, which is the message of an error. */
const titleOf = ({ text }: Reply) => /<h1>([^<]+)<\/h1>/.exec(text)?.[1];
const INVALID = 'This answer from the OpenID provider isn’t valid here, or it took too long. Try again.';
const UNKNOWN = 'This OpenID account doesn’t belong to any operator or reviewer of this house.';

async function expectRefused(reply: Reply, status: number, title: string): Promise<void> {
  expect([reply.status, titleOf(reply)]).toEqual([status, title]);
  expect(reply.headers.getSetCookie().join()).not.toContain('loge_session=');
}

describe('an operator', () => {
  test('enrols at the provider with an invitation, is told by mail, and signs in again without a passkey', async () => {
    const { browser, address, login, token, identity } = await newOperator();
    expect((await browser.desk()).status).toBe(200);
    expect(letters.to(address)[0]).toMatchObject({ template: 'oidc-binding', data: { what: 'added' } });
    // The invitation is used up.
    expect(codeOf(await browser.call('POST', '/v1/me/operator', { token }))).toBe('desk_link_invalid');
    const host = new URL(provider.issuer).host;
    const own = (await browser.call('GET', '/v1/me/oidc')).json;
    expect(own).toMatchObject({ provider: host, bindings: [{ provider: host, lastUsedAt: null }] });

    const other = new Browser();
    expect((await other.call('GET', '/site/session')).json.openIdProvider).toBe(host);
    const reply = await other.oidc({ ...SIGN_IN, returnTo: '/desk/payouts' }, login);
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/desk/payouts']);
    const [session = ''] = reply.headers.getSetCookie().filter((text) => text.includes('loge_session'));
    expect(session).toMatch(/^__Host-loge_session=.*HttpOnly; Secure; SameSite=Lax/);
    expect((await other.who())?.identity).toBe(identity);
    expect((await other.desk()).status).toBe(200);
    expect((await other.call('GET', '/v1/me/oidc')).json.bindings[0].lastUsedAt).not.toBeNull();
    const seen = (await other.call('GET', `/v1/desk/people/${identity}`)).json;
    expect(seen.oidcBindings).toEqual([expect.objectContaining({ provider: host })]);
    expect(seen.sessions).toHaveLength(2);
  });

  test('needs the mailbox of the invitation too, and a sign-in of the last minutes', async () => {
    const address = newAddress();
    const invitation = await invite(address);
    const stranger = new Browser();
    expect(codeOf(await stranger.start({ purpose: 'enrol', invitation }))).toBe('token_missing');
    await stranger.signIn(newAddress());
    expect(codeOf(await stranger.start({ purpose: 'enrol', invitation }))).toBe('invitation_for_another');
    expect(codeOf(await stranger.start({ purpose: 'enrol' }))).toBe('forbidden');
    const browser = await new Browser().signIn(address);
    waitMs(10 * MINUTE_MS);
    expect(codeOf(await browser.start({ purpose: 'enrol', invitation }))).toBe('sign_in_again');
  });

  test('is refused a subject of somebody else, and keeps the invitation', async () => {
    const { login } = await newOperator();
    const address = newAddress();
    const invitation = await invite(address);
    const browser = await new Browser().signIn(address);
    const reply = await browser.oidc({ purpose: 'enrol', invitation }, login);
    expect(reply.status).toBe(409);
    expect(codeOf(await browser.desk())).toBe('forbidden');
    expect((await browser.oidc({ purpose: 'enrol', invitation }, newLogin())).status).toBe(303);
  });

  test('signs in no more once the role was taken', async () => {
    const { login, identity } = await newOperator();
    await newOperator();
    await http.context.roles.end({ person: identity, role: 'operator', by: 'test' });
    await expectRefused(await new Browser().oidc(SIGN_IN, login), 403, UNKNOWN);
  });

  test('whom an operator makes reviewer enrols without an invitation', async () => {
    const browser = await new Browser().signIn(newAddress());
    const identity = (await browser.who())?.identity ?? '';
    await http.context.roles.give({ person: identity, role: 'reviewer', by: 'test' });
    const login = newLogin();
    const reply = await browser.oidc({ purpose: 'enrol', returnTo: '/account' }, login);
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/account']);
    const other = new Browser();
    await other.oidc(SIGN_IN, login);
    expect((await other.who())?.identity).toBe(identity);
  });
});

describe('a provider', () => {
  test('is asked for nothing before somebody signs in, and its metadata once in five minutes', async () => {
    await using quiet = await OpenIdProvider.create(`${SITE}/sign-in/oidc`);
    await using house = await startHttp({
      env: { ...ACCOUNTS_ENV, NODE_ENV: 'test', ...quiet.env },
      db: http.context.db,
    });
    expect((await house.call('GET', '/site/session')).status).toBe(200);
    expect(quiet.asked).toEqual([]);
    const start = () => house.call('POST', '/site/oidc', { body: SIGN_IN });
    const replies = await Promise.all([start(), start()]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    await start();
    expect(quiet.asked).toEqual(['/.well-known/openid-configuration']);
    waitMs(5 * MINUTE_MS);
    await start();
    expect(quiet.asked).toHaveLength(2);
  });

  test('that is down is reported, blocks nothing else, and is asked again', async () => {
    waitMs(5 * MINUTE_MS);
    provider.state = 'down';
    const browser = new Browser();
    const reply = await browser.start(SIGN_IN);
    expect([reply.status, codeOf(reply), reply.json.error.retryable]).toEqual([503, 'oidc_unavailable', true]);
    await browser.signIn(newAddress());
    provider.state = 'up';
    expect((await browser.start(SIGN_IN)).status).toBe(200);
  });

  test('that fails after the person has signed in there is reported too', async () => {
    const { login } = await newOperator();
    const browser = new Browser();
    const answer = await browser.answerOf(SIGN_IN, login);
    provider.state = 'down';
    await expectRefused(
      await browser.comeBack(answer),
      503,
      'The OpenID provider isn’t answering. Try again later, or use a passkey.',
    );
  });

  test('where the person declines sends them back to where they began', async () => {
    const browser = new Browser();
    const answer = declined((await browser.start({ ...SIGN_IN, returnTo: '/desk' })).json.url);
    const replay = browser.copy();
    const reply = await browser.comeBack(answer);
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/sign-in?to=%2Fdesk']);
    await expectRefused(await replay.comeBack(answer), 422, INVALID);
  });
});

describe('attacks on signing in at the provider', () => {
  test('the request has PKCE, state and nonce, and asks for no more than the subject', async () => {
    const browser = new Browser();
    const reply = await browser.call('POST', '/site/oidc', SIGN_IN, {
      ...{ origin: SITE, 'sec-fetch-site': 'same-origin' },
      ...{ host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    });
    const asked = Object.fromEntries(new URL(reply.json.url).searchParams);
    expect(asked).toMatchObject({
      ...{ response_type: 'code', scope: 'openid', code_challenge_method: 'S256', max_age: '28800' },
      // Of the configured address, whatever the headers say.
      redirect_uri: `${SITE}/sign-in/oidc`,
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^[\w-]{43}$/);
    const [cookie = ''] = reply.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-loge_oidc=[^;]+; Max-Age=600; Path=\/; .*HttpOnly; Secure; SameSite=Lax/);
    expect(cookie).not.toContain(asked.state);
  });

  test('a subject that nobody has bound is refused, whatever mail address it claims, and makes no account', async () => {
    const { address } = await newOperator();
    provider.rewrite = (claims) => ({ ...claims, email: address, email_verified: true });
    const browser = new Browser();
    await expectRefused(await browser.oidc(SIGN_IN, newLogin()), 403, UNKNOWN);
    expect(await browser.who()).toBeNull();
  });

  test.each([
    ['for another client', { aud: 'another-program' }],
    ['for another client too', { aud: ['loge', 'another-program'], azp: 'loge' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['with another nonce', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['that has expired', { exp: 1 }],
  ])('an ID token %s is refused', async (_what, claims) => {
    const { login } = await newOperator();
    provider.rewrite = (given) => ({ ...given, ...claims });
    const browser = new Browser();
    await expectRefused(await browser.oidc(SIGN_IN, login), 422, INVALID);
    provider.rewrite = (given) => given;
    expect((await browser.oidc(SIGN_IN, login)).status).toBe(303);
  });

  test('an ID token that another key has signed is refused', async () => {
    const { login } = await newOperator();
    const { key } = provider;
    provider.rewrite = (given) => given;
    provider.key = newKey();
    await expectRefused(await new Browser().oidc(SIGN_IN, login), 422, INVALID);
    provider.key = key;
  });

  test('an answer works once, in the browser that asked, for ten minutes', async () => {
    const { login } = await newOperator();
    const browser = new Browser();
    const answer = await browser.answerOf(SIGN_IN, login);
    const replay = browser.copy();
    await expectRefused(await new Browser().comeBack(answer), 422, INVALID);
    const other = new Browser();
    await other.start(SIGN_IN);
    await expectRefused(await other.comeBack(answer), 422, INVALID);
    expect((await browser.comeBack(answer)).status).toBe(303);
    expect(browser.cookies.has('__Host-loge_oidc')).toBe(false);
    await expectRefused(await replay.comeBack(answer), 422, INVALID);

    // A code would have expired at the provider too.
    const late = declined((await browser.start(SIGN_IN)).json.url);
    waitMs(10 * MINUTE_MS);
    await expectRefused(await browser.comeBack(late), 422, INVALID);
  });

  test('a code of another request or of another client is refused', async () => {
    const { login } = await newOperator();
    const victim = new Browser();
    const code = (await victim.answerOf(SIGN_IN, login)).searchParams.get('code') ?? '';
    const thief = new Browser();
    const answer = await thief.answerOf(SIGN_IN, 'thief');
    answer.searchParams.set('code', code);
    await expectRefused(await thief.comeBack(answer), 422, INVALID);

    const { url } = (await thief.start(SIGN_IN)).json;
    const foreign = await new ProviderBrowser().visit(provider.forOtherClient(url), login);
    const { pathname } = new URL(`${SITE}/sign-in/oidc`);
    await expectRefused(await thief.comeBack(new URL(pathname + foreign.search, SITE)), 422, INVALID);
  });

  test.each([
    ['of another provider', (query: URLSearchParams) => query.set('iss', 'https://evil.example')],
    ['that does not say of which provider', (query: URLSearchParams) => query.delete('iss')],
    ['without its state', (query: URLSearchParams) => query.delete('state')],
    ['with two states', (query: URLSearchParams) => query.append('state', 'another')],
  ])('an answer %s is refused', async (_what, forge) => {
    const { login } = await newOperator();
    const browser = new Browser();
    const answer = await browser.answerOf(SIGN_IN, login);
    forge(answer.searchParams);
    await expectRefused(await browser.comeBack(answer), 422, INVALID);
  });

  test('signing in ends the session that the browser had, and begins another', async () => {
    const { login, identity } = await newOperator();
    const browser = await new Browser().signIn(newAddress());
    const planted = browser.copy();
    await browser.oidc(SIGN_IN, login);
    expect((await browser.who())?.identity).toBe(identity);
    expect(await planted.who()).toBeNull();
  });

  test.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'it does not return to %s',
    async (returnTo) => {
      expect(codeOf(await new Browser().start({ ...SIGN_IN, returnTo }))).toBe('invalid_request');
    },
  );

  test("another site's page cannot begin it", async () => {
    expect(codeOf(await new Browser().start(SIGN_IN, FOREIGN))).toBe('origin_not_allowed');
  });
});

describe('confirming at the provider', () => {
  const raise = (browser: Browser) => browser.call('POST', '/v1/fee-policies', { commissionBps: 1_500 });
  const CONFIRM = { purpose: 'confirm', returnTo: '/desk/fees' };

  test('has the person sign in there again, and comes back to where they were', async () => {
    const { browser, login } = await newOperator();
    expect((await raise(browser)).status).toBe(201);
    waitMs(10 * MINUTE_MS);
    expect(codeOf(await raise(browser))).toBe('step_up_required');
    const stolen = browser.copy();
    const { signIns } = browser.away;
    const reply = await browser.oidc(CONFIRM, login);
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/desk/fees']);
    expect(browser.away.signIns).toBe(signIns + 1);
    expect((await raise(browser)).status).toBe(201);
    // A copy of the cookie from before ends.
    expect(codeOf(await raise(stolen))).toBe('token_missing');
  });

  test('is not done by signing in with a session that the provider still had', async () => {
    const { login } = await newOperator();
    const browser = new Browser();
    await browser.oidc(SIGN_IN, login);
    expect((await raise(browser)).status).toBe(201);
    waitMs(10 * MINUTE_MS);
    await browser.oidc(SIGN_IN, login);
    expect(browser.away.signIns).toBe(1);
    expect((await browser.desk()).status).toBe(200);
    expect(codeOf(await raise(browser))).toBe('step_up_required');
    // After eight hours the provider asks again.
    waitMs(8 * 60 * MINUTE_MS);
    expect(codeOf(await browser.desk())).toBe('step_up_required');
    await browser.oidc(SIGN_IN, login);
    expect(browser.away.signIns).toBe(2);
    expect((await raise(browser)).status).toBe(201);
  });

  test.each([
    ['asked the person earlier', (at: number) => at - 10 * 60],
    ['does not say when it asked them', () => undefined],
  ])('is refused where the provider %s', async (_what, signedInAt) => {
    const { browser, login } = await newOperator();
    waitMs(10 * MINUTE_MS);
    provider.rewrite = (claims) => ({ ...claims, auth_time: signedInAt(claims.auth_time as number) });
    const reply = await browser.oidc(CONFIRM, login);
    expect([reply.status, titleOf(reply)]).toEqual([
      403,
      'The OpenID provider didn’t ask you to sign in again. Try again, or use a passkey.',
    ]);
    expect(codeOf(await raise(browser))).toBe('step_up_required');
    const other = new Browser();
    await other.oidc(SIGN_IN, login);
    expect(codeOf(await raise(other))).toBe('step_up_required');
  });

  test('is not done by another subject, nor for another session', async () => {
    const { browser, login } = await newOperator();
    const thief = await newOperator();
    waitMs(10 * MINUTE_MS);
    await expectRefused(await browser.oidc(CONFIRM, thief.login), 403, UNKNOWN);
    const answer = await browser.answerOf(CONFIRM, login);
    thief.browser.cookies.set('__Host-loge_oidc', browser.cookies.get('__Host-loge_oidc') ?? '');
    await expectRefused(await thief.browser.comeBack(answer), 422, INVALID);
    expect(codeOf(await raise(browser))).toBe('step_up_required');
    expect(codeOf(await raise(thief.browser))).toBe('step_up_required');
  });

  test('is needed to add a passkey, whatever mail the thief can read', async () => {
    const { address, login, browser } = await newOperator();
    const thief = await new Browser().signIn(address);
    expect(codeOf(await thief.call('POST', '/site/passkeys/new'))).toBe('step_up_required');
    expect(codeOf(await thief.desk())).toBe('step_up_required');
    waitMs(10 * MINUTE_MS);
    await browser.oidc(CONFIRM, login);
    expect((await browser.add(new SoftwareAuthenticator(SITE))).status).toBe(200);
  });
});

describe('a bound account', () => {
  const bindings = async (browser: Browser) => (await browser.call('GET', '/v1/me/oidc')).json.bindings;
  const removeFrom = (browser: Browser, id: string) => browser.call('DELETE', `/v1/me/oidc/${id}`);

  test('is removed by its person, unless it is the last strong sign-in of an operator', async () => {
    const { browser, address, login } = await newOperator();
    const [{ id }] = await bindings(browser);
    expect(codeOf(await removeFrom(browser, id))).toBe('last_strong_sign_in');
    await browser.add(new SoftwareAuthenticator(SITE));
    const other = await newOperator();
    expect((await removeFrom(other.browser, id)).status).toBe(200);
    expect(await bindings(browser)).toHaveLength(1);
    expect((await removeFrom(browser, id)).status).toBe(200);
    expect(await bindings(browser)).toEqual([]);
    expect(letters.to(address)[0]).toMatchObject({ template: 'oidc-binding', data: { what: 'removed' } });
    await expectRefused(await new Browser().oidc(SIGN_IN, login), 403, UNKNOWN);
    const [{ id: passkey = '' } = {}] = await browser.passkeys();
    expect(codeOf(await browser.call('DELETE', `/v1/me/passkeys/${passkey}`))).toBe('last_strong_sign_in');
  });

  test('is gone with a recovery, as passkeys are', async () => {
    const [operator, lost, address] = [await newOperator(), await newOperator(), newAddress()];
    const recovery = { account: lost.address, address, reason: 'Identity card seen' };
    expect((await operator.browser.call('POST', '/v1/desk/recoveries', recovery)).status).toBe(201);
    const { link = '' } = letters.to(address)[0]?.data ?? {};
    expect((await new Browser().call('POST', new URL(link).pathname)).status).toBe(200);
    waitMs(5 * 24 * 60 * MINUTE_MS);
    await http.context.people.addresses.sweep();
    await expectRefused(await new Browser().oidc(SIGN_IN, lost.login), 403, UNKNOWN);
  });

  test('is exported, and gone with the account', async () => {
    const { browser, identity, login } = await newOperator();
    await newOperator();
    const tables = await http.context.participantData.export(identity);
    expect(JSON.stringify(tables)).toContain(login);
    expect((await browser.call('POST', '/v1/me/closing', { confirmed: true })).status).toBe(200);
    await expectRefused(await new Browser().oidc(SIGN_IN, login), 403, UNKNOWN);
  });
});
