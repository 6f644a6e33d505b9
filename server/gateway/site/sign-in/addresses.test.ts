/** Changes of a mail address and recoveries over real HTTP: who has to agree, who can stop it, and attacks on both. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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
import { AddressesStore } from '../../../accounts/addresses/addresses.store.ts';

const DAY_MS = 24 * 3_600_000;

let nowMs = Date.parse('2026-05-04T09:00:00Z');
let http: TestHttp;
let letters: Letters;

beforeAll(async () => {
  http = await startHttp({ env: ACCOUNTS_ENV, clock: { now: () => nowMs } });
  letters = new Letters(http);
});

afterAll(() => http[Symbol.asyncDispose]());

const newBrowser = () => new PasskeyBrowser({ http, letters });

async function personWithPasskey(address = newAddress()) {
  const [browser, authenticator] = [newBrowser(), new SoftwareAuthenticator(SITE)];
  await browser.signIn(address);
  expect((await browser.add(authenticator)).status).toBe(200);
  return { browser, authenticator, address, identity: (await browser.who())?.identity ?? '' };
}

async function newOperator(): Promise<PasskeyBrowser> {
  const { browser, identity } = await personWithPasskey();
  await http.context.roles.give({ person: identity, role: 'operator', by: 'test' });
  return browser;
}

/** The links of the newest letter of this step. */
function linksTo(address: string, step: string): { link: string; objection: string } {
  const { data } = letters.to(address).find((it) => it.data.step === step) ?? {};
  const pathOf = (url: string | null | undefined) => (url ?? '').slice(SITE.length);
  return { link: pathOf(data?.link), objection: pathOf(data?.objection) };
}

const press = (path: string, headers?: Record<string, string>) => newBrowser().call('POST', path, undefined, headers);
const request = (browser: PasskeyBrowser, address: string) =>
  browser.call('POST', '/v1/me/address-change', { address });
/** A change that both mailboxes agree to. */
async function move(browser: PasskeyBrowser, from: string, to: string): Promise<void> {
  nowMs += 1;
  expect((await request(browser, to)).status).toBe(201);
  await press(linksTo(from, 'confirm_old').link);
  expect((await press(linksTo(to, 'confirm_new').link)).text).toContain('The address has been changed');
}
const addressesOf = async (browser: PasskeyBrowser) => (await browser.call('GET', '/v1/me')).json.addresses;
const identityAt = async (address: string) => (await (await newBrowser().signIn(address)).who())?.identity;

