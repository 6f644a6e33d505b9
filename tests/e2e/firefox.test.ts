/** What differs in Firefox: its side of WebRTC, which sends no media to loopback addresses. Run with `--long`. */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, Visitor } from '../support/browser/browser.ts';
import { FIREFOX, Firefox, type FirefoxPage } from '../support/browser/firefox.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { mediaWorkers } from '../support/houses/sfu-house.ts';
import { eventually } from '../support/run/eventually.ts';
import { expectVideo, open } from './site.ts';

const hasNetwork = Object.values(networkInterfaces()).some((all) => all?.some(({ internal }) => !internal));

describe.skipIf(!CHROMIUM || !FIREFOX || !hasNetwork)('in Firefox', { timeout: 120_000 }, () => {
  let loge: TestApp;
  let firefox: Firefox;
  let creator: FirefoxPage;
  let fan: FirefoxPage;
  let other: Visitor;
  let room: string;

  beforeAll(async () => {
    // The default, as on a developer's machine.
    loge = await startApp({ env: { LOGE_SFU_LISTEN_IP: '' } });
    firefox = await Firefox.launch();
    other = await Visitor.create();
    const input = { creator: 'noah', title: 'In Firefox', access: { kind: 'free' } };
    room = (await loge.server<{ id: string }>('POST', '/v1/rooms', input)).id;
    creator = await enter('noah', `/studio/${room}`);
    fan = await enter('lea', `/rooms/${room}`);
    await open(other, `${loge.url}/rooms/${room}`, 'malik');
  }, 120_000);

  afterAll(async () => {
    await firefox?.[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  async function enter(identity: string, path: string): Promise<FirefoxPage> {
    const page = await firefox.open(loge.url);
    await page.signIn(identity);
    await page.goto(loge.url + path);
    return page;
  }

  async function expectSeen(): Promise<void> {
    await eventually(() => fan.isPlaying('stage-video'), 'the stage plays in Firefox');
    await expectVideo(other);
  }

  test('a creator goes live, and is seen in Firefox and in Chromium', async () => {
    await creator.click('allow-devices');
    await eventually(() => creator.isPlaying('preview'), 'the preview plays');
    await creator.click('go-live');
    await expectSeen();
    // The browser adds the larger layers as it finds bandwidth for them.
    await expect.poll(async () => (await other.received()).width, { timeout: 30_000 }).toBe(1280);
  });

  test('a fan who joins requests the video before the socket is open', async () => {
    await fan.goto(`${loge.url}/rooms/${room}`);
    await expectSeen();
    const asked = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/watch')).length`;
    expect(await fan.evaluate<number>(asked)).toBe(1);
  });

  test('the camera is switched off and on', async () => {
    await creator.click('mute-camera');
    await other.page.getByText('The camera is off').waitFor();
    await creator.click('mute-camera');
    await expectSeen();
  });

  test('the live goes on after the media worker was killed', async () => {
    for (const pid of mediaWorkers(process.pid)) process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => loge.app.context.stage.stats(), { timeout: 30_000 })
      .toMatchObject({ producers: 2, consumers: 4 });
    await expectSeen();
    expect(firefox.problems).toEqual([]);
  });
});
