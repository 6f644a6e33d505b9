/** A studio that loses its connection while live: it never publishes again by itself once its live is over. */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { TcpProxy } from '../support/programs/tcp-proxy.ts';
import { effort } from '../support/run/effort.ts';
import { eventually } from '../support/run/eventually.ts';
import { expectVideo, goLive, open, openLive } from './site.ts';

const PATIENT = { timeout: 30_000, interval: 100 };
/** Longer than the server keeps a media session. */
const LONG_AWAY_MS = 65_000;
/** Folder for screenshots; none are taken without it. */
const PICTURES = process.env.LOGE_TEST_PICTURES;

describe.skipIf(!CHROMIUM)('a studio that was away', { timeout: 120_000 }, () => {
  let loge: TestApp;

  beforeAll(async () => {
    loge = await startApp();
    return async () => {
      await loge[Symbol.asyncDispose]();
    };
  });

  const ends: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end[Symbol.asyncDispose]();
  });

  const enter = async (options: { devices?: boolean; locale?: string } = {}) => {
    const visitor = await Visitor.create(options);
    ends.push(visitor);
    return visitor;
  };

  /** A live laptop over a socket that can be cut; its media takes another path. */
  async function openLaptop(locale = 'en-GB') {
    const line = await TcpProxy.create(loge.app.port);
    ends.push(line);
    const laptop = await enter({ devices: true, locale });
    await laptop.page.clock.install();
    const url = `http://localhost:${line.port}`;
    const room = await openLive(laptop, loge, { identity: 'noah', title: 'Open studio', url });
    return { laptop, line, room };
  }

  async function isConnected({ page }: Visitor): Promise<boolean> {
    return page.locator('loge-studio').evaluate((element: HTMLElement & { room?: { state: string } }) => {
      return element.room?.state === 'connected';
    });
  }

  /** Waits, and expects that nothing is published and no live starts. */
  async function expectOffAir(laptop: Visitor, room: string): Promise<void> {
    await eventually(() => isConnected(laptop), 'the laptop is back');
    // First it asks the server for its session.
    await laptop.by('end-live').waitFor({ state: 'detached' });
    // Also after all retries, which start immediately.
    await laptop.page.clock.runFor(5_000);
    expect(await laptop.sent()).toEqual([]);
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'scheduled' });
  }

  test('yields to the phone that took the live over and ended it', async () => {
    const { laptop, line, room } = await openLaptop();
    line.cut();
    const phone = await enter({ devices: true });
    await open(phone, `${loge.url}/studio/${room}`, 'noah');
    await goLive(phone);
    await phone.by('end-live').click();
    await phone.by('end-live-confirm').click();
    await phone.by('go-live').waitFor();
    line.mend();
    await expectOffAir(laptop, room);
    await laptop.page.getByText('The live has ended').waitFor();
  });

  const LANGUAGES = [
    { locale: 'fr-FR', question: 'Vous êtes hors antenne', offline: 'Vous êtes hors ligne' },
    { locale: 'en-GB', question: 'You are off air', offline: 'You are offline' },
  ];
  test.each(LANGUAGES.slice(0, effort({ short: 1, long: 2 })))(
    'asks before it publishes again after a long loss ($locale)',
    async ({ locale, question, offline }) => {
      const { laptop, line, room } = await openLaptop(locale);
      line.cut();
      await eventually(async () => !(await isConnected(laptop)), 'the loss is noticed');
      await laptop.page.clock.fastForward(LONG_AWAY_MS);
      await laptop.by('live-interrupted').waitFor();
      await laptop.page.getByText(question).waitFor();
      await laptop.by('studio-offline').getByText(offline).waitFor();
      expect(await laptop.by('go-live-again').getAttribute('disabled')).not.toBeNull();
      await takePictures(laptop, `studio-offline-${locale}`);
      line.mend();
      await eventually(() => isConnected(laptop), 'the laptop is back');
      await laptop.by('studio-offline').waitFor({ state: 'detached' });
      await laptop.page.clock.runFor(5_000);
      expect(await laptop.sent()).toEqual([]);
      await laptop.by('go-live-again').click();
      await laptop.by('end-live').waitFor();
      const fan = await enter();
      await open(fan, `${loge.url}/rooms/${room}`, 'lea');
      await expectVideo(fan);
      await expect.poll(() => laptop.by('live-interrupted').count(), PATIENT).toBe(0);
    },
  );
});

async function takePictures({ page }: Visitor, name: string): Promise<void> {
  if (!PICTURES) return;
  const before = page.viewportSize();
  for (const width of [390, 1_440]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`) });
  }
  if (before) await page.setViewportSize(before);
}
