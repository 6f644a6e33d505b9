import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  type RtpParameters,
  type SfuErrorCode,
  type SfuNode,
  type Viewport,
  WATCH_SESSIONS_PER_PERSON_MAX,
} from '../../../sfu/contract.ts';
import { RtpPublisher } from '../../support/media/rtp-publisher.ts';
import { srtpProfiles } from '../../support/media/rtp-srtp.ts';
import { RtpStage, type StageViewer } from '../../support/media/rtp-stage.ts';
import { RtpViewer, rtpViewerCapabilities } from '../../support/media/rtp-viewer.ts';

/**
 * What `sfu/contract.ts` promises, on real media over real workers. It runs on a node in this process and, unchanged, on one that is
 * reached over the control API.
 */
export interface SfuHarness {
  name: string;
  /** Workers of the node; one unless told. */
  workers?: number;
  create(options?: SfuHarnessOptions): Promise<SfuHarnessNode>;
}

export interface SfuHarnessNode {
  /** Closing it closes whatever the harness started. */
  node: SfuNode;
  killWorkers(): unknown;
  /** Ends the node itself, as its operator does, wherever it is. */
  shutDown(): Promise<void>;
}

export interface SfuHarnessOptions {
  leaseMs?: number;
  connectWithinMs?: number;
  consumersPerWorkerMax?: number;
  layerLoweringDelayMs?: number;
}

const SILENT_AFTER_MS = 250;
const TOP: Viewport = { width: 1280, height: 720 };
const MIDDLE: Viewport = { width: 640, height: 360 };
const SMALL: Viewport = { width: 200, height: 112 };

export function describeSfuNode(harness: SfuHarness): void {
  const open = async (options?: SfuHarnessOptions) => {
    const { node, ...rest } = await harness.create(options);
    return { stage: new RtpStage(node), ...rest };
  };
  // Each test has a node of its own and mostly waits.
  describe.concurrent(`${harness.name}: media`, () => describeMedia(open));
  describe.concurrent(`${harness.name}: traffic`, { timeout: 30_000 }, () => describeTraffic(open));
  describe.concurrent(`${harness.name}: stage`, () => describeStage(open));
  describe.concurrent(`${harness.name}: layers`, () => describeLayers(open));
  describe.concurrent(`${harness.name}: grants and leases`, () => describeGrants(open));
  describe.concurrent(`${harness.name}: people`, () => describePeople(open));
  const workers = harness.workers ?? 1;
  describe.concurrent(`${harness.name}: refusals`, () => describeRefusals(open, workers));
  describe.concurrent(`${harness.name}: ends`, () => describeEnds(open, workers));
}

type Open = (options?: SfuHarnessOptions) => Promise<{ stage: RtpStage } & Omit<SfuHarnessNode, 'node'>>;

function describeMedia(open: Open): void {
  it('gives a viewer sound and a decodable picture with no message after the join', async () => {
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
  });

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

function describeTraffic(open: Open): void {
  it('counts the video of each side and what comes back from the viewer, and stops when one side does', async () => {
    const { stage } = await open();
    await using _ = stage;
    const publisher = await stage.publish('room_traffic');
    const viewer = await stage.watch('room_traffic', { reports: true });
    await viewer.viewer.firstDecodableFrame;
    const count = async () => {
      const counted = await stage.node.traffic({ sessions: [publisher.session, viewer.session, randomUUID()] });
      expect(counted.map(({ session }) => session)).toEqual([publisher.session, viewer.session]);
      return counted;
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
    const [counted] = await node.traffic({ sessions: [silent.session] });
    expect(counted).toMatchObject({ receiverReports: 0, paused: true });
    const adopted = { session: silent.session, room: 'room_metered', identity: 'fan', epoch: 1 };
    expect((await node.adopt(adopted)).paused).toBe(true);

    // A new session earns nothing: it begins paused, and is paused again where nothing is reported.
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
      const [traffic] = await node.traffic({ sessions: [later.session] });
      expect(traffic?.receiverReports).toBeGreaterThan(8);
    }, WAIT_FOR_REPORTS);
    expect(events.of('paused', honest.session)).toEqual([]);
    expect(events.of('paused', later.session)).toHaveLength(1);
  });
}

const WAIT = { timeout: 15_000, interval: 200 };
const WAIT_FOR_REPORTS = { timeout: 12_000, interval: 500 };

