import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../connection/connection.ts';
import { LogeError } from '../../errors.ts';
import type { StageTrack } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { Subscriber } from './subscriber.ts';

type Source = StageTrack['source'];
type Answers = Record<string, (input: Record<string, unknown>) => unknown>;

afterEach(() => {
  vi.useRealTimers();
});

/** A transport whose path and pictures are what the test says. */
class FakeTransport {
  connectionState = 'connected';
  framesDecoded = 0;
  readonly close = vi.fn();
  on(): void {}

  async consume({ id, kind }: { id: string; kind: string }) {
    const getStats = async () => new Map([['in', { type: 'inbound-rtp', framesDecoded: this.framesDecoded }]]);
    return { id, track: { id, kind }, close: vi.fn(), getStats };
  }
}

const consumer = (id: string, source: Source) => ({ id, kind: 'video', source, muted: false });

/** Someone who watches a camera and a screen over `session_1`; every session after it has a transport that the test prepares. */
async function watch(answers: Answers = {}) {
  const transports: FakeTransport[] = [];
  const prepared: Partial<FakeTransport>[] = [];
  const requests: { name: string; input: Record<string, unknown> }[] = [];
  const defaults: Answers = {
    'stage:watch': () => {
      const session = `session_${transports.length + 1}`;
      return { session, consumers: [consumer(`${session}_camera`, 'camera'), consumer(`${session}_screen`, 'screen')] };
    },
  };
  const request = async (name: string, input: Record<string, unknown>) => {
    requests.push({ name, input });
    return (answers[name] ?? defaults[name])?.(input) ?? {};
  };
  const connection: Pick<Connection, 'state'> & { request: typeof request } = { state: 'connected', request };
  const engine = {
    keepsSpares: true,
    ready: async () => ({ recvRtpCapabilities: {} }),
    dtlsParameters: async () => undefined,
    createTransport: async () => {
      const transport = Object.assign(new FakeTransport(), prepared.shift());
      transports.push(transport);
      return transport;
    },
  };
  const handlers = {
    onTrackAdded: vi.fn<(track: StageTrack) => void>(),
    onTrackRemoved: vi.fn<(track: StageTrack, rejoining: boolean) => void>(),
    onTrackMuted: vi.fn(),
    onPauseChanged: vi.fn(),
    onError: vi.fn(),
    viewport: () => ({ width: 640, height: 360 }),
  };
  const subscriber = new Subscriber({
    // What the subscriber uses of them, and no more.
    connection: connection as unknown as Pick<Connection, 'request' | 'state'>,
    engine: engine as unknown as MediaEngine,
    log: () => {},
    handlers,
  });
  subscriber.start();
  await vi.waitFor(() => expect(subscriber.tracks).toHaveLength(2));
  const askedFor = (name: string) => requests.filter((each) => each.name === name).map(({ input }) => input);
  return { subscriber, transports, prepared, handlers, askedFor };
}

/** The node of the first session is about to leave. */
function wantMove(subscriber: Subscriber): void {
  const { session } = subscriber;
  if (!session) throw new LogeError('session_not_found');
  subscriber.handleMoveWanted({ session });
}

describe('what went on while the socket was away', () => {
  it('keeps the last picture of what is sent anew, and lets go of a screen that is not shared any more', async () => {
    const consumers = [consumer('session_1_camera_again', 'camera')];
    const { subscriber, handlers } = await watch({ 'stage:resume': () => ({ consumers }) });
    await subscriber.handleReconnected();
    await vi.waitFor(() => expect(subscriber.tracks.map(({ id }) => id)).toEqual(['session_1_camera_again']));
    const removed = handlers.onTrackRemoved.mock.calls.map(([{ source }, rejoining]) => [source, rejoining]);
    expect(Object.fromEntries(removed)).toEqual({ camera: true, screen: false });
  });
});

