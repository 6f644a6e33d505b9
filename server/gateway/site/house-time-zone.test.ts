/** What a house in Paris tells people about a time, where it does not know theirs. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';
import { eventually } from '../../../tests/support/run/eventually.ts';
import type { Language } from '../../protocol/accounts/people.ts';

const WINTER = '2030-12-24T19:30:00Z';
const SUMMER = '2030-07-24T19:30:00Z';

const PAGE = '<!doctype html><html lang="en"><head><!--loge:head--></head><body><!--loge:body--></body></html>';

let clientDir: string;
let http: TestHttp;

beforeAll(async () => {
  clientDir = await mkdtemp(join(tmpdir(), 'loge-client-'));
  await mkdir(join(clientDir, 'site'));
  for (const name of ['home', 'room']) await writeFile(join(clientDir, `site/${name}.html`), PAGE);
  http = await startHttp({ clientDir, env: { LOGE_TIME_ZONE: 'Europe/Paris' } });
  await http.context.accounts.createCreator({ identity: 'camille', name: 'Camille', country: 'FR' });
});

afterAll(async () => {
  await http[Symbol.asyncDispose]();
  await rm(clientDir, { recursive: true });
});

test.each<[string, Language, string]>([
  [WINTER, 'en', 'Tue 24 Dec, 20:30 CET'],
  [SUMMER, 'en', 'Wed 24 Jul, 21:30 CEST'],
  [WINTER, 'fr', 'mar. 24 déc., 20:30 (heure d’hiver de Paris)'],
  [SUMMER, 'fr', 'mer. 24 juil., 21:30 (heure d’été de Paris)'],
])('pages and previews of a live at %s say in %s: %s', async (startsAt, language, said) => {
  const access = { kind: 'ticket', priceMinor: 950 };
  const input = { creator: 'camille', title: 'An evening', access, startsAt, listed: true };
  const { id } = (await http.server('POST', '/v1/rooms', input)).json;
  const { text } = await http.call('GET', `/rooms/${id}?lang=${language}`);
  const [head = '', body = ''] = text.split('<body');
  expect([/<meta property="og:description" content="([^"]*)"/.exec(head)?.[1], body]).toEqual([
    expect.stringContaining(said),
    expect.stringContaining(`<p class="when">${said}</p>`),
  ]);
  expect(head).toContain(`"startDate":"${startsAt.replace('Z', '.000Z')}"`);
  // Visitors see a home page of the last second.
  await vi.waitFor(async () => {
    const home = await http.call('GET', `/?lang=${language}`);
    expect(home.text.split(`room-${id}"`)[1]?.split('</a>')[0] ?? '').toContain(said);
  }, 5_000);
});

test.each<[string, Language, string]>([
  [WINTER, 'en', 'Tuesday 24 December 2030 at 20:30 CET'],
  [SUMMER, 'en', 'Wednesday 24 July 2030 at 21:30 CEST'],
  [WINTER, 'fr', 'mardi 24 décembre 2030 à 20:30 (heure d’hiver de Paris)'],
  [SUMMER, 'fr', 'mercredi 24 juillet 2030 à 21:30 (heure d’été de Paris)'],
])('a letter about a live at %s says in %s: %s', async (startsAt, language, said) => {
  const { db, mail } = http.context;
  const to = `fan-${language}-${startsAt.slice(5, 7)}@example.org`;
  const link = 'https://loge.example/rooms/1';
  const live = { room: 'room_1', creator: 'Camille', title: 'An evening', link, startsAt, movedAt: null };
  const data = { ...live, because: 'asked' } as const;
  await db.transaction((tx) => mail.enqueue(tx, { key: to, to, language, template: 'live-reminder', data }));
  mail.wake();
  const kept = await eventually(async () => (await mail.listKept(to))[0], 'the letter is kept');
  expect(kept.text.replace(/(day),/, '$1')).toContain(said);
});

test('the page of a person’s export says when it was made', async () => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of http.context.dataExport.zip('person_1', { language: 'fr', at: SUMMER })) chunks.push(chunk);
  const page = Buffer.from(unzipSync(Buffer.concat(chunks))['index.html'] ?? []).toString();
  expect(page).toContain('Établi le 24 juillet 2030 à 21:30 (heure d’été de Paris) pour person_1.');
});
