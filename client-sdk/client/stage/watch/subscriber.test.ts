import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../server/protocol/errors.ts';
import type { WatchAnswer } from '../../../../server/protocol/stage.ts';
import type { Connection } from '../../connection/connection.ts';
import { fromWire, LogeError } from '../../errors.ts';
import type { StageTrack } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { Subscriber } from './subscriber.ts';

type Source = StageTrack['source'];
type Answers = Record<string, (input: Record<string, unknown>) => unknown>;

afterEach(() => {
  vi.useRealTimers();
});

/** A transport whose connection state and decoded frames are set by the test. */
class FakeTransport {
  connectionState = 'connected';
  framesDecoded = 0;
  readonly close = vi.fn();
  #onState: (state: string) => void = () => {};

  on(event: string, listener: (state: string) => void): void {
    if (event === 'connectionstatechange') this.#onState = listener;
  }

  change(state: string): void {
    this.connectionState = state;
    this.#onState(state);
  }

  async consume({ id, kind }: { id: string; kind: string }) {
    const getStats = async () => new Map([['in', { type: 'inbound-rtp', framesDecoded: this.framesDecoded }]]);
    return { id, track: { id, kind }, close: vi.fn(), getStats };
  }
}

const iceParameters = { usernameFragment: 'ice', password: 'secret' };
const consumer = (id: string, source: Source) => ({ id, kind: 'video', source, muted: false });

/**
 * A subscriber that watches camera and screen over `session_1`; `prepared` configures the transports of later sessions.
 */
async function watch(answers: Answers = {}) {
  const transports: FakeTransport[] = [];
  const prepared: Partial<FakeTransport>[] = [];
  const requests: { name: string; input: Record<string, unknown> }[] = [];
  const defaults: Answers = {
    'stage:restartIce': () => ({ iceParameters }),
    'stage:watch': () => {
      const session = `session_${transports.length + 1}`;
      const consumers = [consumer(`${session}_camera`, 'camera'), consumer(`${session}_screen`, 'screen')];
      return { session, transport: { iceParameters }, consumers };
    },
  };
  const request = async (name: string, input: Record<string, unknown>) => {
    requests.push({ name, input });
    if (connection.state !== 'connected') throw new LogeError('connection_failed');
    return (answers[name] ?? defaults[name])?.(input) ?? {};
  };
  const connection: { state: Connection['state']; request: typeof request } = { state: 'connected', request };
  const engine = {
    keepsSpares: true,
    ready: async () => ({ recvRtpCapabilities: {} }),
    receiver: async () => ({}),
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
    onSoundOnly: vi.fn(),
    onError: vi.fn(),
    viewport: () => ({ width: 640, height: 360 }),
  };
  const subscriber = new Subscriber({
    // Only the members that the subscriber uses.
    connection: connection as unknown as Pick<Connection, 'request' | 'state'>,
    engine: engine as unknown as MediaEngine,
    log: () => {},
    handlers,
  });
  subscriber.start();
  await vi.waitFor(() => expect(subscriber.tracks).toHaveLength(2));
  const requestsOf = (name: string) => requests.filter((each) => each.name === name).map(({ input }) => input);
  return { subscriber, connection, transports, prepared, handlers, requestsOf };
}

/** The node of the first session is draining. */
function wantMove(subscriber: Subscriber): void {
  const { session } = subscriber;
  if (!session) throw fromWire(new AppError('session_not_found').toWire());
  subscriber.handleMoveWanted({ session });
}

describe('a reconnect', () => {
  it('keeps the last picture of a source with a new track, and removes a screen that is no longer shared', async () => {
    const consumers = [consumer('session_1_camera_again', 'camera')];
    const { subscriber, handlers } = await watch({ 'stage:resume': () => ({ consumers }) });
    await subscriber.handleReconnected();
    await vi.waitFor(() => expect(subscriber.tracks.map(({ id }) => id)).toEqual(['session_1_camera_again']));
    const removed = handlers.onTrackRemoved.mock.calls.map(([{ source }, rejoining]) => [source, rejoining]);
    expect(Object.fromEntries(removed)).toEqual({ camera: true, screen: false });
  });
});

