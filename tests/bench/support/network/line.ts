/**
 * A line as people have it, between a browser and the server, both on this machine: relays for TCP and UDP that delay,
 * lose and limit what passes, each way. It needs no privileges. UDP packets pass as they are. The two ends of a TCP
 * connection are ours and the kernel's, so what the line would do to it is modelled in `tcp-relay.ts`.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { TcpRelay } from './tcp-relay.ts';
import { Way, type WaySettings } from './way.ts';

const HOST = '127.0.0.1';
const BUFFER_BYTES = 4 << 20;

export interface LineSettings {
  roundTripMs: number;
  /** From the server to the browser. */
  down?: Partial<Pick<WaySettings, 'loss' | 'kbps'>>;
  /** From the browser to the server. */
  up?: Partial<Pick<WaySettings, 'loss' | 'kbps'>>;
  isDead?: boolean;
}

export class Line implements AsyncDisposable {
  readonly down: Way;
  readonly up: Way;
  #roundTripMs = 0;
  readonly #tcp: TcpRelay[] = [];
  readonly #udp = new Map<number, Promise<UdpRelay>>();

  constructor(random: () => number) {
    this.down = new Way(random);
    this.up = new Way(random);
  }

  /** Settings that are not given are those of a line without loss and limit. */
  set({ roundTripMs, down, up, isDead = false }: LineSettings): void {
    this.#roundTripMs = roundTripMs;
    const clear = { delayMs: roundTripMs / 2, loss: 0, kbps: 0, isDead };
    this.down.settings = { ...clear, ...down };
    this.up.settings = { ...clear, ...up };
  }

  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Relays TCP to a port of this machine; answers with the port to use instead. */
  async relayTcp(targetPort: number): Promise<number> {
    const relay = await TcpRelay.create(this, targetPort);
    this.#tcp.push(relay);
    return relay.port;
  }

  /** Relays UDP to a port of this machine, once for each; answers with the port to use instead. */
  async relayUdp(targetPort: number): Promise<number> {
    const relay = this.#udp.get(targetPort) ?? UdpRelay.create(this, targetPort);
    this.#udp.set(targetPort, relay);
    return (await relay).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const relay of this.#tcp) relay.close();
    for (const relay of this.#udp.values()) (await relay).close();
    this.down.close();
    this.up.close();
  }
}

/** A browser's socket may be bound to any address of this machine. */
interface Address {
  port: number;
  address: string;
}

/** Each browser socket gets a socket of its own towards the server, which tells them apart by their ports. */
class UdpRelay {
  readonly #line: Line;
  readonly #targetPort: number;
  readonly #socket: Socket;
  readonly #onward = new Map<number, Socket>();
  #isClosed = false;

  static async create(line: Line, targetPort: number): Promise<UdpRelay> {
    const relay = new UdpRelay(line, targetPort);
    relay.#socket.bind(0, HOST);
    await once(relay.#socket, 'listening');
    return relay;
  }

  private constructor(line: Line, targetPort: number) {
    this.#line = line;
    this.#targetPort = targetPort;
    this.#socket = openUdp();
    this.#socket.on('message', (packet, from) => {
      const onward = this.#onwardOf(from);
      this.#line.up.send(packet.length, () => send(onward, packet, { port: this.#targetPort, address: HOST }));
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    for (const onward of this.#onward.values()) onward.close();
  }

  #onwardOf(browser: Address): Socket {
    const known = this.#onward.get(browser.port);
    if (known) return known;
    const onward = openUdp();
    onward.on('message', (packet) => {
      this.#line.down.send(packet.length, () => {
        if (!this.#isClosed) send(this.#socket, packet, browser);
      });
    });
    this.#onward.set(browser.port, onward);
    return onward;
  }
}

function openUdp(): Socket {
  return createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
}

function send(socket: Socket, packet: Buffer, { port, address }: Address): void {
  socket.send(packet, port, address, () => {});
}
