/** The committee's seats: from a vacant seat to a member who was removed, and what the house cannot do. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eq } from '../../../server/platform/db/sql.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import {
  committeeDeclarations,
  committeeSeats,
  committeeTerms,
} from '../../../server/trust/committee/committee.schema.ts';
import { startHttp, type TestHttp } from '../../support/houses/http.ts';
import { PasskeyBrowser } from '../../support/people/passkey-browser.ts';
import { ACCOUNTS_ENV, codeOf, Letters, newAddress } from '../../support/people/site-browser.ts';
import { createOperator } from '../../support/people/site-person.ts';
import { SoftwareAuthenticator } from '../../support/people/software-authenticator.ts';

const SITE = ACCOUNTS_ENV.LOGE_PUBLIC_URL;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-05-14T09:00:00Z');
const both = (en: string, fr = en) => ({ en, fr });
const REASON = both('Gave a file to the press', 'A remis un dossier à la presse');
const DECLARATION = { independent: true, unpaid: true, interests: both('None.', 'Aucun.') };

let nowMs = START_MS;
let http: TestHttp;
let letters: Letters;
let operator: Awaited<ReturnType<typeof createOperator>>;

beforeAll(async () => {
  http = await startHttp({ env: ACCOUNTS_ENV, clock: { now: () => nowMs } });
  letters = new Letters(http);
  operator = await createOperator(http, 'person_operator');
});
afterAll(() => http[Symbol.asyncDispose]());

const iso = (ms: number) => new Date(ms).toISOString();
const view = async () => (await http.call('GET', '/v1/committee')).json;
const seatNamed = async (name: string) =>
  (await view()).seats.find((seat: { name: { en: string } }) => seat.name.en === name);
const createSeat = (name: string) => operator('POST', '/v1/desk/committee/seats', { name: both(name) });

async function newSeat(name: string): Promise<string> {
  expect((await createSeat(name)).status).toBe(201);
  return (await seatNamed(name)).id;
}

async function newPerson() {
  const [browser, authenticator, address] = [
    new PasskeyBrowser({ http, letters }),
    new SoftwareAuthenticator(SITE),
    newAddress(),
  ];
  await browser.signIn(address);
  await browser.add(authenticator);
  await browser.call('PATCH', '/v1/me', { name: 'Noor Haddad' });
  const { identity } = (await browser.call('GET', '/site/session')).json.person;
  return { browser, authenticator, address, identity };
}

const invite = (seat: string, address: string, term: { from?: string; until?: string } = {}) =>
  operator('POST', `/v1/desk/committee/seats/${seat}/invitations`, {
    ...{ address, appointedBy: both('The founders', 'Les fondatrices'), until: iso(nowMs + 700 * DAY_MS), ...term },
  });

async function newInvitation(...of: Parameters<typeof invite>): Promise<string> {
  const { status, json } = await invite(...of);
  expect([status, json.url]).toEqual([201, expect.stringContaining('/account?seat=')]);
  return new URL(json.url).searchParams.get('seat') ?? '';
}

const accept = (browser: PasskeyBrowser, token: string) => browser.call('POST', '/v1/me/operator', { token });

async function newMember(seat: string, term: { from?: string; until?: string } = {}) {
  const person = await newPerson();
  const { status, json } = await accept(person.browser, await newInvitation(seat, person.address, term));
  expect([status, json]).toEqual([200, { gave: 'seat' }]);
  return person;
}

/** The operator's sign-in counts for hours; time has passed. */
const renewOperator = async () => {
  operator = await createOperator(http, 'person_operator');
};

