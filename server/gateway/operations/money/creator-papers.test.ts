/** Creators' tax details, over real HTTP: who gives and sees them, what reports take from them, what erasure leaves. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { PERSONAL_TABLES } from '../../../personal-tables.ts';
import { PersonRecords } from '../../../platform/db/person-records.ts';
import { seedDemo } from '../../site/demo.ts';

const DETAILS = {
  ...{ kind: 'person', firstName: 'Camille', legalName: 'Dupont', birthDate: '1990-05-17', vatStatus: 'registered' },
  ...{ address: '3 rue des Lilas', postalCode: '75011', city: 'Paris', country: 'FR', tin: '30 12 345 678 901' },
  ...{ vatNumber: 'fr 40 303 265 045', registrationNumber: '303 265 045' },
};
let http: TestHttp;
const cookies = new Map<string, string>();

beforeAll(async () => {
  http = await startHttp();
  await seedDemo(http.context);
  for (const identity of ['camille', 'lea', 'operator']) {
    const { headers } = await http.call('POST', '/site/demo-sign-in', { body: { identity } });
    cookies.set(identity, (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '');
  }
});

afterAll(() => http[Symbol.asyncDispose]());

const as = (identity: string, method: 'GET' | 'PUT', path: string, body?: unknown) =>
  http.call(method, path, {
    headers: { cookie: cookies.get(identity) ?? '' },
    ...(body === undefined ? {} : { body }),
  });
const put = async (body: unknown) => (await as('camille', 'PUT', '/v1/earnings/business', body)).json.business;

test('a creator gives them as a whole, and sees them with the operators alone', async () => {
  expect((await as('camille', 'GET', '/v1/earnings/business')).json).toEqual({ business: null });
  expect(await put(DETAILS)).toMatchObject({ vatNumber: 'FR40303265045', tinCountry: 'FR', faults: [] });
  expect((await as('operator', 'GET', '/v1/desk/people/camille')).json.business).toMatchObject({ city: 'Paris' });
  expect((await as('lea', 'GET', '/v1/earnings/business')).status).toBe(403);
});

test('what is missing or not valid is kept and named; what does not concern the kind is not kept', async () => {
  const { registrationNumber, ...incomplete } = { ...DETAILS, kind: 'company', vatNumber: 'DE1' };
  expect(await put(incomplete)).toMatchObject({ birthDate: null, faults: ['registrationNumber', 'vatNumber'] });
  expect(await put({ ...DETAILS, vatStatus: 'none' })).toMatchObject({ vatNumber: null, faults: [] });
  expect(
    (await as('camille', 'PUT', '/v1/earnings/business', { ...DETAILS, country: 'France' })).json.error,
  ).toMatchObject({
    ...{ code: 'invalid_request', issues: [expect.objectContaining({ path: 'country' })] },
  });
});

test('reports have the legal name; an erasure leaves the details of who has earned alone', async () => {
  const room = await http.createRoom({ kind: 'free' });
  const { identity: creator } = room.creator;
  for (const identity of [creator, 'gus']) {
    await http.server('POST', '/v1/creators', { identity: 'gus', name: 'Gus', country: 'FR' });
    expect((await http.server('PUT', `/v1/creators/${identity}/business`, DETAILS)).status).toBe(200);
  }
  const grant = { identity: 'fan', amountMinor: 500, reason: 'a gift', idempotencyKey: 'gift-0001' };
  await http.server('POST', '/v1/promotions', grant);
  const from = { identity: 'fan', name: 'Fan', role: 'fan' } as const;
  await http.context.money.tips.send({ room, from, input: { amountMinor: 500, idempotencyKey: 'tip-00001' } });
  const now = new Date();
  const quarter = `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;
  const { sellers } = (await http.server('GET', `/v1/reports/dac7?quarter=${quarter}`)).json;
  expect(sellers).toMatchObject([{ creator, name: 'Camille Dupont' }]);
  const detailsOf = async (identity: string) =>
    (await http.server('GET', `/v1/creators/${identity}/business`)).json.business?.legalName ?? null;
  expect((await http.server('DELETE', '/v1/participants/gus/data')).status).toBe(200);
  // As an erasure does once nothing is open.
  await http.context.money.creatorBusinesses.keep(creator);
  await new PersonRecords(http.context.db, PERSONAL_TABLES).erase(creator);
  expect([await detailsOf('gus'), await detailsOf(creator)]).toEqual([null, 'Dupont']);
});
