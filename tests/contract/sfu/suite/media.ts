import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { srtpProfiles } from '../../../support/media/rtp-srtp.ts';
import type { StageViewer } from '../../../support/media/rtp-stage.ts';
import { RtpViewer, rtpViewerCapabilities } from '../../../support/media/rtp-viewer.ts';
import { expectCode, type Open, SILENT_AFTER_MS, until, WAIT } from './harness.ts';

export function describeMedia(open: Open): void {
  it('gives a viewer audio and decodable video without a message after the join', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_media');
    const { viewer, consumers } = await stage.watch('room_media', { openAll: true });

    await viewer.firstDecodableFrame;
    await until(() => viewer.packets('audio') > 10);
    expect(consumers.map(({ kind, source, muted }) => ({ kind, source, muted }))).toEqual(
      expect.arrayContaining([
        { kind: 'video', source: 'camera', muted: false },
        { kind: 'audio', source: 'microphone', muted: false },
      ]),
    );
    expect(viewer.streams.every(({ rejected, lost }) => rejected === 0 && lost === 0)).toBe(true);
    // Lost packets of both may be requested again.
    for (const { rtpParameters } of consumers)
      expect(rtpParameters.codecs[0]).toMatchObject({
        rtcpFeedback: expect.arrayContaining([{ type: 'nack', parameter: '' }]),
      });
  });

  it('connects by a separate message too, once', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_connect');
    const session = randomUUID();
    const viewer = new RtpViewer();
    const rtpCapabilities = rtpViewerCapabilities(stage.node.routerRtpCapabilities);
    const { transport, consumers } = await stage.node.watch({
      session,
      grant: stage.grant('room_connect'),
      rtpCapabilities,
    });
    const { dtlsParameters } = viewer;
    await stage.node.connect({ session, dtlsParameters });
    await stage.node.connect({ session, dtlsParameters });
    await viewer.connect(transport, consumers);

    await viewer.firstDecodableFrame;
    await stage.events.wait('transportState', session, ({ state }) => state === 'connected');
    const other = { fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }] };
    await expectCode(stage.node.connect({ session, dtlsParameters: other }), 'invalid_media_parameters');
    viewer.close();
  });

  it('renews the ICE credentials of a session', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { session } = await stage.watch('room_ice');
    const first = await stage.node.restartIce({ session });
    const second = await stage.node.restartIce({ session });
    expect(second.iceParameters.usernameFragment).not.toBe(first.iceParameters.usernameFragment);
  });

  it('reports statistics of the transport and its streams', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { session: publisher } = await stage.publish('room_stats');
    const { session: watcher, viewer } = await stage.watch('room_stats');
    await viewer.firstDecodableFrame;
    const types = async (session: string) =>
      (await stage.node.sessionStats({ session })).map((stat) => (stat as { type: string }).type);
    expect(await types(publisher)).toEqual(expect.arrayContaining(['webrtc-transport', 'inbound-rtp']));
    expect(await types(watcher)).toEqual(expect.arrayContaining(['webrtc-transport', 'outbound-rtp']));
    expect(await stage.node.stats()).toMatchObject({ rooms: 1, sessions: 2, producers: 2, consumers: 2 });
  });
}

export function describeProfiles(open: Open): void {
  it.each(Object.values(srtpProfiles))('protects RTP and RTCP with $name', async (profile) => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_srtp');
    const { viewer } = await stage.watch('room_srtp', { openAll: true, endpoint: { profiles: [profile] } });

    await viewer.firstDecodableFrame;
    await until(() => viewer.authenticRtcpPackets > 0);
    expect(viewer.profile).toBe(profile.name);
    expect(viewer.streams.every(({ rejected }) => rejected === 0)).toBe(true);
  });
}

export function describeTraffic(open: Open): void {
  it("counts the video of each side and the viewer's feedback, and stops when one side does", async () => {
    const { stage } = await open();
    await using _ = stage;
    const publisher = await stage.publish('room_traffic');
    const viewer = await stage.watch('room_traffic', { reports: true });
    await viewer.viewer.firstDecodableFrame;
    const count = async () => {
      const counted = await stage.node.roomTraffic({ room: 'room_traffic', identity: viewer.identity });
      return [publisher, viewer].map(({ session }) => counted.find((each) => each.session === session));
    };
    const before = await count();
    await vi.waitFor(async () => {
      const [sent, got] = await count();
      expect(sent?.videoReceivedBytes).toBeGreaterThan(before[0]?.videoReceivedBytes ?? 0);
      expect(got?.videoSentBytes).toBeGreaterThan(before[1]?.videoSentBytes ?? 0);
    }, WAIT);
    expect(before[0]).toMatchObject({ videoSentBytes: 0 });
    expect(before[1]).toMatchObject({ videoReceivedBytes: 0 });
    await vi.waitFor(async () => {
      expect((await count())[1]?.receiverReports).toBeGreaterThan((before[1]?.receiverReports ?? 0) + 3);
    }, WAIT);
    publisher.publisher.close();
    let last = -1;
    await vi.waitFor(async () => {
      const now = (await count())[1]?.videoSentBytes ?? 0;
      const isStill = now === last;
      last = now;
      expect(isStill).toBe(true);
    }, WAIT);
  });

  it('pauses a metered viewer who sends connectivity checks and no receiver reports, also over new sessions', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node, events } = stage;
    await stage.publish('room_metered');
    const grant = { identity: 'fan', metered: true };
    const honest = await stage.watch('room_metered', { reports: true, grant: { identity: 'payer', metered: true } });
    const silent = await stage.watch('room_metered', { grant });
    await silent.viewer.firstDecodableFrame;
    await events.wait('paused', silent.session);
    await until(() => silent.viewer.silenceMs() > SILENT_AFTER_MS);
    const trafficOf = async ({ session }: StageViewer) => {
      const counted = await node.roomTraffic({ room: 'room_metered', identity: 'fan' });
      return counted.find((each) => each.session === session);
    };
    expect(await trafficOf(silent)).toMatchObject({ receiverReports: 0, paused: true });
    const adopted = { session: silent.session, room: 'room_metered', identity: 'fan', epoch: 1 };
    expect((await node.adopt(adopted)).paused).toBe(true);

    // A new session does not reset it: it begins paused, and is paused again without reports.
    await node.closeSession({ session: silent.session });
    const again = await stage.watch('room_metered', { grant });
    await events.wait('paused', again.session);
    const seen = honest.viewer.packets();
    await until(() => honest.viewer.packets() > seen + 50);
    expect(again.viewer.packets()).toBe(0);
    expect(await node.play({ session: again.session })).toEqual({});
    await again.viewer.firstDecodableFrame;
    await vi.waitFor(() => expect(events.of('paused', again.session)).toHaveLength(2), WAIT);

    const later = await stage.watch('room_metered', { grant, reports: true });
    await events.wait('paused', later.session);
    await node.play({ session: later.session });
    await later.viewer.firstDecodableFrame;
    await vi.waitFor(async () => {
      expect((await trafficOf(later))?.receiverReports).toBeGreaterThan(8);
    }, WAIT_FOR_REPORTS);
    expect(events.of('paused', honest.session)).toEqual([]);
    expect(events.of('paused', later.session)).toHaveLength(1);
  });
}

const WAIT_FOR_REPORTS = { timeout: 12_000, interval: 500 };
