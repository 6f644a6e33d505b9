import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WireError } from '../../../server/protocol/errors.ts';
import type { Welcome } from '../../../server/protocol/realtime.ts';
import { delay } from '../backoff.ts';
import { CONNECTION } from '../limits.ts';
import { Connection, type ConnectionHandlers, socketAddress, type TokenSource } from './connection.ts';

type Answer = (answer: unknown) => void;

/** A real Socket.IO server with the protocol's handshake; tests define how it answers tokens and requests. */
class Gateway implements AsyncDisposable {
  readonly auths: Record<string, unknown>[] = [];
  refuse: (token: unknown) => WireError | null = () => null;
  /** Whether handshakes get no answer. */
  hold = false;
  /** Sessions whose POSTs by polling get no answer. */
  readonly #muted = new Set<string | null>();
  attempts = 0;
  handle: (name: string, input: never, answer: Answer) => void = (_name, _input, answer) =>
    answer({ ok: true, data: {} });
  readonly #http = createServer();
  readonly #io: Server;

  private constructor(transports: ServerOptions['transports']) {
    this.#io = new Server(this.#http, { path: '/loge/socket.io', transports });
  }

  static async start(transports: ServerOptions['transports'] = ['polling', 'websocket']): Promise<Gateway> {
    const gateway = new Gateway(transports);
    gateway.#io.engine.use((request: IncomingMessage, _response: unknown, next: () => void) => {
      const session = new URLSearchParams(request.url?.split('?')[1]).get('sid');
      if (request.method !== 'POST' || !gateway.#muted.has(session)) next();
    });
    gateway.#io.use((socket, next) => {
      gateway.attempts += 1;
      if (gateway.hold) return;
      gateway.auths.push({ ...socket.handshake.auth });
      const refusal = gateway.refuse(socket.handshake.auth.token);
      next(refusal ? Object.assign(new Error(refusal.code), { data: refusal }) : undefined);
    });
    gateway.#io.on('connection', (socket) => {
      socket.onAny((name, input, _about, answer) => gateway.handle(name, input as never, answer));
      socket.emit('rooms:welcome', { room: { id: 'room_1' }, participant: { identity: 'fan-1' } });
    });
    await new Promise<void>((resolve) => gateway.#http.listen(0, resolve));
    return gateway;
  }

  get url(): string {
    return `http://localhost:${(this.#http.address() as AddressInfo).port}/loge/`;
  }

  get sockets(): Socket[] {
    return [...this.#io.sockets.sockets.values()];
  }

  /** From now on, no POST of an open socket is answered; those of later sockets are. */
  mutePosts(): void {
    for (const { conn } of this.sockets) this.#muted.add(conn.transport.sid);
  }

  /** Like a network failure: no goodbye on either side. */
  breakConnections(): void {
    for (const socket of this.sockets) socket.conn.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    await this.#io.close();
  }
}

function createConnection(url: string) {
  const events: string[] = [];
  const downsMs: number[] = [];
  const handlers: ConnectionHandlers = {
    onWelcome: (_welcome: Welcome, downMs) => events.push(downMs === null ? 'welcome' : 'welcome again'),
    onEvent: (name) => events.push(name),
    onReconnecting: (error) => events.push(`reconnecting ${error?.code}`),
    onReconnected: (downMs) => {
      events.push('reconnected');
      downsMs.push(downMs);
    },
    onDisconnected: (error) => events.push(`disconnected ${error?.code ?? 'by itself'}`),
    chatSince: () => 7,
  };
  const connection = new Connection({ url, log: () => {}, handlers });
  open.push(connection);
  return { connection, events, downsMs };
}

const open: Connection[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const connection of open.splice(0)) connection.close();
});

const expired: WireError = { code: 'token_expired', message: 'Expired.', retryable: false };

