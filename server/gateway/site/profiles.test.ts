/** Creators' pages, pictures, following and blocking, over real HTTP and a real database. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Reply, startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';
import { signIn as openSession } from '../../../tests/support/people/site-person.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Room, RoomInput } from '../../protocol/rooms.ts';
import { ShareCards } from './cards/share-cards.ts';

const PAGE = '<!doctype html><html lang="en"><head><!--loge:head--></head><body><!--loge:body--></body></html>';
/** Longer than events take on a busy machine. */
const EVENTS_MS = 20_000;
const DAY_MS = 24 * 3_600_000;
const JSON_TYPE = { 'content-type': 'application/json' };

let clientDir: string;
let http: TestHttp;
let png: Buffer;
let nowMs = Date.parse('2026-05-04T09:00:00Z');

beforeAll(async () => {
  clientDir = await mkdtemp(join(tmpdir(), 'loge-client-'));
  await mkdir(join(clientDir, 'site'));
  for (const name of ['profile', 'room']) await writeFile(join(clientDir, `site/${name}.html`), PAGE);
  http = await startHttp({ clientDir, clock: { now: () => nowMs } });
  png = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
});

afterAll(async () => {
  const faults = http.logs.filter(({ level, message }) => level === 'error' || message.includes('does not declare'));
  expect(faults).toEqual([]);
  await http[Symbol.asyncDispose]();
  await rm(clientDir, { recursive: true });
});

async function signIn(id: string) {
  const cookie = await openSession(http, id);
  const own = { cookie, origin: http.url, 'sec-fetch-site': 'same-origin' };
  return {
    id,
    call: (method: string, path: string, body?: object) =>
      http.call(method, path, { headers: { ...own, ...JSON_TYPE }, ...(method === 'GET' ? {} : { body: body ?? {} }) }),
    upload: (body: Buffer, headers: Record<string, string> = {}, path = '/v1/me/picture') =>
      http.call('PUT', path, { body, headers: { 'content-type': 'image/png', ...own, ...headers } }),
  };
}

async function signInCreator(id: string, name: string, handle: string) {
  const creator = await signIn(id);
  const joined = { name, country: 'FR', isAdult: true, acceptsTerms: true };
  expect((await creator.call('POST', '/v1/me/creator', joined)).status).toBe(201);
  expect((await creator.call('PATCH', '/v1/me', { handle })).json.handle).toBe(handle);
  return {
    ...creator,
    createRoom: async (more: Partial<RoomInput> = {}): Promise<Room> =>
      http.context.rooms.createRoom({ creator: id, title: 'An evening', access: { kind: 'free' }, ...more }),
  };
}

const codeOf = ({ status, json }: Reply) => [status, json?.error?.code];
const get = (path: string) => http.call('GET', path, { headers: { 'accept-language': 'en' } });
const statusOf = async (path: string) => (await get(path)).status;
const largest = ({ json }: Reply): string => json.picture.at(-1).path;

test('limits drawn cards per creator, without limiting other creators', async () => {
  const uma = await signInCreator('person_uma', 'Uma', 'uma');
  await signInCreator('person_pia', 'Pia', 'pia');
  const { id } = await uma.createRoom();
  const draw = vi.spyOn(ShareCards.prototype, 'get').mockImplementation(async (_card, admit) => {
    await admit();
    return png;
  });
  const statuses = [];
  for (let count = 0; count < 21; count += 1) statuses.push(await statusOf(`/rooms/${id}/card.jpg`));
  expect(statuses).toEqual([...Array(20).fill(200), 429]);
  expect([await statusOf('/c/uma/card.jpg'), await statusOf('/c/pia/card.jpg')]).toEqual([429, 200]);
  draw.mockRestore();
});

test('an address with a NUL is not found, before the database refuses it', async () => {
  for (const path of ['/c/%00', '/c/%00/card.jpg', '/rooms/%00', '/rooms/%00/card.jpg']) {
    expect([path, await statusOf(path)]).toEqual([path, 404]);
  }
});