function describeStage(open: Open): void {
  it('gives the tracks to those who came before the publisher', async () => {
    const { stage } = await open();
    await using _ = stage;
    const early = await stage.watch('room_early');
    expect(early.consumers).toEqual([]);
    await stage.publish('room_early');
    await receiveAdded(stage, early, 2);
    await early.viewer.firstDecodableFrame;
  });

  it('opens one room for many who come at once, and each gets every track once', async () => {
    const { stage } = await open();
    await using _ = stage;
    const [, ...viewers] = await Promise.all([
      stage.publish('room_rush'),
      ...Array.from({ length: 20 }, () => stage.watch('room_rush')),
    ]);
    expect((await stage.node.stats()).rooms).toBe(1);
    for (const viewer of viewers) await receiveAdded(stage, viewer, 2 - viewer.consumers.length);
    await Promise.all(viewers.map(({ viewer }) => viewer.firstDecodableFrame));
    expect((await stage.node.stats()).consumers).toBe(40);
  });

  it('takes a track off stage and replaces one of the same source', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { session, cameraId, microphoneId } = await stage.publish('room_tracks');
    const watcher = await stage.watch('room_tracks');
    const consumerOf = (producerId: string) =>
      watcher.consumers.find((consumer) => consumer.producerId === producerId)?.id;

    await stage.node.unproduce({ session, producerId: microphoneId });
    const removed = await stage.events.wait('consumersRemoved', watcher.session);
    expect(removed.consumerIds).toEqual([consumerOf(microphoneId)]);

    const { producerId } = await stage.produceCamera(session, closedPublisher());
    await stage.events.wait(
      'consumersAdded',
      watcher.session,
      ({ consumers }) => consumers[0]?.producerId === producerId,
    );
    const told = stage.events.all.filter(
      ({ type, session: to }) => to === watcher.session && type.startsWith('consumers'),
    );
    expect(told.map(({ type }) => type)).toEqual(['consumersRemoved', 'consumersRemoved', 'consumersAdded']);
    expect(told[1]).toMatchObject({ consumerIds: [consumerOf(cameraId)] });
    expect((await stage.node.stats()).producers).toBe(1);
  });

  it('lets a new publisher take the stage over', async () => {
    const { stage } = await open();
    await using _ = stage;
    const first = await stage.publish('room_takeover');
    const watcher = await stage.watch('room_takeover');
    await watcher.viewer.firstDecodableFrame;

    const second = await stage.publish('room_takeover');
    expect((await stage.events.wait('sessionClosed', first.session)).reason).toBe('replaced');
    const removed = await stage.events.wait('consumersRemoved', watcher.session);
    expect(new Set(removed.consumerIds)).toEqual(new Set(watcher.consumers.map(({ id }) => id)));
    const added = await receiveAdded(stage, watcher, 2);
    expect(new Set(added.map(({ producerId }) => producerId))).toEqual(new Set([second.cameraId, second.microphoneId]));
    await until(() => added.every(({ id }) => packetsOf(watcher, id) > 0));
    await expectCode(stage.node.unproduce({ session: first.session, producerId: first.cameraId }), 'session_not_found');
  });

  it('refuses a publisher who took the stage earlier than the one on it, in whatever order they come', async () => {
    const { stage } = await open();
    await using _ = stage;
    const grant = stage.grant('room_fence', { publish: true });
    const publish = async (fence: number) => {
      const session = randomUUID();
      await stage.node.publish({ session, grant, fence });
      return session;
    };
    const first = await publish(1);
    const third = await publish(3);
    expect((await stage.events.wait('sessionClosed', first)).reason).toBe('replaced');
    await expectCode(publish(2), 'stage_taken');
    // The same page, which opens another session for its live.
    await publish(3);
    expect((await stage.events.wait('sessionClosed', third)).reason).toBe('replaced');
    expect(await stage.node.stats()).toMatchObject({ sessions: 1 });
  });

  it('tells viewers of a muted track and sends nothing of it', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { session, microphoneId } = await stage.publish('room_mute');
    const watcher = await stage.watch('room_mute');
    const consumerId = watcher.consumers.find(({ kind }) => kind === 'audio')?.id;
    await until(() => watcher.viewer.packets('audio') > 0);

    await stage.node.setMuted({ session, producerId: microphoneId, muted: true });
    expect(await stage.events.wait('trackMuted', watcher.session)).toMatchObject({ consumerId, muted: true });
    await until(() => watcher.viewer.silenceMs('audio') > SILENT_AFTER_MS);
    expect(watcher.viewer.silenceMs('video')).toBeLessThan(SILENT_AFTER_MS);
    const late = await stage.watch('room_mute');
    expect(late.consumers.find(({ kind }) => kind === 'audio')?.muted).toBe(true);

    await stage.node.setMuted({ session, producerId: microphoneId, muted: false });
    await stage.events.wait('trackMuted', late.session, ({ muted }) => !muted);
    await until(() => late.viewer.packets('audio') > 0);
  });
}

