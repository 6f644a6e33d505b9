import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../../server/protocol/errors.ts';
import type { Connection } from '../../connection/connection.ts';
import { fromWire, LogeError } from '../../errors.ts';
import { STAGE } from '../../limits.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { Publisher } from './publisher.ts';
import { UPLINK } from './uplink-layers.ts';

type Produce = (event: unknown, callback: (answer: { id: string }) => void, errback: () => void) => void;
type Request = { name: string; input: Record<string, unknown> };

const RIDS = ['r0', 'r1', 'r2'];

/** A transport that announces its tracks to the server, like mediasoup-client. */
class FakeTransport {
  connectionState = 'connected';
  readonly close = vi.fn();
  /** Whether each track began switched on. */
  readonly began: boolean[] = [];
  /** Layers that the uplink carries. */
  carried = 3;
  #produce: Produce | undefined;

  on(name: string, handle: Produce): void {
    if (name === 'produce') this.#produce = handle;
  }

  async produce({ track, encodings, appData }: { track: MediaStreamTrack; encodings?: object[]; appData: unknown }) {
    const { id } = await new Promise<{ id: string }>((resolve, reject) =>
      this.#produce?.({ kind: track.kind, rtpParameters: {}, appData }, resolve, reject),
    );
    this.began.push(!encodings?.some((encoding) => 'active' in encoding && encoding.active === false));
    const stats = () =>
      RIDS.map((rid, layer) => [
        rid,
        { type: 'outbound-rtp', rid, active: true, targetBitrate: layer < this.carried ? 1 : 0 },
      ]);
    const rtpSender = {
      getParameters: () => ({ encodings: RIDS.map((rid) => ({ rid })) }),
      setParameters: async () => {},
      getStats: async () => new Map(stats() as never),
    };
    const rtpParameters = { encodings: track.kind === 'video' ? RIDS.map((rid) => ({ rid })) : [] };
    const { kind } = track;
    const producer = { id, kind, rtpSender, rtpParameters, closed: false, setMaxSpatialLayer: async () => {} };
    return { ...producer, close: vi.fn() };
  }
}

function open({ keepsSpares = false } = {}) {
  const requests: Request[] = [];
  const transports: FakeTransport[] = [];
  const refused = new Map<string, string>();
  const request = async (name: string, input: Record<string, unknown>) => {
    if (connection.state !== 'connected') throw new LogeError('connection_failed');
    requests.push({ name, input });
    const code = refused.get(`${name} ${input.session ?? ''}`.trim());
    if (code) throw fromWire(new AppError(code as 'session_not_found').toWire());
    if (name === 'stage:publish' || name === 'stage:preparePublish')
      return { session: `session_${transports.length + 1}`, transport: {} };
    if (name === 'stage:takeStage') return { producerIds: (input.tracks as unknown[]).map((_, i) => `on_stage_${i}`) };
    return { producerId: `${input.session}_${input.source}` };
  };
  const connection = { state: 'connected', request, requestReliably: request };
  const engine = {
    keepsSpares,
    ready: async () => ({ canProduce: () => true, sendRtpCapabilities: {} }),
    dtlsParameters: async () => undefined,
    createTransport: async () => {
      const transport = new FakeTransport();
      transports.push(transport);
      return transport;
    },
  };
  const onEnded = vi.fn();
  const publisher = new Publisher({
    // Only the members that the publisher uses.
    connection: connection as unknown as Pick<Connection, 'request' | 'requestReliably' | 'state'>,
    engine: engine as unknown as MediaEngine,
    log: () => {},
    handlers: { onEnded, onLayers: vi.fn() },
  });
  const requestsOf = (name: string) => requests.filter((each) => each.name === name).map(({ input }) => input);
  return { publisher, connection, transports, refused, requests, requestsOf, onEnded };
}

