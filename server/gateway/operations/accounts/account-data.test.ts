/** The export of everything about a person, closing an account, and what operators see and do of both. */
import { strFromU8, unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { createOperator, createSitePerson, openSession } from '../../../../tests/support/people/site-person.ts';
import { AppError } from '../../../protocol/errors.ts';
import { createId } from '../../../protocol/ids.ts';

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http[Symbol.asyncDispose]());

const HOSTILE = '<script>alert("Zoé")</script>';
const codeOf = ({ status, json }: { status: number; json?: { error?: { code: string } } }) =>
  json?.error?.code ?? status;

async function downloadOf(identity: string): Promise<Record<string, string>> {
  const cookie = await openSession(http, identity);
  const response = await fetch(`${http.url}/v1/me/export`, { headers: { cookie } });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="loge-[\d-]+\.zip"$/);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strFromU8(content)]));
}

test('the export holds the rows of every domain, letters too, and a page that shows them safely', async () => {
  const { context } = http;
  const zoe = await createSitePerson(http, 'person_zoe');
  await createSitePerson(http, 'person_other');
  await zoe('PATCH', '/v1/me', { name: HOSTILE, language: 'fr' });
  const room = await http.createRoom({ kind: 'free' });
  const from = { identity: 'person_zoe', name: HOSTILE, role: 'fan' as const };
  await context.chat.send({ room: room.id, from, input: { clientId: createId('event'), text: 'Bonsoir à tous' } });
  await context.people.signIn.request({ address: 'person_zoe@example.org', language: 'fr' });
  await context.mail.settled();
  const upload = sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } });
  await context.pictures.set({ use: 'portrait', subject: 'person_zoe' }, 'person_zoe', await upload.png().toBuffer());

  const files = await downloadOf('person_zoe');
  const rows = (name: string) => JSON.parse(files[`data/${name}.json`] ?? 'null');
  expect(rows('accounts/person_addresses')).toMatchObject([{ address: 'person_zoe@example.org' }]);
  expect(rows('accounts/letters')).toMatchObject([{ template: 'sign-in', status: 'sent' }]);
  expect(rows('chat/chat_entries')).toMatchObject([{ room: room.id }]);
  expect(rows('accounts/persons')).toMatchObject([{ name: HOSTILE }]);
  expect(files['pictures/portrait-person_zoe.webp']).toMatch(/^RIFF.{4}WEBP/s);
  const all = Object.values(files).join('');
  expect(all).not.toContain('person_other');
  for (const secret of ['digest', 'sealed_data']) expect(all).not.toContain(secret);
  const page = files['index.html'] ?? '';
  expect(page).toContain('<html lang="fr">');
  expect(page).toContain('Bonsoir à tous');
  expect(page).not.toContain('<script');
});

test('more rows than one read holds are all in the export', async () => {
  const { context } = http;
  await createSitePerson(http, 'person_many');
  await context.db.bulk(
    `insert into restrictions (id, kind, creator, room, identity, by, by_role, reason, created_at)
      select 'removal_' || n, 'removal', 'ada', 'room_' || n, 'person_many', 'test', 'server', 'a reason', now()
      from generate_series(1, 4001) n`,
    [],
  );
  const files = await downloadOf('person_many');
  const rows = JSON.parse(files['data/rooms/restrictions.json'] ?? '[]') as { id: string }[];
  expect(new Set(rows.map(({ id }) => id)).size).toBe(4_001);
  expect(files['index.html']).toContain('4001');
});

test('an export needs a confirmation, is made once at a time and three times a day', async () => {
  const { context } = http;
  for (const person of ['person_eve', 'person_beside']) await createSitePerson(http, person);
  const exportWith = (cookie: string) => http.call('GET', '/v1/me/export', { headers: { cookie } });
  const byMail = await openSession(http, 'person_eve', { method: 'mail' });
  for (let count = 0; count < 4; count += 1) expect(codeOf(await exportWith(byMail))).toBe('step_up_required');

  const cookie = await openSession(http, 'person_eve');
  const held = Promise.withResolvers<void>();
  const zip = vi.spyOn(context.dataExport, 'zip').mockImplementationOnce(async function* () {
    yield Buffer.from('first');
    await held.promise;
  });
  const first = exportWith(cookie);
  await vi.waitFor(() => expect(zip).toHaveBeenCalled());
  const beside = await exportWith(cookie);
  expect([codeOf(beside), zip.mock.calls.length]).toEqual(['rate_limited', 1]);
  held.resolve();
  expect((await first).status).toBe(200);
  zip.mockRestore();
  const codes = [];
  for (let count = 0; count < 3; count += 1) codes.push(codeOf(await exportWith(cookie)));
  expect(codes).toEqual([200, 200, 'rate_limited']);
  expect(Object.keys(await downloadOf('person_beside'))).toContain('index.html');
});