it('asks for a picture once the socket is back, if the line came back without it', async () => {
  const consumers = [consumer('session_1_camera', 'camera')];
  const { subscriber, connection, transports, requestsOf } = await watch({ 'stage:resume': () => ({ consumers }) });
  transports[0]?.change('disconnected');
  connection.state = 'reconnecting';
  transports[0]?.change('connected');
  await new Promise(setImmediate);
  expect(requestsOf('stage:restartVideo')).toHaveLength(1);
  connection.state = 'connected';
  await subscriber.handleReconnected();
  await vi.waitFor(() => expect(requestsOf('stage:restartVideo')).toHaveLength(2));
  await subscriber.handleReconnected();
  expect(requestsOf('stage:restartVideo')).toHaveLength(2);
});

it('stays off if a listener of the removed tracks stops watching', async () => {
  const { subscriber, handlers, requestsOf } = await watch();
  handlers.onTrackRemoved.mockImplementation(() => subscriber.stop({ leave: false }));
  subscriber.handleSessionClosed({ session: 'session_1', reason: 'worker_died' });
  expect(subscriber.isStarted).toBe(false);
  expect(requestsOf('stage:watch')).toHaveLength(1);
});

describe('a spare that takes over', () => {
  const whenSpareRequested = (requestsOf: (name: string) => Record<string, unknown>[]) =>
    vi.waitFor(() => expect(requestsOf('stage:watch').at(-1)).toMatchObject({ spareOf: 'session_1' }));

  it('is shown at once without further requests, and the last pictures of the lost session are kept', async () => {
    vi.useFakeTimers();
    const { subscriber, handlers, requestsOf } = await watch();
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    await whenSpareRequested(requestsOf);
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
    expect(requestsOf('stage:leave')).toEqual([]);
    expect(requestsOf('stage:watch')).toHaveLength(2);
    subscriber.stop({ leave: false });
  });

  it('is left if it is unknown, and the stage is joined again', async () => {
    const { subscriber, requestsOf } = await watch();
    subscriber.handleTakenOver({ session: 'session_1', by: 'session_9' });
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_9' }]);
    expect(requestsOf('stage:watch').at(-1)).not.toHaveProperty('spareOf');
    subscriber.stop({ leave: false });
  });

  it('does not report track changes before it takes over', async () => {
    vi.useFakeTimers();
    const { subscriber, handlers, requestsOf } = await watch();
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    await whenSpareRequested(requestsOf);
    const added = handlers.onTrackAdded.mock.calls.length;
    subscriber.handleConsumersRemoved({ session: 'session_2', consumerIds: ['session_2_screen'] });
    subscriber.handleConsumersAdded({ session: 'session_2', consumers: [consumer('again', 'screen') as never] });
    await vi.advanceTimersByTimeAsync(0);
    expect([handlers.onTrackAdded.mock.calls.length, handlers.onTrackRemoved.mock.calls.length]).toEqual([added, 0]);
    subscriber.stop({ leave: false });
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_2' }]);
  });
});

describe('a spare after a reconnect', () => {
  const reconnect = async (answer: unknown) => {
    vi.useFakeTimers();
    const it = await watch({ 'stage:resume': () => answer });
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    await vi.waitFor(() => expect(it.requestsOf('stage:watch').at(-1)).toMatchObject({ spareOf: 'session_1' }));
    await it.subscriber.handleReconnected();
    await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs + STAGE.spareSpreadMs);
    return it;
  };
  const consumers = [consumer('session_1_camera', 'camera'), consumer('session_1_screen', 'screen')];

  it('is kept with its new tracks if the server still has it, and stays hidden', async () => {
    const spare = {
      session: 'session_2',
      consumers: [consumer('session_2_camera', 'camera'), consumer('new', 'screen')],
    };
    const { subscriber, handlers, requestsOf } = await reconnect({ consumers, spare });
    expect([requestsOf('stage:watch').length, requestsOf('stage:leave')]).toEqual([2, []]);
    expect([handlers.onTrackAdded.mock.calls.length, handlers.onTrackRemoved.mock.calls.length]).toEqual([2, 0]);
    subscriber.handleTakenOver({ session: 'session_1', by: 'session_2' });
    expect(subscriber.tracks.map(({ id }) => id)).toEqual(['session_2_camera', 'new']);
    subscriber.stop({ leave: false });
  });

  it('is replaced if the server has none', async () => {
    const { subscriber, requestsOf } = await reconnect({ consumers });
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_2' }]);
    expect(requestsOf('stage:watch').map(({ spareOf }) => spareOf)).toEqual([undefined, 'session_1', 'session_1']);
    subscriber.stop({ leave: false });
  });
});

