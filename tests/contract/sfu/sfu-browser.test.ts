/** Behaviour of a single node that only a real browser can prove; the rest is tested on whole houses. It takes 14 s. */
import { expect, test, vi } from 'vitest';
import { LocalSfuNode } from '../../../sfu/node.ts';
import { CHROMIUM } from '../../support/browser/browser.ts';
import { StageBrowser } from '../../support/media/rtp-browser.ts';
import { RtpStage } from '../../support/media/rtp-stage.ts';
import { isLong } from '../../support/run/effort.ts';

const ROOM = 'room_browser';

test.skipIf(!CHROMIUM || !isLong)('sound alone goes on to a metered Chromium, which reports on it seldom', async () => {
  await using browser = await StageBrowser.open();
  const node = await LocalSfuNode.create({ workers: 1, listenIp: '127.0.0.1', port: 44_000, portRequired: false });
  await using stage = new RtpStage(node);
  const { session, cameraId } = await stage.publish(ROOM);
  const page = await browser.page(node);
  await page.evaluate((request) => window.stagePage.watch(request), {
    session: 'fan',
    grant: { room: ROOM, identity: 'somebody', publish: false, subscribe: true, metered: true },
    routerRtpCapabilities: node.routerRtpCapabilities,
    viewport: { width: 320, height: 180 },
  });
  const sent = async (of: 'audio' | 'video') => {
    const stats = (await node.sessionStats({ session: 'fan' })) as SentStat[];
    return stats.find(({ type, kind }) => type === 'outbound-rtp' && kind === of)?.packetCount ?? 0;
  };
  await vi.waitFor(async () => expect(await sent('video')).toBeGreaterThan(0));
  await node.setMuted({ session, producerId: cameraId, muted: true });
  // Packets of 20 ms: longer than the interval between two audio reports.
  const enough = (await sent('audio')) + 700;
  await vi.waitFor(async () => expect(await sent('audio')).toBeGreaterThan(enough), {
    timeout: 30_000,
    interval: 500,
  });
  expect(stage.events.of('paused')).toEqual([]);
});

interface SentStat {
  type: string;
  kind?: string;
  packetCount?: number;
}
