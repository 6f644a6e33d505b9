/** Sockets of the house's people follow their roles and sessions at once, without a new token. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoomId } from '../../../server/protocol/ids.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { signIn } from '../../support/people/site-person.ts';

const CREATOR = 'person_ada';
let loge: TestApp;
let room: RoomId;
let otherRoom: RoomId;

beforeAll(async () => {
  loge = await startApp();
  const { accounts, roles, rooms, people } = loge.app.context;
  await people.seed({ id: CREATOR, name: 'Ada', address: 'ada@example.org' });
  await accounts.createCreator({ identity: CREATOR, name: 'Ada', country: 'FR' });
  await roles.give({ person: CREATOR, role: 'creator', by: CREATOR });
  const create = async () =>
    (await rooms.createRoom({ creator: CREATOR, title: 'An evening', access: { kind: 'ticket', priceMinor: 500 } })).id;
  [room, otherRoom] = [await create(), await create()];
});
afterAll(() => loge[Symbol.asyncDispose]());

const ask = async (cookie: string, method: string, path: string) => {
  const headers = { cookie, 'content-type': 'application/json' };
  const response = await fetch(loge.url + path, { method, headers });
  return response.json() as Promise<{ token: string; error?: { code: string } }>;
};
const mint = async (cookie: string, at: RoomId = room) => (await ask(cookie, 'POST', `/v1/rooms/${at}/tokens`)).token;
const enter = async (cookie: string, at: RoomId = room) =>
  TestParticipant.connect(loge.url, { token: await mint(cookie, at) });
const codeOfWallet = async (token: string) => {
  const response = await fetch(`${loge.url}/v1/wallet`, { headers: { authorization: `Bearer ${token}` } });
  return response.ok ? 'ok' : ((await response.json()) as { error: { code: string } }).error.code;
};
const removal = { identity: 'somebody', reason: 'Insults' };
const refused = (token: string) =>
  TestParticipant.connect(loge.url, { token }).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );

describe('moderators', () => {
  const role = { person: 'person_mod', role: 'moderator', by: CREATOR } as const;

  test('an open socket gains and loses moderation, and a token from before gives nothing back', async () => {
    const { roles } = loge.app.context;
    const cookie = await signIn({ context: loge.app.context }, 'person_mod');
    using here = await enter(cookie);
    using elsewhere = await enter(cookie, otherRoom);
    expect([here.welcome.participant.role, here.welcome.access.state]).toEqual(['fan', 'required']);

    const scope = { creator: CREATOR, room } as const;
    const gained = Promise.all([here.next('rooms:rightsChanged'), here.next('rooms:accessGranted')]);
    await roles.give({ ...role, scope });
    expect((await gained)[0]).toMatchObject({ participant: { role: 'moderator' }, can: { moderate: true } });
    expect(await here.refusal('rooms:remove', removal)).toBe('ok');
    expect(await elsewhere.refusal('rooms:remove', removal)).toBe('access_required');
    const token = await mint(cookie);

    const lost = Promise.all([here.next('rooms:rightsChanged'), here.next('rooms:accessRevoked')]);
    await roles.end({ ...role, scope });
    expect((await lost)[0]).toMatchObject({ participant: { role: 'fan' }, can: { moderate: false } });
    expect(await here.refusal('rooms:remove', removal)).toBe('access_required');
    using again = await TestParticipant.connect(loge.url, { token });
    expect([again.welcome.participant.role, again.welcome.can.moderate]).toEqual(['fan', false]);
  });

  test('an act is checked against the role of the moment, before the news of its end arrives', async () => {
    const { roles, outbox } = loge.app.context;
    const scope = { creator: CREATOR, room: null };
    await roles.give({ ...role, scope });
    using moderator = await enter(await signIn({ context: loge.app.context }, 'person_mod'));
    expect(moderator.welcome.can.moderate).toBe(true);
    await outbox.idle();
    // In a transaction of its own, without waking the dispatcher, and answered before it looks by itself.
    const { db } = loge.app.context;
    await db.bulk(
      "update roles set ended_at = now(), ended_by = 'test' where person = 'person_mod' and ended_at is null",
      [],
    );
    expect(await moderator.refusal('rooms:remove', removal)).toBe('access_required');
    expect(moderator.events.filter(({ name }) => name === 'rooms:rightsChanged')).toEqual([]);
  });
});

describe('sessions', () => {
  test('the end of one closes its sockets and its tokens, not those of another', async () => {
    const { people } = loge.app.context;
    const phone = await signIn({ context: loge.app.context }, 'person_fan');
    const laptop = await signIn({ context: loge.app.context }, 'person_fan');
    const tokens = [await mint(phone), await mint(laptop)] as const;
    using onPhone = await TestParticipant.connect(loge.url, { token: tokens[0] });
    using onLaptop = await TestParticipant.connect(loge.url, { token: tokens[1] });
    const goodbye = onPhone.next('rooms:goodbye');
    const closed = new Promise((resolve) => onPhone.socket.once('disconnect', resolve));
    await ask(phone, 'POST', '/site/sign-out');
    expect([(await goodbye).code, await closed]).toEqual(['token_invalid', 'io server disconnect']);
    expect([await refused(tokens[0]), await codeOfWallet(tokens[0])]).toEqual(['token_invalid', 'token_invalid']);
    expect([onLaptop.socket.connected, await codeOfWallet(tokens[1])]).toEqual([true, 'ok']);

    const ended = onLaptop.next('rooms:goodbye');
    await people.sessions.revokeAll('person_fan');
    expect((await ended).code).toBe('token_invalid');
    expect([await refused(tokens[1]), await codeOfWallet(tokens[1])]).toEqual(['token_invalid', 'token_invalid']);
  });
});
