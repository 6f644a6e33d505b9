/** What operators decide about roles, over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { createOperator, createSitePerson } from '../../../../tests/support/people/site-person.ts';

let http: TestHttp;
beforeAll(async () => {
  http = await startHttp({ env: { LOGE_CREATOR_APPROVAL: 'on' } });
});
afterAll(() => http[Symbol.asyncDispose]());

const become = { name: 'Léa Martin', country: 'FR', isAdult: true, acceptsTerms: true };
const room = { title: 'Early', access: { kind: 'free' } };

test('where the house accepts its creators, a request waits for an operator, and a refused one may ask again', async () => {
  const lea = await createSitePerson(http, 'person_lea');
  const operator = await createOperator(http, 'operator');
  const decide = (accepted: boolean) =>
    operator('POST', '/v1/desk/people/person_lea/creator', { accepted, reason: 'Looked at' });
  const ask = async () => (await lea('POST', '/v1/me/creator', become)).json;

  expect(await ask()).toMatchObject({ role: 'fan', isCreatorRequested: true });
  expect((await lea('POST', '/v1/me/rooms', room)).json.error.code).toBe('forbidden');
  expect((await lea('PATCH', '/v1/me', { handle: 'lea.martin' })).status).toBe(200);
  const pageStatus = async () => (await http.call('GET', '/v1/profiles/lea.martin')).status;
  expect(await pageStatus()).toBe(404);
  const { roles, people } = (await operator('GET', '/v1/desk/roles')).json;
  expect(roles).toMatchObject([
    { person: 'operator', role: 'operator' },
    { person: 'person_lea', role: 'creator', givenAt: null },
  ]);
  expect(people).toContainEqual({ identity: 'person_lea', name: 'Léa Martin', handle: 'lea.martin', picture: null });
  await decide(false);
  expect((await lea('GET', '/v1/me')).json).toMatchObject({ role: 'fan', isCreatorRequested: false });
  expect(await ask()).toMatchObject({ isCreatorRequested: true });
  expect((await decide(true)).status).toBe(200);
  expect((await lea('POST', '/v1/me/rooms', room)).status).toBe(201);
  expect(await pageStatus()).toBe(200);
  expect((await decide(true)).json.error.code).toBe('person_not_found');

  const { acts } = (await operator('GET', '/v1/desk/acts?subject=person_lea')).json;
  expect(acts.map(({ act, by, reason }: Record<string, string>) => [act, by, reason])).toEqual([
    ['role_given', 'operator', 'creator: Looked at'],
    ['role_ended', 'operator', 'creator: Looked at'],
  ]);
});

test('operators name reviewers and operators, on record; the last operator stays', async () => {
  const operator = await createOperator(http, 'operator');
  await createSitePerson(http, 'person_max');
  const act = (path: string, role: string) =>
    operator('POST', `/v1/desk/people/${path}`, { role, reason: 'The team changes' });
  expect((await act('person_max/roles', 'reviewer')).status).toBe(201);
  expect((await act('person_max/roles', 'operator')).status).toBe(201);
  expect((await act('person_unknown/roles', 'operator')).json.error.code).toBe('person_not_found');
  expect((await act('person_max/roles', 'creator')).json.error.code).toBe('invalid_request');
  expect((await act('person_max/roles/end', 'reviewer')).status).toBe(200);
  expect((await act('operator/roles/end', 'operator')).status).toBe(200);
  expect((await act('person_max/roles', 'reviewer')).json.error.code).toBe('forbidden');
  expect((await http.context.roles.rolesOf('person_max')).map(({ role }) => role)).toEqual(['operator']);
  await expect(http.context.roles.end({ person: 'person_max', role: 'operator', by: 'test' })).rejects.toMatchObject({
    code: 'last_operator',
  });
});

test('a closed account gets no role', async () => {
  const operator = await createOperator(http, 'operator_two');
  await createSitePerson(http, 'person_gone');
  const act = (path: string, input: object) =>
    operator('POST', `/v1/desk/people/person_gone/${path}`, { reason: 'They asked', ...input });
  expect((await act('close', {})).status).toBe(200);
  const { status, json } = await act('roles', { role: 'operator' });
  expect([status, json.error?.code]).toEqual([404, 'person_not_found']);
  expect(await http.context.roles.rolesOf('person_gone')).toEqual([]);
});
