/**
 * What waits in this process for sockets that do not take what they are sent: answers, events, frames. It is bounded
 * for each of them; past the limit the connection is told why and closed, and the client comes back and resumes.
 * Somebody who stops reading and goes on asking cannot fill the memory that others need.
 *
 * It uses what Engine.IO and ws show of their inside, as `frame-writer.ts` does: neither says how much waits.
 */
import type { Writable } from 'node:stream';
import type { Metrics } from '../../platform/metrics.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Connection, RoomSocket } from './connection.ts';

/**
 * More than the largest answers together that anybody asks for at once, on top of the frames that may wait
 * (`SLOW_SOCKET_BYTES`).
 */
export const BACKLOG_BYTES = 1024 * 1024;
export const BACKLOG_PACKETS = 512;
/**
 * What is not asked for piles up slowly: it is looked at so often, and may be too much for so many looks, in which a
 * slow line takes one large answer. Whoever asks for more meanwhile is not waited for.
 */
const LOOK_EVERY_MS = 1_000;
const LOOKS_OVERFULL = 15;
/** How long the goodbye may be on its way before the connection is cut without it. */
const GOODBYE_MS = 5_000;

interface EngineInside {
  writeBuffer: { data?: string | Buffer }[];
  transport: { name: string; socket?: { _socket?: Writable | null; terminate?(): void } };
}

export class SocketBacklogs {
  readonly #metrics: Metrics;
  readonly #timer: NodeJS.Timeout;
  /** Looks in a row that found too much. */
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
   * Before something is done for a socket, and before its answer is written: false when too much waits for it already.
   * It is closed then, and gets nothing more. One answer may be larger than the limit.
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
    // Not a clean end: the media of whoever is slow for a moment waits for their next socket.
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
