/** A live on the pages: the stage over reloads, mutes and layers, chat order, and texts that must stay text. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CONNECT_WITHIN_MS } from '../../client-sdk/client/media/ice-restarts.ts';
import { CHROMIUM, Visitor, type VisitorOptions } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { mediaWorkers } from '../support/houses/sfu-house.ts';
import { TestParticipant } from '../support/people/participant.ts';
import { expectInChat, expectVideo, goLive, isPlaying, open, openLive, say } from './site.ts';

const PATIENT = { timeout: 30_000, interval: 100 };
/** Below the 20 seconds and more that a lease or a sweep takes, with room for a loaded machine. */
const AT_ONCE_MS = 5_000;
const SMALL = { width: 800, height: 600 };
const MARKUP = '<img src=x onerror="alert(1)"><b>bold</b>';
const SCRIPT = '<script>alert(2)</script><a href="javascript:alert(3)">link</a>';

describe.skipIf(!CHROMIUM)('a live', { timeout: 120_000 }, () => {
  let loge: TestApp;
  let creator: Visitor;
  let room: string;
  let lea: Visitor;

  // One live for all tests: opening it takes longer than most of them.
  beforeAll(async () => {
    loge = await startApp();
    creator = await Visitor.create({ devices: true });
    room = await openLive(creator, loge, { identity: 'noah', title: MARKUP });
    lea = await watch('lea', { viewport: SMALL });
    return async () => {
      await loge[Symbol.asyncDispose]();
    };
  });

  const stats = () => loge.app.context.stage.stats();

  async function watch(identity: string, options: VisitorOptions = {}): Promise<Visitor> {
    const fan = await Visitor.create(options);
    await open(fan, `${loge.url}/rooms/${room}`, identity);
    await expectVideo(fan);
    return fan;
  }

  async function expectSameLive(): Promise<void> {
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'live' });
  }

  test('markup in a title, a name, a message and a tip is shown as text', async () => {
    const token = await loge.token({ identity: 'mallory', name: MARKUP.slice(0, 60), room });
    using mallory = await TestParticipant.connect(loge.url, { token });
    await mallory.request('chat:send', { clientId: 'client-0001', text: SCRIPT });
    for (const visitor of [creator, lea]) {
      await expectInChat(visitor, SCRIPT);
      await visitor.by('chat-list').getByText(MARKUP.slice(0, 60), { exact: true }).waitFor();
      await visitor.page.getByText(MARKUP, { exact: true }).first().waitFor();
      // Locators search open shadow roots: the text has become an element nowhere on the page.
      expect(await visitor.page.locator('img, [onerror], a[href^="javascript:"], b:text-is("bold")').count()).toBe(0);
      expect(await visitor.by('chat-list').locator('script').count()).toBe(0);
      expect(visitor.dialogs).toEqual([]);
    }
  });

  test('a fan who leaves the page is removed at once, unlike after a lost connection', async () => {
    await loge.server('PATCH', `/v1/rooms/${room}`, { listed: true });
    await lea.page.goto(loge.url);
    // Half of the grace period for a lost connection.
    await expect.poll(stats, { timeout: 10_000, interval: 100 }).toMatchObject({ sessions: 1, consumers: 0 });
    await lea.page.getByText(MARKUP, { exact: true }).first().waitFor();
    expect(await lea.page.locator('img, [onerror]').count()).toBe(0);
    expect(lea.dialogs).toEqual([]);
    await lea.page.goto(`${loge.url}/rooms/${room}`);
    await expectVideo(lea);
  });

  test('a message that the creator removes is blank for everyone', async () => {
    await say(lea, 'An address nobody should read');
    await expectInChat(creator, 'An address nobody should read');
    await pointAtMessage(creator, 'An address nobody should read');
    await creator.by('tool-remove').click();
    for (const visitor of [creator, lea]) {
      await visitor.by('chat-list').getByText('Message removed').waitFor();
      // A screen reader must not find it either.
      for (const place of [visitor.by('chat-list'), visitor.page.getByRole('log')])
        expect(await place.innerText()).not.toContain('An address nobody should read');
    }
  });

  test('muting audio and video is shown to the fan', async () => {
    await creator.by('mute-microphone').click();
    await lea.page.getByText('Sound is off on stage').waitFor();
    await creator.by('mute-microphone').click();
    await lea.page.getByText('Sound is off on stage').waitFor({ state: 'hidden' });
    await creator.by('mute-camera').click();
    await lea.page.getByText('The camera is off').waitFor();
    await creator.by('mute-camera').click();
    await lea.page.getByText('The camera is off').waitFor({ state: 'hidden' });
    await expectVideo(lea);
  });

  test("the creator's reloaded page takes the stage over, and the fan's video continues", async () => {
    await lea.markDocument();
    await creator.page.reload();
    await goLive(creator);
    await expectVideo(lea);
    expect(await lea.isSameDocument()).toBe(true);
    // One publisher is on stage, without a stale second one.
    expect(await stats()).toMatchObject({ sessions: 2, producers: 2, consumers: 2 });
    await expectSameLive();
  });

  test('after the media worker is killed, the video of the same live returns on the same pages', async () => {
    await creator.markDocument();
    await lea.markDocument();
    const before = (await stats()).workers;
    const workers = mediaWorkers(process.pid);
    expect(workers).toHaveLength(before);
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await expect.poll(stats, PATIENT).toMatchObject({ producers: 2, consumers: 2 });
    await expectVideo(lea);
    expect([await creator.isSameDocument(), await lea.isSameDocument()]).toEqual([true, true]);
    await expectSameLive();
  });

  test('a fan whom the creator removes loses access at once, sees the reason, and stays removed', async () => {
    const fan = await watch('tom');
    await say(fan, 'Something unkind');
    await expectInChat(creator, 'Something unkind');
    await expectInChat(lea, 'Something unkind');
    await pointAtMessage(creator, 'Something unkind');
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
    expect(await fan.by('access-note').innerText()).toMatch(/^Reason given: Insults\..*to contest the removal/);
    expect((await fan.lastFrameAtMs()) - removedAtMs).toBeLessThan(AT_ONCE_MS);
    expect(await fan.received()).toMatchObject({ framesDecoded: 0, bytes: 0 });

    await fan.page.reload();
    await fan.page.getByText('You were removed from this room').first().waitFor();
    expect(await fan.by('stage-video').count()).toBe(0);
    await fan[Symbol.asyncDispose]();
    await expectVideo(lea);

    // Panic closes the chat alone until the creator stops picture and sound too; undoing brings all of it back.
    await creator.by('panic').click();
    await creator.by('panic-on').getByText('Picture and sound are still on.').waitFor();
    await creator.by('panic-halt').click();
    await creator.by('panic-on').getByText('your audience sees a still').waitFor();
    await lea.page.getByText('One moment.').waitFor();
    // The studio's own button brings the picture back meanwhile.
    await creator.by('mute-camera').click();
    await creator.by('panic-on').getByText('Picture and sound are still on.').waitFor();
    await creator.by('panic-halt').click();
    await creator.by('panic-on').getByText('your audience sees a still').waitFor();
    await creator.by('panic-undo').click();
    await expectVideo(lea);
  });

  test('a small picture uses a lower layer, and unwatched layers stop at the publisher', async () => {
    const activeLayers = async () => (await creator.sent()).filter(({ active }) => active).map(({ rid }) => rid);
    // Another viewer may use a large video elsewhere; here one fan decides alone.
    await lea.page.setViewportSize({ width: 1400, height: 1000 });
    await expect.poll(activeLayers, PATIENT).toEqual(['r0', 'r1', 'r2']);
    await expect.poll(async () => (await lea.received()).width, PATIENT).toBeGreaterThan(640);

    await lea.page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(activeLayers, PATIENT).toEqual(['r0']);
    await expect.poll(async () => (await lea.received()).width, PATIENT).toBeLessThanOrEqual(320);
    await expectVideo(lea);

    // Leaving the page, not losing the connection, which would keep the session for some seconds.
    await lea.page.goto('about:blank');
    await expect.poll(activeLayers, PATIENT).toEqual([]);
    await creator.page.getByText('Nobody is watching, so your upload is resting.').waitFor();
    const framesEncoded = async () => (await creator.sent()).reduce((sum, layer) => sum + layer.framesEncoded, 0);
    const before = await framesEncoded();
    await expect.poll(framesEncoded, { timeout: 1_000, interval: 500 }).toBe(before);
  });

  test('a network that blocks the media is reported to the fan, and ends a new live with a reason for its creator', async () => {
    const fan = await Visitor.create({ viewport: SMALL });
    const blocked = await Visitor.create({ devices: true });
    for (const { context, page } of [fan, blocked]) {
      await context.addInitScript(blockMedia);
      await page.clock.install();
    }
    const waitInVain = async ({ page }: Visitor) => {
      await page.waitForFunction(() => window.logePeers.some((peer) => peer.connectionState === 'connecting'));
      await page.clock.fastForward(CONNECT_WITHIN_MS);
    };
    await open(fan, `${loge.url}/rooms/${room}`, 'malik');
    await waitInVain(fan);
    await fan.by('stage-unreachable').getByText('Live video isn’t getting through').waitFor();
    await fan[Symbol.asyncDispose]();
    const own = await openLive(blocked, loge, { identity: 'camille', title: 'Nobody sees this' });
    await waitInVain(blocked);
    await blocked.page.getByText('Live video isn’t getting through').waitFor();
    await blocked.by('go-live').waitFor();
    await expect
      .poll(() => loge.server<{ status: string }>('GET', `/v1/rooms/${own}`), PATIENT)
      .toMatchObject({ status: 'scheduled' });
    await blocked[Symbol.asyncDispose]();
  });

  test('the language changes without interrupting the video; the end of the live and the next one are shown', async () => {
    await lea.page.setViewportSize(SMALL);
    await open(lea, `${loge.url}/rooms/${room}`, 'lea');
    await expectVideo(lea);
    await lea.markDocument();
    const placeholder = () => lea.by('chat-input').getAttribute('placeholder');
    expect(await placeholder()).toBe('Say something…');
    await lea.by('language').click();
    await expect.poll(placeholder, PATIENT).not.toBe('Say something…');
    expect(await lea.page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await lea.isSameDocument()).toBe(true);
    await expectVideo(lea);
    await lea.page.reload();
    await expect.poll(() => isPlaying(lea, 'stage-video'), PATIENT).toBe(true);
    expect(await lea.page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await lea.by('language').innerText()).toBe('EN');

    await creator.by('end-live').click();
    await creator.by('end-live-confirm').click();
    await lea.by('stage-waiting').waitFor();
    // The preview is back with its controls, and the button that goes on has the focus.
    await expect.poll(() => creator.by('mute-microphone').isEnabled(), PATIENT).toBe(true);
    const hasFocus = () => creator.by('go-live').evaluate((button) => button.matches(':focus-within, :focus'));
    await expect.poll(hasFocus, PATIENT).toBe(true);
    await goLive(creator);
    await expectVideo(lea);
    expect(lea.problems).toEqual([]);
  });
});

/** Runs in the page before any of its scripts: sends media to an address without a listener. */
function blockMedia(): void {
  window.RTCPeerConnection = class extends RTCPeerConnection {
    override setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
      return super.setRemoteDescription({ type, sdp: sdp.replaceAll(' 127.0.0.1 ', ' 127.66.66.66 ') });
    }
  };
}

/** A message's tools open when the mouse moves on it. */
async function pointAtMessage(creator: Visitor, text: string): Promise<void> {
  const entry = creator.by('chat-list').locator('[data-message]').filter({ hasText: text });
  await entry.hover();
  await entry.hover({ position: { x: 40, y: 8 } });
}
