/** A media worker dies during a live, and the open spares of creator and fan take over. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { workerOnPort } from '../support/houses/sfu-house.ts';
import { isLong } from '../support/run/effort.ts';
import { expectVideo, open, openLive } from './site.ts';

const PATIENT = { timeout: 30_000, interval: 100 };

describe.skipIf(!CHROMIUM)('a live with two media workers', { timeout: 120_000 }, () => {
  let loge: TestApp;

  beforeAll(async () => {
    loge = await startApp({ env: { LOGE_SFU_WORKERS: '2' } });
    return async () => {
      await loge[Symbol.asyncDispose]();
    };
  });

  const sessions = async () => (await loge.app.context.stage.stats()).sessions;

  test('continues over spare connections after one died, keeps muting, and opens new spares', async () => {
    const creator = await Visitor.create({ devices: true });
    const room = await openLive(creator, loge, { identity: 'noah', title: 'Open studio' });
    const fan = await Visitor.create();
    await open(fan, `${loge.url}/rooms/${room}`, 'lea');
    await expectVideo(fan);
    for (const visitor of [creator, fan]) await visitor.markDocument();

    const soundIsOff = fan.page.getByText('Sound is off on stage');
    // The second takeover, with the sound on again, is over the spares that the first one opened.
    for (const isMuted of isLong ? [true, false] : [true]) {
      await expect.poll(sessions, PATIENT).toBe(4);
      for (const visitor of [creator, fan]) await expect.poll(() => connected(visitor), PATIENT).toHaveLength(2);
      // After the spare was prepared, so that it must be applied at the takeover.
      await creator.by('mute-microphone').click();
      await soundIsOff.waitFor({ state: isMuted ? 'visible' : 'hidden' });
      const earlier = await framesOf(fan);
      await expect.poll(async () => flowing(earlier, await framesOf(fan)), PATIENT).toHaveLength(1);
      const [watched = -1] = flowing(earlier, await framesOf(fan));
      const worker = workerOnPort(process.pid, await portOf(fan, watched));
      const [before, pictures] = [await connected(fan), await framesOf(fan)];
      process.kill(worker, 'SIGKILL');
      await expect.poll(async () => flowing(pictures, await framesOf(fan)), PATIENT).toHaveLength(1);
      expect(before).toContain(flowing(pictures, await framesOf(fan))[0]);
      await expectVideo(fan);
      await soundIsOff.waitFor({ state: isMuted ? 'visible' : 'hidden' });
    }
    // New spares are open.
    await expect.poll(sessions, PATIENT).toBe(4);
    for (const visitor of [creator, fan]) await expect.poll(() => connected(visitor), PATIENT).toHaveLength(2);
    expect([await creator.isSameDocument(), await fan.isSameDocument()]).toEqual([true, true]);
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'live' });
    await creator.by('end-live').click();
    await creator.by('end-live-confirm').click();
    await fan.by('stage-waiting').waitFor();
    expect([...creator.problems, ...fan.problems]).toEqual([]);
  });
});

/** Indexes of the page's connected peer connections. */
async function connected({ page }: Visitor): Promise<number[]> {
  return page.evaluate(() =>
    window.logePeers.flatMap(({ connectionState }, index) => (connectionState === 'connected' ? [index] : [])),
  );
}

/** The server's port of the page's peer connection with this index. */
async function portOf({ page }: Visitor, peer: number): Promise<number> {
  return page.evaluate(async (index) => {
    const report = (await window.logePeers[index]?.getStats()) as unknown as Map<string, Record<string, unknown>>;
    const transport = [...report.values()].find(({ type }) => type === 'transport');
    const pair = report.get(String(transport?.selectedCandidatePairId));
    return Number(report.get(String(pair?.remoteCandidateId))?.port);
  }, peer);
}

/** Frames that each peer connection has received. */
async function framesOf({ page }: Visitor): Promise<number[]> {
  return page.evaluate(() =>
    Promise.all(
      window.logePeers.map(async (peer) => {
        if (peer.connectionState === 'closed') return 0;
        const report = (await peer.getStats()) as unknown as Map<string, RTCInboundRtpStreamStats>;
        return [...report.values()].reduce((sum, stat) => sum + (stat.framesDecoded ?? 0), 0);
      }),
    ),
  );
}

const ENOUGH_FRAMES = 5;

/** Connections that received frames meanwhile. */
function flowing(before: number[], now: number[]): number[] {
  return now.flatMap((frames, index) => (frames > (before[index] ?? 0) + ENOUGH_FRAMES ? [index] : []));
}
