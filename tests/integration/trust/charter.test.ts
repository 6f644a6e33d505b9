/** Going live under a charter, over the wire: who is asked, and what happens to a live that is on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Room } from '../../../server/protocol/rooms.ts';
import type { CharterDraft, CharterVersion } from '../../../server/protocol/trust/charter.ts';
import { EXAMPLE_CHARTER } from '../../../server/trust/charter/example-charter.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { goLive, watch } from '../../support/media/media.ts';
import { TestParticipant } from '../../support/people/participant.ts';

let loge: TestApp;

beforeAll(async () => {
  loge = await startApp();
});
afterAll(() => loge[Symbol.asyncDispose]());

async function announce(count = EXAMPLE_CHARTER.length): Promise<CharterVersion> {
  const articles = EXAMPLE_CHARTER.slice(0, count);
  const { draft } = await loge.server<{ draft: CharterDraft }>('PUT', '/v1/charter/draft', { articles });
  return loge.server('POST', '/v1/charter/announcements', { hash: draft.hash });
}

async function join(room: string, role = 'creator'): Promise<TestParticipant> {
  const identity = role === 'creator' ? 'ada' : 'lea';
  return TestParticipant.connect(loge.url, { token: await loge.token({ identity, role, room }) });
}

test('a live goes on when a version comes into force; the next one waits for its acceptance', async () => {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  using page = await join(room);
  using live = await goLive(page, { publication: 'publication-of-the-first-page' });
  using fan = await join(room, 'fan');
  using watching = await watch(fan);
  const { version } = await announce();
  const received = watching.viewer.packets('video');
  await expect.poll(() => watching.viewer.packets('video')).toBeGreaterThan(received);
  // A reload goes on with the live, and so does a page that restores it.
  using reloaded = await join(room);
  using second = await goLive(reloaded, { publication: 'publication-of-the-second-page' });
  await reloaded.request('stage:leave', { session: second.session });
  const restores = { publication: 'publication-of-the-second-page', restore: true };
  const { session } = await reloaded.request('stage:publish', restores);
  expect((await loge.server<Room>('GET', `/v1/rooms/${room}`)).status).toBe('live');
  await reloaded.request('stage:leave', { session });
  await reloaded.request('stage:endLive', {});
  expect(live.session).not.toBe(session);

  expect(await reloaded.refusal('stage:publish', {})).toBe('charter_acceptance_required');
  expect(await reloaded.refusal('stage:publish', restores)).not.toBe('ok');
  const { charter } = await reloaded.request('charter:review', { language: 'fr' });
  expect(charter).toMatchObject({ version, acceptedVersion: null });
  expect(charter.articles[0]).toMatchObject({ id: 'content', change: 'added' });
  expect(await fan.refusal('charter:accept', { version })).toBe('forbidden');
  expect(await reloaded.refusal('charter:accept', { version: version + 1 })).toBe('charter_not_found');
  await reloaded.request('charter:accept', { version, language: 'fr' });
  using accepted = await goLive(reloaded);
  expect(accepted.session).toBeTruthy();
});

test('a kill between announcement and force loses neither, and a restart asks only those who have not accepted', async () => {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  const { version } = await announce(3);
  await loge.restart();
  using page = await join(room);
  expect(await page.refusal('stage:publish', {})).toBe('charter_acceptance_required');
  await loge.server('POST', '/v1/creators/ada/charter-acceptances', { version, language: 'en' });
  await page.request('stage:publish', {});
});