test('a member sits after an invitation, signs in with a passkey, declares, and the declaration is overdue after a year', async () => {
  const seat = await newSeat('Law of data');
  expect(await seatNamed('Law of data')).toMatchObject({ member: null, vacantSince: iso(START_MS) });
  const { browser, address, authenticator } = await newMember(seat);
  expect(await seatNamed('Law of data')).toMatchObject({
    vacantSince: null,
    member: {
      ...{ name: 'Noor Haddad', appointedBy: both('The founders', 'Les fondatrices'), declaration: null },
      declarationDueSince: iso(START_MS),
    },
  });

  const biography = { biography: both('Teaches law', 'Enseigne le droit') };
  const byMail = new PasskeyBrowser({ http, letters });
  await byMail.signIn(address);
  expect(codeOf(await byMail.call('PUT', '/v1/me/seat/biography', biography))).toBe('step_up_required');
  expect(codeOf(await byMail.call('POST', '/v1/me/seat/declarations', DECLARATION))).toBe('step_up_required');
  expect((await browser.call('PUT', '/v1/me/seat/biography', biography)).status).toBe(200);
  const session = async (of: PasskeyBrowser) => (await of.call('GET', '/site/session')).json;
  expect(await session(browser)).toMatchObject({ isMember: true, isStrong: true });
  expect(await session(byMail)).toMatchObject({ isMember: true, isStrong: false });
  expect(codeOf(await operator('PUT', '/v1/me/seat/biography', biography))).toBe('forbidden');
  expect((await browser.call('POST', '/v1/me/seat/declarations', DECLARATION)).status).toBe(201);
  const { passkeys } = (await browser.call('GET', '/v1/me/passkeys')).json;
  expect(codeOf(await browser.call('DELETE', `/v1/me/passkeys/${passkeys[0].id}`))).toBe('last_strong_sign_in');

  const countsUntil = '2027-05-14T09:00:00.000Z';
  expect((await seatNamed('Law of data')).member).toMatchObject({
    ...{ biography: biography.biography, declarationDueSince: null },
    declaration: { ...DECLARATION, declaredAt: iso(START_MS), countsUntil },
  });
  nowMs = Date.parse(countsUntil);
  expect((await seatNamed('Law of data')).member.declarationDueSince).toBe(countsUntil);
  const page = (await http.call('GET', '/committee', { headers: { accept: 'text/html' } })).text;
  expect(page).toContain('No declaration that counts since 14 May 2027.');
  expect(page).not.toContain('<script');
  await browser.touch(authenticator);
  expect((await browser.call('POST', '/v1/me/seat/declarations', DECLARATION)).status).toBe(201);
  expect((await seatNamed('Law of data')).member.declarationDueSince).toBeNull();
  await renewOperator();
});

test('operators see whose invitation to a seat is open, without its link', async () => {
  const seat = await newSeat('Philosophy');
  const listOpen = async () => {
    const { invitations } = (await operator('GET', '/v1/desk/roles')).json;
    return invitations.filter((each: { seat: string }) => each.seat === seat);
  };
  const token = await newInvitation(seat, 'iris@example.org');
  const expiresAt = iso(nowMs + LIMITS.seatInvitationHours * 3_600_000);
  expect(await listOpen()).toEqual([{ address: 'iris@example.org', seat, expiresAt }]);
  expect(JSON.stringify((await operator('GET', '/v1/desk/roles')).json)).not.toContain(token);
  await newMember(seat);
  expect(await listOpen()).toHaveLength(1);
  nowMs = Date.parse(expiresAt);
  await renewOperator();
  expect(await listOpen()).toEqual([]);
});

test('a removal publishes its reason for good, whatever becomes of the seat; another way to remove there is not', async () => {
  const seat = await newSeat('Economics');
  const { identity } = await newMember(seat);
  const { term } = (await seatNamed('Economics')).member;
  const remove = (reason: unknown) => operator('POST', `/v1/desk/committee/terms/${term}/removal`, { reason });
  expect(codeOf(await remove(undefined))).toBe('invalid_request');
  expect(codeOf(await remove(both('No', ' ')))).toBe('invalid_request');
  const rename = (name: string) => operator('PATCH', `/v1/desk/committee/seats/${seat}`, { name: both(name) });
  expect(codeOf(await rename('Other'))).toBe('forbidden');
  expect(codeOf(await operator('DELETE', `/v1/desk/committee/seats/${seat}`))).toBe('forbidden');
  const close = await operator('POST', `/v1/desk/people/${identity}/close`, { reason: 'Away with them' });
  expect(codeOf(close)).toBe('forbidden');
  expect((await seatNamed('Economics')).member.term).toBe(term);

  expect((await remove(REASON)).status).toBe(200);
  expect(codeOf(await remove(both('Another reason')))).toBe('not_found');
  expect((await rename('Other')).status).toBe(200);
  expect((await operator('DELETE', `/v1/desk/committee/seats/${seat}`)).status).toBe(200);
  const [past] = (await view()).past;
  expect(past).toMatchObject({
    seatName: both('Economics'),
    ended: { at: iso(nowMs), how: 'removed', reason: REASON },
  });
  const page = (await http.call('GET', '/committee?lang=fr', { headers: { accept: 'text/html' } })).text;
  expect(page).toContain(REASON.fr);

  const { orm } = http.context.db;
  const refused = { cause: { message: expect.stringContaining('are never changed') } };
  const isTerm = eq(committeeTerms.id, term);
  await expect(orm.update(committeeTerms).set({ endReason: null }).where(isTerm)).rejects.toMatchObject(refused);
  await expect(orm.update(committeeTerms).set({ endedHow: 'resigned' }).where(isTerm)).rejects.toMatchObject(refused);
  await expect(orm.delete(committeeTerms).where(isTerm)).rejects.toMatchObject(refused);
  await expect(orm.update(committeeDeclarations).set({ unpaid: false })).rejects.toMatchObject(refused);
  await expect(orm.update(committeeSeats).set({ createdBy: 'x' })).rejects.toMatchObject(refused);
  const law = eq(committeeTerms.id, (await seatNamed('Law of data')).member.term);
  const silent = { endedAt: iso(nowMs), endedHow: 'removed', endedBy: 'x', endReason: null } as const;
  await expect(orm.update(committeeTerms).set(silent).where(law)).rejects.toMatchObject(refused);
});

