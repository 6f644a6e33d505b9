/**
 * The socket to a gateway: connects, reconnects and sends requests. Every attempt uses a new Socket.IO client and a new
 * token, so that no state of a lost connection leaks into the next. Events are passed on to the room uninterpreted.
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

/** A room token, or a function that fetches one from the embedder's server and is called at every reconnect. */
export type TokenSource = string | (() => string | Promise<string>);
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

export interface ConnectionHandlers {
  /** Called before `connect()` resolves, and after every reconnect; `downMs` is null the first time. */
  onWelcome(welcome: Welcome, downMs: number | null): void;
  onEvent<N extends EventName>(name: N, data: EventData<N>): void;
  onReconnecting(error: LogeError | null): void;
  onReconnected(downMs: number): void;
  onDisconnected(error: LogeError | null): void;
  /** Sequence number after which the server resumes the chat. */
  chatSince(): number | undefined;
  /** Hash of the routers' capabilities that the client has; the welcome leaves them out where they are the server's. */
  router?(): string | undefined;
  /** The token of the first attempt, while its socket is being opened. */
  onToken?(token: string): void;
}

export interface RequestOptions {
  timeoutMs?: number;
  /**
   * The line is back: a socket that does not answer in time, or that has owed an answer for `overdueMs`, is replaced,
   * and one that is being opened is opened anew.
   */
  isProbe?: boolean;
}