describe('a change of address', () => {
  test('is done when both mailboxes agree; a mail scanner agrees to nothing', async () => {
    const { browser, address, identity } = await personWithPasskey();
    const fresh = newAddress();
    await browser.call('PATCH', '/v1/me', { mail: { lives: false } });
    expect((await request(browser, fresh)).status).toBe(201);
    const [old, next] = [linksTo(address, 'confirm_old'), linksTo(fresh, 'confirm_new')];
    for (const { link } of [old, next]) {
      expect((await newBrowser().call('GET', link, undefined, {})).text).toContain('<button>Confirm</button>');
      expect((await press(link, FOREIGN)).status).toBe(403);
    }
    for (let times = 0; times < 2; times += 1) {
      expect((await press(next.link)).text).toContain('this address has confirmed');
    }
    expect(await addressesOf(browser)).toEqual([address]);
    expect((await browser.call('GET', '/v1/me/address-change')).json.change).toMatchObject({
      ...{ newAddress: fresh, isOldConfirmed: false, isNewConfirmed: true },
    });
    expect((await press(old.link)).text).toContain('The address has been changed');
    // What they have unsubscribed from they do not get at the new address either.
    expect((await browser.call('GET', '/v1/me')).json).toMatchObject({ addresses: [fresh], mail: { lives: false } });
    expect(await identityAt(fresh)).toBe(identity);
    expect(await identityAt(address)).not.toBe(identity);
    for (const { link } of [old, next]) expect((await press(link)).text).toContain('The address has been changed');
  });

  test('that both mailboxes agree to at once is reported as done to both', async () => {
    const { browser, address } = await personWithPasskey();
    const fresh = newAddress();
    await request(browser, fresh);
    const [old, next] = [linksTo(address, 'confirm_old').link, linksTo(fresh, 'confirm_new').link];
    await press(old);
    // The other call, which ran at the same time, finishes the change first.
    vi.spyOn(AddressesStore.prototype, 'finish').mockImplementationOnce(async function (
      this: AddressesStore,
      ...given
    ) {
      await this.finish(...given);
      return undefined;
    });
    expect((await press(next)).text).toContain('The address has been changed');
  });

  test('needs a passkey, and waits for a day only', async () => {
    const { browser, authenticator, address } = await personWithPasskey();
    nowMs += 10 * 60_000;
    expect(codeOf(await request(browser.copy(), newAddress()))).toBe('step_up_required');
    await browser.touch(authenticator);
    const fresh = newAddress();
    await request(browser, fresh);
    nowMs += DAY_MS;
    for (const path of [linksTo(address, 'confirm_old').link, linksTo(fresh, 'confirm_new').link]) {
      expect((await press(path)).status).toBe(410);
    }
  });

  test('to an address that has an account is answered like another, and its mailbox learns it', async () => {
    const { browser, address } = await personWithPasskey();
    const taken = (await personWithPasskey()).address;
    const shapes = [];
    for (const to of [taken, newAddress()]) {
      const { status, json } = await request(browser, to);
      shapes.push({ status, ...json, newAddress: '' });
    }
    expect(shapes[0]).toEqual(shapes[1]);
    await request(browser, taken);
    await press(linksTo(address, 'confirm_old').link);
    expect((await press(linksTo(taken, 'confirm_new').link)).status).toBe(409);
    expect(await addressesOf(browser)).toEqual([address]);
  });

  test('is undone by the old mailbox within a week, which ends every session and new passkeys', async () => {
    const { browser, address, authenticator, identity } = await personWithPasskey();
    const fresh = newAddress();
    await request(browser, fresh);
    await press(linksTo(address, 'confirm_old').link);
    await press(linksTo(fresh, 'confirm_new').link);
    nowMs += 7 * DAY_MS - 1;
    const { link } = linksTo(address, 'done_old');
    expect((await newBrowser().call('GET', link)).text).toContain(fresh);
    expect(await identityAt(fresh)).toBe(identity);
    expect((await press(link)).status).toBe(200);
    expect(await browser.who()).toBeNull();
    expect(codeOf(await newBrowser().touch(authenticator))).toBe('passkey_invalid');
    expect(await identityAt(address)).toBe(identity);
    expect(await identityAt(fresh)).not.toBe(identity);
    // A repeat is answered the same, and signs nobody out.
    const later = await newBrowser().signIn(address);
    expect((await press(link)).text).toContain('The change is stopped');
    expect(await later.who()).not.toBeNull();
    expect((await press(linksTo(address, 'confirm_old').link)).text).toContain('This change is over');
  });

  test('is not undone once another person has the old address, who learns of it', async () => {
    const { browser, address, identity } = await personWithPasskey();
    const fresh = newAddress();
    await move(browser, address, fresh);
    const owner = await newBrowser().signIn(address);
    const own = (await owner.who())?.identity;
    const { link } = linksTo(address, 'done_old');
    for (let times = 0; times < 2; times += 1) expect((await press(link)).status).toBe(409);
    expect([(await owner.who())?.identity, await identityAt(address)]).toEqual([own, own]);
    expect([(await browser.who())?.identity, await identityAt(fresh)]).toEqual([identity, identity]);
    expect(linksTo(address, 'objection_refused').link).toBe('/account');
    // The owner of both can still have the earlier account back.
    await http.context.closing.close(own ?? '', 'test');
    expect((await press(link)).status).toBe(200);
    expect(await identityAt(address)).toBe(identity);
  });

  test('cannot be undone after a week; a waiting one is stopped by the first letter', async () => {
    const { browser, address, authenticator } = await personWithPasskey();
    const fresh = newAddress();
    await request(browser, fresh);
    await press(linksTo(address, 'confirm_old').link);
    await press(linksTo(fresh, 'confirm_new').link);
    nowMs += 7 * DAY_MS;
    expect((await press(linksTo(address, 'done_old').link)).status).toBe(410);

    await browser.touch(authenticator);
    const third = newAddress();
    await request(browser, third);
    const { link, objection } = linksTo(fresh, 'confirm_old');
    expect((await press(objection)).status).toBe(200);
    expect((await press(link)).text).toContain('This change is over');
    expect(await browser.who()).toBeNull();
  });
});

