/** How people become operators of a house with accounts, and what opens the desk to them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { PasskeyBrowser } from '../../../../tests/support/people/passkey-browser.ts';
import { ACCOUNTS_ENV, codeOf, Letters, newAddress, SITE } from '../../../../tests/support/people/site-browser.ts';
import { SoftwareAuthenticator } from '../../../../tests/support/people/software-authenticator.ts';
import { ConfigError, parseConfig } from '../../../config.ts';

const HOUR_MS = 3_600_000;

let nowMs = Date.parse('2026-05-04T09:00:00Z');
let http: TestHttp;
let letters: Letters;

beforeAll(async () => {
  http = await startHttp({ env: ACCOUNTS_ENV, clock: { now: () => nowMs } });
  letters = new Letters(http);
});

afterAll(() => http[Symbol.asyncDispose]());

const newBrowser = () => new PasskeyBrowser({ http, letters });

async function invite(address: string): Promise<string> {
  const { status, json } = await http.server('POST', '/v1/operators/invitations', { address });
  expect(status).toBe(201);
  expect(json.url.startsWith(`${SITE}/account?operator=`)).toBe(true);
  return json.url.slice(`${SITE}/account?operator=`.length);
}

const accept = (browser: PasskeyBrowser, token: string) => browser.call('POST', '/v1/me/operator', { token });
const desk = (browser: PasskeyBrowser) => browser.call('GET', '/v1/desk/overview');

async function newOperator() {
  const [browser, authenticator, address] = [newBrowser(), new SoftwareAuthenticator(SITE), newAddress()];
  await browser.signIn(address);
  await browser.add(authenticator);
  const token = await invite(address);
  expect((await accept(browser, token)).status).toBe(200);
  return { browser, authenticator, address, token };
}

test('a person with the invited address and a passkey becomes an operator, once', async () => {
  const address = newAddress();
  const token = await invite(address);
  const browser = await newBrowser().signIn(address);
  // Neither the link nor the mailbox is enough.
  expect(codeOf(await accept(browser, token))).toBe('step_up_required');
  expect(codeOf(await desk(browser))).toBe('forbidden');
  const other = newBrowser();
  await other.signIn(newAddress());
  await other.add(new SoftwareAuthenticator(SITE));
  expect(codeOf(await accept(other, token))).toBe('invitation_for_another');
  await browser.add(new SoftwareAuthenticator(SITE));
  expect((await accept(browser, token)).status).toBe(200);
  expect((await desk(browser)).status).toBe(200);
  expect((await browser.call('GET', '/site/session')).json.isOperator).toBe(true);
  expect(codeOf(await accept(browser, token))).toBe('desk_link_invalid');

  const late = await invite(address);
  nowMs += 24 * HOUR_MS;
  await browser.signIn(address);
  expect(codeOf(await accept(browser, late))).toBe('step_up_required');
});

test('an invitation expires after a day', async () => {
  const address = newAddress();
  const token = await invite(address);
  nowMs += 24 * HOUR_MS;
  const browser = await newBrowser().signIn(address);
  await browser.add(new SoftwareAuthenticator(SITE));
  expect(codeOf(await accept(browser, token))).toBe('desk_link_invalid');
});

test('the desk needs a passkey of the last eight hours; a sign-in by mail alone does not open it', async () => {
  const { browser, authenticator, address } = await newOperator();
  const byMail = await newBrowser().signIn(address);
  expect(codeOf(await desk(byMail))).toBe('step_up_required');
  expect((await byMail.touch(authenticator)).status).toBe(200);
  expect((await desk(byMail)).status).toBe(200);
  nowMs += 8 * HOUR_MS;
  expect(codeOf(await desk(browser))).toBe('step_up_required');
  await browser.touch(authenticator);
  expect((await desk(browser)).status).toBe(200);
  // Fee policies and refunds want a passkey of the last ten minutes.
  const raise = () => browser.call('POST', '/v1/fee-policies', { commissionBps: 1_500 });
  expect((await raise()).status).toBe(201);
  nowMs += 10 * 60_000;
  expect(codeOf(await raise())).toBe('step_up_required');
  const refund = (amountMinor?: number) =>
    browser.call('POST', '/v1/refunds', { ticket: 'ticket_0000000000', reason: 'Cut short', amountMinor });
  expect(codeOf(await refund(1))).toBe('step_up_required');
  expect(codeOf(await refund())).toBe('step_up_required');
  await browser.touch(authenticator);
  expect(codeOf(await refund(1))).toBe('payment_not_found');
});

test('the review needs a passkey of the last eight hours; orders one of the last minutes, a stop no more', async () => {
  const [browser, authenticator, address] = [newBrowser(), new SoftwareAuthenticator(SITE), newAddress()];
  await browser.signIn(address);
  await browser.add(authenticator);
  const { identity } = (await browser.call('GET', '/site/session')).json.person;
  await http.context.roles.give({ person: identity, role: 'reviewer', by: 'test' });
  const cases = (of: PasskeyBrowser) => of.call('GET', '/v1/review/cases');
  const session = async (of: PasskeyBrowser) => (await of.call('GET', '/site/session')).json;
  const byMail = await newBrowser().signIn(address);
  expect(codeOf(await cases(byMail))).toBe('step_up_required');
  expect(await session(byMail)).toMatchObject({ isReviewer: true, isStrong: false });
  expect((await cases(browser)).status).toBe(200);
  expect(await session(browser)).toMatchObject({ isReviewer: true, isStrong: true });
  const { id: room } = await http.createRoom({ kind: 'free' });
  const order = () =>
    browser.call('POST', '/v1/review/orders', {
      ...{ room, subject: { kind: 'live' }, category: 'illegal' },
      ...{ authority: 'Tribunal judiciaire de Paris', legalGround: 'L335-2', reference: '26/01234' },
    });
  const { json: filed } = await order();
  nowMs += 10 * 60_000;
  expect(codeOf(await order())).toBe('step_up_required');
  expect((await browser.call('POST', `/v1/review/cases/${filed.id}/stop`, {})).status).toBe(201);
  const { passkeys } = (await browser.call('GET', '/v1/me/passkeys')).json;
  await browser.touch(authenticator);
  expect(codeOf(await browser.call('DELETE', `/v1/me/passkeys/${passkeys[0].id}`))).toBe('last_strong_sign_in');
  nowMs += 8 * HOUR_MS;
  expect(codeOf(await cases(browser))).toBe('step_up_required');
  await browser.touch(authenticator);
  expect((await cases(browser)).status).toBe(200);
});

test('a house with accounts has neither desk links nor operators by configuration; one that embeds has both', async () => {
  const refused = await http.server('POST', '/v1/desk/sessions', { operator: 'morgan', name: 'Morgan' });
  expect([refused.status, codeOf(refused)]).toEqual([403, 'forbidden']);
  expect(refused.json.error.message).toContain('npm run operators');
  expect(() => parseConfig({ ...ACCOUNTS_ENV, LOGE_OPERATORS: 'morgan' })).toThrow(ConfigError);
  expect(() => parseConfig({ ...ACCOUNTS_ENV, LOGE_OPERATORS: 'morgan' })).toThrow(
    /LOGE_OPERATORS: .*npm run operators/,
  );

  const env = { ...PRODUCTION_ENV, LOGE_OPERATORS: 'morgan' };
  await using embedder = await startHttp({ env, db: http.context.db, clock: { now: () => nowMs } });
  const link = await embedder.server('POST', '/v1/desk/sessions', { operator: 'morgan', name: 'Morgan' });
  expect(link.status).toBe(201);
  const invited = await embedder.server('POST', '/v1/operators/invitations', { address: 'morgan@example.org' });
  expect(codeOf(invited)).toBe('forbidden');
});
