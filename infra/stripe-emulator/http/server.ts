/** The HTTP server: reads the whole request, finds its handler and writes the answer. It does not know Stripe. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpAnswer, type HttpOutcome, type HttpRequest, jsonAnswer, readBody } from './exchange.ts';

export type HttpHandler = (request: HttpRequest) => HttpOutcome | Promise<HttpOutcome>;

interface HttpServerOptions {
  port: number;
  handle: HttpHandler;
}

/** Only this machine reaches it. */
export const HOST = '127.0.0.1';
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

export class HttpServer {
  readonly port: number;
  readonly #server: http.Server;

  private constructor(server: http.Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async create({ port, handle }: HttpServerOptions): Promise<HttpServer> {
    const server = http.createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => {
        answer(request, response, handle).catch(() => response.destroy());
      },
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return new HttpServer(server);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, handle: HttpHandler): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    write(response, jsonAnswer(413, { error: { type: 'invalid_request_error', message: 'Request too large.' } }));
    return;
  }
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  const outcome = await handle({ method: request.method ?? 'GET', path, query, headers: request.headers, body });
  if (outcome === 'reset') request.socket.destroy();
  else if (outcome !== 'hang') write(response, outcome);
}

function write(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