describe('pictures', () => {
  test('are served to every page, for ever, while somebody uses them', async () => {
    const [lea, tom] = [await signIn('person_lea'), await signIn('person_tom')];
    const path = largest(await lea.upload(png));
    expect(largest(await tom.upload(png))).toBe(path);
    const { status, headers } = await get(path);
    const caching = [status, headers.get('content-type'), headers.get('cache-control')];
    expect(caching).toEqual([200, 'image/webp', 'public, max-age=31536000, immutable']);
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');

    for (let repeated = 0; repeated < 2; repeated += 1)
      expect((await lea.call('DELETE', '/v1/me/picture')).status).toBe(200);
    expect(await statusOf(path)).toBe(200);
    const other = await sharp(png).negate().png().toBuffer();
    const newPath = largest(await tom.upload(other));
    expect([await statusOf(path), await statusOf(newPath)]).toEqual([404, 200]);

    expect((await http.server('DELETE', '/v1/participants/person_tom/data')).status).toBe(200);
    expect(await statusOf(newPath)).toBe(404);
  });

  test('of another type, with too many bytes, or sent by a page of another site, are refused', async () => {
    const { upload } = await signIn('person_mia');
    expect(codeOf(await upload(Buffer.from('no picture')))).toEqual([422, 'picture_invalid']);
    expect(codeOf(await upload(png, { 'content-type': 'image/svg+xml' }))).toEqual([400, 'invalid_request']);
    expect(codeOf(await upload(png, { 'content-type': 'text/plain' }))).toEqual([400, 'invalid_request']);
    expect(codeOf(await upload(png, { 'content-encoding': 'gzip' }))).toEqual([400, 'invalid_request']);
    expect(codeOf(await upload(Buffer.alloc(LIMITS.pictureBytes + 1)))).toEqual([413, 'payload_too_large']);
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(codeOf(await upload(png, foreign))).toEqual([403, 'origin_not_allowed']);
    for (const name of ['x-96.webp', `${'a'.repeat(43)}-96.webp`, `${'a'.repeat(43)}-99999.webp`]) {
      const { status, headers } = await get(`/media/pictures/${name}`);
      expect([name, status, headers.get('cache-control')]).toEqual([name, 404, 'no-store']);
    }
  });

  test('that are damaged leave no memory behind in the gateway', async () => {
    const { upload } = await signIn('person_max');
    // Progressive: a decoder holds all of it, 300 MB, before it sees that the end is missing.
    const whole = await sharp({ create: { width: 7_000, height: 7_000, channels: 3, background: 'teal' } })
      .jpeg({ progressive: true, quality: 1, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const damaged = whole.subarray(0, whole.length / 2);
    const before = process.memoryUsage.rss();
    for (let count = 0; count < 8; count += 1) {
      damaged[damaged.length - 1] = count;
      expect(codeOf(await upload(damaged, { 'content-type': 'image/jpeg' }))).toEqual([422, 'picture_invalid']);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(300e6);
  });

  test('are few per person in a while', async () => {
    const { upload } = await signIn('person_sam');
    const codes: string[] = [];
    for (let index = 0; index < 25; index += 1) codes.push((await upload(Buffer.from('no'))).json.error.code);
    expect(new Set(codes)).toEqual(new Set(['picture_invalid', 'rate_limited']));
  });
});

describe('the poster of a room', () => {
  const pathOf = ({ poster }: Room) => poster?.[1]?.path ?? '';

  test('is set and removed by its creator, and shown in lobby, list, page and shared link before any script', async () => {
    const vera = await signInCreator('person_vera', 'Vera', 'vera');
    const { id } = await vera.createRoom({ listed: true });
    const card = async () => /og:image" content="([^"]*)"/.exec((await get(`/rooms/${id}`)).text)?.[1];
    const plain = await card();
    const { status, json: set } = await vera.upload(png, {}, `/v1/rooms/${id}/poster`);
    expect([
      status,
      set.id,
      set.poster.map(({ width, height }: { width: number; height: number }) => [width, height]),
    ]).toEqual([
      200,
      id,
      [
        [480, 270],
        [960, 540],
        [1600, 900],
      ],
    ]);
    const path = pathOf(set);
    expect(await statusOf(path)).toBe(200);
    for (const page of [`/rooms/${id}`, '/c/vera'])
      expect([page, (await get(page)).text]).toEqual([page, expect.stringContaining(path)]);
    expect((await get(`/v1/public/rooms/${id}`)).json.poster).toEqual(set.poster);
    const drawn = await card();
    expect(drawn).not.toBe(plain);
    const picture = await fetch(http.url + new URL(drawn?.replaceAll('&amp;', '&') ?? '').pathname);
    const { data } = await sharp(Buffer.from(await picture.arrayBuffer()))
      .extract({ left: 600, top: 20, width: 1, height: 1 })
      .raw()
      .toBuffer({ resolveWithObject: true });
    // Teal shows through the veil; the ground of a card without a poster is red.
    expect((data[1] ?? 0) > (data[0] ?? 0)).toBe(true);

    const removed = await vera.call('DELETE', `/v1/rooms/${id}/poster`);
    expect([removed.status, removed.json.poster, await statusOf(path)]).toEqual([200, null, 404]);
    expect((await vera.call('DELETE', `/v1/rooms/${id}/poster`)).status).toBe(200);
    expect(await card()).toBe(plain);
    // A page shows the portrait of the creator in its place.
    const { json: person } = await vera.upload(png);
    expect((await get(`/v1/public/rooms/${id}`)).json.portrait).toEqual(person.picture);
    expect(person.picture).not.toEqual([]);
  });

  test('is nobody else’s, and no ended room gets one; keys set those of embedders’ rooms alone', async () => {
    const wim = await signInCreator('person_wim', 'Wim', 'wim');
    const thief = await signInCreator('person_thief', 'Thief', 'thief');
    const fan = await signIn('person_onlooker');
    const own = await wim.createRoom();
    const at = (room: string) => `/v1/rooms/${room}/poster`;
    expect(codeOf(await thief.upload(png, {}, at(own.id)))).toEqual([403, 'forbidden']);
    expect(codeOf(await fan.upload(png, {}, at(own.id)))).toEqual([403, 'forbidden']);
    expect(codeOf(await wim.upload(Buffer.from('no picture'), {}, at(own.id)))).toEqual([422, 'picture_invalid']);
    const byKey = (room: string) =>
      http.call('PUT', at(room), { body: png, headers: { authorization: http.basic, 'content-type': 'image/png' } });
    expect(codeOf(await byKey(own.id))).toEqual([404, 'room_not_found']);
    const theirs = await http.createRoom({ kind: 'free' });
    expect((await byKey(theirs.id)).json.poster).toHaveLength(3);
    expect((await http.server('GET', `/v1/rooms/${theirs.id}`)).json.poster).toHaveLength(3);

    expect((await wim.upload(png, {}, at(own.id))).status).toBe(200);
    await http.context.rooms.endRoom(own.id);
    expect(codeOf(await wim.upload(png, {}, at(own.id)))).toEqual([410, 'room_ended']);
    expect((await wim.call('DELETE', at(own.id))).json.poster).toBeNull();
  });

  test('goes with the data of its creator', async () => {
    const zed = await signInCreator('person_zed', 'Zed', 'zed');
    const { id } = await zed.createRoom();
    const other = await sharp(png).negate().blur(3).png().toBuffer();
    const path = pathOf((await zed.upload(other, {}, `/v1/rooms/${id}/poster`)).json);
    await http.context.rooms.endRoom(id);
    expect((await http.server('DELETE', '/v1/participants/person_zed/data')).status).toBe(200);
    expect([await statusOf(path), (await http.context.rooms.getRoom(id)).poster]).toEqual([404, null]);
  });
});

describe("a creator's page", () => {
  test('shows name, picture, text, listed lives and the club, before any script and for search engines', async () => {
    const camille = await signInCreator('person_camille', 'Camille <b>Aubry</b>', 'camille');
    const about = 'Pianist.\n<script>alert(1)</script>';
    expect((await camille.call('PATCH', '/v1/me', { about })).json.about).toBe(about);
    await camille.upload(png);
    await http.context.rooms.clubs.createTier(camille.id, { name: 'Backstage', priceMinor: 900, interval: 'month' });
    await camille.createRoom({ title: 'A secret evening' });
    expect((await get('/c/camille')).text).toContain('<meta name="robots" content="noindex">');

    const room = await camille.createRoom({ title: 'Open rehearsal', listed: true });
    // A visitor's page may be a second old.
    const text = await vi.waitFor(async () => {
      const page = await get('/c/camille');
      expect(page.text).toContain('Open rehearsal');
      return page.text;
    });
    expect(text).not.toContain('noindex');
    expect(text).toContain(`<link rel="canonical" href="${http.url}/c/camille">`);
    expect(text).toContain('<meta property="og:type" content="profile">');
    expect(text).toContain('<meta property="og:title" content="Camille &lt;b&gt;Aubry&lt;/b&gt;">');
    for (const shown of ['@camille', 'Pianist.', 'Backstage', '€9', 'Open rehearsal', `/rooms/${room.id}`]) {
      expect(text).toContain(shown);
    }
    expect(text).not.toMatch(/A secret evening|<script>alert|<b>Aubry/);
    const data = JSON.parse(/ld\+json">([^<]*)</.exec(text)?.[1] ?? '');
    const person = { '@type': 'Person', name: 'Camille <b>Aubry</b>', alternateName: '@camille' };
    expect(data).toMatchObject({ '@type': 'ProfilePage', url: `${http.url}/c/camille`, mainEntity: person });
    expect(await statusOf(new URL(data.mainEntity.image).pathname)).toBe(200);
    expect((await get('/c/camille/card.jpg')).headers.get('content-type')).toBe('image/jpeg');
    expect((await get('/sitemap.xml')).text).toContain(`<loc>${http.url}/c/camille</loc>`);
    expect((await get(`/rooms/${room.id}`)).text).toContain('<a href="/c/camille">');

    const { json } = await get('/v1/profiles/camille');
    expect(json).toMatchObject({ handle: 'camille', about, isFollowing: null, tiers: [{ name: 'Backstage' }] });
    expect(json.rooms.map(({ id }: Room) => id)).toEqual([room.id]);
  });

  test('is found by an earlier handle while that rests, and nobody else has a page', async () => {
    const noah = await signInCreator('person_noah', 'Noah', 'noah.l');
    await noah.call('PATCH', '/v1/me', { handle: 'noah' });
    const forwarded = await http.call('GET', '/c/noah.l');
    expect([forwarded.status, forwarded.headers.get('location')]).toEqual([302, '/c/noah']);
    expect((await get('/v1/profiles/noah.l')).json.handle).toBe('noah');
    expect((await http.call('GET', '/c/NOAH')).headers.get('location')).toBe('/c/noah');
    nowMs += 91 * DAY_MS;
    await vi.waitFor(async () => {
      expect([await statusOf('/c/noah.l'), await statusOf('/c/noah')]).toEqual([404, 200]);
    });

    const fan = await signIn('person_fan');
    await fan.call('PATCH', '/v1/me', { handle: 'a-fan' });
    const missing = await get('/c/a-fan');
    expect([missing.status, missing.text.includes('noindex')]).toEqual([404, true]);
    expect(codeOf(await get('/v1/profiles/a-fan'))).toEqual([404, 'not_found']);
    // Given up, not changed: the old address leads nowhere.
    const again = await signIn(noah.id);
    expect((await again.call('PATCH', '/v1/me', { handle: null })).json.handle).toBeNull();
    // A visitor sees a page of the last second.
    await vi.waitFor(async () => expect(await statusOf('/c/noah')).toBe(404), 5_000);
  });

  test('has text of limited length in well-formed lines, and letters as one wants them', async () => {
    const { call } = await signIn('person_ines');
    expect((await call('PATCH', '/v1/me', { about: ' one\r\ntwo ' })).json.about).toBe('one\ntwo');
    for (const about of ['x'.repeat(LIMITS.aboutChars + 1), 'a\u202eb', 'a\u0000b']) {
      expect(codeOf(await call('PATCH', '/v1/me', { about }))).toEqual([400, 'invalid_request']);
    }
    expect((await call('GET', '/v1/me')).json.mail).toEqual({ lives: true });
    expect((await call('PATCH', '/v1/me', { mail: { lives: false } })).json.mail).toEqual({ lives: false });
    const { unsubscribing } = http.context.mail;
    const subscription = { address: 'person_ines@example.org', topic: 'lives' } as const;
    expect(await unsubscribing.isSubscribed(subscription)).toBe(false);
    expect((await call('PATCH', '/v1/me', { mail: { lives: true } })).json.mail).toEqual({ lives: true });
  });
});

async function firstEvents(types: string[]) {
  const replies = types.map((type) => http.server('GET', `/v1/events?type=${type}&limit=1`));
  return (await Promise.all(replies)).map(({ json }) => json.events[0]?.data);
}

test('a fan follows and unfollows; the creator sees how many; an embedder gets events of its own people', async () => {
  const zoe = await signInCreator('person_zoe', 'Zoe', 'zoe');
  const fan = await signIn('person_follower');
  const path = '/v1/me/follows/person_zoe';
  for (let repeated = 0; repeated < 2; repeated += 1)
    expect((await fan.call('PUT', path)).json).toEqual({ isFollowing: true });
  expect((await fan.call('GET', '/v1/profiles/zoe')).json.isFollowing).toBe(true);
  const listed = [{ identity: zoe.id, name: 'Zoe', handle: 'zoe', picture: null }];
  expect((await fan.call('GET', '/v1/me/follows')).json).toEqual({ creators: listed });

  const ofEmbedder = '/v1/creators/person_zoe/followers';
  expect(codeOf(await http.server('PUT', `${ofEmbedder}/fan-7`))).toEqual([401, 'token_invalid']);
  await http.createRoom({ kind: 'free' });
  for (let repeated = 0; repeated < 2; repeated += 1)
    expect((await http.server('PUT', '/v1/creators/ada/followers/fan-7')).json).toEqual({ isFollowing: true });
  expect((await fan.call('PUT', '/v1/me/follows/ada')).json).toEqual({ isFollowing: true });
  expect((await http.server('GET', '/v1/creators/ada/followers')).json).toEqual({ count: 2 });
  const page = (after: string) => http.context.rooms.followers.listFollowers('ada', { after, limit: 1 });
  expect(await page('')).toEqual({ people: [{ identity: 'fan-7' }], after: 'fan-7' });
  expect(await page('fan-7')).toEqual({ people: [{ identity: fan.id }], after: fan.id });
  expect(await page(fan.id)).toEqual({ people: [], after: undefined });
  await http.server('DELETE', '/v1/creators/ada/followers/fan-7');
  // The house's own people followed before.
  const expected = { creator: 'ada', identity: 'fan-7' };
  await expect
    .poll(() => firstEvents(['follower.added', 'follower.removed']), { timeout: EVENTS_MS })
    .toEqual([expected, expected]);

  const own = (await zoe.call('GET', '/v1/me')).json;
  expect(own.followers).toBe(1);
  expect(JSON.stringify(own)).not.toContain('person_follower');
  expect((await fan.call('GET', '/v1/me')).json.followers).toBeNull();
  expect(codeOf(await zoe.call('PUT', path))).toEqual([403, 'forbidden']);
  expect(codeOf(await fan.call('PUT', '/v1/me/follows/nobody'))).toEqual([404, 'creator_not_found']);
  expect((await fan.call('DELETE', path)).json).toEqual({ isFollowing: false });
  expect((await zoe.call('GET', '/v1/me')).json.followers).toBe(0);
});

test("an embedder's server blocks and unblocks for its creators, and lists in pages", async () => {
  await http.createRoom({ kind: 'free' });
  const path = '/v1/creators/ada/blocks';
  expect((await http.server('POST', path, { identity: 'fan-8', reason: 'Spam' })).status).toBe(201);
  await http.context.db.bulk(
    `insert into restrictions (id, kind, creator, identity, by, by_role, reason, created_at)
       select 'removal_' || lpad(n::text, 20, '0'), 'removal', 'ada', 'bot-' || n, 'ada', 'creator', 'Spam',
           $1::timestamptz + n * interval '1 second'
         from generate_series(1, $2::int) n`,
    [new Date(nowMs).toISOString(), LIMITS.listPageItems + 1],
  );
  const pages = [(await http.server('GET', path)).json.blocks];
  pages.push((await http.server('GET', `${path}?after=${pages[0].at(-1).id}`)).json.blocks);
  expect(pages.map(({ length }) => length)).toEqual([LIMITS.listPageItems, 2]);
  expect(pages[1]).toMatchObject([{ identity: 'bot-1' }, { identity: 'fan-8', name: null, by: 'embedding-server' }]);
  expect((await http.server('DELETE', `${path}/fan-8`)).status).toBe(200);
  expect(codeOf(await http.server('POST', '/v1/creators/nobody/blocks', { identity: 'x', reason: 'y' }))).toEqual([
    404,
    'creator_not_found',
  ]);
  const expected = { creator: 'ada', identity: 'fan-8', by: 'embedding-server' };
  await expect
    .poll(() => firstEvents(['participant.blocked', 'participant.unblocked']), { timeout: EVENTS_MS })
    .toEqual([{ ...expected, reason: 'Spam' }, expected]);
});

test('of an erased person no page, picture, text, follow or block is left', async () => {
  const lost = await signInCreator('person_lost', 'Lost', 'lost');
  // One that nobody else has.
  const path = largest(await lost.upload(await sharp(png).tint('red').png().toBuffer()));
  await lost.call('PATCH', '/v1/me', { about: 'unmistakable words' });
  await lost.call('POST', '/v1/me/blocks', { identity: 'somebody', reason: 'unmistakable reason' });
  const ada = (await http.createRoom({ kind: 'free' })).creator.identity;
  const { followers } = http.context.rooms;
  const before = await followers.count(ada);
  await lost.call('PUT', `/v1/me/follows/${ada}`);
  expect(await followers.count(ada)).toBe(before + 1);
  const fan = await signIn('person_admirer');
  await fan.call('PUT', '/v1/me/follows/person_lost');
  expect((await http.server('DELETE', '/v1/participants/person_lost/data')).status).toBe(200);
  expect([await statusOf('/c/lost'), await statusOf(path)]).toEqual([404, 404]);
  const tables = ['persons', 'follows', 'restrictions', 'picture_uses'].map((table) =>
    http.context.db.bulk<{ text: string }>(`select to_jsonb(t)::text as text from ${table} t`, []),
  );
  const left = JSON.stringify(await Promise.all(tables));
  expect(left).not.toMatch(/unmistakable/);
  expect([await followers.count(ada), await followers.count('person_lost')]).toEqual([before, 0]);
});

test('a blocked fan is out of all rooms of the creator, also of later ones, until they are unblocked', async () => {
  const mona = await signInCreator('person_mona', 'Mona', 'mona');
  const fan = await signIn('person_rude');
  await fan.call('PUT', '/v1/me/follows/person_mona');
  const before = await mona.createRoom();
  const reason = 'Insults';
  const blocked = await mona.call('POST', '/v1/me/blocks', { identity: fan.id, reason });
  expect([blocked.status, blocked.json]).toMatchObject([201, { identity: fan.id, creator: mona.id, reason }]);
  const later = await mona.createRoom();
  const accessOf = (room: Room) => http.context.rooms.decideAccess({ room, identity: fan.id, role: 'fan' });
  for (const room of [before, later])
    expect(await accessOf(room)).toEqual({ state: 'refused', reason: 'removed', note: reason });
  const elsewhere = await http.createRoom({ kind: 'free' });
  expect((await accessOf(elsewhere)).state).toBe('granted');

  expect((await mona.call('GET', '/v1/me')).json.followers).toBe(0);
  expect(codeOf(await fan.call('PUT', '/v1/me/follows/person_mona'))).toEqual([403, 'access_removed']);
  const { blocks } = (await mona.call('GET', '/v1/me/blocks')).json;
  expect(blocks).toMatchObject([{ identity: fan.id, name: fan.id, reason }]);
  expect(codeOf(await fan.call('GET', '/v1/me/blocks'))).toEqual([403, 'forbidden']);
  const oneself = { identity: mona.id, reason };
  expect(codeOf(await mona.call('POST', '/v1/me/blocks', oneself))).toEqual([409, 'participant_not_removable']);

  for (let repeated = 0; repeated < 2; repeated += 1)
    expect((await mona.call('DELETE', `/v1/me/blocks/${fan.id}`)).status).toBe(200);
  expect((await accessOf(later)).state).toBe('granted');
  expect((await fan.call('PUT', '/v1/me/follows/person_mona')).status).toBe(200);
});