test('an account is closed once nothing is open: roles, sessions, name and handle go', async () => {
  const { context } = http;
  const ada = await createSitePerson(http, 'person_ada');
  const become = { name: 'Ada Unmistakable', country: 'FR', isAdult: true, acceptsTerms: true };
  await ada('POST', '/v1/me/creator', become);
  await ada('PATCH', '/v1/me', { handle: 'ada.house' });
  const { id: room } = (await ada('POST', '/v1/me/rooms', { title: 'Last', access: { kind: 'free' } })).json;
  const scope = { creator: 'person_ada', room: null };
  await context.roles.give({ person: 'person_mod', role: 'moderator', scope, by: 'person_ada' });
  const { link } = (await ada('POST', '/v1/me/moderators', {})).json;

  expect((await ada('GET', '/v1/me/closing')).json).toMatchObject({ openMatters: ['room'], receiptYears: 10 });
  expect(codeOf(await ada('POST', '/v1/me/closing', { confirmed: true }))).toBe('erasure_blocked');
  expect((await context.roles.rolesOf('person_ada')).map(({ role }) => role)).toEqual(['creator']);
  await context.rooms.endRoom(room);
  expect((await ada('GET', '/v1/me/closing')).json.openMatters).toEqual([]);
  expect(codeOf(await ada('POST', '/v1/me/closing', { confirmed: true }))).toBe(200);

  expect(codeOf(await ada('GET', '/v1/me'))).toBe('token_missing');
  expect(await context.roles.rolesOf('person_ada')).toEqual([]);
  expect(await context.roles.rolesOf('person_mod')).toEqual([]);
  const eve = await createSitePerson(http, 'person_eve');
  const token = new URL(link).searchParams.get('invitation');
  expect(codeOf(await eve('POST', '/v1/me/invitation-links', { token }))).toBe('invitation_invalid');
  expect(codeOf(await eve('PATCH', '/v1/me', { handle: 'ada.h0use' }))).toBe('handle_unavailable');
  expect((await context.rooms.getRoom(room)).creator.name).toBe('Erased');
  await context.mail.settled();
  const [letter] = await context.mail.listKept('person_ada@example.org');
  expect(letter?.text).toContain('10 ans');
});

test('closing waits for a payout that is under way, and says so', async () => {
  const { db } = http.context;
  const iris = await createSitePerson(http, 'person_iris');
  await db.bulk(
    `insert into payouts (id, batch, creator, amount_minor, currency, status, provider_account, created_at)
      values ('payout_waiting', 'batch', 'person_iris', 100, 'eur', 'pending', 'acct_x', now())`,
    [],
  );
  expect((await iris('GET', '/v1/me/closing')).json).toMatchObject({ openMatters: ['payout'] });
  expect(codeOf(await iris('POST', '/v1/me/closing', { confirmed: true }))).toBe('erasure_blocked');
  expect(codeOf(await iris('GET', '/v1/me'))).toBe(200);
  await db.bulk(`update payouts set status = 'paid', settled_at = now() where id = 'payout_waiting'`, []);
  expect(codeOf(await iris('POST', '/v1/me/closing', { confirmed: true }))).toBe(200);
});

test('the letter that an account is closed is sent with the erasure of the data, or neither happens', async () => {
  const { closing, participantData, mail } = http.context;
  await createSitePerson(http, 'person_mia');
  const subjects = async () => {
    await mail.settled();
    return (await mail.listKept('person_mia@example.org')).map(({ subject }) => subject);
  };
  const before = await subjects();
  vi.spyOn(participantData, 'erase').mockRejectedValueOnce(new Error('The process is killed.'));
  await expect(closing.close('person_mia', 'person_mia')).rejects.toThrow('killed');
  vi.spyOn(mail, 'enqueue').mockRejectedValueOnce(new Error('The process is killed.'));
  await expect(closing.close('person_mia', 'person_mia')).rejects.toThrow('killed');
  expect(await subjects()).toEqual(before);
  await closing.close('person_mia', 'person_mia');
  expect(await subjects()).toHaveLength(before.length + 1);
});

test('a role that is given while an account is being closed ends with it', async () => {
  const { closing, participantData, roles } = http.context;
  await createSitePerson(http, 'person_ida');
  const erase = participantData.erase.bind(participantData);
  vi.spyOn(participantData, 'erase').mockImplementationOnce(async (...given) => {
    await roles.give({ person: 'person_ida', role: 'reviewer', by: 'test' });
    return erase(...given);
  });
  await closing.close('person_ida', 'person_ida');
  expect(await roles.rolesOf('person_ida')).toEqual([]);
});

test('the last operator cannot close their account, and nothing of it has ended then', async () => {
  const { context } = http;
  const last = await createSitePerson(http, 'person_last');
  await context.roles.give({ person: 'person_last', role: 'reviewer', by: 'command' });
  await context.roles.give({ person: 'person_last', role: 'operator', by: 'command' });
  expect(codeOf(await last('POST', '/v1/me/closing', { confirmed: true }))).toBe('last_operator');
  expect(await context.roles.rolesOf('person_last')).toHaveLength(2);
  expect(codeOf(await last('POST', '/v1/me/closing', {}))).toBe('invalid_request');
  expect(codeOf(await last('GET', '/v1/me'))).toBe(200);
});