function describeLayers(open: Open): void {
  it('has the publisher make key frames for viewers whose PLI would go unheard', async () => {
    const { stage } = await open();
    await using _ = stage;
    // A publisher that never heeds a second PLI: only the hint helps those who come later.
    const { session, cameraId } = await stage.publish('room_keys', { pliPauseMs: 60_000, obeys: ['keyFrameWanted'] });
    const first = await stage.watch('room_keys');
    await first.viewer.firstDecodableFrame;
    const wanted = () => stage.events.of('keyFrameWanted', session);
    // They come one upon another, so that one of them finds the last PLI neither too young nor too old to matter.
    for (let viewers = 0; wanted().length === 0 && viewers < 50; viewers++) await stage.watch('room_keys');
    const last = await stage.watch('room_keys');
    await until(() => wanted().length > 0);
    await Promise.race([last.viewer.firstDecodableFrame, until(() => wanted().length > 1)]);
    expect(wanted().length).toBeGreaterThan(0);
    expect(wanted().every(({ producerId }) => producerId === cameraId)).toBe(true);
    expect(wanted().length).toBeLessThan(10);
  });

  it('sends the layer that fits the viewport', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_viewport');
    const watcher = await stage.watch('room_viewport', { viewport: SMALL, openAll: true });
    await until(() => currentLayer(watcher) === 0);
    await stage.node.setViewport({ session: watcher.session, viewport: TOP });
    await until(() => currentLayer(watcher) === 2);
    await stage.node.setViewport({ session: watcher.session, viewport: MIDDLE });
    await until(() => currentLayer(watcher) === 1);
  });

  it('lets the publisher stop a layer only when nobody is on it any more, whatever they prefer', async () => {
    const { stage } = await open({ layerLoweringDelayMs: 100 });
    await using _ = stage;
    const { session, publisher } = await stage.publish('room_still_high', { obeys: ['layersWanted'] });
    const watcher = await stage.watch('room_still_high', { viewport: TOP, openAll: true });
    await until(() => currentLayer(watcher) === 2);
    // From here on the worker cannot change layers until a key frame comes by itself; one may be on its way.
    publisher.pliPauseMs = Number.POSITIVE_INFINITY;
    const reached = watcher.viewer.packets('video');
    await until(() => watcher.viewer.packets('video') > reached + 50);
    // On a busy machine the publisher was told to rest before anybody watched.
    const before = stage.events.of('layersWanted', session).length;
    await stage.node.setViewport({ session: watcher.session, viewport: SMALL });
    const packets = watcher.viewer.packets('video');
    await until(() => watcher.viewer.packets('video') > packets + 200);
    expect(stage.events.of('layersWanted', session).slice(before)).toEqual([]);
    publisher.makeKeyFrame();
    await until(() => currentLayer(watcher) === 0);
    await stage.events.wait('layersWanted', session, ({ maxSpatialLayer }) => maxSpatialLayer === 0);
  });

  it('measures the viewport by the size of the source', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { session, publisher } = await stage.publish('room_screen');
    const { producerId } = await stage.node.produce({
      session,
      kind: 'video',
      source: 'screen',
      rtpParameters: { ...closedPublisher().videoRtpParameters, mid: '2' },
      sourceSize: { width: 2560, height: 1440 },
    });
    await stage.watch('room_screen', { viewport: MIDDLE });
    const told = await stage.events.wait('layersWanted', session, (event) => event.producerId === producerId);
    expect(told.maxSpatialLayer).toBe(0);
    publisher.setMaxLayer(0);
  });

  it('tells the publisher which layers are watched: more at once, less after a while, none when nobody is there', async () => {
    const { stage } = await open({ layerLoweringDelayMs: 300 });
    await using _ = stage;
    const { session, cameraId } = await stage.publish('room_wanted', { obeys: ['layersWanted'] });
    const told = () => stage.events.of('layersWanted', session).map(({ maxSpatialLayer }) => maxSpatialLayer);

    await until(() => told().at(-1) === -1);
    await stage.node.setAudience({ room: 'room_wanted', people: 3 });
    expect(told()).toEqual([-1, 0]);

    const small = await stage.watch('room_wanted', { viewport: SMALL, openAll: true });
    const middle = await stage.watch('room_wanted', { viewport: MIDDLE });
    expect(told()).toEqual([-1, 0, 1]);
    await small.viewer.firstDecodableFrame;
    await stage.node.setViewport({ session: small.session, viewport: TOP });
    expect(told()).toEqual([-1, 0, 1, 2]);
    await until(() => currentLayer(small) === 2);

    // A short glance away is no reason to stop a layer.
    await stage.node.setViewport({ session: small.session, viewport: SMALL });
    await stage.node.setViewport({ session: small.session, viewport: TOP });
    await stage.node.closeSession({ session: small.session });
    await until(() => told().at(-1) === 1);
    await stage.node.closeSession({ session: middle.session });
    await until(() => told().at(-1) === 0);
    await stage.node.setAudience({ room: 'room_wanted', people: 0 });
    await until(() => told().at(-1) === -1);
    expect(told()).toEqual([-1, 0, 1, 2, 1, 0, -1]);
    expect(stage.events.of('layersWanted', session).every(({ producerId }) => producerId === cameraId)).toBe(true);
  });
}