describe('an abandoned session', () => {
  it('is left when ICE cannot be restored, so that it does not count against the limit of the socket', async () => {
    const { subscriber, transports, requestsOf } = await watch();
    vi.useFakeTimers();
    if (transports[0]) transports[0].connectionState = 'failed';
    subscriber.handleTransportState({ session: 'session_1', state: 'failed' });
    await vi.advanceTimersByTimeAsync((STAGE.iceRestarts + 1) * STAGE.iceRestartIntervalMs);
    expect(subscriber.session).toBe('session_2');
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_1' }]);
  });

  it('is left when resuming it times out', async () => {
    const { subscriber, requestsOf } = await watch({ 'stage:resume': () => Promise.reject(new LogeError('timeout')) });
    await subscriber.handleReconnected();
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_1' }]);
  });

  it('is not left when the server has ended it', async () => {
    const { subscriber, requestsOf } = await watch();
    subscriber.handleSessionClosed({ session: 'session_1', reason: 'worker_died' });
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(requestsOf('stage:leave')).toEqual([]);
  });
});

describe('a session opened ahead of the socket', () => {
  const answer = {
    session: 'session_late',
    transport: { iceParameters },
    consumers: [],
    connected: true,
  } as unknown as WatchAnswer;

  async function openAhead() {
    const page = await watch();
    page.subscriber.stop({ leave: false });
    vi.useFakeTimers();
    const { promise: answered, resolve } = Promise.withResolvers<WatchAnswer>();
    let requestSignal: AbortSignal | undefined;
    page.subscriber.openAhead((_input, signal) => {
      requestSignal = signal;
      return answered;
    });
    await vi.advanceTimersByTimeAsync(0);
    return { ...page, answer: () => resolve(answer), isAborted: () => requestSignal?.aborted };
  }

  it('is given back when its answer comes after another one was opened', async () => {
    const { subscriber, requestsOf, answer: answerLate, isAborted } = await openAhead();
    subscriber.start();
    await vi.advanceTimersByTimeAsync(STAGE.aheadWaitMs);
    expect([subscriber.session, isAborted()]).toEqual(['session_2', false]);
    answerLate();
    await vi.advanceTimersByTimeAsync(0);
    // The server takes commands only from the socket that has resumed it.
    expect(requestsOf('stage:resume')).toEqual([{ session: 'session_late' }]);
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_late' }]);
    expect(subscriber.session).toBe('session_2');
  });

  it('is not waited for when the room is left', async () => {
    const { subscriber, connection, isAborted } = await openAhead();
    connection.state = 'disconnected';
    subscriber.stop({ leave: false });
    expect(isAborted()).toBe(true);
  });
});

