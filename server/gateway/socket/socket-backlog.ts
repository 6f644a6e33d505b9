/**
 * Bounds the memory of a socket's unread data: answers, events, frames. Past the limit the connection is closed with a
 * reason, and the client reconnects and resumes. A client that sends requests without reading the answers cannot
 * exhaust memory.
 *
 * It uses internals of Engine.IO and ws, like `frame-writer.ts`, because neither reports how much is queued.
 */
import type { Writable } from 'node:stream';
import type { Metrics } from '../../platform/metrics.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Connection, RoomSocket } from './connection.ts';

/**
 * More than the largest answers that a client requests at once, on top of the frames that may wait
 * (`SLOW_SOCKET_BYTES`).
 */
export const BACKLOG_BYTES = 1024 * 1024;
const BACKLOG_PACKETS = 512;
/**
 * Events accumulate slowly, so they are checked periodically, and may exceed the limit for a few checks, in which a
 * slow line can read one large answer. A socket that sends another request meanwhile is closed at once.
 */
const LOOK_EVERY_MS = 1_000;
const LOOKS_OVERFULL = 15;
/** Time for the goodbye to be delivered before the connection is cut. */
const GOODBYE_MS = 5_000;

interface EngineInside {
  writeBuffer: { data?: string | Buffer }[];
  transport: { name: string; socket?: { _socket?: Writable | null; terminate?(): void } };
}

export class SocketBacklogs {
  readonly #metrics: Metrics;
  readonly #timer: NodeJS.Timeout;
  /** Consecutive checks above the limit. */
  readonly #overfull = new WeakMap<RoomSocket, number>();

  constructor({ metrics, connections }: { metrics: Metrics; connections: () => Iterable<Connection> }) {
    this.#metrics = metrics;
    this.#timer = setInterval(() => {
      for (const { socket } of connections()) this.#look(socket);
    }, LOOK_EVERY_MS).unref();
  }

  #look(socket: RoomSocket): void {
    const looks = isOverfull(socket.conn) ? (this.#overfull.get(socket) ?? 0) + 1 : 0;
    this.#overfull.set(socket, looks);
    if (looks > LOOKS_OVERFULL) this.#giveUp(socket);
  }

  /**
   * Call it before a request is handled and before its answer is written. False when the backlog is too large: the
   * socket is then closed and gets nothing more. A single answer may exceed the limit.
   */
  check({ socket }: Pick<Connection, 'socket'>): boolean {
    if (socket.conn.readyState !== 'open') return false;
    if (!isOverfull(socket.conn)) return true;
    this.#giveUp(socket);
    return false;
  }

  #giveUp(socket: RoomSocket): void {
    const { conn } = socket;
    if (conn.readyState !== 'open') return;
    const { code, message } = new AppError('connection_too_slow').toWire();
    this.#metrics.connectionsClosed.inc({ code });
    socket.emit('rooms:goodbye', { code, message, reconnect: true });
    // Not a clean end, so that the media waits for the next socket of a client that was slow for a moment.
    conn.close();
    const inside = conn as unknown as EngineInside;
    setTimeout(() => {
      conn.close(true);
      inside.transport.socket?.terminate?.();
    }, GOODBYE_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function isOverfull(conn: RoomSocket['conn']): boolean {
  const { writeBuffer, transport } = conn as unknown as EngineInside;
  if (writeBuffer.length > BACKLOG_PACKETS) return true;
  const tcp = transport.name === 'websocket' ? transport.socket?._socket : undefined;
  let bytes = tcp?.writableLength ?? 0;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return bytes > BACKLOG_BYTES;
}