function describeGrants(open: Open): void {
  it('makes no consumer without the right to subscribe and no publisher without the right to publish', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_rights');
    await expectCode(stage.watch('room_rights', { grant: { subscribe: false } }), 'not_entitled');
    await expectCode(stage.watch('room_rights', { grant: { room: '' } }), 'not_entitled');
    await expectCode(stage.watch('room_rights', { grant: { identity: '' } }), 'not_entitled');
    await expectCode(stage.watch('room_rights', { grant: { until: Date.now() - 1 } }), 'not_entitled');
    const fan = stage.grant('room_rights', { publish: false });
    await expectCode(stage.node.publish({ session: randomUUID(), grant: fan }), 'publish_not_allowed');
    expect(await stage.node.stats()).toMatchObject({ sessions: 1, consumers: 0 });
  });

  it('gives a viewer nothing of another room', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_one');
    const { consumers, session } = await stage.watch('room_two');
    expect(consumers).toEqual([]);
    expect(stage.events.of('consumersAdded', session)).toEqual([]);
  });

  it('lets a session outlast its first grant when that is extended, and revives none that ran out', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_extended');
    const untilMs = Date.now() + 1_500;
    const kept = await stage.watch('room_extended', { grant: { until: untilMs } });
    const left = await stage.watch('room_extended', { grant: { until: untilMs } });
    await kept.viewer.firstDecodableFrame;
    await stage.node.updateGrant({ session: kept.session, until: untilMs + 60_000 });
    expect((await stage.events.wait('sessionClosed', left.session)).reason).toBe('grant_expired');
    const packets = kept.viewer.packets('video');
    await until(() => kept.viewer.packets('video') > packets);
    await expectCode(stage.node.updateGrant({ session: left.session, until: untilMs + 60_000 }), 'session_not_found');
    await expectCode(stage.node.updateGrant({ session: randomUUID(), until: untilMs }), 'session_not_found');
    await stage.node.updateGrant({ session: kept.session, until: Date.now() - 1 });
    expect((await stage.events.wait('sessionClosed', kept.session)).reason).toBe('grant_expired');
  });

  it('closes a session when its grant runs out', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_until');
    const { session, viewer } = await stage.watch('room_until', { grant: { until: Date.now() + 700 } });
    await viewer.firstDecodableFrame;
    expect((await stage.events.wait('sessionClosed', session)).reason).toBe('grant_expired');
    await until(() => viewer.silenceMs() > SILENT_AFTER_MS);
    await expectCode(stage.node.setViewport({ session, viewport: SMALL }), 'session_not_found');
  });

  it('closes what does not connect in time, whoever is to send over it', async () => {
    const { stage } = await open({ connectWithinMs: 500 });
    await using _ = stage;
    const kept = [await stage.publish('room_connect'), await stage.watch('room_connect')];
    const watching = randomUUID();
    await stage.node.watch({ session: watching, ...watchRequest(stage), grant: stage.grant('room_connect') });
    const publishing = randomUUID();
    await stage.node.publish({ session: publishing, grant: stage.grant('room_connect_2', { publish: true }) });
    for (const session of [watching, publishing])
      expect((await stage.events.wait('sessionClosed', session)).reason).toBe('connect_timeout');
    expect((await stage.node.renew({ sessions: kept.map(({ session }) => session) })).lost).toEqual([]);
  });

  it('keeps sessions that are renewed and closes those that are not', async () => {
    const { stage } = await open({ leaseMs: 600 });
    await using _ = stage;
    const kept = await stage.publish('room_lease');
    const left = await stage.watch('room_lease');
    const renewing = setInterval(() => void stage.node.renew({ sessions: [kept.session] }), 100);
    expect((await stage.events.wait('sessionClosed', left.session)).reason).toBe('lease_expired');
    const { lost } = await stage.node.renew({ sessions: [kept.session, left.session, 'unknown'] });
    clearInterval(renewing);
    expect(lost).toEqual([left.session, 'unknown']);
    expect((await stage.events.wait('sessionClosed', kept.session)).reason).toBe('lease_expired');
    expect(await stage.node.stats()).toMatchObject({ rooms: 0, sessions: 0 });
  });
}

