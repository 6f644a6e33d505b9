/**
 * The socket to a gateway: opens it, restores it, and carries requests over it. Every attempt uses a fresh Socket.IO client with a
 * fresh token, so that no state of a lost connection leaks into the next. What events mean is the room's business, not known here.
 */
import { io, type Socket } from 'socket.io-client';
import type {
  Answer,
  EventData,
  EventName,
  RequestAnswer,
  RequestInput,
  RequestName,
  Welcome,
} from '../../../server/protocol/realtime.ts';
import { backoffMs, delay } from '../backoff.ts';
import { fromWire, LogeError, parseWireError, toLogeError } from '../errors.ts';
import { CONNECTION } from '../limits.ts';
import type { Log } from '../log.ts';
import { listenToNetwork } from './network.ts';

/** A room token, or a function that fetches one from the embedder's server; it is called again at every reconnect. */
export type TokenSource = string | (() => string | Promise<string>);
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

export interface ConnectionHandlers {
  /** Every welcome: the first, and with how long the connection was down those after a reconnect. Called before `connect()` resolves. */
  onWelcome(welcome: Welcome, downMs: number | null): void;
  onEvent<N extends EventName>(name: N, data: EventData<N>): void;
  onReconnecting(error: LogeError | null): void;
  onReconnected(downMs: number): void;
  onDisconnected(error: LogeError | null): void;
  /** Sequence number after which the chat is to be resumed. */
  chatSince(): number | undefined;
}

export interface RequestOptions {
  timeoutMs?: number;
}

const RETRY_RELIABLY = new Set(['timeout', 'connection_failed', 'unavailable', 'shutting_down']);

interface Waiter {
  resolve(): void;
  reject(error: LogeError): void;
}

export class Connection {
  readonly #url: string;
  readonly #log: Log;
  readonly #handlers: ConnectionHandlers;
  #state: ConnectionState = 'idle';
  #socket: Socket | null = null;
  #source: TokenSource = '';
  #attempt = 0;
  #expiredTokens = 0;
  #startedAt = 0;
  #lostAt = 0;
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #goodbye: { error: LogeError; reconnect: boolean } | null = null;
  #waiters = new Set<Waiter>();
  /** From `connect()` to `close()`: whatever was asked for in one stay is never asked for in another, which may be in another room. */
  #stay = new AbortController();
  /** The room of this stay, known from its first welcome. */
  #room: string | null = null;
  #unlisten: (() => void) | null = null;