describe('a move to another session', () => {
  it('completes once there is a picture, and sends the viewport', async () => {
    const { subscriber, prepared, requestsOf } = await watch();
    prepared.push({ framesDecoded: 1 });
    wantMove(subscriber);
    await vi.waitFor(() => expect(subscriber.session).toBe('session_2'));
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_1' }]);
    expect(requestsOf('stage:viewport')).toEqual([{ session: 'session_2', viewport: { width: 640, height: 360 } }]);
  });

  it('keeps a working picture when the new session does not connect', async () => {
    const { subscriber, transports, prepared, handlers, requestsOf } = await watch();
    vi.useFakeTimers();
    prepared.push({ connectionState: 'connecting' });
    wantMove(subscriber);
    await vi.advanceTimersByTimeAsync(STAGE.moveTimeoutMs + STAGE.movePollMs);
    expect(requestsOf('stage:leave')).toEqual([{ session: 'session_2' }]);
    expect(transports.map(({ close }) => close.mock.calls.length)).toEqual([0, 1]);
    expect(subscriber.session).toBe('session_1');
    expect(handlers.onTrackRemoved).not.toHaveBeenCalled();
  });

  it('completes without a picture when the new session is connected, such as with the camera off', async () => {
    const { subscriber, prepared } = await watch();
    vi.useFakeTimers();
    prepared.push({ framesDecoded: 0 });
    wantMove(subscriber);
    await vi.advanceTimersByTimeAsync(STAGE.moveTimeoutMs + STAGE.movePollMs);
    expect(subscriber.session).toBe('session_2');
  });

  it('is abandoned when the transport of the new session breaks', async () => {
    const { subscriber, prepared, requestsOf } = await watch({
      'stage:restartIce': () => Promise.reject(fromWire(new AppError('session_not_found').toWire())),
    });
    prepared.push({ connectionState: 'failed' });
    wantMove(subscriber);
    await vi.waitFor(() => expect(requestsOf('stage:watch')).toHaveLength(2));
    // Repeat the event until the answer that names the session has been handled.
    await vi.waitFor(() => {
      subscriber.handleTransportState({ session: 'session_2' as never, state: 'failed' });
      expect(requestsOf('stage:leave')).toEqual([{ session: 'session_2' }]);
    });
    expect(subscriber.session).toBe('session_1');
  });
});

it('reports the limit of sessions once, and watches when another session has ended', async () => {
  vi.useFakeTimers();
  let refusals = 0;
  const refuse = () => {
    refusals += 1;
    if (refusals <= 8) throw fromWire(new AppError('too_many_media_sessions').toWire());
    const consumers = [consumer('camera', 'camera'), consumer('screen', 'screen')];
    return { session: 'session_1', transport: { iceParameters }, consumers };
  };
  const watching = watch({ 'stage:watch': refuse });
  await vi.advanceTimersByTimeAsync(60_000);
  const { subscriber, handlers } = await watching;
  expect(subscriber.session).toBe('session_1');
  expect(handlers.onError).toHaveBeenCalledOnce();
});

describe('a session that the server has paused', () => {
  it('is resumed once the transport is connected, with a retry after a refusal', async () => {
    vi.useFakeTimers();
    const refusals = [fromWire(new AppError('rate_limited', undefined, { retryAfterMs: 9_000 }).toWire())];
    const { subscriber, transports, handlers, requestsOf } = await watch({
      'stage:play': () => {
        const refusal = refusals.shift();
        if (refusal) throw refusal;
      },
    });
    const [transport] = transports;
    const reported = () => handlers.onPauseChanged.mock.calls.map(([pause]) => pause);
    if (transport) transport.connectionState = 'disconnected';
    subscriber.handlePaused({ session: 'session_1' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(requestsOf('stage:play')).toEqual([]);
    expect(reported()).toEqual([{ retryAtMs: null }]);
    if (transport) transport.connectionState = 'connected';
    await vi.advanceTimersByTimeAsync(STAGE.playRetryMs);
    expect(requestsOf('stage:play')).toHaveLength(1);
    const { pause } = subscriber;
    expect(Math.abs((pause?.retryAtMs ?? 0) - Date.now() - 9_000)).toBeLessThanOrEqual(STAGE.playRetryMs);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(requestsOf('stage:play')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requestsOf('stage:play')).toEqual([{ session: 'session_1' }, { session: 'session_1' }]);
    expect(reported()).toEqual([{ retryAtMs: null }, pause, null]);
  });

  it('reports the end of the pause when it is closed', async () => {
    vi.useFakeTimers();
    const { subscriber, handlers } = await watch({
      'stage:play': () =>
        Promise.reject(fromWire(new AppError('rate_limited', undefined, { retryAfterMs: 300_000 }).toWire())),
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