function describePeople(open: Open): void {
  it('gives a session to the gateway of the person whose it is, and to no other', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    const { session } = await stage.watch('room_adopted', { grant: { identity: 'fan' } });
    const { session: publisher } = await stage.publish('room_adopted');
    expect(await node.adopt({ session, room: 'room_adopted', identity: 'fan' })).toMatchObject({ publish: false });
    await expectCode(node.adopt({ session, room: 'room_adopted', identity: 'other' }), 'session_not_found');
    await expectCode(node.adopt({ session, room: 'room_other', identity: 'fan' }), 'session_not_found');
    await expectCode(node.adopt({ session: publisher, room: 'room_adopted', identity: 'fan' }), 'session_not_found');
    await expectCode(node.adopt({ session: 'unknown', room: 'room_adopted', identity: 'fan' }), 'session_not_found');
  });

  it('lets the gateway that a person has left neither renew nor close their session, and says so', async () => {
    const { stage } = await open({ leaseMs: 1_500 });
    await using _ = stage;
    const { node, events } = stage;
    const { session } = await stage.watch('room_owner', { grant: { identity: 'fan' } });
    const theirs = { session, room: 'room_owner', identity: 'fan' };
    expect(await node.adopt({ ...theirs, epoch: 1 })).toMatchObject({ epoch: 1 });
    expect(events.of('adopted')).toEqual([]);
    expect(await node.adopt(theirs)).toMatchObject({ epoch: 2 });
    await events.wait('adopted', session);

    // What the earlier gateway still says of it counts for nothing.
    expect(await node.renew({ sessions: [session] })).toEqual({ lost: [], adopted: [session] });
    await expectCode(node.closeSession({ session }), 'not_owner');
    expect(await node.renew({ sessions: [session], epochs: { [session]: 2 } })).toEqual({ lost: [], adopted: [] });
    const renewing = setInterval(() => void node.renew({ sessions: [session] }), 100);
    expect((await events.wait('sessionClosed', session)).reason).toBe('lease_expired');
    clearInterval(renewing);
  });

  it('says to whoever takes a session over what it receives at that moment', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    const { session, consumers } = await stage.watch('room_resumed', { grant: { identity: 'fan' } });
    expect(consumers).toEqual([]);
    await stage.publish('room_resumed');
    const added = await stage.events.wait('consumersAdded', session);
    await vi.waitFor(async () => {
      const adopted = await node.adopt({ session, room: 'room_resumed', identity: 'fan' });
      expect(adopted.consumers.map(({ kind }) => kind).toSorted()).toEqual(['audio', 'video']);
      expect(adopted.consumers).toContainEqual(added.consumers[0]);
    });
  });

  it('says whether anybody is in a room', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    expect(await node.isOpen({ room: 'room_open' })).toEqual({ open: false });
    const { session } = await stage.watch('room_open');
    expect(await node.isOpen({ room: 'room_open' })).toEqual({ open: true });
    await node.closeSession({ session });
    expect(await node.isOpen({ room: 'room_open' })).toEqual({ open: false });
  });

  it('closes all that a person has in a room, and what they are opening', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_person');
    const grant = { identity: 'fan' };
    const theirs = [await stage.watch('room_person', { grant }), await stage.watch('room_person', { grant })];
    const other = await stage.watch('room_person', { grant: { identity: 'other' } });
    const elsewhere = await stage.watch('room_person_2', { grant });
    const opening = stage.node.watch({
      session: randomUUID(),
      ...watchRequest(stage),
      grant: stage.grant('room_person', grant),
    });
    const refused = expectCode(opening, 'session_not_found');
    await stage.node.closePerson({ room: 'room_person', identity: 'fan' });
    await refused;
    const closed = stage.events.of('sessionClosed');
    expect(new Set(closed.map(({ session }) => session))).toEqual(new Set(theirs.map(({ session }) => session)));
    const { lost } = await stage.node.renew({ sessions: [other.session, elsewhere.session] });
    expect(lost).toEqual([]);
  });

  it('lets a person watch a room so often at once and no more, in place of what is not connected', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_often');
    const grant = { identity: 'fan' };
    const watch = () =>
      stage.node.watch({ session: randomUUID(), ...watchRequest(stage), grant: stage.grant('room_often', grant) });
    // A socket that asks for many at once, and connects none of them.
    const rush = await Promise.allSettled(Array.from({ length: 20 }, watch));
    expect(rush.filter(({ status }) => status === 'fulfilled')).toHaveLength(WATCH_SESSIONS_PER_PERSON_MAX);
    await watch();
    expect(stage.events.of('sessionClosed').map(({ reason }) => reason)).toEqual(['replaced']);

    const connected = [];
    for (let i = 0; i < WATCH_SESSIONS_PER_PERSON_MAX; i++) {
      const viewer = await stage.watch('room_often', { grant });
      await stage.events.wait('transportState', viewer.session, ({ state }) => state === 'connected');
      connected.push(viewer.session);
    }
    await expectCode(watch(), 'too_many_sessions');
    const others = [
      await stage.watch('room_often', { grant: { identity: 'other' } }),
      await stage.watch('room_often_2', { grant }),
    ];
    await stage.node.closeSession({ session: connected[0] ?? '' });
    const last = await watch();
    expect(last.consumers).not.toEqual([]);
    const { lost } = await stage.node.renew({ sessions: [...connected, ...others.map(({ session }) => session)] });
    expect(lost).toEqual([connected[0]]);
  });

  it('counts what flows between a room and one person', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { session: publisher } = await stage.publish('room_counted');
    const { session, viewer } = await stage.watch('room_counted', { grant: { identity: 'fan' } });
    await stage.watch('room_counted');
    await viewer.firstDecodableFrame;
    await vi.waitFor(async () => {
      const counted = await stage.node.roomTraffic({ room: 'room_counted', identity: 'fan' });
      expect(counted.map((it) => [it.session, it.publish]).sort()).toEqual(
        [
          [publisher, true],
          [session, false],
        ].sort(),
      );
      expect(counted.every((it) => it.videoReceivedBytes + it.videoSentBytes > 0)).toBe(true);
    }, WAIT);
    expect(await stage.node.roomTraffic({ room: 'room_unknown', identity: 'fan' })).toEqual([]);
  });
}