test('a link to unsubscribe works in letters from before a change of address, for its person alone', async () => {
  const { browser, address } = await personWithPasskey();
  const { unsubscribing } = http.context.mail;
  const older = unsubscribing.linkOf({ address, topic: 'lives' });
  const fresh = newAddress();
  await move(browser, address, fresh);
  const later = await newBrowser().signIn(address);
  expect((await newBrowser().call('POST', older.slice(SITE.length))).text).toContain(fresh);
  const wants = async (person: PasskeyBrowser) => (await person.call('GET', '/v1/me')).json.mail.lives;
  expect([await wants(browser), await wants(later)]).toEqual([false, true]);
});

describe('of several changes', () => {
  test('an objection undoes all later ones too, and none of their links moves the account again', async () => {
    const { browser, address, identity } = await personWithPasskey();
    const [second, third] = [newAddress(), newAddress()];
    await move(browser, address, second);
    await move(browser, second, third);
    const laterLinks = [linksTo(second, 'confirm_old').objection, linksTo(second, 'done_old').link];
    expect((await press(linksTo(address, 'done_old').link)).status).toBe(200);
    for (const link of laterLinks) expect((await press(link)).text).toContain('The change is stopped');
    expect(await identityAt(address)).toBe(identity);
  });

  test('the oldest mailbox can still object after a newer one did', async () => {
    const { browser, address, identity } = await personWithPasskey();
    const [second, third] = [newAddress(), newAddress()];
    await move(browser, address, second);
    await move(browser, second, third);
    expect((await press(linksTo(second, 'done_old').link)).status).toBe(200);
    expect(await identityAt(second)).toBe(identity);
    expect((await press(linksTo(address, 'done_old').link)).status).toBe(200);
    expect(await identityAt(address)).toBe(identity);
  });
});

