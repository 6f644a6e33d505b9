/**
 * What waits in this process for sockets that do not take what they are sent: answers, events, frames. It is bounded for each of them; past the
 * limit the connection is told why and closed, and the client comes back and resumes. Somebody who stops reading and goes on asking cannot
 * fill the memory that others need.
 *
 * It uses what Engine.IO and ws show of their inside, as `frame-writer.ts` does: neither says how much waits.
 */
import type { Writable } from 'node:stream';
import type { Metrics } from '../platform/metrics.ts';
import { AppError } from '../protocol/errors.ts';
import type { Connection, RoomSocket } from './connection.ts';

/** More than the largest answers together that anybody asks for at once, on top of the frames that may wait (`SLOW_SOCKET_BYTES`). */
export const BACKLOG_BYTES = 1024 * 1024;
export const BACKLOG_PACKETS = 512;
/** What is not asked for piles up slowly: it is looked at so often. */
const LOOK_EVERY_MS = 1_000;
/** How long the goodbye may be on its way before the connection is cut without it. */
const GOODBYE_MS = 5_000;

interface EngineInside {
  writeBuffer: { data?: string | Buffer }[];
  transport: { name: string; socket?: { _socket?: Writable | null; terminate?(): void } };
}

export class SocketBacklogs {
  readonly #metrics: Metrics;
  readonly #timer: NodeJS.Timeout;

  constructor({ metrics, connections }: { metrics: Metrics; connections: () => Iterable<Connection> }) {
    this.#metrics = metrics;
    this.#timer = setInterval(() => {
      for (const connection of connections()) this.check(connection);
    }, LOOK_EVERY_MS).unref();
  }

  /** False when the socket has too much waiting: it is closed then, and gets nothing more. */
  check({ socket }: Pick<Connection, 'socket'>): boolean {
    const { conn } = socket;
    if (conn.readyState !== 'open') return false;
    if (!isOverfull(conn)) return true;
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
    return false;
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