function describeRefusals(open: Open, workers: number): void {
  it('answers unknown sessions with session_not_found', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    const session = 'unknown';
    const { dtlsParameters, videoRtpParameters: rtpParameters } = closedPublisher();
    await expectCode(node.connect({ session, dtlsParameters }), 'session_not_found');
    await expectCode(node.restartIce({ session }), 'session_not_found');
    await expectCode(node.produce({ session, kind: 'video', source: 'camera', rtpParameters }), 'session_not_found');
    await expectCode(node.unproduce({ session, producerId: 'p' }), 'session_not_found');
    await expectCode(node.setMuted({ session, producerId: 'p', muted: true }), 'session_not_found');
    await expectCode(node.setViewport({ session, viewport: TOP }), 'session_not_found');
    await expectCode(node.sessionStats({ session }), 'session_not_found');
    // Closing what is not there is no error.
    await node.closeSession({ session });
    await node.closeRoom({ room: 'unknown' });
  });

  it('refuses a second session of the same name and leaves the first alone', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { rtpCapabilities, grant } = watchRequest(stage);
    const attempts = ['same', 'same'].map((session) => stage.node.watch({ session, grant, rtpCapabilities }));
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expectCode(stage.node.watch({ session: 'same', grant, rtpCapabilities }), 'session_exists');
    await stage.node.restartIce({ session: 'same' });
  });

  it('lets a viewer neither publish nor touch the tracks', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { cameraId: producerId, session: publisher } = await stage.publish('room_viewer');
    const { session } = await stage.watch('room_viewer', { grant: { publish: true } });
    const { videoRtpParameters: rtpParameters } = closedPublisher();
    await expectCode(
      stage.node.produce({ session, kind: 'video', source: 'camera', rtpParameters }),
      'publish_not_allowed',
    );
    await expectCode(stage.node.unproduce({ session, producerId }), 'publish_not_allowed');
    await expectCode(stage.node.setMuted({ session, producerId, muted: true }), 'publish_not_allowed');
    await expectCode(stage.node.setViewport({ session: publisher, viewport: TOP }), 'not_entitled');
    await expectCode(stage.node.unproduce({ session: publisher, producerId: 'unknown' }), 'producer_not_found');
    await expectCode(
      stage.node.setMuted({ session: publisher, producerId: 'unknown', muted: true }),
      'producer_not_found',
    );
  });

  it('refuses malformed media parameters and stays well', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    const { grant, rtpCapabilities } = watchRequest(stage);
    const watch = (change: object) => node.watch({ session: randomUUID(), grant, rtpCapabilities, ...change });
    // What a client can put on the wire whatever the types say.
    const wrong = <T>(value: unknown) => value as T;
    await expectCode(watch({ rtpCapabilities: {} }), 'invalid_media_parameters');
    await expectCode(watch({ rtpCapabilities: wrong(null) }), 'invalid_media_parameters');
    await expectCode(watch({ rtpCapabilities: { codecs: Array(1_000).fill({}) } }), 'invalid_media_parameters');
    await expectCode(
      watch({ rtpCapabilities: { codecs: [{ kind: 'video', mimeType: 'video/AV9' }] } }),
      'cannot_consume',
    );
    await expectCode(watch({ viewport: { width: -1, height: 5 } }), 'invalid_media_parameters');
    await expectCode(watch({ viewport: { width: Number.NaN, height: 5 } }), 'invalid_media_parameters');
    await expectCode(watch({ dtlsParameters: { fingerprints: [] } }), 'invalid_media_parameters');
    const forged = [{ algorithm: 'sha-9', value: 'x' }];
    await expectCode(watch({ dtlsParameters: { fingerprints: forged } }), 'invalid_media_parameters');
    expect(await node.stats()).toMatchObject({ rooms: 0, sessions: 0 });

    const { session, publisher } = await stage.publish('room_malformed');
    const { videoRtpParameters: video } = closedPublisher();
    const produce = (kind: 'audio' | 'video', source: string, rtpParameters: unknown) =>
      node.produce({ session, kind, source: wrong(source), rtpParameters: wrong<RtpParameters>(rtpParameters) });
    await expectCode(produce('audio', 'camera', video), 'invalid_media_parameters');
    await expectCode(produce('video', 'hologram', video), 'invalid_media_parameters');
    await expectCode(produce('video', 'screen', null), 'invalid_media_parameters');
    await expectCode(produce('video', 'screen', { codecs: 'many' }), 'invalid_media_parameters');
    await expectCode(produce('video', 'screen', { ...video, codecs: [] }), 'invalid_media_parameters');
    // The same SSRCs a second time on one transport.
    await expectCode(
      produce('video', 'screen', { ...publisher.videoRtpParameters, mid: '2' }),
      'invalid_media_parameters',
    );
    expect((await node.stats()).producers).toBe(2);
  });

  it('answers node_full past the bound and leaves the others alone', async () => {
    const { stage } = await open({ consumersPerWorkerMax: 4 });
    await using _ = stage;
    await stage.publish('room_full');
    const admitted: StageViewer[] = [];
    // Two fill a worker; a worker that feeds another one by a pipe carries one fewer.
    const fill = async () => {
      while (admitted.length <= 2 * workers) admitted.push(await stage.watch('room_full'));
    };
    await expectCode(fill(), 'node_full');
    expect(admitted.length).toBeGreaterThan(workers);
    await Promise.all(admitted.map(({ viewer }) => viewer.firstDecodableFrame));
    await stage.node.closeSession({ session: admitted.at(-1)?.session ?? '' });
    await stage.watch('room_full');
  });
}