describe('a recovery', () => {
  const begin = (operator: PasskeyBrowser, account: string, address: string) =>
    operator.call('POST', '/v1/desk/recoveries', { account, address, reason: 'Identity card seen' });

  test('waits five days, then opens the account to the new mailbox without its passkeys', async () => {
    const [operator, lost] = [await newOperator(), await personWithPasskey()];
    const fresh = newAddress();
    expect((await begin(operator, lost.address, fresh)).status).toBe(201);
    expect((await press(linksTo(fresh, 'recovery_confirm').link)).text).toContain('this address has confirmed');
    nowMs += 5 * DAY_MS - 1;
    await http.context.people.addresses.sweep();
    expect(await identityAt(lost.address)).toBe(lost.identity);
    nowMs += 1;
    await http.context.people.addresses.sweep();
    expect(await identityAt(fresh)).toBe(lost.identity);
    expect(await lost.browser.who()).toBeNull();
    expect(codeOf(await newBrowser().touch(lost.authenticator))).toBe('passkey_invalid');
    expect(linksTo(fresh, 'done_new').link).toBe('/sign-in');
  });

  test('once done, is not undone by the link of an earlier change', async () => {
    const [operator, lost] = [await newOperator(), await personWithPasskey()];
    const [second, fresh] = [newAddress(), newAddress()];
    await move(lost.browser, lost.address, second);
    expect((await begin(operator, lost.identity, fresh)).status).toBe(201);
    await press(linksTo(fresh, 'recovery_confirm').link);
    nowMs += 5 * DAY_MS;
    await http.context.people.addresses.sweep();
    expect((await press(linksTo(lost.address, 'done_old').link)).status).toBe(410);
    expect(await identityAt(fresh)).toBe(lost.identity);
  });

  test('is stopped by the old mailbox, and not done without the new one', async () => {
    const [operator, lost] = [await newOperator(), await personWithPasskey()];
    const fresh = newAddress();
    await begin(operator, lost.identity, fresh);
    nowMs += 5 * DAY_MS;
    await http.context.people.addresses.sweep();
    expect(await identityAt(lost.address)).toBe(lost.identity);
    expect((await press(linksTo(lost.address, 'recovery_notice').link)).status).toBe(200);
    expect((await press(linksTo(fresh, 'recovery_confirm').link)).text).toContain('This change is over');
  });

  test('that nobody confirmed is over after its time', async () => {
    const [operator, lost] = [await newOperator(), await personWithPasskey()];
    await begin(operator, lost.identity, newAddress());
    const { id, endedAt } = (await http.context.people.addresses.listRecoveries())[0] ?? {};
    nowMs += 19 * DAY_MS;
    const after = (await http.context.people.addresses.listRecoveries()).find((it) => it.id === id);
    expect([endedAt, after?.endedAt]).toEqual([null, new Date(nowMs).toISOString()]);
  });

  test('is withdrawn with a fresh passkey alone, by an operator or by its person', async () => {
    const [operator, lost] = [await newOperator(), await personWithPasskey()];
    await begin(operator, lost.identity, newAddress());
    nowMs += 10 * 60_000;
    const withdraw = () => operator.call('DELETE', `/v1/desk/recoveries/${lost.identity}`);
    expect(codeOf(await withdraw())).toBe('step_up_required');
    expect(codeOf(await lost.browser.call('DELETE', '/v1/me/address-change'))).toBe('step_up_required');
    await lost.browser.touch(lost.authenticator);
    expect((await lost.browser.call('DELETE', '/v1/me/address-change')).status).toBe(200);
  });

  test('tells the new mailbox that it did not open the account, because it got one of its own meanwhile', async () => {
    const [operator, lost] = [await newOperator(), await personWithPasskey()];
    const fresh = newAddress();
    await begin(operator, lost.identity, fresh);
    const { text } = await press(linksTo(fresh, 'recovery_confirm').link);
    expect(text).toContain('Don’t sign in with the new address');
    const own = await identityAt(fresh);
    nowMs += 5 * DAY_MS;
    await http.context.people.addresses.sweep();
    expect(await identityAt(lost.address)).toBe(lost.identity);
    expect(await identityAt(fresh)).toBe(own);
    expect(linksTo(fresh, 'recovery_taken').link).toBe('/account');
  });

  test('frees the old address, which then goes back to the account that had it before', async () => {
    const [operator, first] = [await newOperator(), await personWithPasskey()];
    const [second, fresh] = [newAddress(), newAddress()];
    await move(first.browser, first.address, second);
    const later = await identityAt(first.address);
    expect((await begin(operator, first.address, fresh)).status).toBe(201);
    await press(linksTo(fresh, 'recovery_confirm').link);
    const { link } = linksTo(first.address, 'done_old');
    expect((await press(link)).status).toBe(409);
    nowMs += 5 * DAY_MS;
    await http.context.people.addresses.sweep();
    expect((await press(link)).status).toBe(200);
    expect([await identityAt(first.address), await identityAt(fresh)]).toEqual([first.identity, later]);
  });

  test('is for operators with a fresh passkey, and never takes the address of another account', async () => {
    const [operator, lost, other] = [await newOperator(), await personWithPasskey(), await personWithPasskey()];
    expect(codeOf(await begin(other.browser, lost.address, newAddress()))).toBe('forbidden');
    expect(codeOf(await begin(operator, lost.address, other.address))).toBe('address_taken');
    nowMs += 10 * 60_000;
    expect(codeOf(await begin(operator, lost.address, newAddress()))).toBe('step_up_required');
  });
});
