import { type RawData, WebSocket } from 'ws';
import type { z } from 'zod';
import { SfuError } from '../contract.ts';
import {
  CONTROL_CONFIRM_MS,
  CONTROL_CONNECT_TIMEOUT_MS,
  CONTROL_CONNECT_WAIT_MS,
  CONTROL_FRAME_MAX_BYTES,
  CONTROL_HEARTBEAT_MS,
  CONTROL_REFUSALS_MAX,
  CONTROL_REQUEST_TIMEOUT_MS,
  CONTROL_REQUESTS_MAX,
  CONTROL_RETRY_MAX_MS,
  CONTROL_RETRY_MIN_MS,
  CONTROL_SILENCE_MAX_MS,
} from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { InTurn } from './in-turn.ts';
import { CONTROL_VERSION, type hello, parseFrame, serverFrame } from './messages.ts';
import { clientTls } from './tls.ts';

export type Hello = z.infer<typeof hello>;

export interface ControlClientOptions {
  url: string;
  secret: string;
  log: SfuLog;
  /** A connection is up. Requests made here go before those that waited for it. */
  handleUp: (hello: Hello) => void;
  handleEvent: (event: unknown, number: number) => void;
  /** Nothing listens at the address any more: the process is gone, with all its sessions. */
  handleRefused: () => void;
}

interface Pending {
  resolve: (data: unknown) => void;
  reject: (error: SfuError) => void;
  timer: NodeJS.Timeout;
}

/** The request was sent; whether the node has handled it, or will, is unknown. */
export class UnansweredRequest extends SfuError {
  constructor(message: string) {
    super('node_unavailable', message);
  }
}

/**
 * A connection to a node's control API that reconnects by itself. Requests without an answer when it breaks, or in
 * time, fail as `UnansweredRequest`. Requests made while it is down wait for `CONTROL_CONNECT_WAIT_MS`.
 */
export class ControlClient {
  readonly #options: ControlClientOptions;
  readonly #pending = new Map<number, Pending>();
  #socket: WebSocket | undefined;
  #up = Promise.withResolvers<void>();
  #isUp = false;
  #waiting = 0;
  #nextId = 0;
  #retryMs = CONTROL_RETRY_MIN_MS;
  #refusals = 0;
  #heardAtMs = 0;
  #received = 0;
  #confirming: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout;
  #messages: InTurn<[RawData, boolean]> | undefined;
  #closed = false;

  constructor(options: ControlClientOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#handleHeartbeat(), CONTROL_HEARTBEAT_MS).unref();
    this.#connect();
  }

  get up(): boolean {
    return this.#isUp;
  }