function describeEnds(open: Open, workers: number): void {
  it('stops the media of a closed session at once', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_close');
    const { session, viewer } = await stage.watch('room_close');
    const other = await stage.watch('room_close');
    await viewer.firstDecodableFrame;
    await stage.node.closeSession({ session });
    await stage.node.closeSession({ session });
    const packets = viewer.packets();
    await until(() => viewer.silenceMs() > SILENT_AFTER_MS);
    // What was on its way may still come: a few packets, not a quarter of a second's worth.
    expect(viewer.packets() - packets).toBeLessThan(30);
    expect(stage.events.of('sessionClosed', session).map(({ reason }) => reason)).toEqual(['closed']);
    expect(other.viewer.silenceMs()).toBeLessThan(SILENT_AFTER_MS);
  });

  it('undoes a session that is closed while it is being opened', async () => {
    const { stage } = await open();
    await using _ = stage;
    const session = randomUUID();
    const opening = stage.node.watch({ session, ...watchRequest(stage) });
    const refused = expectCode(opening, 'session_not_found');
    await stage.node.closeSession({ session });
    await refused;
    expect(await stage.node.stats()).toMatchObject({ rooms: 0, sessions: 0 });
    expect(stage.events.all).toEqual([]);
  });

  it('closes a room with everybody in it, and the room goes with its last session', async () => {
    const { stage } = await open();
    await using _ = stage;
    const sessions = [await stage.publish('room_end'), await stage.watch('room_end'), await stage.watch('room_end')];
    await stage.node.closeRoom({ room: 'room_end' });
    const closed = stage.events.of('sessionClosed');
    expect(new Set(closed.map(({ session }) => session))).toEqual(new Set(sessions.map(({ session }) => session)));
    expect(closed.every(({ reason }) => reason === 'room_closed')).toBe(true);
    expect(await stage.node.stats()).toMatchObject({ rooms: 0, sessions: 0, producers: 0, consumers: 0 });

    const { session } = await stage.watch('room_end');
    await stage.node.closeSession({ session });
    expect((await stage.node.stats()).rooms).toBe(0);
  });

  it('tells all sessions of a worker that dies and serves the next ones', async () => {
    const { stage, killWorkers } = await open();
    await using _ = stage;
    const before = [await stage.publish('room_crash'), await stage.watch('room_crash')];
    killWorkers();
    for (const { session } of before) {
      expect((await stage.events.wait('sessionClosed', session)).reason).toBe('worker_died');
    }
    await stage.publish('room_crash');
    const { viewer } = await stage.watch('room_crash');
    await viewer.firstDecodableFrame;
    expect(await stage.node.stats()).toMatchObject({ rooms: 1, sessions: 2 });
    await until(async () => (await stage.node.stats()).workers === workers);
  });

  it('tells all sessions of a node that is shut down, and refuses everything from then on', async () => {
    const { stage, shutDown } = await open();
    await using _ = stage;
    const { session } = await stage.watch('room_gone');
    await shutDown();
    expect((await stage.events.wait('sessionClosed', session)).reason).toBe('node_closed');
    await expectCode(stage.watch('room_gone'), 'node_unavailable');
    await expectCode(stage.publish('room_gone'), 'node_unavailable');
  });

  it('refuses everything once closed, and closes twice', async () => {
    const { stage } = await open();
    await using _ = stage;
    expect(stage.node.connected).toBe(true);
    await stage.node.close();
    await stage.node.close();
    expect(stage.node.connected).toBe(false);
    await expectCode(stage.watch('room_gone'), 'node_unavailable');
    await expectCode(stage.publish('room_gone'), 'node_unavailable');
  });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 15_000, interval: 20 });
}

