/** A live on the pages: the stage over reloads, mutes and layers, chat order, and texts that must stay text. */
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CHROMIUM, Visitor, type VisitorOptions } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { mediaWorkers } from '../support/houses/sfu-house.ts';
import { TestParticipant } from '../support/people/participant.ts';
import { createRoom, expectInChat, expectVideo, goLive, isPlaying, say, signIn } from './site.ts';

const PATIENT = { timeout: 30_000, interval: 100 };
/** Below the 20 seconds and more that a lease or a sweep takes, with room for a loaded machine. */
const AT_ONCE_MS = 5_000;
const MARKUP = '<img src=x onerror="alert(1)"><b>bold</b>';
const SCRIPT = '<script>alert(2)</script><a href="javascript:alert(3)">link</a>';

describe.skipIf(!CHROMIUM)('a live', { timeout: 120_000 }, () => {
  let loge: TestApp;

  beforeAll(async () => {
    loge = await startApp();
    return async () => {
      await loge[Symbol.asyncDispose]();
    };
  });

  const visitors: Visitor[] = [];
  const enter = async (options: VisitorOptions = {}) => {
    const visitor = await Visitor.create(options);
    visitors.push(visitor);
    return visitor;
  };
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor[Symbol.asyncDispose]();
  });

  /** A creator who is live in a new free room. */
  async function openLive(title = 'Open studio'): Promise<{ creator: Visitor; room: string }> {
    const creator = await enter({ devices: true });
    await creator.page.goto(`${loge.url}/studio`);
    await signIn(creator, 'noah');
    const room = await createRoom(creator, { title });
    await goLive(creator);
    return { creator, room };
  }

  async function watch(room: string, identity: string, options: VisitorOptions = {}): Promise<Visitor> {
    const fan = await enter(options);
    await fan.page.goto(`${loge.url}/rooms/${room}`);
    await signIn(fan, identity);
    await expectVideo(fan);
    return fan;
  }

  test("the creator's reloaded page takes the stage over, and the fan's video continues", async () => {
    const { creator, room } = await openLive();
    const fan = await watch(room, 'lea');
    await fan.markDocument();
    await creator.page.reload();
    await goLive(creator);
    await expectVideo(fan);
    expect(await fan.isSameDocument()).toBe(true);
    // One publisher is on stage, without a stale second one.
    expect(await loge.app.context.stage.stats()).toMatchObject({ sessions: 2, producers: 2, consumers: 2 });
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'live' });
  });

  test('a fan who leaves the page is removed at once, unlike after a lost connection', async () => {
    // Sessions of the test before may wait for their sockets to come back.
    await expect.poll(() => loge.app.context.stage.stats(), PATIENT).toMatchObject({ sessions: 0 });
    const { room } = await openLive();
    const fan = await watch(room, 'lea');
    await fan.page.goto('about:blank');
    // Half of the grace period for a lost connection.
    await expect
      .poll(() => loge.app.context.stage.stats(), { timeout: 10_000, interval: 100 })
      .toMatchObject({ sessions: 1, consumers: 0 });
  });

  test('after the media worker is killed, the video of the same live returns on the same pages', async () => {
    const { creator, room } = await openLive();
    const fan = await watch(room, 'lea');
    await creator.markDocument();
    await fan.markDocument();
    const before = (await loge.app.context.stage.stats()).workers;
    const workers = mediaWorkers(process.pid);
    expect(workers).toHaveLength(before);
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await expect.poll(() => loge.app.context.stage.stats(), PATIENT).toMatchObject({ producers: 2, consumers: 2 });
    await expectVideo(fan);
    expect([await creator.isSameDocument(), await fan.isSameDocument()]).toEqual([true, true]);
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'live' });
  });

  test('muting audio and video is shown to the fan', async () => {
    const { creator, room } = await openLive();
    const fan = await watch(room, 'lea');
    await creator.by('mute-microphone').click();
    await fan.page.getByText('Sound is off on stage').waitFor();
    await creator.by('mute-microphone').click();
    await fan.page.getByText('Sound is off on stage').waitFor({ state: 'hidden' });
    await creator.by('mute-camera').click();
    await fan.page.getByText('The camera is off').waitFor();
    await creator.by('mute-camera').click();
    await fan.page.getByText('The camera is off').waitFor({ state: 'hidden' });
    await expectVideo(fan);
  });

  test('a small picture uses a lower layer, and unwatched layers stop at the publisher', async () => {
    const { creator, room } = await openLive();
    const activeLayers = async () => (await creator.sent()).filter(({ active }) => active).map(({ rid }) => rid);
    const fan = await watch(room, 'lea', { viewport: { width: 1400, height: 1000 } });
    // Another viewer may use a large video elsewhere; here one fan decides alone.
    await expect.poll(activeLayers, PATIENT).toEqual(['r0', 'r1', 'r2']);
    await expect.poll(async () => (await fan.received()).width, PATIENT).toBeGreaterThan(640);

    await fan.page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(activeLayers, PATIENT).toEqual(['r0']);
    await expect.poll(async () => (await fan.received()).width, PATIENT).toBeLessThanOrEqual(320);
    await expectVideo(fan);

    await fan.page.setViewportSize({ width: 1400, height: 1000 });
    await expect.poll(activeLayers, PATIENT).toEqual(['r0', 'r1', 'r2']);

    await fan.context.close();
    await expect.poll(activeLayers, PATIENT).toEqual([]);
    await creator.page.getByText('Nobody is watching: your upload is resting.').waitFor();
    const framesEncoded = async () => (await creator.sent()).reduce((sum, layer) => sum + layer.framesEncoded, 0);
    const before = await framesEncoded();
    await expect.poll(framesEncoded, { timeout: 1_000, interval: 500 }).toBe(before);

    await watch(room, 'malik');
  });

  test('a fan whom the creator removes loses access at once, sees the reason, and stays removed', async () => {
    const { creator, room } = await openLive();
    const fan = await watch(room, 'tom');
    const other = await watch(room, 'ines');
    await say(fan, 'Something unkind');
    await expectInChat(creator, 'Something unkind');
    await expectInChat(other, 'Something unkind');
    await pointAtMessage(creator);
    await creator.by('tool-context').click();
    await creator.by('moderation-reason').locator('input').fill('Insults');
    await fan.watchFrames();
    await expect.poll(() => fan.lastFrameAtMs(), PATIENT).toBeGreaterThan(0);
    await creator.by('remove-person').click();
    await creator.page.getByText('are told the reason: “Insults”').waitFor();
    await creator.by('remove-person-confirm').evaluate((button) => {
      button.addEventListener('click', () => {
        document.documentElement.dataset.clickedAtMs = String(Date.now());
      });
    });
    await creator.by('remove-person-confirm').click();
    const removedAtMs = Number(await creator.page.locator('html').getAttribute('data-clicked-at-ms'));
    await fan.by('access-reason').waitFor();
    expect(await fan.by('access-reason').innerText()).toMatch(/^You were removed from this room/);
    expect(await fan.by('access-note').innerText()).toMatch(/^The reason given: Insults\..*to object to the removal/);
    expect((await fan.lastFrameAtMs()) - removedAtMs).toBeLessThan(AT_ONCE_MS);
    expect(await fan.received()).toMatchObject({ framesDecoded: 0, bytes: 0 });

    await fan.page.reload();
    await fan.page.getByText('You were removed from this room').first().waitFor();
    expect(await fan.by('stage-video').count()).toBe(0);
    await expectVideo(other);

    // Panic closes the chat alone until the creator stops picture and sound too; undoing brings all of it back.
    await creator.by('panic').click();
    await creator.by('panic-on').getByText('Picture and sound go on.').waitFor();
    await creator.by('panic-halt').click();
    await creator.by('panic-on').getByText('your audience sees a still').waitFor();
    await other.page.getByText('A short break').waitFor();
    await creator.by('panic-undo').click();
    await expectVideo(other);
  });

  test('a message that the creator removes is blank for everyone', async () => {
    const { creator, room } = await openLive();
    const fan = await watch(room, 'tom');
    await say(fan, 'An address nobody should read');
    await expectInChat(creator, 'An address nobody should read');
    await pointAtMessage(creator);
    await creator.by('tool-remove').click();
    for (const visitor of [creator, fan]) {
      await visitor.by('chat-list').getByText('Message removed').waitFor();
      // A screen reader must not find it either.
      for (const place of [visitor.by('chat-list'), visitor.page.getByRole('log')])
        expect(await place.innerText()).not.toContain('An address nobody should read');
    }
  });

  test('markup in a title, a name, a message and a tip is shown as text', async () => {
    const { creator, room } = await openLive(MARKUP);
    const fan = await watch(room, 'lea');
    const token = await loge.token({ identity: 'mallory', name: MARKUP.slice(0, 60), room });
    using mallory = await TestParticipant.connect(loge.url, { token });
    await mallory.request('chat:send', { clientId: 'client-0001', text: SCRIPT });
    for (const visitor of [creator, fan]) {
      await expectInChat(visitor, SCRIPT);
      await visitor.by('chat-list').getByText(MARKUP.slice(0, 60), { exact: true }).waitFor();
      await visitor.page.getByText(MARKUP, { exact: true }).first().waitFor();
      // Locators search open shadow roots: the text has become an element nowhere on the page.
      expect(await visitor.page.locator('img, [onerror], a[href^="javascript:"], b:text-is("bold")').count()).toBe(0);
      expect(await visitor.by('chat-list').locator('script').count()).toBe(0);
      expect(visitor.dialogs).toEqual([]);
    }
    await loge.server('PATCH', `/v1/rooms/${room}`, { listed: true });
    await fan.page.goto(loge.url);
    await fan.page.getByText(MARKUP, { exact: true }).first().waitFor();
    expect(await fan.page.locator('img, [onerror]').count()).toBe(0);
    expect(fan.dialogs).toEqual([]);
  });

  test('the language changes without interrupting the video, and the choice is stored', async () => {
    const { room } = await openLive();
    const fan = await watch(room, 'lea', { locale: 'en-GB' });
    await fan.markDocument();
    const placeholder = () => fan.by('chat-input').getAttribute('placeholder');
    expect(await placeholder()).toBe('Say something…');
    await fan.by('language').click();
    await expect.poll(placeholder, PATIENT).not.toBe('Say something…');
    expect(await fan.page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await fan.isSameDocument()).toBe(true);
    await expectVideo(fan);
    await fan.page.reload();
    await expect.poll(() => isPlaying(fan, 'stage-video'), PATIENT).toBe(true);
    expect(await fan.page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await fan.by('language').innerText()).toBe('EN');
  });

  test('the fan sees the end of the live, and the next one', async () => {
    const { creator, room } = await openLive();
    const fan = await watch(room, 'lea');
    await creator.by('end-live').click();
    await creator.by('end-live-confirm').click();
    await fan.by('stage-waiting').waitFor();
    await goLive(creator);
    await expectVideo(fan);
    onTestFinished(() => expect(fan.problems).toEqual([]));
  });
});

/** A message's tools open when the mouse moves on it. */
async function pointAtMessage(creator: Visitor): Promise<void> {
  const entry = creator.by('chat-list').locator('[data-message]');
  await entry.hover();
  await entry.hover({ position: { x: 40, y: 8 } });
}
