/**
 * A model of TCP over a line: the handshake's round trip, slow start from ten segments (RFC 6928), delivery in order,
 * and retransmission after a tail loss probe and then at timeouts that double (RFC 8985, RFC 6298). Without it a
 * relayed connection would be up at once, carry any answer in one flight, and continue as soon as a dead line is back.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Way } from './way.ts';

const HOST = '127.0.0.1';
const SEGMENT_BYTES = 1_460;
const INITIAL_WINDOW_BYTES = 10 * SEGMENT_BYTES;
const WINDOW_MAX_BYTES = 4 << 20;
const BUFFERED_MAX_BYTES = 1 << 20;
/** Of the first packet of a handshake, doubled each time (RFC 6298). */
const CONNECT_RETRY_MS = 1_000;
const RETRANSMIT_MIN_MS = 200;

interface Line {
  readonly down: Way;
  readonly up: Way;
  readonly roundTripMs: number;
}

export class TcpRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async create(line: Line, targetPort: number): Promise<TcpRelay> {
    const relay = new TcpRelay(line, targetPort);
    relay.#server.listen(0, HOST);
    await once(relay.#server, 'listening');
    return relay;
  }

  private constructor(line: Line, targetPort: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      client.on('error', () => {});
      this.#keep(client);
      const down = new Stream(line, line.down, client);
      // The browser's connection is up already; it carries nothing until the handshake has crossed the line.
      transmit(line, line.up, 0, CONNECT_RETRY_MS, () => {
        const server = connect({ port: targetPort, host: HOST, allowHalfOpen: true, noDelay: true });
        server.on('error', () => client.destroy());
        this.#keep(server);
        down.readFrom(server);
        transmit(line, line.down, 0, CONNECT_RETRY_MS, () => new Stream(line, line.up, server).readFrom(client));
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

interface Segment {
  data: Buffer;
  isLast: boolean;
  hasArrived: boolean;
}

/** One direction of a connection. */
class Stream {
  readonly #line: Line;
  readonly #way: Way;
  readonly #to: Socket;
  #from: Socket | undefined;
  readonly #unsent: Segment[] = [];
  /** Sent and not delivered, in order. */
  readonly #sent: Segment[] = [];
  #unsentBytes = 0;
  #flightBytes = 0;
  #windowBytes = INITIAL_WINDOW_BYTES;
  #isEnded = false;

  constructor(line: Line, way: Way, to: Socket) {
    this.#line = line;
    this.#way = way;
    this.#to = to;
  }

  readFrom(from: Socket): void {
    this.#from = from;
    from.on('data', (data: Buffer) => this.#push(data));
    // A reset crosses the line like an end.
    for (const event of ['end', 'close'] as const) from.on(event, () => this.#end());
  }

  #push(data: Buffer): void {
    for (let at = 0; at < data.length; at += SEGMENT_BYTES)
      this.#unsent.push({ data: data.subarray(at, at + SEGMENT_BYTES), isLast: false, hasArrived: false });
    this.#unsentBytes += data.length;
    if (this.#unsentBytes > BUFFERED_MAX_BYTES) this.#from?.pause();
    this.#sendWindow();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#unsent.push({ data: Buffer.alloc(0), isLast: true, hasArrived: false });
    this.#sendWindow();
  }

  #sendWindow(): void {
    for (let next = this.#unsent[0]; next && this.#flightBytes < this.#windowBytes; next = this.#unsent[0]) {
      const segment = next;
      this.#unsent.shift();
      this.#sent.push(segment);
      this.#unsentBytes -= segment.data.length;
      this.#flightBytes += segment.data.length;
      const retryMs = Math.max(RETRANSMIT_MIN_MS, 2 * this.#line.roundTripMs);
      transmit(this.#line, this.#way, segment.data.length, retryMs, () => this.#handleArrived(segment));
    }
    if (this.#unsentBytes < BUFFERED_MAX_BYTES) this.#from?.resume();
  }

  #handleArrived(segment: Segment): void {
    segment.hasArrived = true;
    for (let first = this.#sent[0]; first?.hasArrived; first = this.#sent[0]) {
      this.#sent.shift();
      if (first.isLast) this.#to.end();
      else if (!this.#to.destroyed) this.#to.write(first.data);
    }
    // The acknowledgement is back after the other way's delay.
    setTimeout(() => {
      this.#flightBytes -= segment.data.length;
      this.#windowBytes = Math.min(WINDOW_MAX_BYTES, this.#windowBytes + segment.data.length);
      this.#sendWindow();
    }, this.#line.roundTripMs / 2).unref();
  }
}

/** Sends one packet again until it passes: after `retryMs`, then at twice the time before. */
function transmit(line: Line, way: Way, bytes: number, retryMs: number, deliver: () => void): void {
  if (way.send(bytes, deliver)) return;
  setTimeout(() => transmit(line, way, bytes, retryMs * 2, deliver), retryMs).unref();
}
