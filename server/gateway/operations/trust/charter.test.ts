/** The charter over HTTP: public versions and pages, drafts of operators, and acceptances by everybody who may. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { MovableClock } from '../../../../tests/support/houses/money-house.ts';
import type { Article } from '../../../protocol/trust/charter.ts';
import { EXAMPLE_CHARTER } from '../../../trust/charter/example-charter.ts';

const clock = new MovableClock();
let http: TestHttp;
let room: Awaited<ReturnType<TestHttp['createRoom']>>;

beforeAll(async () => {
  http = await startHttp({ clock });
  room = await http.createRoom({ kind: 'ticket', priceMinor: 500 });
});
afterAll(() => http[Symbol.asyncDispose]());

const pageOf = async (path: string) => (await http.call('GET', path, { headers: { accept: 'text/html' } })).text;
const asCreator = () => http.token({ room: room.id, identity: 'ada', role: 'creator' });
const quote = () =>
  http.participant(http.token({ room: room.id, identity: 'lea' }), 'GET', `/v1/rooms/${room.id}/quote?kind=ticket`);

test('a house begins without a charter, and links none', async () => {
  expect((await http.call('GET', '/v1/charter')).json.error.code).toBe('charter_not_found');
  expect((await http.call('GET', '/v1/charter/versions')).json).toEqual({ versions: [] });
  expect((await http.call('GET', '/site/session')).json.housePages).not.toContain('charter');
  expect(await pageOf('/charter')).toContain('No charter is in force here.');
  expect((await quote()).json.charterUrl).toBeNull();
});

test('an operator drafts and announces; everybody reads it, and the hash can be verified', async () => {
  const { json: saved } = await http.server('PUT', '/v1/charter/draft', { articles: EXAMPLE_CHARTER });
  expect(saved.draft).toMatchObject({ version: 1, articles: EXAMPLE_CHARTER });
  expect((await http.call('GET', '/v1/charter')).status).toBe(404);
  const { hash } = saved.draft;
  const announced = await http.server('POST', '/v1/charter/announcements', { hash });
  expect([announced.status, announced.json.state]).toEqual([201, 'in_force']);
  const { json } = await http.call('GET', '/v1/charter?lang=fr');
  expect(Object.keys(json).sort()).toEqual(['articles', 'effectiveFrom', 'hash', 'version']);
  expect(json).toMatchObject({ version: 1, hash });
  expect(json.articles[0]).toMatchObject({ id: 'content', title: 'Responsabilité des contenus' });
  expect((await http.call('GET', '/v1/charter/versions/1')).json.articles).toEqual(EXAMPLE_CHARTER);
  clock.advance(5_000);
  expect((await http.call('GET', '/site/session')).json.housePages[0]).toBe('charter');
  expect((await quote()).json.charterUrl).toBe(`${http.url}/charter`);
});

test('a draft is refused with two articles of one id, an empty text, or a language missing', async () => {
  const [one] = EXAMPLE_CHARTER as [Article];
  const wrong = [[one, one], [{ ...one, text: { en: ' ', fr: 'x' } }], [{ ...one, title: { en: 'x' } }], []];
  for (const articles of wrong)
    expect((await http.server('PUT', '/v1/charter/draft', { articles })).json.error.code).toBe('invalid_request');
});

test('a creator accepts by token, an embedder for its creator; both are exported with when, hash and language', async () => {
  const accept = (version: number) =>
    http.participant(asCreator(), 'POST', '/v1/charter/acceptances', { version, language: 'fr' });
  const accepted = await accept(1);
  expect([accepted.status, accepted.json.via]).toEqual([201, 'participant']);
  expect((await accept(2)).json.error.code).toBe('charter_not_found');
  await http.context.accounts.createCreator({ identity: 'ben', name: 'Ben', country: 'FR' });
  const key = await http.makeKey(['rooms']);
  const path = '/v1/creators/ben/charter-acceptances';
  expect((await key.call('POST', path, { version: 1, language: 'en' })).json.via).toBe('server');
  expect((await key.call('GET', path)).json.acceptances).toMatchObject([{ version: 1, language: 'en', via: 'server' }]);
  const unknown = await key.call('POST', '/v1/creators/nobody/charter-acceptances', { version: 1 });
  expect(unknown.json.error.code).toBe('creator_not_found');
  const { json } = await http.server('GET', '/v1/participants/ada/data');
  const exported = json.tables.find(({ table }: { table: string }) => table === 'charter_acceptances');
  expect(exported.rows).toMatchObject([{ version: 1, language: 'fr', hash: accepted.json.hash }]);
});

test('the pages show the version in force, an earlier one, and what changed, with every text escaped', async () => {
  const [first, ...rest] = EXAMPLE_CHARTER as [Article, ...Article[]];
  const hostile = { ...first, text: { en: 'Now <script>alert(1)</script>', fr: `${first.text.fr} Oui ; non.` } };
  const { json } = await http.server('PUT', '/v1/charter/draft', { articles: [hostile, ...rest.slice(1)] });
  await http.server('POST', '/v1/charter/announcements', { hash: json.draft.hash });
  const current = await pageOf('/charter');
  expect(current).toContain('Now &lt;script&gt;');
  expect(current).not.toContain('<script>');
  expect(current).toContain('href="/charter/changes/1/2"');
  expect(await pageOf('/charter/1?lang=fr')).toContain('Responsabilité des contenus');
  // As stored, without other spaces: the page shows the hash of this text.
  expect(await pageOf('/charter/2?lang=fr')).toContain('Oui ; non.');
  const changes = await pageOf('/charter/changes/1/2');
  expect(changes).toMatch(/<ins>[^<]*Now/);
  expect(changes).toContain('removed from the charter');
  expect(changes).not.toContain('id="fans"');
  const chosen = await http.call('GET', '/charter/changes?from=1&to=2');
  expect(chosen.headers.get('location')).toBe('/charter/changes/1/2');
  for (const path of ['/charter/9', '/charter/x', '/charter/changes/1/9', '/charter/changes?from=//evil.example&to=1'])
    expect((await http.call('GET', path)).status).toBe(404);
});
