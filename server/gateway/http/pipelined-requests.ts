/**
 * Limits HTTP/1.1 pipelining, which no browser and few libraries use. Node parses all requests of one read at once,
 * possibly several thousand, and blocks the event loop meanwhile: a connection with too many open requests is closed.
 */
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Metrics } from '../../platform/metrics.ts';
import * as LIMITS from '../../protocol/limits.ts';

/** Call it after all request listeners are attached. */
export function limitPipelining(server: HttpServer, metrics: Pick<Metrics, 'connectionsClosed'>): void {
  const openRequests = new WeakMap<Socket, number>();
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    // Remaining requests of the same read, after the connection was closed.
    if (socket.destroyed) return;
    const open = (openRequests.get(socket) ?? 0) + 1;
    if (open > LIMITS.httpRequestsPipelined) {
      metrics.connectionsClosed.inc({ code: 'rate_limited' });
      socket.destroy();
      return;
    }
    openRequests.set(socket, open);
    response.once('close', () => openRequests.set(socket, (openRequests.get(socket) ?? 1) - 1));
    for (const listener of listeners) listener.call(server, request, response);
  });
}
