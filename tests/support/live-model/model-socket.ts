/**
 * WebSockets between gateways and SFU nodes in simulated time. Each direction is ordered. A stalled path queues
 * messages until it recovers or one end times out. When a connection breaks, messages in flight may be lost without the
 * sender noticing.
 */
import { EventEmitter } from 'node:events';
import { CONTROL_CONNECT_TIMEOUT_MS } from '../../../sfu/limits.ts';
import type { ModelChance } from './model-chance.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;
const TRANSIT_MAX_MS = 200;

/** A server at an address. */
export interface ModelListener {
  readonly isDead: boolean;
  accept(socket: ModelSocket, gateway: string): void;
}

/** The path between one gateway and its current node. */
export class ModelPath {
  readonly chance: ModelChance;
  readonly lanes = new Set<Lane>();
  readonly ends = new Set<ModelSocket>();
  isCut = false;

  constructor(chance: ModelChance) {
    this.chance = chance;
  }

  /** Stalls the path for this long. */
  async cut(durationMs: number): Promise<void> {
    if (this.isCut) return;
    this.isCut = true;
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    this.mend();
  }

  mend(): void {
    this.isCut = false;
    for (const lane of this.lanes) lane.pump();
  }

  /** Breaks all connections at once, as when a proxy restarts. */
  break(): void {
    for (const end of [...this.ends]) end.terminate();
  }
}

/** Resolves the address that a gateway dials. */
export interface ModelAddresses {
  find(url: string): { path: ModelPath; gateway: string; listener: ModelListener | undefined };
}

/** One end of a connection, with the part of the `ws` API that the server uses. */
export class ModelSocket extends EventEmitter {
  readonly OPEN = OPEN;
  readyState = CONNECTING;
  readonly bufferedAmount = 0;
  readonly #path: ModelPath;
  readonly #out: Lane;
  #other: ModelSocket | undefined;

  constructor(path: ModelPath) {
    super();
    this.#path = path;
    this.#out = new Lane(path);
    path.ends.add(this);
  }

  send(text: string): void {
    if (this.readyState === OPEN) this.#out.send(() => this.#other?.receive('message', Buffer.from(text), false));
  }

  ping(): void {
    if (this.readyState === OPEN) this.#out.send(() => this.#other?.receive('ping'));
  }

  receive(name: string, ...about: unknown[]): void {
    if (this.readyState !== OPEN) return;
    if (name === 'ping') this.#out.send(() => this.#other?.receive('pong'));
    this.emit(name, ...about);
  }

  /** The other end is notified after what was sent before, or before it; not while the path is stalled. */
  terminate(): void {
    if (this.readyState === CLOSED) return;
    if (this.#path.chance.below(2) === 0) this.#out.drop();
    this.#out.send(() => this.#other?.end());
    this.end();
  }

  close(): void {
    this.terminate();
  }

  /** Closes this end. */
  end(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#path.ends.delete(this);
    setTimeout(() => this.emit('close'), 0);
  }

  protected dial(gateway: string, listener: ModelListener | undefined): void {
    const timer = setTimeout(
      () => this.#fail(new Error('Opening handshake has timed out')),
      CONTROL_CONNECT_TIMEOUT_MS,
    );
    this.#out.send(() => {
      if (this.readyState !== CONNECTING) return;
      clearTimeout(timer);
      if (!listener || listener.isDead) {
        this.#fail(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
        return;
      }
      const other = new ModelSocket(this.#path);
      [this.#other, other.#other] = [other, this];
      this.readyState = OPEN;
      other.readyState = OPEN;
      listener.accept(other, gateway);
    });
  }

  #fail(error: Error): void {
    if (this.readyState === CLOSED) return;
    this.emit('error', error);
    this.end();
  }
}

/** A gateway's end; replaces the `ws` class. */
export class DialledSocket extends ModelSocket {
  static addresses: ModelAddresses;

  constructor(url: string) {
    const { path, gateway, listener } = DialledSocket.addresses.find(url);
    super(path);
    this.dial(gateway, listener);
  }
}

/** One direction of a connection. */
class Lane {
  readonly #path: ModelPath;
  #waiting: { atMs: number; act: () => void }[] = [];
  #lastMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: ModelPath) {
    this.#path = path;
  }

  send(act: () => void): void {
    this.#lastMs = Math.max(this.#lastMs, performance.now() + this.#path.chance.below(TRANSIT_MAX_MS));
    this.#waiting.push({ atMs: this.#lastMs, act });
    this.pump();
  }

  drop(): void {
    this.#waiting = [];
  }

  pump(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#path.lanes.delete(this);
      return;
    }
    this.#path.lanes.add(this);
    if (this.#timer || this.#path.isCut) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (!this.#path.isCut) this.#waiting.shift()?.act();
        this.pump();
      },
      Math.max(0, next.atMs - performance.now()),
    );
  }
}
