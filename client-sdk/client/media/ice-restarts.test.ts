import type { Transport } from 'mediasoup-client/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../server/protocol/errors.ts';
import { fromWire, LogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';
import { CONNECT_WITHIN_MS, IceRestarts } from './ice-restarts.ts';

const parameters = (usernameFragment: string) => ({ usernameFragment, password: 'secret' });

/** A server that takes checks with its last two parameters until one with the newer ones has arrived (mediasoup). */
class World {
  isLineDead = false;
  isSocketThere = true;
  isRefusing = false;
  accepted: ReturnType<typeof parameters>[];
  answered = 0;
  readonly applied: string[] = [];
  readonly onBroken = vi.fn();
  readonly onUnreachable = vi.fn();
  readonly failures: string[] = [];
  readonly #closing = new AbortController();
  readonly transport = {
    connectionState: 'connected',
    updateIceServers: async () => {},
    restartIce: async ({ iceParameters }: { iceParameters: ReturnType<typeof parameters> }) => {
      this.applied.push(iceParameters.usernameFragment);
      this.check();
    },
  };
  readonly restarts: IceRestarts;

  /** `next`: the server has given parameters for the first restart along with the transport. */
  constructor(next?: ReturnType<typeof parameters>) {
    this.accepted = [parameters('0'), ...(next ? [next] : [])];
    this.restarts = new IceRestarts({
      // Only the members that are used.
      transport: this.transport as unknown as Transport,
      iceParameters: parameters('0'),
      nextIceParameters: next,
      ask: () => this.#answer(),
      canAsk: () => this.isSocketThere,
      onRestarted: () => {},
      onFailed: ({ code }) => this.failures.push(code),
      onBroken: this.onBroken,
      onUnreachable: this.onUnreachable,
      closing: this.#closing.signal,
    });
  }

  /** The browser's checks, which it repeats all the time, also with the parameters of earlier restarts. */
  check(): void {
    if (!this.isLineDead && this.applied.includes(this.accepted.at(-1)?.usernameFragment ?? ''))
      this.accepted = this.accepted.slice(-1);
    const used = this.applied.at(-1) ?? '0';
    const isAccepted = this.accepted.some(({ usernameFragment }) => usernameFragment === used);
    this.transport.connectionState = this.isLineDead || !isAccepted ? 'disconnected' : 'connected';
  }

  lose(): void {
    this.isLineDead = true;
    this.check();
  }

  comeBack(): void {
    this.isLineDead = false;
    this.check();
  }

  close(): void {
    this.#closing.abort();
  }

  #answer() {
    return new Promise<{ iceParameters: ReturnType<typeof parameters> }>((resolve, reject) => {
      if (this.isRefusing) return reject(fromWire(new AppError('session_not_found').toWire()));
      if (this.isLineDead) {
        setTimeout(() => reject(new LogeError('timeout')), 8_000);
        return;
      }
      this.answered += 1;
      const next = parameters(String(this.answered));
      this.accepted = [...this.accepted.slice(-1), next];
      resolve({ iceParameters: next });
    });
  }
}

let world: World;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});
afterEach(() => {
  world.close();
  vi.useRealTimers();
});

const { iceRestartIntervalMs } = STAGE;

describe('IceRestarts', () => {
  it('restarts on a dead line without the socket, and is found as soon as the line is back', async () => {
    await world.restarts.prepare();
    world.lose();
    void world.restarts.run();
    await vi.advanceTimersByTimeAsync(0);
    expect([world.applied, world.answered]).toEqual([['1'], 1]);
    world.comeBack();
    expect(world.transport.connectionState).toBe('connected');
  });

  it('needs no request for the first restart where its parameters came with the transport', async () => {
    world = new World(parameters('first'));
    await world.restarts.prepare();
    world.lose();
    void world.restarts.run();
    await vi.advanceTimersByTimeAsync(0);
    expect([world.applied, world.answered]).toEqual([['first'], 0]);
    world.comeBack();
    expect(world.transport.connectionState).toBe('connected');
  });

  it('keeps an answer that comes once the line is back for the next loss', async () => {
    await world.restarts.prepare();
    world.lose();
    void world.restarts.run();
    await vi.advanceTimersByTimeAsync(0);
    world.comeBack();
    await world.restarts.prepare();
    expect([world.applied, world.answered]).toEqual([['1'], 2]);
  });

  it.each([1, 2, 3, 4])('is found after %d restarts, and has parameters for the next loss', async (restarts) => {
    await world.restarts.prepare();
    world.lose();
    world.isSocketThere = false;
    void world.restarts.run();
    await vi.advanceTimersByTimeAsync((restarts - 1) * iceRestartIntervalMs);
    // The browser restarts for other parameters only.
    expect(world.applied).toEqual(['1', '10', '1', '10', '1', '10', '1'].slice(0, 2 * restarts - 1));
    world.comeBack();
    world.isSocketThere = true;
    await vi.advanceTimersByTimeAsync(iceRestartIntervalMs);
    expect(world.transport.connectionState).toBe('connected');
    await world.restarts.prepare();
    world.check();
    expect(world.transport.connectionState).toBe('connected');
    world.lose();
    void world.restarts.run();
    await vi.advanceTimersByTimeAsync(0);
    world.comeBack();
    expect(world.transport.connectionState).toBe('connected');
  });

  it('applies further parameters at once, since the server does not take those in use any more', async () => {
    await world.restarts.prepare();
    await world.restarts.handleAnswer({ iceParameters: parameters('9') });
    expect(world.applied).toEqual(['9']);
  });

  it('does without parameters where the server refuses them ahead of need', async () => {
    world.isRefusing = true;
    await world.restarts.prepare();
    expect(world.failures).toEqual([]);
    world.lose();
    void world.restarts.run();
    await vi.advanceTimersByTimeAsync(0);
    expect(world.failures).toEqual(['session_not_found']);
  });

  it('waits for the socket where it has no parameters', async () => {
    world.lose();
    world.isSocketThere = false;
    await world.restarts.run();
    expect(world.applied).toEqual([]);
  });

  it('tells that a new transport does not connect, unless the server is out of reach too', async () => {
    await vi.advanceTimersByTimeAsync(CONNECT_WITHIN_MS);
    expect(world.onUnreachable).not.toHaveBeenCalled();
    for (const isSocketThere of [false, true]) {
      world.close();
      world = new World();
      world.transport.connectionState = 'connecting';
      world.isSocketThere = isSocketThere;
      await vi.advanceTimersByTimeAsync(2 * CONNECT_WITHIN_MS);
      expect(world.onUnreachable).toHaveBeenCalledTimes(isSocketThere ? 1 : 0);
    }
  });

  it('gives up once the server has answered several times in vain, but not on a dead line', async () => {
    await world.restarts.prepare();
    world.lose();
    void world.restarts.run();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.onBroken).not.toHaveBeenCalled();
    // The socket works, and no check arrives.
    world.isLineDead = false;
    world.transport.restartIce = async () => {};
    world.transport.connectionState = 'disconnected';
    await vi.advanceTimersByTimeAsync(8_000 + (STAGE.iceRestarts + 1) * iceRestartIntervalMs);
    expect(world.onBroken).toHaveBeenCalledOnce();
  });
});