  constructor(options: { url: string; log: Log; handlers: ConnectionHandlers }) {
    this.#url = options.url;
    this.#log = options.log;
    this.#handlers = options.handlers;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Resolves after the first welcome; rejects at once with what trying again cannot mend, else after `CONNECTION.firstConnectMs`. */
  connect(source: TokenSource): Promise<void> {
    if (this.#state === 'connected') return Promise.resolve();
    if (this.#state === 'connecting' || this.#state === 'reconnecting') return this.#whenConnected();
    this.#source = source;
    this.#state = 'connecting';
    this.#stay = new AbortController();
    this.#room = null;
    this.#attempt = 0;
    this.#expiredTokens = 0;
    this.#startedAt = Date.now();
    this.#unlisten = listenToNetwork({
      onChange: () => this.handleNetworkChange(),
      onVisible: () => this.#hurry(),
      // Whoever closes the tab says goodbye, so that their media ends now and not when the server has given up waiting for them.
      onGone: () => this.close(),
    });
    const connected = this.#whenConnected();
    this.#open();
    return connected;
  }

  /** Ends the connection for good; idempotent. */
  close(): void {
    this.#finish(null);
  }

  /**
   * Makes one request. Rejects with the server's error, with `timeout`, with `connection_failed` when the connection is down or goes down, or with
   * `not_connected` when the room is left.
   */
  async request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    options: RequestOptions = {},
  ): Promise<RequestAnswer<N>> {
    const socket = this.#socket;
    if (this.#state === 'idle' || this.#state === 'disconnected') throw new LogeError('not_connected');
    if (this.#state !== 'connected' || !socket) throw new LogeError('connection_failed');
    const { signal } = this.#stay;
    const answer = await new Promise<Answer<RequestAnswer<N>>>((resolve, reject) => {
      const leave = (): void => reject(signal.reason);
      signal.addEventListener('abort', leave);
      socket
        .timeout(options.timeoutMs ?? CONNECTION.requestTimeoutMs)
        .emit(name, input, { room: this.#room }, (error: Error | null, data: Answer<RequestAnswer<N>>) => {
          signal.removeEventListener('abort', leave);
          if (!error) resolve(data);
          else reject(new LogeError(socket.connected ? 'timeout' : 'connection_failed', undefined, { cause: error }));
        });
    });
    if (answer.ok) return answer.data;
    throw fromWire(answer.error);
  }

  /** Makes a request that is safe to repeat: waits for the connection and repeats across timeouts and reconnects. */
  async requestReliably<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestAnswer<N>> {
    const deadline = Date.now() + CONNECTION.reliableMs;
    const { signal } = this.#stay;
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (this.#state === 'connecting' || this.#state === 'reconnecting')
          await this.#whenConnected(deadline - Date.now());
        return await this.request(name, input);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const failure = toLogeError(error, 'connection_failed');
        if (!RETRY_RELIABLY.has(failure.code) || this.#state === 'disconnected' || Date.now() >= deadline)
          throw failure;
        this.#log('debug', 'request repeated', { name, code: failure.code, attempt });
        await delay(failure.retryAfterMs ?? backoffMs(CONNECTION.backoffMs, attempt, CONNECTION.jitter), signal);
        if (signal.aborted) throw signal.reason;
      }
    }
  }

  #whenConnected(timeoutMs?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => waiter.reject(new LogeError('timeout')), Math.max(0, timeoutMs));
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        finish();
      };
      const waiter: Waiter = { resolve: () => settle(resolve), reject: (error) => settle(() => reject(error)) };
      this.#waiters.add(waiter);
    });
  }

  async #token(): Promise<string> {
    if (typeof this.#source === 'string') return this.#source;
    try {
      return await this.#source();
    } catch (error) {
      // An error of ours, or one with a code of the catalogue (a fetch wrapper's), says by itself whether to go on.
      throw parseWireError(error) ?? new LogeError('token_unavailable', undefined, { cause: error });
    }
  }

  #open(): void {
    const target = socketAddress(this.#url);
    const socket = io(target.origin, {
      path: target.path,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      forceNew: true,
      reconnection: false,
      timeout: CONNECTION.welcomeTimeoutMs,
      auth: (give) => {
        this.#token().then(
          (token) => {
            const since = this.#handlers.chatSince();
            give({ token, ...(since === undefined ? {} : { since }) });
          },
          (error) => this.#handleLoss(socket, toLogeError(error, 'token_unavailable')),
        );
      },
    });
    this.#socket = socket;
    this.#goodbye = null;
    this.#timer = setTimeout(() => this.#handleLoss(socket, new LogeError('timeout')), CONNECTION.welcomeTimeoutMs);
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      const cause = parseWireError(error.data) ?? new LogeError('connection_failed', undefined, { cause: error });
      this.#handleLoss(socket, cause);
    });
    socket.on('disconnect', (reason) => {
      const cause = this.#goodbye?.error ?? new LogeError('connection_failed', `The connection was lost (${reason}).`);
      this.#handleLoss(socket, cause, this.#goodbye?.reconnect);
    });
    socket.io.on('ping', () => {
      if (socket === this.#socket) this.#heardAt = Date.now();
    });
    socket.onAny((name: EventName, data) => this.#handleEvent(socket, name, data));
  }

  #handleEvent(socket: Socket, name: EventName, data: unknown): void {
    if (socket !== this.#socket) return;
    this.#heardAt = Date.now();
    if (name === 'rooms:welcome') {
      this.#handleWelcome(data as Welcome);
    } else if (name === 'rooms:goodbye') {
      const { code, message, reconnect } = data as EventData<'rooms:goodbye'>;
      this.#goodbye = {
        error: parseWireError({ code, message, retryable: reconnect }) ?? new LogeError('internal'),
        reconnect,
      };
    } else {
      this.#handlers.onEvent(name, data as EventData<typeof name>);
    }
  }

  #handleWelcome(welcome: Welcome): void {
    clearTimeout(this.#timer);
    if (this.#room !== null && this.#room !== welcome.room.id) {
      this.#finish(new LogeError('wrong_room', 'The page gave a token of another room on reconnecting.'));
      return;
    }
    this.#room = welcome.room.id;
    const reconnect = this.#state === 'reconnecting';
    this.#state = 'connected';
    this.#attempt = 0;
    this.#expiredTokens = 0;
    this.#log('info', reconnect ? 'reconnected' : 'connected', {
      room: welcome.room.id,
      identity: welcome.participant.identity,
    });
    const downMs = reconnect ? Date.now() - this.#lostAt : null;
    this.#handlers.onWelcome(welcome, downMs);
    if (downMs !== null) this.#handlers.onReconnected(downMs);
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  /** One attempt failed or the connection broke: ends it for good, or plans the next attempt. */
  #handleLoss(socket: Socket, error: LogeError, comeBack = this.#isWorthRetrying(error)): void {
    if (socket !== this.#socket || this.#state === 'disconnected') return;
    this.#dropSocket({ goodbye: false });
    this.#log(comeBack ? 'info' : 'warn', 'connection lost', {
      code: error.code,
      reason: error.message,
      state: this.#state,
    });
    if (!comeBack) {
      this.#finish(error);
      return;
    }
    if (this.#state === 'connected') {
      this.#state = 'reconnecting';
      // A computer that slept, or a path that dropped everything, hears of the loss long after it.
      this.#lostAt = Math.min(Date.now(), this.#heardAt + CONNECTION.heartbeatMs);
      this.#handlers.onReconnecting(error);
    }
    // A listener of that event may have called close().
    if (this.state === 'disconnected' || this.#socket) return;
    const since = this.#state === 'connecting' ? this.#startedAt : this.#lostAt;
    const limitMs = this.#state === 'connecting' ? CONNECTION.firstConnectMs : CONNECTION.giveUpMs;
    const waitMs = error.retryAfterMs ?? backoffMs(CONNECTION.backoffMs, this.#attempt, CONNECTION.jitter);
    if (Date.now() + waitMs - since > limitMs) {
      this.#finish(error);
      return;
    }
    this.#attempt += 1;
    this.#timer = setTimeout(() => this.#open(), waitMs);
  }

  #isWorthRetrying(error: LogeError): boolean {
    if (error.code === 'token_expired') {
      this.#expiredTokens += 1;
      return typeof this.#source === 'function' && this.#expiredTokens < CONNECTION.tokenAttempts;
    }
    // A provider that fails before the first welcome is a fault of the page: its author should see it at once.
    if (error.code === 'token_unavailable' && this.#state === 'connecting') return false;
    return error.retryable;
  }

  /** The network came back or changed: a waiting attempt is made at once, a socket that may be dead is replaced. */
  handleNetworkChange(): void {
    if (this.#state === 'connected' && this.#socket) {
      this.#handleLoss(this.#socket, new LogeError('connection_failed', 'The network changed.'), true);
    }
    this.#hurry();
  }

  #hurry(): void {
    if (this.#state !== 'reconnecting' || this.#socket) return;
    clearTimeout(this.#timer);
    this.#open();
  }

  #dropSocket(options: { goodbye: boolean }): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.offAny();
    socket.off('connect_error');
    socket.off('disconnect');
    // A goodbye ends the media sessions on the server; without one they wait to be taken over by the next socket.
    if (options.goodbye) socket.disconnect();
    else socket.io.engine?.close();
  }

  #finish(error: LogeError | null): void {
    if (this.#state === 'idle' || this.#state === 'disconnected') return;
    const wasOpening = this.#state === 'connecting';
    this.#dropSocket({ goodbye: true });
    this.#state = 'disconnected';
    this.#unlisten?.();
    this.#unlisten = null;
    for (const waiter of [...this.#waiters])
      waiter.reject(error ?? new LogeError('connection_failed', 'The room was left.'));
    this.#stay.abort(error ?? new LogeError('not_connected', 'The room was left.'));
    // Before the first welcome the rejected connect() is the news.
    if (!wasOpening) this.#handlers.onDisconnected(error);
  }
}

/** Socket.IO reads a path in the URL as a namespace; for an embedder it is the prefix of a reverse proxy. */
export function socketAddress(url: string): { origin: string; path: string } {
  const base = typeof location === 'object' ? location.href : undefined;
  const { origin, pathname } = new URL(url || '/', base);
  return { origin, path: `${pathname.replace(/\/$/, '')}/socket.io` };
}
