/**
 * Checks before a connection becomes a socket: origin, rate limit of its address, and the limit of open sockets of that
 * address. A refusal costs neither an upgrade nor the verification of a token.
 */
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { GatewayContext } from '../context.ts';
import { isOriginAllowed } from '../origins.ts';
import { addressKey, type SocketLimits } from '../rate-limits.ts';
import type { SocketSlots } from './socket-slots.ts';

/** What this needs of Engine.IO's socket, and of the WebSocket inside it, which Engine.IO does not declare. */
interface EngineSocket {
  request: IncomingMessage;
  transport: object;
  once(event: 'close', listener: () => void): unknown;
  on(event: 'packet' | 'upgrade', listener: () => void): unknown;
  close(discard: boolean): void;
}
interface TransportInside {
  socket?: { on(event: 'ping' | 'pong', listener: () => void): unknown; terminate(): void };
}

const PACKET_WINDOW_MS = 1_000;

export class SocketEdge {
  readonly #context: GatewayContext;
  readonly #limits: SocketLimits;
  readonly #slots: SocketSlots;
  /** Releases the place of a connection that is not a socket yet. */
  readonly #opening = new WeakMap<IncomingMessage, () => void>();

  constructor(options: { context: GatewayContext; limits: SocketLimits; slots: SocketSlots }) {
    this.#context = options.context;
    this.#limits = options.limits;
    this.#slots = options.slots;
  }

  /** Throws a typed error where the connection is refused. */
  async admit(request: IncomingMessage): Promise<void> {
    const { config } = this.#context;
    const { origin } = request.headers;
    // Only browsers send `Origin`; a client without one is not a page, and has only its token.
    if (origin !== undefined && !isOriginAllowed(this.#context, origin)) throw new AppError('origin_not_allowed');
    const address = clientAddress(request, config.trustProxyHops);
    await this.#limits.consume('connect', { address });
    // Behind a local proxy that the configuration does not name, everybody would share one address.
    if (isLoopback(address)) return;
    const release = await this.#slots.take([
      { key: `address:${addressKey(address)}`, limit: LIMITS.socketsPerAddress },
    ]);
    if (request.socket.destroyed) return release();
    this.#opening.set(request, release);
    request.socket.once('close', () => {
      if (this.#opening.delete(request)) release();
    });
  }

  /** The connection became a socket: its place is released when the socket closes. */
  handleSocket(socket: EngineSocket): void {
    this.#limitPackets(socket);
    const release = this.#opening.get(socket.request);
    if (!release) return;
    this.#opening.delete(socket.request);
    socket.once('close', release);
  }

  /**
   * Closes a connection that sends more packets than any real client: rate limits of requests do not cover packets that
   * are no requests.
   */
  #limitPackets(socket: EngineSocket): void {
    let [startedAtMs, count] = [0, 0];
    const note = () => {
      const nowMs = performance.now();
      if (nowMs - startedAtMs >= PACKET_WINDOW_MS) [startedAtMs, count] = [nowMs, 0];
      count += 1;
      if (count !== LIMITS.socketPacketsPerSecond + 1) return;
      this.#context.metrics.connectionsClosed.inc({ code: 'rate_limited' });
      const { socket: webSocket } = socket.transport as TransportInside;
      socket.close(true);
      webSocket?.terminate();
    };
    const noteControlFrames = () => {
      const { socket: webSocket } = socket.transport as TransportInside;
      for (const event of ['ping', 'pong'] as const) webSocket?.on(event, note);
    };
    socket.on('packet', note);
    noteControlFrames();
    socket.on('upgrade', noteControlFrames);
  }
}

/** The client's address: of the connection, or as the nearest trusted proxy reports it. */
export function clientAddress({ headers, socket }: IncomingMessage, trustedHops: number): string {
  const direct = socket.remoteAddress ?? '';
  const forwarded = headers['x-forwarded-for'];
  if (trustedHops === 0 || typeof forwarded !== 'string') return direct;
  const hops = forwarded.split(',').map((hop) => hop.trim());
  return hops.at(-trustedHops) || direct;
}

function isLoopback(address: string): boolean {
  const plain = addressKey(address);
  return isIPv4(plain) ? plain.startsWith('127.') : address === '::1';
}
