/** What only a real browser can prove: that pictures are decoded, and that its encoder does what the SFU asks for. */
import { kill } from 'node:process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { SessionGrant, SfuEvent } from '../../../sfu/contract.ts';
import { LocalSfuNode } from '../../../sfu/node.ts';
import { CHROMIUM } from '../../support/browser/browser.ts';
import { StageBrowser } from '../../support/media/rtp-browser.ts';
import { RtpStage } from '../../support/media/rtp-stage.ts';

const SHORT = { timeout: 10_000, interval: 50 };

let browser: StageBrowser;
beforeAll(async () => {
  if (CHROMIUM) browser = await StageBrowser.open();
});
afterAll(() => browser?.[Symbol.asyncDispose]());

async function openNode() {
  const node = await LocalSfuNode.create({ workers: 1, listenIp: '127.0.0.1', port: 44_000, portRequired: false });
  const events: SfuEvent[] = [];
  node.on((event) => events.push(event));
  return Object.assign(node, { events, [Symbol.asyncDispose]: () => node.close() });
}

const grant: SessionGrant = { room: 'room_browser', identity: 'somebody', publish: true, subscribe: true };

async function publish(page: Page, node: LocalSfuNode, session: string): Promise<void> {
  const { routerRtpCapabilities } = node;
  await page.evaluate((request) => window.stagePage.publish(request), { session, grant, routerRtpCapabilities });
}

async function watch(page: Page, node: LocalSfuNode, session: string, width: number, who = grant): Promise<void> {
  const { routerRtpCapabilities } = node;
  const viewport = { width, height: Math.round((width * 9) / 16) };
  const request = { session, grant: who, routerRtpCapabilities, viewport };
  await page.evaluate((asked) => window.stagePage.watch(asked), request);
}

async function frames(page: Page, session: string) {
  const counted = await page.evaluate((of) => window.stagePage.frames(of), session);
  return counted ?? expect.fail(`The page does not watch ${session}.`);
}

async function expectMoreFrames(page: Page, session: string): Promise<void> {
  const { decoded } = await frames(page, session);
  await vi.waitFor(async () => expect((await frames(page, session)).decoded).toBeGreaterThan(decoded + 5), SHORT);
}

async function expectNoMoreFrames(page: Page, session: string): Promise<void> {
  let last = -1;
  await vi.waitFor(
    async () => {
      const before = last;
      last = (await frames(page, session)).decoded;
      expect(last).toBe(before);
    },
    { timeout: 5_000, interval: 500 },
  );
}

const inBrowser = it.skipIf(!CHROMIUM);

inBrowser('carries a live between two Chromium pages', async () => {
  await using node = await openNode();
  const creator = await browser.page(node);
  const fan = await browser.page(node);
  const told = (session: string) =>
    node.events.flatMap((event) =>
      event.type === 'layersWanted' && event.session === session ? event.maxSpatialLayer : [],
    );
  const activeLayers = async () =>
    (await creator.evaluate(() => window.stagePage.activeLayers())).filter(({ active }) => active).length;

  await publish(creator, node, 'creator');
  await vi.waitFor(() => expect(told('creator')).toEqual([-1]), SHORT);

  // A small element: one layer is encoded, and the picture has that size.
  await watch(fan, node, 'fan', 320);
  await expectMoreFrames(fan, 'fan');
  await vi.waitFor(async () => expect(await frames(fan, 'fan')).toMatchObject({ width: 320, height: 180 }), SHORT);
  expect(told('creator')).toEqual([-1, 0]);
  await vi.waitFor(async () => expect(await activeLayers()).toBe(1), SHORT);

  // A large one: the publisher is asked for a higher layer, and the picture grows.
  await node.setViewport({ session: 'fan', viewport: { width: 1280, height: 720 } });
  expect(told('creator')).toEqual([-1, 0, 2]);
  await vi.waitFor(async () => expect((await frames(fan, 'fan')).width).toBeGreaterThan(320), SHORT);

  // Packets that a fan misses without having lost them on their own line say nothing of that line.
  await vi.waitFor(async () => expect((await frames(fan, 'fan')).width).toBe(1280), SHORT);
  await node.restartVideo({ session: 'fan', lineBps: 300_000 });
  await expectMoreFrames(fan, 'fan');
  expect((await frames(fan, 'fan')).width).toBe(1280);

  // The creator's second tab takes the stage over; the fan sees it without any action.
  const reload = await browser.page(node);
  await publish(reload, node, 'creator again');
  expect(node.events).toContainEqual({
    type: 'sessionClosed',
    room: grant.room,
    session: 'creator',
    reason: 'replaced',
  });
  await expectMoreFrames(fan, 'fan');

  // The worker is killed: every session is notified, and joining again works.
  for (const { pid } of node.workers) kill(pid, 'SIGKILL');
  const died = (session: string) => ({ type: 'sessionClosed', room: grant.room, session, reason: 'worker_died' });
  await vi.waitFor(
    () => expect(node.events).toEqual(expect.arrayContaining([died('fan'), died('creator again')])),
    SHORT,
  );
  await publish(reload, node, 'creator after the crash');
  await watch(fan, node, 'fan after the crash', 640);
  await expectMoreFrames(fan, 'fan after the crash');

  // Access ends: the picture stops, although the page keeps its session.
  await node.closeSession({ session: 'fan after the crash' });
  await expectNoMoreFrames(fan, 'fan after the crash');
});

inBrowser('keeps sending audio only to a metered Chromium, which reports on it every few seconds', async () => {
  await using stage = new RtpStage(await openNode());
  const node = stage.node as LocalSfuNode;
  const { session, cameraId } = await stage.publish(grant.room);
  const fan = await browser.page(node);
  await watch(fan, node, 'fan', 320, { ...grant, publish: false, metered: true });
  const sent = async (of: 'audio' | 'video') => {
    const stats = (await node.sessionStats({ session: 'fan' })) as SentStat[];
    return stats.find(({ type, kind }) => type === 'outbound-rtp' && kind === of)?.packetCount ?? 0;
  };
  await vi.waitFor(async () => expect(await sent('video')).toBeGreaterThan(0), SHORT);
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
