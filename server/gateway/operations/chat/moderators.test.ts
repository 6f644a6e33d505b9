/** Invitations to moderate over HTTP: by handle and by link, once, for a while, and only for rooms of one's own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { createSitePerson } from '../../../../tests/support/people/site-person.ts';

type Call = Awaited<ReturnType<typeof createSitePerson>>;
type Invited = { creator: { id: string } };

const DAY_MS = 24 * 3600_000;
let nowMs = Date.parse('2026-05-04T09:00:00Z');
let http: TestHttp;
let ada: Call;
let eve: Call;

async function createCreator(identity: string): Promise<Call> {
  const call = await createSitePerson(http, identity);
  await call('POST', '/v1/me/creator', { name: identity, country: 'FR', isAdult: true, acceptsTerms: true });
  return call;
}

beforeAll(async () => {
  http = await startHttp({ clock: { now: () => nowMs } });
  [ada, eve] = [await createCreator('person_ada'), await createCreator('person_eve')];
});
afterAll(() => http[Symbol.asyncDispose]());

const createRoom = async (by: Call) =>
  (await by('POST', '/v1/me/rooms', { title: 'Rehearsal', access: { kind: 'free' } })).json.id as string;
const tokenOf = async (by: Call, room: string) =>
  http.context.tokens.parse((await by('POST', `/v1/rooms/${room}/tokens`)).json.token, undefined).role;
const codeOf = ({ status, json }: Awaited<ReturnType<Call>>) => json?.error?.code ?? status;

test('an invitation by handle is a letter and a notice; only the invited person accepts it, once', async () => {
  const [bob, mallory] = [await createSitePerson(http, 'person_bob'), await createSitePerson(http, 'person_mallory')];
  await bob('PATCH', '/v1/me', { handle: 'bob.stone' });
  const room = await createRoom(ada);
  expect((await ada('POST', '/v1/me/moderators', { handle: '@Bob.Stone', room })).json).toEqual({ link: null });
  expect(codeOf(await ada('POST', '/v1/me/moderators', { handle: 'nobody.here' }))).toBe('person_not_found');

  await http.context.mail.settled();
  const [letter] = await http.context.mail.listKept('person_bob@example.org');
  expect(letter?.text).toContain('Rehearsal');
  const [invitation] = (await bob('GET', '/v1/me/moderating')).json.invitations;
  expect(invitation).toMatchObject({ creator: { id: 'person_ada' }, room: { id: room, title: 'Rehearsal' } });
  const accept = (by: Call) => by('POST', `/v1/me/moderating/${invitation.id}`, { accepted: true });
  expect(codeOf(await accept(mallory))).toBe('invitation_invalid');
  expect(await tokenOf(bob, room)).toBe('fan');
  expect(codeOf(await accept(bob))).toBe(200);
  expect(codeOf(await accept(bob))).toBe('invitation_invalid');
  expect([await tokenOf(bob, room), await tokenOf(bob, await createRoom(ada))]).toEqual(['moderator', 'fan']);

  const [moderator] = (await ada('GET', '/v1/me/moderators')).json.moderators;
  expect(moderator).toMatchObject({ person: { handle: 'bob.stone' }, room: { id: room } });
  await eve('DELETE', `/v1/me/moderators/${moderator.id}`);
  expect(await tokenOf(bob, room)).toBe('moderator');
  await ada('DELETE', `/v1/me/moderators/${moderator.id}`);
  expect(await tokenOf(bob, room)).toBe('fan');
});

test('a link works once, for seven days, and not after it was withdrawn', async () => {
  const [first, second] = [await createSitePerson(http, 'person_one'), await createSitePerson(http, 'person_two')];
  const room = await createRoom(ada);
  const invite = async () => {
    const { link } = (await ada('POST', '/v1/me/moderators', {})).json;
    return { token: new URL(link).searchParams.get('invitation') };
  };
  const accept = async (by: Call, link: object) => codeOf(await by('POST', '/v1/me/invitation-links/accept', link));
  const link = await invite();
  expect(codeOf(await first('POST', '/v1/me/invitation-links', link))).toBe(200);
  expect((await Promise.all([accept(first, link), accept(second, link)])).sort()).toEqual([200, 'invitation_invalid']);
  const roles = [await tokenOf(first, room), await tokenOf(second, room)];
  expect(roles.sort()).toEqual(['fan', 'moderator']);

  const late = await invite();
  nowMs += 7 * DAY_MS;
  expect(await accept(second, late)).toBe('invitation_invalid');
  const withdrawn = await invite();
  const [{ id }] = (await ada('GET', '/v1/me/moderators')).json.invitations;
  await ada('DELETE', `/v1/me/moderators/invitations/${id}`);
  expect(await accept(second, withdrawn)).toBe('invitation_invalid');
  // A creator cannot take up their own link, and it stays for others.
  const own = await invite();
  expect(await accept(ada, own)).toBe('invalid_request');
  expect(codeOf(await second('POST', '/v1/me/invitation-links', own))).toBe(200);
});

test('a creator cannot invite to a room of another, and invites a limited number a day', async () => {
  const room = await createRoom(ada);
  expect(codeOf(await eve('POST', '/v1/me/moderators', { room }))).toBe('room_not_found');
  const invites = await Promise.all(Array.from({ length: 22 }, () => eve('POST', '/v1/me/moderators', {})));
  expect(invites.map(codeOf).sort()).toEqual([...Array(20).fill(201), 'rate_limited', 'rate_limited']);
});

test('who is removed cannot come back by an earlier invitation of that creator', async () => {
  const [gil, fay] = [await createCreator('person_gil'), await createSitePerson(http, 'person_fay')];
  await fay('PATCH', '/v1/me', { handle: 'fay.wood' });
  const room = await createRoom(gil);
  for (const place of [{ room }, {}]) await gil('POST', '/v1/me/moderators', { handle: 'fay.wood', ...place });
  await ada('POST', '/v1/me/moderators', { handle: 'fay.wood' });
  const invitations = async () => (await fay('GET', '/v1/me/moderating')).json.invitations;
  const [first, leftover] = (await invitations()).filter(({ creator }: Invited) => creator.id === 'person_gil');
  const accept = ({ id }: { id: string }) => fay('POST', `/v1/me/moderating/${id}`, { accepted: true });
  expect(codeOf(await accept(first))).toBe(200);
  const [moderator] = (await gil('GET', '/v1/me/moderators')).json.moderators;
  await gil('DELETE', `/v1/me/moderators/${moderator.id}`);
  expect(codeOf(await accept(leftover))).toBe('invitation_invalid');
  expect(await tokenOf(fay, room)).toBe('fan');
  expect(await invitations()).toMatchObject([{ creator: { id: 'person_ada' } }]);
});

test('a person gets one invitation of a creator to one place at a time, and none after declining', async () => {
  const [ida, joe] = [await createCreator('person_ida'), await createSitePerson(http, 'person_joe')];
  await joe('PATCH', '/v1/me', { handle: 'joe.fields' });
  const room = await createRoom(ida);
  const invite = async (by: Call, place: object) =>
    codeOf(await by('POST', '/v1/me/moderators', { handle: 'joe.fields', ...place }));
  const places = [{ room }, { room }, {}, {}];
  expect(await Promise.all(places.map((place) => invite(ida, place)))).toEqual([201, 201, 201, 201]);
  const { invitations } = (await joe('GET', '/v1/me/moderating')).json;
  expect(invitations).toHaveLength(2);
  await http.context.mail.settled();
  expect(await http.context.mail.listKept('person_joe@example.org')).toHaveLength(2);

  await joe('POST', `/v1/me/moderating/${invitations[0].id}`, { accepted: false });
  expect([await invite(ida, { room }), await invite(ida, {})]).toEqual(['forbidden', 'forbidden']);
  expect(await invite(ada, {})).toBe(201);
});