async function expectCode(call: Promise<unknown>, code: SfuErrorCode): Promise<void> {
  await expect(call).rejects.toMatchObject({ name: 'SfuError', code });
}

/** Waits until the viewer was given so many further consumers, and has the viewer receive them. */
async function receiveAdded(stage: RtpStage, { session, viewer }: StageViewer, count: number) {
  const added = () => stage.events.of('consumersAdded', session).flatMap(({ consumers }) => consumers);
  await until(() => added().length === count);
  viewer.addConsumers(added());
  return added();
}

function packetsOf({ viewer }: StageViewer, consumerId: string): number {
  return viewer.streams.find((stream) => stream.consumerId === consumerId)?.packets ?? 0;
}

/** The simulcast layer that a viewer who opens everything is being sent. */
function currentLayer({ viewer }: StageViewer): number | undefined {
  return viewer.streams.find(({ kind }) => kind === 'video')?.layer;
}

function watchRequest(stage: RtpStage) {
  return { grant: stage.grant('room_any'), rtpCapabilities: rtpViewerCapabilities(stage.node.routerRtpCapabilities) };
}

/** Parameters of a publisher that sends nothing. */
function closedPublisher(): RtpPublisher {
  const publisher = new RtpPublisher();
  publisher.close();
  return publisher;
}