describe('Connection', () => {
  it('sends token and sequence number, and resolves with the welcome', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('token-1');
    expect(connection.state).toBe('connected');
    expect(events).toEqual(['welcome']);
    expect(gateway.auths).toEqual([{ token: 'token-1', since: 7 }]);
  });

  it('rejects at once with an error that is not retryable', async () => {
    await using gateway = await Gateway.start();
    gateway.refuse = () => ({ code: 'token_invalid', message: 'No.', retryable: false });
    const { connection, events } = createConnection(gateway.url);
    await expect(connection.connect('token-1')).rejects.toMatchObject({ code: 'token_invalid' });
    expect(connection.state).toBe('disconnected');
    expect(gateway.auths).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it('rejects at once when the page cannot get a token', async () => {
    await using gateway = await Gateway.start();
    const { connection } = createConnection(gateway.url);
    const failing: TokenSource = () => Promise.reject(new Error('our own server is down'));
    await expect(connection.connect(failing)).rejects.toMatchObject({ code: 'token_unavailable' });
  });

  it('retries while the server is not ready', async () => {
    await using gateway = await Gateway.start();
    gateway.refuse = () =>
      gateway.auths.length < 3 ? { code: 'unavailable', message: 'Soon.', retryable: true } : null;
    const { connection } = createConnection(gateway.url);
    await connection.connect('token-1');
    expect(gateway.auths).toHaveLength(3);
  });

  it('reconnects after a loss with a new token', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    let issued = 0;
    await connection.connect(async () => `token-${++issued}`);
    gateway.breakConnections();
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    expect(events).toEqual(['welcome', 'reconnecting connection_failed', 'welcome again', 'reconnected']);
    expect(gateway.auths.map(({ token }) => token)).toEqual(['token-1', 'token-2']);
  });

  it('calls the provider again when it has not answered in time', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    let calls = 0;
    await connection.connect(() => (++calls === 2 ? new Promise<string>(() => {}) : `token-${calls}`));
    vi.spyOn(CONNECTION, 'welcomeTimeoutMs', 'get').mockReturnValue(200 as never);
    gateway.breakConnections();
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    expect(gateway.auths.map(({ token }) => token)).toEqual(['token-1', 'token-3']);
  });

  it('waits for a provider that takes longer than one attempt', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    let calls = 0;
    await connection.connect(() => {
      const token = `token-${++calls}`;
      return calls === 1 ? token : delay(450).then(() => token);
    });
    vi.spyOn(CONNECTION, 'welcomeTimeoutMs', 'get').mockReturnValue(400 as never);
    gateway.breakConnections();
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    expect(gateway.auths.map(({ token }) => token)).toEqual(['token-1', 'token-2']);
  });

  it('reconnects after a sleep that was longer than the limit', async () => {
    await using gateway = await Gateway.start();
    const { connection, events, downsMs } = createConnection(gateway.url);
    await connection.connect('token-1');
    const woken = Date.now() + 2 * CONNECTION.giveUpMs;
    vi.spyOn(Date, 'now').mockReturnValue(woken);
    gateway.breakConnections();
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    expect(downsMs[0]).toBeGreaterThan(CONNECTION.giveUpMs);
  });

  it('does not count a sleep that begins while it reconnects', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('token-1');
    const woken = Date.now() + 2 * CONNECTION.giveUpMs;
    gateway.refuse = () => {
      if (gateway.auths.length > 2) return null;
      vi.spyOn(Date, 'now').mockReturnValue(woken);
      return { code: 'unavailable', message: 'Soon.', retryable: true };
    };
    gateway.breakConnections();
    await vi.waitFor(() => expect(events.at(-1)).toBe('reconnected'));
  });

  it('calls the provider again when a token has expired', async () => {
    await using gateway = await Gateway.start();
    gateway.refuse = (token) => (token === 'token-2' ? expired : null);
    const { connection, events } = createConnection(gateway.url);
    let issued = 0;
    await connection.connect(() => `token-${++issued}`);
    gateway.breakConnections();
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    expect(issued).toBe(3);
  });

  it('gives up on a provider that returns only expired tokens', async () => {
    await using gateway = await Gateway.start();
    gateway.refuse = () => expired;
    const { connection } = createConnection(gateway.url);
    await expect(connection.connect(() => 'always old')).rejects.toMatchObject({ code: 'token_expired' });
    expect(gateway.auths).toHaveLength(CONNECTION.tokenAttempts);
  });

  it('ends with token_expired when a fixed token has expired', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('fixed');
    gateway.refuse = () => expired;
    gateway.breakConnections();
    await vi.waitFor(() => expect(events.at(-1)).toBe('disconnected token_expired'));
    expect(connection.state).toBe('disconnected');
  });

  it('reconnects after a goodbye only if it asks for that', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('token-1');
    gateway.sockets[0]?.emit('rooms:goodbye', { code: 'shutting_down', message: 'Restarting.', reconnect: true });
    gateway.sockets[0]?.disconnect(true);
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    gateway.sockets[0]?.emit('rooms:goodbye', { code: 'access_removed', message: 'Removed.', reconnect: false });
    gateway.sockets[0]?.disconnect(true);
    await vi.waitFor(() => expect(events.at(-1)).toBe('disconnected access_removed'));
  });

  it('rejects a refused request with its code', async () => {
    await using gateway = await Gateway.start();
    gateway.handle = (_name, _input, answer) =>
      answer({ ok: false, error: { code: 'forbidden', message: 'No.', retryable: false } });
    const { connection } = createConnection(gateway.url);
    await connection.connect('token-1');
    await expect(connection.request('rooms:end', {})).rejects.toMatchObject({ code: 'forbidden', message: 'No.' });
  });

  it('rejects a request that is not answered in time', async () => {
    await using gateway = await Gateway.start();
    gateway.handle = () => {};
    const { connection } = createConnection(gateway.url);
    await connection.connect('token-1');
    await expect(connection.request('money:wallet', {}, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('replaces a socket that does not answer a probe', async () => {
    await using gateway = await Gateway.start();
    gateway.handle = () => {};
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('token-1');
    const probe = connection.request('money:wallet', {}, { timeoutMs: 50, isProbe: true });
    await expect(probe).rejects.toMatchObject({ code: 'connection_failed' });
    await vi.waitFor(() => expect(events).toContain('reconnected'));
  });

  it('replaces a socket at once that owes an answer for longer than a line takes, when it is probed', async () => {
    await using gateway = await Gateway.start();
    const answering = gateway.handle;
    gateway.handle = () => {};
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('token-1');
    const timedOut = connection.request('money:wallet', {}, { timeoutMs: 20 });
    await expect(timedOut).rejects.toMatchObject({ code: 'timeout' });
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + CONNECTION.overdueMs);
    const probe = () => connection.request('money:wallet', {}, { isProbe: true, timeoutMs: 60_000 });
    await expect(probe()).rejects.toMatchObject({ code: 'connection_failed' });
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    gateway.handle = answering;
    // Primary and spare probe the same socket.
    await Promise.all([probe(), probe()]);
    expect(gateway.attempts).toBe(2);
  });

  it('rejects a request as lost with its socket, also if the socket cannot close', async () => {
    await using gateway = await Gateway.start(['polling']);
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('token-1');
    gateway.mutePosts();
    const request = connection.request('stage:leave', { session: 'sess_1' as never }, { timeoutMs: 300 });
    const probe = connection.request('money:wallet', {}, { timeoutMs: 50, isProbe: true });
    await Promise.allSettled([probe]);
    await expect(request).rejects.toMatchObject({ code: 'connection_failed' });
    await vi.waitFor(() => expect(events).toContain('reconnected'));
  });

  it('opens a hanging attempt anew for a probe', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    await connection.connect('token-1');
    gateway.hold = true;
    gateway.breakConnections();
    await vi.waitFor(() => expect(gateway.attempts).toBe(2));
    gateway.hold = false;
    const probe = () => connection.request('money:wallet', {}, { isProbe: true }).catch(({ code }) => code);
    expect(await probe()).toBe('connection_failed');
    // TCP repeats the first packet of an attempt that is as young as this by itself.
    expect(gateway.attempts).toBe(2);
    const later = Date.now() + CONNECTION.synRetryMs;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    await probe();
    await vi.waitFor(() => expect(events).toContain('reconnected'), CONNECTION.welcomeTimeoutMs / 2);
    expect(gateway.attempts).toBe(3);
  });

  it('rejects an open request when the connection breaks, without waiting for its timeout', async () => {
    await using gateway = await Gateway.start();
    gateway.handle = () => gateway.breakConnections();
    const { connection } = createConnection(gateway.url);
    await connection.connect('token-1');
    await expect(connection.request('money:wallet', {})).rejects.toMatchObject({ code: 'connection_failed' });
  });

  it('retries an idempotent request across a loss with the same key', async () => {
    await using gateway = await Gateway.start();
    const keys: string[] = [];
    gateway.handle = (_name, input: { idempotencyKey: string }, answer) => {
      keys.push(input.idempotencyKey);
      if (keys.length === 1) gateway.breakConnections();
      else answer({ ok: true, data: { id: 'tip_1' } });
    };
    const { connection } = createConnection(gateway.url);
    await connection.connect('token-1');
    const answer = await connection.requestReliably('money:tip', { amountMinor: 500, idempotencyKey: 'key-00001' });
    expect(answer.id).toBe('tip_1');
    expect(keys).toEqual(['key-00001', 'key-00001']);
  });

  it('does not retry a request that the server refused', async () => {
    await using gateway = await Gateway.start();
    let requests = 0;
    gateway.handle = (_name, _input, answer) => {
      requests += 1;
      answer({ ok: false, error: { code: 'insufficient_funds', message: 'No.', retryable: false } });
    };
    const { connection } = createConnection(gateway.url);
    await connection.connect('token-1');
    const tip = connection.requestReliably('money:tip', { amountMinor: 500, idempotencyKey: 'key-00001' });
    await expect(tip).rejects.toMatchObject({ code: 'insufficient_funds' });
    expect(requests).toBe(1);
  });

  it('says goodbye when it is closed, but not when the socket is replaced', async () => {
    await using gateway = await Gateway.start();
    const { connection, events } = createConnection(gateway.url);
    const ends: string[] = [];
    await connection.connect('token-1');
    gateway.sockets[0]?.on('disconnect', (reason) => ends.push(reason));
    const answering = gateway.handle;
    gateway.handle = () => {};
    await connection.request('money:wallet', {}, { timeoutMs: 20, isProbe: true }).catch(() => {});
    gateway.handle = answering;
    await vi.waitFor(() => expect(events).toContain('reconnected'));
    gateway.sockets[0]?.on('disconnect', (reason) => ends.push(reason));
    connection.close();
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    expect(ends).toEqual(['transport close', 'client namespace disconnect']);
    expect(events.at(-1)).toBe('disconnected by itself');
  });

  it('refuses requests before connecting and after closing', async () => {
    await using gateway = await Gateway.start();
    const { connection } = createConnection(gateway.url);
    await expect(connection.request('money:wallet', {})).rejects.toMatchObject({ code: 'not_connected' });
    await connection.connect('token-1');
    connection.close();
    connection.close();
    await expect(connection.request('money:wallet', {})).rejects.toMatchObject({ code: 'not_connected' });
  });
});

describe('socketAddress', () => {
  it.each([
    ['https://live.example.com', { origin: 'https://live.example.com', path: '/socket.io' }],
    ['https://example.com/live/', { origin: 'https://example.com', path: '/live/socket.io' }],
    ['http://localhost:3000/?x=1', { origin: 'http://localhost:3000', path: '/socket.io' }],
  ])('uses the path of %s as a prefix', (url, address) => {
    expect(socketAddress(url)).toEqual(address);
  });
});