test('nobody is called as the house or its staff, except for those who work for it', async () => {
  const { roles } = http.context;
  const eva = await createSitePerson(http, 'person_eva');
  const become = { name: 'Lоge Suppоrt', country: 'FR', isAdult: true, acceptsTerms: true };
  expect(codeOf(await eva('PATCH', '/v1/me', { name: 'Loge Support' }))).toBe('name_reserved');
  expect(codeOf(await eva('POST', '/v1/me/creator', become))).toBe('name_reserved');
  await roles.give({ person: 'person_eva', role: 'reviewer', by: 'test' });
  expect(codeOf(await eva('PATCH', '/v1/me', { name: 'Loge Support' }))).toBe(200);
});

test('operators find people by handle or address, end their sessions and close accounts; looks are on record', async () => {
  const operator = await createOperator(http, 'operator');
  const tom = await createSitePerson(http, 'person_tom');
  await tom('PATCH', '/v1/me', { handle: 'tom.baker' });
  const find = async (query: string) =>
    (await operator('GET', `/v1/desk/people?query=${encodeURIComponent(query)}`)).json.people.map(
      ({ id }: { id: string }) => id,
    );
  expect([await find('T0M.b'), await find('Person_Tom@example.org')]).toEqual([['person_tom'], ['person_tom']]);
  expect([await find('person_tom'), await find('baker')]).toEqual([['person_tom'], []]);

  const shown = (await operator('GET', '/v1/desk/people/person_tom')).json;
  expect(shown).toMatchObject({ handle: 'tom.baker', addresses: ['person_tom@example.org'], closedAt: null });
  expect(shown.sessions).toHaveLength(1);
  const act = (path: string) => operator('POST', `/v1/desk/people/person_tom/${path}`, { reason: 'They asked' });
  expect(codeOf(await act('sessions/end'))).toBe(200);
  expect(codeOf(await tom('GET', '/v1/me'))).toBe('token_missing');
  expect(codeOf(await act('close'))).toBe(200);
  const closed = (await operator('GET', '/v1/desk/people/person_tom')).json;
  expect([closed.closedAt === null, closed.addresses, closed.handle]).toEqual([false, [], null]);

  const kinds = async (query: string) =>
    (await operator('GET', `/v1/desk/acts${query}`)).json.acts.map(({ act: kind }: { act: string }) => kind);
  expect(await kinds('?subject=person_tom')).toEqual(['look', 'account_closed', 'sessions_ended', 'look']);
  expect(await kinds('')).not.toContain('look');
  const searches = (await operator('GET', '/v1/desk/acts?subject=people')).json.acts;
  expect(JSON.stringify(searches)).not.toContain('@');
});

test('a handle is found as it is written, with its @', async () => {
  const operator = await createOperator(http, 'operator');
  const lea = await createSitePerson(http, 'person_lea');
  await lea('PATCH', '/v1/me', { handle: 'lea.martin' });
  const { json } = await operator('GET', `/v1/desk/people?query=${encodeURIComponent('@lea.martin')}`);
  expect(json.people).toMatchObject([{ id: 'person_lea' }]);
  const { acts } = (await operator('GET', '/v1/desk/acts?subject=people')).json;
  expect(acts[0]).toMatchObject({ reason: '@lea.martin' });
});

test('an operator whose account cannot be closed, because the provider is away, loses nothing', async () => {
  const { roles, money } = http.context;
  const sam = await createOperator(http, 'person_sam');
  await createOperator(http, 'person_colleague');
  vi.spyOn(money.cards, 'removeAll').mockRejectedValueOnce(new AppError('provider_unavailable'));
  expect(codeOf(await sam('POST', '/v1/me/closing', { confirmed: true }))).toBe('provider_unavailable');
  expect((await roles.rolesOf('person_sam')).map(({ role }) => role)).toEqual(['operator']);
  expect(codeOf(await sam('POST', '/v1/me/closing', { confirmed: true }))).toBe(200);
  expect(await roles.rolesOf('person_sam')).toEqual([]);
});

test('an API key that erases a person of the house closes their account; the last operator stays', async () => {
  const { roles, closing, mail } = http.context;
  await createOperator(http, 'person_last');
  for (const { person } of await roles.holders('operator')) {
    if (person !== 'person_last') await closing.close(person, 'test');
  }
  const erase = (person: string) => http.server('DELETE', `/v1/participants/${person}/data`);
  expect(codeOf(await erase('person_last'))).toBe('last_operator');
  const kim = await createOperator(http, 'person_kim');
  expect((await erase('person_kim')).json).toMatchObject({ identity: 'person_kim', erasedMessages: 0 });
  expect(codeOf(await kim('GET', '/v1/me'))).toBe('token_missing');
  expect(await roles.rolesOf('person_kim')).toEqual([]);
  await mail.settled();
  expect(await mail.listKept('person_kim@example.org')).toHaveLength(1);
});