test('a seat excludes operators, reviewers and creators, and a member becomes none of them', async () => {
  const seat = await newSeat('Security');
  for (const role of ['operator', 'reviewer', 'creator'] as const) {
    const { browser, address, identity } = await newPerson();
    await http.context.roles.give({ person: identity, role, by: 'test' });
    const token = await newInvitation(seat, address);
    expect([role, codeOf(await accept(browser, token))]).toEqual([role, 'forbidden']);
    await http.context.roles.end({ person: identity, role, by: 'test' });
    // The refusal has not used the invitation up.
    expect((await accept(browser, token)).status).toBe(200);
    const role_ = (name: string) =>
      operator('POST', `/v1/desk/people/${identity}/roles`, { role: name, reason: 'Joins the team' });
    expect(codeOf(await role_('operator'))).toBe('forbidden');
    expect(codeOf(await role_('reviewer'))).toBe('forbidden');
    const become = { name: 'Noor Haddad', country: 'FR', isAdult: true, acceptsTerms: true };
    expect(codeOf(await browser.call('POST', '/v1/me/creator', become))).toBe('forbidden');
    expect((await browser.call('POST', '/v1/me/seat/resignation', {})).status).toBe(200);
    expect((await browser.call('GET', '/site/session')).json.isMember).toBe(false);
    expect((await role_('reviewer')).status).toBe(201);
  }
});

test('a role and a seat that are given at once exclude each other too', async () => {
  const seat = await newSeat('Rights');
  const { browser, address, identity } = await newPerson();
  const token = await newInvitation(seat, address);
  const given = http.context.roles.give({ person: identity, role: 'reviewer', by: 'test' }).then(
    () => 'given',
    () => 'refused',
  );
  const [accepted, role] = await Promise.all([accept(browser, token), given]);
  expect([accepted.status === 200, role]).toEqual(role === 'given' ? [false, 'given'] : [true, 'refused']);
});

test('the quorum fails since the member too many has left, and stands again with a successor', async () => {
  for (const { id, member } of (await view()).seats) {
    if (member) await operator('POST', `/v1/desk/committee/terms/${member.term}/removal`, { reason: REASON });
    await operator('DELETE', `/v1/desk/committee/seats/${id}`);
  }
  expect((await view()).quorum).toEqual({ needed: 0, held: 0, failsSince: null });
  const seats = [await newSeat('One'), await newSeat('Two'), await newSeat('Three')];
  const [one = '', two = ''] = seats;
  expect((await view()).quorum).toEqual({ needed: 2, held: 0, failsSince: iso(nowMs) });
  const until = iso(nowMs + 30 * DAY_MS);
  await newMember(one, { until });
  const second = await newMember(two);
  expect((await view()).quorum).toEqual({ needed: 2, held: 2, failsSince: null });
  const overlapping = await invite(one, newAddress());
  expect(codeOf(overlapping)).toBe('invalid_request');
  expect(codeOf(await invite(one, newAddress(), { until: iso(nowMs) }))).toBe('time_in_past');
  nowMs += 31 * DAY_MS;
  await renewOperator();
  expect(await view()).toMatchObject({
    quorum: { needed: 2, held: 1, failsSince: until },
    seats: [{ vacantSince: until }, { vacantSince: null }, { member: null }],
  });
  expect((await view()).past[0].ended).toEqual({ at: until, how: 'term', reason: null });
  await newMember(one);
  expect((await view()).quorum.failsSince).toBeNull();

  // A member who closes the account leaves, and without a name.
  nowMs += 3_600_000;
  await second.browser.touch(second.authenticator);
  const closed = await second.browser.call('POST', '/v1/me/closing', { confirmed: true });
  expect([closed.status, closed.json.error]).toEqual([200, undefined]);
  const [past] = (await view()).past;
  expect(past).toMatchObject({ name: 'Erased', biography: null, ended: { at: iso(nowMs), how: 'account_closed' } });
  expect((await view()).quorum.failsSince).toBe(iso(nowMs));
});