  /** Sends a request and resolves to the answer as received; the caller validates it. */
  async request(method: string, params: unknown, timeoutMs = CONTROL_REQUEST_TIMEOUT_MS): Promise<unknown> {
    if (!this.#isUp) await this.#waitUntilUp();
    const socket = this.#socket;
    if (this.#closed || !this.#isUp || !socket) throw unavailable('The connection to the SFU node is closed.');
    if (this.#pending.size >= CONTROL_REQUESTS_MAX)
      throw new SfuError('node_full', 'Too many requests are pending for this node.');
    const id = this.#nextId++;
    const message = JSON.stringify({ id, method, params });
    if (message.length > CONTROL_FRAME_MAX_BYTES)
      throw new SfuError('invalid_media_parameters', 'The request is too large.');
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new UnansweredRequest('The SFU node did not answer in time.'));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      socket.send(message);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#retry);
    if (this.#socket) this.#terminate(this.#socket);
    this.#handleDown();
    this.#up.promise.catch(() => {});
    this.#up.reject(unavailable('The connection to the SFU node is closed.'));
  }

  async #waitUntilUp(): Promise<void> {
    if (this.#waiting >= CONTROL_REQUESTS_MAX)
      throw new SfuError('node_full', 'Too many requests are pending for this node.');
    this.#waiting++;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(unavailable('The SFU node cannot be reached.')), CONTROL_CONNECT_WAIT_MS);
    });
    await Promise.race([this.#up.promise, timeout]).finally(() => {
      clearTimeout(timer);
      this.#waiting--;
    });
  }

  #connect(): void {
    const { url, secret } = this.#options;
    const socket = new WebSocket(url, {
      ...clientTls(secret),
      handshakeTimeout: CONTROL_CONNECT_TIMEOUT_MS,
      maxPayload: CONTROL_FRAME_MAX_BYTES,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    this.#received = 0;
    this.#heardAtMs = performance.now();
    // Each frame in a turn of its own: the events behind an answer may concern a session that the answer makes known.
    const messages = new InTurn(([data, isBinary]: [RawData, boolean]) => this.#handleMessage(socket, data, isBinary));
    this.#messages = messages;
    socket.on('message', (...message) => messages.add(message));
    socket.on('ping', () => this.#hear());
    socket.on('pong', () => this.#hear());
    socket.on('error', (error) => this.#handleError(error));
    socket.on('close', () => this.#handleClose(socket));
  }

  /** Ends the connection and drops the frames that it has sent and that have not been handled. */
  #terminate(socket: WebSocket): void {
    this.#messages?.clear();
    socket.terminate();
  }

  #hear(): void {
    this.#heardAtMs = performance.now();
  }

  #handleHeartbeat(): void {
    // Also a connection over which the node has not said hello.
    if (performance.now() - this.#heardAtMs > CONTROL_SILENCE_MAX_MS) this.#socket?.terminate();
    else if (this.#isUp) this.#socket?.ping();
  }

  #handleMessage(socket: WebSocket, data: RawData, isBinary: boolean): void {
    this.#hear();
    const frame = parseFrame(serverFrame, data, isBinary);
    if (!frame) {
      this.#options.log.error({ url: this.#options.url }, 'sfu control frame failed validation');
      this.#terminate(socket);
    } else if ('hello' in frame) this.#handleHello(socket, frame.hello);
    else if ('event' in frame) this.#handleEvent(socket, frame.event, frame.number);
    else this.#handleAnswer(frame);
  }

  #handleHello(socket: WebSocket, given: Hello): void {
    if (given.version !== CONTROL_VERSION) {
      this.#options.log.error({ version: given.version }, 'sfu control protocol version mismatch');
      this.#terminate(socket);
      return;
    }
    this.#isUp = true;
    this.#retryMs = CONTROL_RETRY_MIN_MS;
    this.#refusals = 0;
    this.#options.handleUp(given);
    this.#up.resolve();
  }

  #handleEvent(socket: WebSocket, event: unknown, number: number): void {
    this.#received++;
    this.#confirming ??= setTimeout(() => {
      this.#confirming = undefined;
      if (socket === this.#socket && this.#isUp) socket.send(JSON.stringify({ received: this.#received }));
    }, CONTROL_CONFIRM_MS);
    this.#options.handleEvent(event, number);
  }

  #handleAnswer(frame: { id: number; data?: unknown; error?: { code: SfuError['code']; message: string } }): void {
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    this.#pending.delete(frame.id);
    clearTimeout(pending.timer);
    if (frame.error) pending.reject(new SfuError(frame.error.code, frame.error.message));
    else pending.resolve(frame.data);
  }

  #handleError(error: Error): void {
    const refused = 'code' in error && error.code === 'ECONNREFUSED';
    this.#refusals = refused ? this.#refusals + 1 : 0;
    if (this.#closed) return;
    this.#options.log.warn({ url: this.#options.url, err: error }, 'sfu control connection failed');
    if (this.#refusals === CONTROL_REFUSALS_MAX) this.#options.handleRefused();
  }

  #handleClose(socket: WebSocket): void {
    if (socket !== this.#socket || this.#closed) return;
    this.#handleDown();
    // Jitter, so that gateways that lost a node together do not reconnect together.
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs * (1 + Math.random()));
    this.#retryMs = Math.min(CONTROL_RETRY_MAX_MS, this.#retryMs * 2);
  }

  #handleDown(): void {
    if (this.#isUp) this.#up = Promise.withResolvers<void>();
    this.#isUp = false;
    clearTimeout(this.#confirming);
    this.#confirming = undefined;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new UnansweredRequest('The connection to the SFU node broke before its answer.'));
    }
    this.#pending.clear();
  }
}

function unavailable(message: string): SfuError {
  return new SfuError('node_unavailable', message);
}
