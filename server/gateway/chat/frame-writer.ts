/**
 * Writes one event to many sockets: encoded once, and for WebSockets framed once, so that a delivery is one write to a
 * TCP connection. A socket that does not read gets no further frames; its buffer never grows beyond a limit.
 *
 * It uses internals of Engine.IO and ws (the transport, its WebSocket, the TCP connection). If they are missing, or the
 * transport is not an idle WebSocket, the packet is sent through the public API.
 */
import type { Writable } from 'node:stream';
import type { ChatFrame } from '../../protocol/chat/chat.ts';
import type { RoomSocket } from '../socket/connection.ts';

/** What may wait in this process for one slow socket. */
export const SLOW_SOCKET_BYTES = 256 * 1024;
/** Packets that may wait in Engine.IO, which does not say how large they are. */
const SLOW_SOCKET_PACKETS = 32;

/** Fallback interval when neither reports a drain. */
const DRAIN_LOOK_MS = 50;

const TEXT_FRAME = 0x81;
const MESSAGE_TYPE = '4';
const EVENT_TYPE = '2';
const LENGTH_16_FROM = 126;
const LENGTH_64_FROM = 65_536;

export class Frame {
  /** A Socket.IO event packet of the main namespace. */
  readonly packet: string;
  /** The same as one unmasked WebSocket text frame, with Engine.IO's type before it. */
  readonly bytes: Buffer;
  readonly #wsParts: Buffer[];

  constructor(data: ChatFrame) {
    this.packet = EVENT_TYPE + JSON.stringify(['chat:frame', data]);
    this.bytes = toWebSocketFrame(MESSAGE_TYPE + this.packet);
    this.#wsParts = [this.bytes];
  }

  /** Engine.IO's option for packets that are already framed. */
  get options(): { compress: false; wsPreEncodedFrame: Buffer[] } {
    return { compress: false, wsPreEncodedFrame: this.#wsParts };
  }
}

type EngineSocket = RoomSocket['conn'];
interface EngineInside {
  upgrading: boolean;
  writeBuffer: unknown[];
  transport: { name: string; writable: boolean; socket?: { _socket?: Writable | null } };
}

/** False when the socket has not drained yet: nothing was written. */
export function writeFrame(conn: EngineSocket, frame: Frame): boolean {
  const { transport, upgrading, writeBuffer } = conn as unknown as EngineInside;
  if (conn.readyState !== 'open') return true;
  const tcp = transport.name === 'websocket' ? transport.socket?._socket : undefined;
  if (tcp) {
    if (tcp.writableLength > 0 && tcp.writableLength + frame.bytes.length > SLOW_SOCKET_BYTES) return false;
    if (transport.writable && !upgrading && writeBuffer.length === 0) {
      tcp.write(frame.bytes);
      return true;
    }
  }
  if (writeBuffer.length >= SLOW_SOCKET_PACKETS) return false;
  conn.write(frame.packet, frame.options as Parameters<EngineSocket['write']>[1]);
  return true;
}

/** Calls back once the socket has drained; never, if it closes before. */
export function whenDrained(conn: EngineSocket, done: () => void): void {
  const { transport, writeBuffer } = conn as unknown as EngineInside;
  const tcp = transport.name === 'websocket' ? transport.socket?._socket : undefined;
  if (tcp?.writableNeedDrain) tcp.once('drain', done);
  else if (writeBuffer.length > 0) conn.once('drain', done);
  else setTimeout(done, DRAIN_LOOK_MS).unref();
}

function toWebSocketFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerBytes = length < LENGTH_16_FROM ? 2 : length < LENGTH_64_FROM ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame[0] = TEXT_FRAME;
  if (headerBytes === 2) frame[1] = length;
  else if (headerBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerBytes);
  return frame;
}