describe('a spare that takes over', () => {
  const spareAsked = (askedFor: (name: string) => Record<string, unknown>[]) =>
    vi.waitFor(() => expect(askedFor('stage:watch').at(-1)).toMatchObject({ spareOf: 'session_1' }));

  it('is shown at once, after the last picture of what was lost, and is not left nor asked for again', async () => {
    vi.useFakeTimers();
    const { subscriber, handlers, askedFor } = await watch();
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    await spareAsked(askedFor);
    const shown = handlers.onTrackAdded.mock.calls.length;
    expect(subscriber.tracks.map(({ id }) => id)).toEqual(['session_1_camera', 'session_1_screen']);
    subscriber.handleTakenOver({ session: 'session_1', by: 'session_2' });
    expect(subscriber.session).toBe('session_2');
    expect(handlers.onTrackRemoved.mock.calls.map(([{ id }, rejoining]) => [id, rejoining])).toEqual([
      ['session_1_camera', true],
      ['session_1_screen', true],
    ]);
    expect(handlers.onTrackAdded.mock.calls.slice(shown).map(([{ id }]) => id)).toEqual([
      'session_2_camera',
      'session_2_screen',
    ]);
    expect(askedFor('stage:leave')).toEqual([]);
    expect(askedFor('stage:watch')).toHaveLength(2);
    subscriber.stop({ leave: false });
  });

  it('that is not there is left, and what it would have shown is joined anew', async () => {
    const { subscriber, askedFor } = await watch();
    subscriber.handleTakenOver({ session: 'session_1', by: 'session_9' });
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(askedFor('stage:leave')).toEqual([{ session: 'session_9' }]);
    expect(askedFor('stage:watch').at(-1)).not.toHaveProperty('spareOf');
    subscriber.stop({ leave: false });
  });

  it('shows nothing before: what comes and goes on it is not told', async () => {
    vi.useFakeTimers();
    const { subscriber, handlers, askedFor } = await watch();
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    await spareAsked(askedFor);
    const added = handlers.onTrackAdded.mock.calls.length;
    subscriber.handleConsumersRemoved({ session: 'session_2', consumerIds: ['session_2_screen'] });
    subscriber.handleConsumersAdded({ session: 'session_2', consumers: [consumer('again', 'screen') as never] });
    await vi.advanceTimersByTimeAsync(0);
    expect([handlers.onTrackAdded.mock.calls.length, handlers.onTrackRemoved.mock.calls.length]).toEqual([added, 0]);
    subscriber.stop({ leave: false });
    expect(askedFor('stage:leave')).toEqual([{ session: 'session_2' }]);
  });
});

describe('a spare that was there before the socket was lost', () => {
  const lost = async (answer: unknown) => {
    vi.useFakeTimers();
    const it = await watch({ 'stage:resume': () => answer });
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    await vi.waitFor(() => expect(it.askedFor('stage:watch').at(-1)).toMatchObject({ spareOf: 'session_1' }));
    await it.subscriber.handleReconnected();
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    return it;
  };
  const consumers = [consumer('session_1_camera', 'camera'), consumer('session_1_screen', 'screen')];

  it('is kept where the server has it too, with what is ready on it by now, of which nothing is shown', async () => {
    const spare = {
      session: 'session_2',
      consumers: [consumer('session_2_camera', 'camera'), consumer('new', 'screen')],
    };
    const { subscriber, handlers, askedFor } = await lost({ consumers, spare });
    expect([askedFor('stage:watch').length, askedFor('stage:leave')]).toEqual([2, []]);
    expect([handlers.onTrackAdded.mock.calls.length, handlers.onTrackRemoved.mock.calls.length]).toEqual([2, 0]);
    subscriber.handleTakenOver({ session: 'session_1', by: 'session_2' });
    expect(subscriber.tracks.map(({ id }) => id)).toEqual(['session_2_camera', 'new']);
    subscriber.stop({ leave: false });
  });

  it('is let go where it has none, for another', async () => {
    const { subscriber, askedFor } = await lost({ consumers });
    expect(askedFor('stage:leave')).toEqual([{ session: 'session_2' }]);
    expect(askedFor('stage:watch').map(({ spareOf }) => spareOf)).toEqual([undefined, 'session_1', 'session_1']);
    subscriber.stop({ leave: false });
  });
});

describe('a session that is given up', () => {
  it('is left when its path cannot be restored, so that it does not count against the limit of the socket', async () => {
    const { subscriber, transports, askedFor } = await watch();
    vi.useFakeTimers();
    if (transports[0]) transports[0].connectionState = 'failed';
    subscriber.handleTransportState({ session: 'session_1', state: 'failed' });
    await vi.advanceTimersByTimeAsync((STAGE.iceRestarts + 1) * STAGE.iceRestartIntervalMs);
    expect(subscriber.session).toBe('session_2');
    expect(askedFor('stage:leave')).toEqual([{ session: 'session_1' }]);
  });

  it('is left when the server did not answer in time whether it is taken over', async () => {
    const { subscriber, askedFor } = await watch({ 'stage:resume': () => Promise.reject(new LogeError('timeout')) });
    await subscriber.handleReconnected();
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(askedFor('stage:leave')).toEqual([{ session: 'session_1' }]);
  });

  it('is not left when the server says that it is over', async () => {
    const { subscriber, askedFor } = await watch();
    subscriber.handleSessionClosed({ session: 'session_1', reason: 'worker_died' });
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(askedFor('stage:leave')).toEqual([]);
  });
});

