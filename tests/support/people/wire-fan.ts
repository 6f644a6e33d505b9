/**
 * A fan with only a WebSocket, for tests with thousands of them: Engine.IO and Socket.IO implemented by hand, so that a
 * client costs little and sees the raw frames.
 */
import { createHmac } from 'node:crypto';
import WebSocket from 'ws';
import { DEVELOPMENT_API_KEY, DEVELOPMENT_API_SECRET } from '../../../server/config.ts';

const TOKEN_SECONDS = 3_600;
const LOOPBACK_ADDRESSES = 200;

export interface WireFanOptions {
  /** `http://host:port`. */
  url: string;
  auth: Record<string, unknown>;
  /** Spreads clients over loopback addresses, as over a network. */
  index?: number;
  onEvent: (name: string, data: never, packet: Buffer) => void;
  onClose?: () => void;
}

export class WireFan {
  readonly ws: WebSocket;
  readonly #answers = new Map<number, (answer: never) => void>();
  #nextId = 0;
  #isConnected = false;

  private constructor(ws: WebSocket) {
    this.ws = ws;
  }

  /** Resolves when the server has accepted the handshake; rejects when it refuses or the connection fails. */
  static connect({ url, auth, index = 0, onEvent, onClose }: WireFanOptions): Promise<WireFan> {
    const target = `${url.replace(/^http/, 'ws').replace('localhost', '127.0.0.1')}/socket.io/?EIO=4&transport=websocket`;
    const localAddress = `127.0.0.${2 + (index % LOOPBACK_ADDRESSES)}`;
    const ws = new WebSocket(target, { perMessageDeflate: false, localAddress, skipUTF8Validation: true });
    const fan = new WireFan(ws);
    return new Promise((resolve, reject) => {
      ws.on('error', (error) => reject(error));
      ws.on('close', () => {
        reject(new Error('closed before it was connected'));
        onClose?.();
      });
      ws.on('message', (packet: Buffer) => {
        switch (packet[0]) {
          case 0x30:
            ws.send(`40${JSON.stringify(auth)}`);
            return;
          case 0x32:
            ws.send('3');
            return;
        }
        if (packet[1] === 0x32) onEvent(...eventOf(packet), packet);
        else if (packet[1] === 0x33) fan.#handleAnswer(packet.toString('utf8', 2));
        else if (packet[1] === 0x30) {
          fan.#isConnected = true;
          resolve(fan);
        } else if (packet[1] === 0x34) reject(Object.assign(new Error(packet.toString()), { isRefused: true }));
      });
    });
  }

  get isConnected(): boolean {
    return this.#isConnected && this.ws.readyState === WebSocket.OPEN;
  }

  /** Resolves with the answer; never if the connection is lost first. */
  emit<T>(name: string, data: unknown): Promise<T> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve as (answer: never) => void);
      this.ws.send(`42${id}${JSON.stringify([name, data])}`);
    });
  }

  /** Sends the text unchanged. */
  sendRaw(text: string): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(text);
  }

  #handleAnswer(text: string): void {
    const start = text.indexOf('[');
    const id = Number(text.slice(0, start));
    const resolve = this.#answers.get(id);
    this.#answers.delete(id);
    resolve?.((JSON.parse(text.slice(start)) as never[])[0] as never);
  }

  /** Drops the connection without a close frame, as when the network fails. */
  drop(): void {
    this.ws.terminate();
  }
}

/** All clients of a room get the same bytes, so that a process parses them once. */
const parsed: { packet: Buffer; event: [name: string, data: never] }[] = [];
const PARSED_KEPT = 8;

function eventOf(packet: Buffer): [name: string, data: never] {
  for (const known of parsed)
    if (known.packet.length === packet.length && known.packet.equals(packet)) return known.event;
  const text = packet.toString('utf8', 2);
  const event = JSON.parse(text.slice(text.indexOf('['))) as [string, never];
  parsed.unshift({ packet, event });
  if (parsed.length > PARSED_KEPT) parsed.pop();
  return event;
}

export interface TokenWish {
  identity: string;
  room: string;
  role?: string;
  /** The embedder sold the access. */
  entitled?: boolean;
}

/** Signs a token as an embedder's server does. */
export function signToken({ identity, room, role = 'fan', ...more }: TokenWish): string {
  const now = Math.floor(Date.now() / 1_000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: DEVELOPMENT_API_KEY,
    sub: identity,
    name: identity,
    room,
    role,
    iat: now,
    exp: now + TOKEN_SECONDS,
    ...more,
  };
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${body}.${createHmac('sha256', DEVELOPMENT_API_SECRET).update(body).digest('base64url')}`;
}
