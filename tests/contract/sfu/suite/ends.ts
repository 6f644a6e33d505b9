import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { RtpParameters } from '../../../../sfu/contract.ts';
import type { StageViewer } from '../../../support/media/rtp-stage.ts';
import {
  closedPublisher,
  expectCode,
  type Open,
  receivesMore,
  SILENT_AFTER_MS,
  TOP,
  until,
  watchRequest,
} from './harness.ts';

export function describeRefusals(open: Open): void {
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
    // Closing an unknown session is no error.
    await node.closeSession({ session });
    await node.closeRoom({ room: 'unknown' });
  });

  it('refuses a second session with the same id and keeps the first', async () => {
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

  it('refuses malformed media parameters and keeps working', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    const { grant, rtpCapabilities } = watchRequest(stage);
    const watch = (change: object) => node.watch({ session: randomUUID(), grant, rtpCapabilities, ...change });
    // What a client can send despite the types.
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
}

export function describeCapacity(open: Open, workers: number): void {
  it('answers node_full at capacity and keeps the others', async () => {
    const { stage } = await open({ consumersPerWorkerMax: 4 });
    await using _ = stage;
    await stage.publish('room_full');
    const admitted: StageViewer[] = [];
    // Two sessions fill a worker; a worker that feeds another one by a pipe carries one fewer.
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

export function describeEnds(open: Open, workers: number): void {
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
    // A few packets may be in flight; a quarter of a second would bring more.
    expect(viewer.packets() - packets).toBeLessThan(30);
    expect(stage.events.of('sessionClosed', session).map(({ reason }) => reason)).toEqual(['closed']);
    await receivesMore(other);
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

  it('closes a room with all its sessions, and a room ends with its last session', async () => {
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

  it('notifies all sessions of a worker that dies and serves new ones', async () => {
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

  it('notifies all sessions of a node that shuts down, and refuses everything afterwards', async () => {
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