function trackOf(source: 'camera' | 'microphone') {
  const kind = source === 'camera' ? 'video' : 'audio';
  const track = { id: source, kind, contentHint: '', getSettings: () => ({}) } as unknown as MediaStreamTrack;
  return { source, track, muted: false };
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

it('removes a track also from the old session after a move', async () => {
  const { publisher, refused, requestsOf } = open();
  // The old session may have ended on the server already.
  refused.set('stage:unproduce session_1', 'session_not_found');
  await publisher.publish([trackOf('microphone')]);
  publisher.handleMoveWanted({ session: 'session_1' as never });
  await vi.waitFor(() => expect(publisher.session).toBe('session_2'));
  await publisher.remove('microphone');
  expect(requestsOf('stage:unproduce')).toEqual([
    { session: 'session_1', producerId: 'session_1_microphone' },
    { session: 'session_2', producerId: 'session_2_microphone' },
  ]);
  publisher.close();
});

it('sends a track that is added after its spare has taken over', async () => {
  const { publisher, transports } = open({ keepsSpares: true });
  await publisher.publish([trackOf('camera')]);
  await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
  await vi.waitFor(() => expect(transports[1]?.began).toEqual([false]));
  publisher.handleTakenOver({ session: 'session_1', by: 'session_2' });
  await publisher.put(trackOf('microphone'));
  expect(transports[1]?.began).toEqual([false, true]);
  publisher.close();
});

it('keeps sending while the socket is away, and then tells of a track that was added meanwhile', async () => {
  const { publisher, connection, transports, requestsOf } = open();
  await publisher.publish([trackOf('camera')]);
  connection.state = 'reconnecting';
  publisher.handleConnectionLost();
  await publisher.put(trackOf('microphone'));
  expect(transports.map(({ close }) => close.mock.calls.length)).toEqual([0]);
  connection.state = 'connected';
  await publisher.handleReconnected(1_000);
  await vi.waitFor(() => expect(requestsOf('stage:produce').map(({ source }) => source)).toContain('microphone'));
  expect(publisher.session).toBe('session_1');
  publisher.close();
});

it.each([
  ['live_over', 'ended'],
  ['live_interrupted', 'interrupted'],
  ['live_replaced', 'replaced'],
])('after 40 seconds without a socket, %s says that the live has %s', async (code, reason) => {
  for (const isSessionKept of [true, false]) {
    const { publisher, connection, refused, onEnded } = open();
    await publisher.publish([trackOf('camera')]);
    connection.state = 'reconnecting';
    publisher.handleConnectionLost();
    if (!isSessionKept) publisher.handleSessionClosed({ session: 'session_1' as never, reason: 'worker_died' });
    connection.state = 'connected';
    refused.set('stage:resume session_1', code);
    refused.set('stage:publish', code);
    const reconnected = publisher.handleReconnected(40_000);
    await vi.advanceTimersByTimeAsync(STAGE.rejoinBackoffMs.at(-1) ?? 0);
    await reconnected;
    expect(onEnded.mock.calls.map(([ended]) => ended)).toEqual([reason]);
  }
});

it('ends a live whose media does not get through after it was restored', async () => {
  const { publisher, onEnded, requestsOf } = open();
  await publisher.publish([trackOf('camera')]);
  for (const session of ['session_1', 'session_2']) {
    await vi.waitFor(() => expect(publisher.session).toBe(session));
    expect(onEnded).not.toHaveBeenCalled();
    publisher.handleSessionClosed({ session, reason: 'connect_timeout' });
    await vi.advanceTimersByTimeAsync(Math.max(...STAGE.rejoinBackoffMs));
  }
  expect(onEnded).toHaveBeenCalledExactlyOnceWith('lost', expect.objectContaining({ code: 'media_unreachable' }));
  expect(requestsOf('stage:endLive')).toHaveLength(1);
});

it('tells which layers it sends once the socket is back', async () => {
  const { publisher, connection, transports, requestsOf } = open();
  await publisher.publish([trackOf('camera')]);
  const sent = () => requestsOf('stage:sentLayers').map(({ maxSpatialLayer }) => maxSpatialLayer);
  await vi.advanceTimersByTimeAsync(2 * UPLINK.checkMs);
  Object.assign(transports[0] ?? {}, { carried: 1 });
  connection.state = 'reconnecting';
  publisher.handleConnectionLost();
  await vi.advanceTimersByTimeAsync(UPLINK.settleMs);
  expect(sent()).toEqual([]);
  connection.state = 'connected';
  await publisher.handleReconnected(1_000);
  await vi.waitFor(() => expect(sent()).toEqual([0]));
  publisher.close();
});

it('goes live over what it has prepared, and without that where the server no longer has it', async () => {
  const { publisher, transports, refused, requests, requestsOf } = open();
  const names = () => requests.splice(0).map(({ name }) => name);
  const camera = trackOf('camera');
  publisher.prepare([camera]);
  await vi.waitFor(() => expect(transports[0]?.began).toEqual([false]));
  expect(names()).toEqual(['stage:preparePublish']);
  await publisher.publish([camera]);
  expect(requestsOf('stage:takeStage')).toMatchObject([{ session: 'session_1', tracks: [{ source: 'camera' }] }]);
  expect(names()).toEqual(['stage:takeStage']);
  await publisher.remove('camera');
  expect(requestsOf('stage:unproduce')).toEqual([{ session: 'session_1', producerId: 'on_stage_0' }]);
  publisher.close();

  publisher.prepare([camera]);
  await vi.waitFor(() => expect(transports[1]?.began).toEqual([false]));
  refused.set('stage:takeStage session_2', 'session_not_found');
  requests.length = 0;
  await publisher.publish([camera]);
  expect(names()).toEqual(['stage:takeStage', 'stage:leave', 'stage:publish', 'stage:produce']);
  expect(transports[2]?.began).toEqual([true]);
  publisher.close();
});
