import { createWorker } from 'mediasoup';
import { expect, it, onTestFinished, vi } from 'vitest';
import { mediaCodecs } from '../../../sfu/codecs.ts';
import { silentLog } from '../../../sfu/log.ts';
import { LocalSfuNode } from '../../../sfu/node.ts';
import { pipeTransportOptions } from '../../../sfu/pipes/pipe-listen.ts';
import { Upstream, type UpstreamLink } from '../../../sfu/pipes/upstream.ts';
import { RtpStage } from '../../support/media/rtp-stage.ts';

const ROOM = 'room_behind';
const LOOPBACK = { ip: '127.0.0.1' };

it('applies the events that come right behind the answer of a pull after its tracks', async () => {
  const node = await LocalSfuNode.create({
    workers: 1,
    listenIp: LOOPBACK.ip,
    port: 45_900,
    portRequired: false,
    pipes: { ...LOOPBACK, secret: 'a secret of the tests, long enough to be one' },
  });
  await using stage = new RtpStage(node);
  const { session: publisher, cameraId, microphoneId } = await stage.publish(ROOM);
  await node.setMuted({ session: publisher, producerId: microphoneId, muted: true });

  const link: UpstreamLink = {
    pull: async (upstream, request) => {
      const answer = await node.pull(request);
      const about = { room: ROOM, session: request.session };
      // When the answer has been handled, and before the worker of the pulling node can answer.
      setImmediate(() => {
        upstream.handleEvent({ ...about, type: 'pipedTrackMuted', producerId: microphoneId, muted: false });
        upstream.handleEvent({ ...about, type: 'tracksUnpiped', producerIds: [cameraId], lost: false });
      });
      return answer;
    },
    wantLayer: () => {},
    wantKeyFrame: () => {},
    release: () => {},
  };
  const worker = await createWorker({ logLevel: 'error' });
  onTestFinished(() => worker.close());
  const router = await worker.createRouter({ mediaCodecs });
  const upstream = new Upstream({
    room: {
      name: ROOM,
      routerForStage: () => ({
        createPipeTransport: () => router.createPipeTransport(pipeTransportOptions(LOOPBACK)),
        pin: () => {},
        unpin: () => {},
      }),
      handleTrackAdded: () => {},
      handleTracksRemoved: () => {},
      handleTrackMuted: () => {},
      handleSentLayerChanged: () => {},
    },
    node: 'sfu_edge',
    source: { node: node.id, url: 'wss://127.0.0.1:1' },
    link: () => link,
    log: silentLog,
    loweringDelayMs: 200,
  });
  upstream.start();
  await upstream.known;
  await vi.waitFor(() =>
    expect(upstream.tracks.map(({ id, muted, producer }) => [id, muted, producer.paused])).toEqual([
      [microphoneId, false, false],
    ]),
  );
  upstream.close();
});
