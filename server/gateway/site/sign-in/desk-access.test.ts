/**
 * How an operator comes to the desk in production: a link that opens once, a session that ends, over real HTTP and a
 * real database.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import type { Database } from '../../../platform/db/db.ts';
import { sql } from '../../../platform/db/sql.ts';

const MINUTE_MS = 60_000;
const SITE = 'https://loge.example';
const OWN = { origin: SITE, 'sec-fetch-site': 'same-origin' };

let nowMs = Date.parse('2026-05-04T09:00:00Z');
let http: TestHttp;

beforeAll(async () => {
  http = await startHttp({ env: { ...PRODUCTION_ENV, LOGE_OPERATORS: 'morgan,robin' }, clock: { now: () => nowMs } });
  const creator = { identity: 'camille', name: 'Camille', country: 'FR' };
  expect((await http.server('POST', '/v1/creators', creator)).status).toBe(201);
});

afterAll(() => http[Symbol.asyncDispose]());

async function invite(operator = 'morgan'): Promise<{ id: string; path: string; expiresAt: string }> {
  const { status, json } = await http.server('POST', '/v1/desk/sessions', { operator, name: 'Morgan <M.>' });
  expect(status).toBe(201);
  expect(json.url.startsWith(`${SITE}/desk/sign-in/`)).toBe(true);
  return { ...json, path: json.url.slice(SITE.length) };
}

const press = (path: string, headers: Record<string, string> = OWN) =>
  http.call('POST', path, {
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: '',
  });

async function enter(operator?: string): Promise<{ id: string; cookie: string; path: string }> {
  const { id, path } = await invite(operator);
  const { headers } = await press(path);
  return { id, path, cookie: (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '' };
}

const desk = (cookie: string, method = 'GET', path = '/desk/overview', body?: object) =>
  http.call(method, `/v1${path}`, {
    headers: { cookie, 'content-type': 'application/json', ...OWN },
    ...(body ? { body } : {}),
  });

test('a link opens the desk once, viewing it does not consume it, and acts carry the operator’s identity', async () => {
  const { path, expiresAt } = await invite();
  expect(Date.parse(expiresAt) - nowMs).toBe(10 * MINUTE_MS);
  for (let look = 0; look < 2; look += 1) {
    const looked = await http.call('GET', path);
    expect(looked.status).toBe(200);
    expect(looked.headers.get('set-cookie')).toBeNull();
    expect(looked.headers.get('cache-control')).toBe('no-store');
    expect(looked.text).toContain('Morgan &lt;M.&gt;');
    expect(looked.text).toContain('<form method="post"><button>Open the desk</button></form>');
  }
  // By the browser, and by the page's own link.
  for (const inFrench of [
    await http.call('GET', path, { headers: { 'accept-language': 'fr' } }),
    await http.call('GET', `${path}?lang=fr`),
  ])
    expect(inFrench.text).toContain('Ouvrir le bureau');
  const opened = await press(path);
  expect(opened).toMatchObject({ status: 303 });
  expect(opened.headers.get('location')).toBe('/desk');
  const setCookie = opened.headers.get('set-cookie') ?? '';
  expect(setCookie).toMatch(
    /^__Host-loge_desk=[\w.-]+; Max-Age=28800; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
  );
  const [cookie = ''] = setCookie.split(';', 1);
  expect((await desk(cookie)).status).toBe(200);
  const session = await http.call('GET', '/site/session', { headers: { cookie } });
  expect(session.json).toMatchObject({ person: { identity: 'morgan' }, isOperator: true, demo: false });
  const freeze = { frozen: true, reason: 'The document is being checked' };
  expect((await desk(cookie, 'POST', '/creators/camille/payout-freeze', freeze)).status).toBe(200);
  expect((await desk(cookie, 'GET', '/desk/acts')).json.acts[0]).toMatchObject({ by: 'morgan', reason: freeze.reason });

  for (const again of [await press(path), await http.call('GET', path)]) {
    expect(again.status).toBe(410);
    expect(again.text).toContain('This link has been used');
    expect(again.headers.get('set-cookie')).toBeNull();
  }
});

test('of two concurrent uses of a link, one is admitted', async () => {
  const { path } = await invite();
  const statuses = (await Promise.all([press(path), press(path), press(path)])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([303, 410, 410]);
});

test('the database stores only a digest of the link', async () => {
  const { id, path } = await invite();
  const token = path.split('/').at(-1) ?? '';
  const { rows } = (await http.context.db.orm.execute(
    sql`select * from desk_sessions where id = ${id}`,
  )) as unknown as { rows: Record<string, unknown>[] };
  expect(rows[0]?.link_digest).toBe(createHash('sha256').update(token).digest('hex'));
  expect(JSON.stringify(rows)).not.toContain(token);
});

test('refuses links that are forged, expired or not for an operator', async () => {
  const stranger = await http.server('POST', '/v1/desk/sessions', { operator: 'lea', name: 'Léa' });
  expect(stranger).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } });
  const unasked = await http.call('POST', '/v1/desk/sessions', { body: { operator: 'morgan', name: 'Morgan' } });
  expect(unasked.json.error.code).toBe('credentials_invalid');
  expect((await press(`/desk/sign-in/${'a'.repeat(43)}`)).status).toBe(410);
  const { path } = await invite();
  nowMs += 10 * MINUTE_MS;
  expect((await press(path)).status).toBe(410);
  const { id, path: other } = await invite();
  expect((await http.server('DELETE', `/v1/desk/sessions/${id}`)).json).toMatchObject({ id, openedAt: null });
  expect((await press(other)).status).toBe(410);
});

test("another site's page can neither open the desk nor use its cookie", async () => {
  const { path } = await invite();
  const foreign: Record<string, string>[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }];
  for (const headers of foreign) {
    expect((await press(path, headers)).status).toBe(403);
  }
  const { headers } = await press(path);
  const cookie = (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const body = { frozen: false, reason: 'Forged' };
  const send = (own: Record<string, string>) =>
    http.call('POST', '/v1/creators/camille/payout-freeze', { headers: { cookie, ...own }, body });
  expect((await send({ 'sec-fetch-site': 'cross-site' })).json.error.code).toBe('origin_not_allowed');
  const form = { ...OWN, 'content-type': 'text/plain' };
  expect((await send(form)).json.error.code).toBe('invalid_request');
});

test('a forged, a revoked and an expired session are refused, and so is one that signed out', async () => {
  expect((await desk('')).json.error.code).toBe('token_missing');
  const { id, cookie } = await enter();
  const [payload = '', signature = ''] = cookie.split('=')[1]?.split('.') ?? [];
  const other = Buffer.from((await enter('robin')).id).toString('base64url');
  for (const forged of [`${other}.${signature}`, payload, `${payload}.`, `${payload}.${signature}.x`]) {
    expect((await desk(`__Host-loge_desk=${forged}`)).json.error.code).toBe('token_invalid');
  }
  expect((await desk(cookie)).status).toBe(200);
  expect((await http.server('DELETE', `/v1/desk/sessions/${id}`)).json).toMatchObject({ id, operator: 'morgan' });
  expect((await desk(cookie)).json.error.code).toBe('token_invalid');
  expect((await http.call('GET', '/site/session', { headers: { cookie } })).json).toMatchObject({ person: null });
  expect((await http.server('DELETE', '/v1/desk/sessions/desk_unknown')).json.error.code).toBe(
    'desk_session_not_found',
  );

  const { cookie: leaving } = await enter();
  const out = await http.call('POST', '/site/sign-out', { headers: { cookie: leaving, ...OWN }, body: {} });
  expect(out.json).toMatchObject({ person: null, isOperator: false });
  // A copy of the cookie opens nothing any more either.
  expect((await desk(leaving)).json.error.code).toBe('token_invalid');

  const { cookie: late } = await enter();
  nowMs += 8 * 60 * MINUTE_MS - 1;
  expect((await desk(late)).status).toBe(200);
  nowMs += 1;
  expect((await desk(late)).json.error.code).toBe('token_expired');
});

test('a former operator is refused, with a session or a link', async () => {
  const { cookie } = await enter('robin');
  const { path } = await invite('robin');
  const env = { ...PRODUCTION_ENV, LOGE_OPERATORS: 'morgan' };
  const db: Database = http.context.db;
  await using later = await startHttp({ env, db, clock: { now: () => nowMs } });
  const headers = { cookie, ...OWN };
  expect((await later.call('GET', '/v1/desk/overview', { headers })).json.error.code).toBe('forbidden');
  expect((await later.call('POST', path, { headers: OWN })).status).toBe(403);
  expect((await later.call('GET', '/site/session', { headers })).json).toMatchObject({ isOperator: false });
});

test('sessions and unused links of an API key end with the key', async () => {
  const key = await http.makeKey(['admin']);
  const inviteWith = async () => {
    const { json } = await key.call('POST', '/v1/desk/sessions', { operator: 'morgan', name: 'Morgan' });
    return json.url.slice(SITE.length) as string;
  };
  const [opened, unopened] = [await inviteWith(), await inviteWith()];
  const cookie = ((await press(opened)).headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const other = await enter();
  expect([(await desk(cookie)).status, (await desk(other.cookie)).status]).toEqual([200, 200]);
  await http.server('DELETE', `/v1/keys/${key.id}`);
  expect((await desk(cookie)).json.error.code).toBe('token_invalid');
  expect((await press(unopened)).status).toBe(410);
  expect((await desk(other.cookie)).status).toBe(200);
});