const RETRIED_CODES = new Set(['timeout', 'connection_failed', 'unavailable', 'shutting_down']);

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
  /** Fetched while a socket is being opened, and not sent yet. */
  #nextToken: Promise<string> | null = null;
  /** When the provider was called for it. */
  #tokenAskedAt = 0;
  #attempt = 0;
  /** When the last attempt began. */
  #openedAt = 0;
  #expiredTokens = 0;
  /** Duration of the attempts and waits since `connect()` was called or the connection was lost. */
  #triedMs = 0;
  #lostAt = 0;
  #lastHeardAt = 0;
  /** Requests to this socket without an answer, the oldest first, those that have timed out too. */
  readonly #unanswered = new Set<{ sentAt: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #goodbye: { error: LogeError; reconnect: boolean } | null = null;
  #waiters = new Set<Waiter>();
  /** Aborted by `close()`: a request is never retried after the next `connect()`, which may be for another room. */
  #lifetime = new AbortController();
  /** Set by the first welcome. */
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

  /**
   * Resolves after the first welcome; rejects at once with errors that are not retryable, else after
   * `CONNECTION.firstConnectMs`.
   */
  connect(source: TokenSource): Promise<void> {
    if (this.#state === 'connected') return Promise.resolve();
    if (this.#state === 'connecting' || this.#state === 'reconnecting') return this.#whenConnected();
    this.#source = source;
    this.#nextToken = null;
    this.#state = 'connecting';
    this.#lifetime = new AbortController();
    this.#room = null;
    this.#attempt = 0;
    this.#expiredTokens = 0;
    this.#triedMs = 0;
    this.#unlisten = listenToNetwork({
      onChange: () => this.#replaceSocket('The network changed.'),
      onVisible: () => this.#reconnectNow(),
      // Closing the tab ends its media at once, instead of after the server's grace period.
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
   * Sends one request. Rejects with the server's error, with `timeout`, with `connection_failed` when the connection is
   * down or breaks, or with `not_connected` when the room is left.
   */
  async request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    options: RequestOptions = {},
  ): Promise<RequestAnswer<N>> {
    const socket = this.#socket;
    if (this.#state === 'idle' || this.#state === 'disconnected') throw new LogeError('not_connected');
    if (this.#state !== 'connected' || !socket || (options.isProbe && this.#isOverdue)) {
      if (options.isProbe) this.#replaceSocket('The socket does not answer.');
      throw new LogeError('connection_failed');
    }
    const { signal } = this.#lifetime;
    const answer = await new Promise<Answer<RequestAnswer<N>>>((resolve, reject) => {
      const leave = (): void => reject(signal.reason);
      signal.addEventListener('abort', leave);
      const sent = { sentAt: Date.now() };
      this.#unanswered.add(sent);
      socket
        .timeout(options.timeoutMs ?? CONNECTION.requestTimeoutMs)
        .emit(name, input, { room: this.#room }, (error: Error | null, data: Answer<RequestAnswer<N>>) => {
          signal.removeEventListener('abort', leave);
          if (!error) {
            this.#unanswered.delete(sent);
            return resolve(data);
          }
          if (options.isProbe && socket === this.#socket) this.#replaceSocket('The socket does not answer.');
          // Over a dead line a replaced socket may not close. By then the next one has resumed the media.
          reject(new LogeError(socket === this.#socket ? 'timeout' : 'connection_failed', undefined, { cause: error }));
        });
    });
    if (answer.ok) return answer.data;
    throw fromWire(answer.error);
  }

  /** Sends an idempotent request: waits for the connection and retries across timeouts and reconnects. */
  async requestReliably<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestAnswer<N>> {
    const deadline = Date.now() + CONNECTION.reliableMs;
    const { signal } = this.#lifetime;
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (this.#state === 'connecting' || this.#state === 'reconnecting')
          await this.#whenConnected(deadline - Date.now());
        return await this.request(name, input);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const failure = toLogeError(error, 'connection_failed');
        if (!RETRIED_CODES.has(failure.code) || this.#state === 'disconnected' || Date.now() >= deadline) throw failure;
        this.#log('debug', 'retrying request', { name, code: failure.code, attempt });
        await delay(failure.retryAfterMs ?? backoffMs(CONNECTION.backoffMs, attempt, CONNECTION.jitter), signal);
        if (signal.aborted) throw signal.reason;
      }
    }
  }

  /** What was sent over a dead line waits for a retransmission, seconds away, and all that is sent after it. */
  get #isOverdue(): boolean {
    const [oldest] = this.#unanswered;
    return oldest !== undefined && Date.now() - oldest.sentAt >= CONNECTION.overdueMs;
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
      // An error with a code of the catalogue, such as a fetch wrapper's, tells itself whether it is retryable.
      throw parseWireError(error) ?? new LogeError('token_unavailable', undefined, { cause: error });
    }
  }

  #open(): void {
    const target = socketAddress(this.#url);
    this.#openedAt = Date.now();
    // Embedders fetch the token from their server: both take round trips.
    if (!this.#nextToken) {
      this.#tokenAskedAt = this.#openedAt;
      this.#nextToken = this.#token();
    }
    const token = this.#nextToken;
    const socket = io(target.origin, {
      path: target.path,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      forceNew: true,
      reconnection: false,
      timeout: CONNECTION.welcomeTimeoutMs,
      auth: (send) => {
        token.then((value) => {
          // The token of an attempt that has failed meanwhile is left to the next one.
          if (socket !== this.#socket) return;
          this.#nextToken = null;
          // What is undefined is not sent.
          send({ token: value, since: this.#handlers.chatSince(), router: this.#handlers.router?.() });
        }, ignored);
      },
    });
    this.#socket = socket;
    this.#unanswered.clear();
    this.#goodbye = null;
    const isFirst = this.#state === 'connecting' && this.#attempt === 0;
    token.then(
      (value) => {
        if (isFirst && socket === this.#socket) this.#handlers.onToken?.(value);
      },
      (error) => {
        this.#nextToken = null;
        this.#handleLoss(socket, toLogeError(error, 'token_unavailable'));
      },
    );
    this.#timer = setTimeout(() => {
      // A slow provider still answers for the next attempt; one that hangs is called again.
      if (Date.now() - this.#tokenAskedAt >= 2 * CONNECTION.welcomeTimeoutMs) this.#nextToken = null;
      this.#handleLoss(socket, new LogeError('timeout'));
    }, CONNECTION.welcomeTimeoutMs);
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      const cause = parseWireError(error.data) ?? new LogeError('connection_failed', undefined, { cause: error });
      this.#handleLoss(socket, cause);
    });
    socket.on('disconnect', (reason) => {
      const cause = this.#goodbye?.error ?? new LogeError('connection_failed', `The connection was lost (${reason}).`);
      this.#handleLoss(socket, cause, this.#goodbye?.reconnect);
    });
    socket.io.on('ping', () => {
      if (socket === this.#socket) this.#lastHeardAt = Date.now();
    });
    socket.onAny((name: EventName, data) => this.#handleEvent(socket, name, data));
  }

  #handleEvent(socket: Socket, name: EventName, data: unknown): void {
    if (socket !== this.#socket) return;
    this.#lastHeardAt = Date.now();
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
      this.#finish(new LogeError('wrong_room', 'The token for the reconnect is for another room.'));
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

  /** An attempt failed or the connection broke: ends the connection, or schedules the next attempt. */
  #handleLoss(socket: Socket, error: LogeError, shouldRetry = this.#isWorthRetrying(error)): void {
    if (socket !== this.#socket || this.#state === 'disconnected') return;
    this.#dropSocket({ goodbye: false });
    this.#log(shouldRetry ? 'info' : 'warn', 'connection lost', {
      code: error.code,
      reason: error.message,
      state: this.#state,
    });
    if (!shouldRetry) {
      this.#finish(error);
      return;
    }
    if (this.#state === 'connected') {
      this.#state = 'reconnecting';
      this.#triedMs = 0;
      // A suspended computer or a silent packet loss is noticed long after it began.
      this.#lostAt = Math.min(Date.now(), this.#lastHeardAt + CONNECTION.heartbeatMs);
      this.#handlers.onReconnecting(error);
    } else {
      // Only a suspended computer exceeds the limit of an attempt: that time does not count.
      this.#triedMs += Math.min(Date.now() - this.#openedAt, CONNECTION.welcomeTimeoutMs);
    }
    // A listener may have called close().
    if (this.state === 'disconnected' || this.#socket) return;
    const limitMs = this.#state === 'connecting' ? CONNECTION.firstConnectMs : CONNECTION.giveUpMs;
    const waitMs = error.retryAfterMs ?? backoffMs(CONNECTION.backoffMs, this.#attempt, CONNECTION.jitter);
    this.#triedMs += waitMs;
    if (this.#triedMs > limitMs) {
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
    // If the provider fails before the first welcome, the page has a bug: report it at once.
    if (error.code === 'token_unavailable' && this.#state === 'connecting') return false;
    return error.retryable;
  }

  /** Replaces a socket that may be dead, and reconnects without waiting. */
  #replaceSocket(reason: string): void {
    const isOld = Date.now() - this.#openedAt >= CONNECTION.synRetryMs;
    if (this.#socket && (this.#state === 'connected' || (this.#state === 'reconnecting' && isOld)))
      this.#handleLoss(this.#socket, new LogeError('connection_failed', reason), true);
    this.#reconnectNow();
  }

  #reconnectNow(): void {
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
    // A goodbye ends the media sessions on the server; without one the next socket can resume them.
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
    this.#lifetime.abort(error ?? new LogeError('not_connected', 'The room was left.'));
    // Before the first welcome, the rejected connect() reports it.
    if (!wasOpening) this.#handlers.onDisconnected(error);
  }
}

/** Socket.IO reads a path in the URL as a namespace; for an embedder it is the prefix of a reverse proxy. */
export function socketAddress(url: string): { origin: string; path: string } {
  const { origin, pathname } = httpAddress(url, '/socket.io');
  return { origin, path: pathname };
}

/** The address of an HTTP path of the server. */
export function httpAddress(url: string, path: string): URL {
  const base = typeof location === 'object' ? location.href : undefined;
  const { origin, pathname } = new URL(url || '/', base);
  return new URL(`${origin}${pathname.replace(/\/$/, '')}${path}`);
}

/** For a rejection that is handled elsewhere. */
function ignored(): void {}
