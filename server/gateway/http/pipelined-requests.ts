/**
 * HTTP/1.1 lets a client send requests without waiting for answers, which no browser and few libraries do. Node hands
 * over all requests of a read
 * at once, several thousand small ones, and nothing else is done meanwhile: a connection with more of them open than a
 * few is closed.
 */
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Metrics } from '../../platform/metrics.ts';
import { LIMITS } from '../../protocol/limits.ts';

/** Call it when everything that takes requests is attached. */
export function limitPipelining(server: HttpServer, metrics: Pick<Metrics, 'connectionsClosed'>): void {
  const openRequests = new WeakMap<Socket, number>();
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    // The rest of the read, after the connection was closed.
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
