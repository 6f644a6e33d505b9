/** A studio that loses its connection while live: it never publishes again by itself once its live is over. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { goLive, watch } from '../support/media/media.ts';
import { TestParticipant } from '../support/people/participant.ts';
import { TcpProxy } from '../support/programs/tcp-proxy.ts';
import { eventually } from '../support/run/eventually.ts';
import { openLive } from './site.ts';

const PATIENT = { timeout: 30_000, interval: 100 };
/** Longer than the server keeps a media session. */
const LONG_AWAY_MS = 65_000;
/** Folder for screenshots; none are taken without it. */
const PICTURES = process.env.LOGE_TEST_PICTURES;

describe.skipIf(!CHROMIUM)('a studio that was away', { timeout: 120_000 }, () => {
  let loge: TestApp;
  /** Cuts the laptop's socket; its media takes another path. */
  let line: TcpProxy;
  let laptop: Visitor;
  let room: string;

  // One laptop for both tests: after the first it goes live again.
  beforeAll(async () => {
    loge = await startApp();
    line = await TcpProxy.create(loge.app.port);
    laptop = await Visitor.create({ devices: true });
    await laptop.page.clock.install();
    const url = `http://localhost:${line.port}`;
    room = await openLive(laptop, loge, { identity: 'noah', title: 'Open studio', url });
    return async () => {
      for (const end of [laptop, line, loge]) await end[Symbol.asyncDispose]();
    };
  });

  /** Over the wire: what is on trial is the laptop's page. */
  async function enter(identity: string, role: string): Promise<TestParticipant> {
    return TestParticipant.connect(loge.url, { token: await loge.token({ identity, role, room }) });
  }

  async function isConnected(): Promise<boolean> {
    return laptop.page.locator('loge-studio').evaluate((element: HTMLElement & { room?: { state: string } }) => {
      return element.room?.state === 'connected';
    });
  }

  /** Also after all retries, which start immediately. */
  async function expectNothingSent(): Promise<void> {
    await laptop.page.clock.runFor(5_000);
    expect(await packetsSent(laptop)).toBe(0);
  }

  test('yields to the phone that took the live over and ended it', async () => {
    line.cut();
    using phone = await enter('noah', 'creator');
    using _ = await goLive(phone);
    await phone.request('stage:endLive', {});
    line.mend();
    await eventually(isConnected, 'the laptop is back');
    // First it asks the server for its session.
    await laptop.by('end-live').waitFor({ state: 'detached' });
    await expectNothingSent();
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'scheduled' });
    await laptop.page.getByText('The live has ended').waitFor();
  });

  test('asks before it publishes again after a long loss', async () => {
    await laptop.by('language').click();
    // Its camera was given back; going live opens it.
    await laptop.by('go-live').click();
    await laptop.by('end-live').waitFor();
    line.cut();
    await eventually(async () => !(await isConnected()), 'the loss is noticed');
    await laptop.page.clock.fastForward(LONG_AWAY_MS);
    await laptop.by('live-interrupted').waitFor();
    await laptop.page.getByText('Vous êtes hors antenne').waitFor();
    await laptop.by('studio-offline').getByText('Vous êtes hors ligne').waitFor();
    expect(await laptop.by('go-live-again').getAttribute('disabled')).not.toBeNull();
    await takePictures(laptop, 'studio-offline-fr');
    line.mend();
    await eventually(isConnected, 'the laptop is back');
    await laptop.by('studio-offline').waitFor({ state: 'detached' });
    await expectNothingSent();
    await laptop.by('go-live-again').click();
    await laptop.by('end-live').waitFor();
    using fan = await enter('lea', 'fan');
    using watching = await watch(fan);
    await watching.viewer.firstDecodableFrame;
    await expect.poll(() => laptop.by('live-interrupted').count(), PATIENT).toBe(0);
  });
});

/** Of picture and sound, over all open connections. */
async function packetsSent({ page }: Visitor): Promise<number> {
  return page.evaluate(async () => {
    let packets = 0;
    for (const peer of window.logePeers) {
      if (peer.connectionState === 'closed') continue;
      const report = (await peer.getStats()) as unknown as Map<string, RTCOutboundRtpStreamStats>;
      for (const stat of report.values()) if (stat.type === 'outbound-rtp') packets += stat.packetsSent ?? 0;
    }
    return packets;
  });
}

async function takePictures({ page }: Visitor, name: string): Promise<void> {
  if (!PICTURES) return;
  const before = page.viewportSize();
  for (const width of [390, 1_440]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`) });
  }
  if (before) await page.setViewportSize(before);
}