describe('a move to another session', () => {
  it('takes over once there is a picture, and tells the size that it is watched at now', async () => {
    const { subscriber, prepared, askedFor } = await watch();
    prepared.push({ framesDecoded: 1 });
    wantMove(subscriber);
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(askedFor('stage:leave')).toEqual([{ session: 'session_1' }]);
    expect(askedFor('stage:viewport')).toEqual([{ session: 'session_2', viewport: { width: 640, height: 360 } }]);
  });

  it('leaves a working picture where it is when the other node cannot be reached', async () => {
    const { subscriber, transports, prepared, handlers, askedFor } = await watch();
    vi.useFakeTimers();
    prepared.push({ connectionState: 'connecting' });
    wantMove(subscriber);
    await vi.advanceTimersByTimeAsync(STAGE.moveLimitMs + STAGE.moveLookMs);
    expect(askedFor('stage:leave')).toEqual([{ session: 'session_2' }]);
    expect(transports.map(({ close }) => close.mock.calls.length)).toEqual([0, 1]);
    expect(subscriber.session).toBe('session_1');
    expect(handlers.onTrackRemoved).not.toHaveBeenCalled();
  });

  it('takes over a session that has a path and no picture, as when the camera is off', async () => {
    const { subscriber, prepared } = await watch();
    vi.useFakeTimers();
    prepared.push({ framesDecoded: 0 });
    wantMove(subscriber);
    await vi.advanceTimersByTimeAsync(STAGE.moveLimitMs + STAGE.moveLookMs);
    expect(subscriber.session).toBe('session_2');
  });

  it('gives up the other session when its path breaks before it is shown', async () => {
    const { subscriber, prepared, askedFor } = await watch({
      'stage:restartIce': () => Promise.reject(new LogeError('session_not_found')),
    });
    prepared.push({ connectionState: 'failed' });
    wantMove(subscriber);
    await vi.waitFor(() => expect(askedFor('stage:watch')).toHaveLength(2));
    // Told again until the answer that names the session has been handled.
    await vi.waitFor(() => {
      subscriber.handleTransportState({ session: 'session_2' as never, state: 'failed' });
      expect(askedFor('stage:leave')).toEqual([{ session: 'session_2' }]);
    });
    expect(subscriber.session).toBe('session_1');
  });
});

it('says once that the person watches in too many places, and watches when one of the others has ended', async () => {
  vi.useFakeTimers();
  let refusals = 0;
  const refuse = () => {
    refusals += 1;
    if (refusals <= 8) throw new LogeError('too_many_media_sessions');
    return { session: 'session_1', consumers: [consumer('camera', 'camera'), consumer('screen', 'screen')] };
  };
  const watching = watch({ 'stage:watch': refuse });
  await vi.advanceTimersByTimeAsync(60_000);
  const { subscriber, handlers } = await watching;
  expect(subscriber.session).toBe('session_1');
  expect(handlers.onError).toHaveBeenCalledOnce();
});

describe('a session that the server has paused', () => {
  it('is asked to go on once there is a path, and again when the server says so', async () => {
    vi.useFakeTimers();
    const refusals = [new LogeError('rate_limited', undefined, { retryAfterMs: 9_000 })];
    const { subscriber, transports, handlers, askedFor } = await watch({
      'stage:play': () => {
        const refusal = refusals.shift();
        if (refusal) throw refusal;
      },
    });
    const [transport] = transports;
    const told = () => handlers.onPauseChanged.mock.calls.map(([pause]) => pause);
    if (transport) transport.connectionState = 'disconnected';
    subscriber.handlePaused({ session: 'session_1' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(askedFor('stage:play')).toEqual([]);
    expect(told()).toEqual([{ retryAtMs: null }]);
    if (transport) transport.connectionState = 'connected';
    await vi.advanceTimersByTimeAsync(STAGE.playRetryMs);
    expect(askedFor('stage:play')).toHaveLength(1);
    const { pause } = subscriber;
    expect(Math.abs((pause?.retryAtMs ?? 0) - Date.now() - 9_000)).toBeLessThanOrEqual(STAGE.playRetryMs);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(askedFor('stage:play')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(askedFor('stage:play')).toEqual([{ session: 'session_1' }, { session: 'session_1' }]);
    expect(told()).toEqual([{ retryAtMs: null }, pause, null]);
  });

  it('is not paused any more for the page once it is over', async () => {
    vi.useFakeTimers();
    const { subscriber, handlers } = await watch({
      'stage:play': () => Promise.reject(new LogeError('rate_limited', undefined, { retryAfterMs: 300_000 })),
    });
    subscriber.handlePaused({ session: 'session_1' });
    await vi.advanceTimersByTimeAsync(0);
    expect(subscriber.pause).toEqual({ retryAtMs: Date.now() + 300_000 });
    subscriber.stop({ leave: false });
    await vi.advanceTimersByTimeAsync(0);
    expect(handlers.onPauseChanged).toHaveBeenLastCalledWith(null);
    expect(subscriber.pause).toBeNull();
  });
});
