/** A witness over HTTP: `POST /add-checkpoint` (C2SP tlog-witness), and `GET /healthz` for probes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../../platform/log.ts';
import type { Witness } from './witness.ts';
import { ADD_CHECKPOINT } from './witness-request.ts';

/** 63 lines of proof, and 16 signatures of up to 5 kB (signed-note) in base64, twice over. */
const BODY_BYTES_MAX = 256 * 1024;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** Logs come back within their day; keep-alive is for the retry after a 409. */
const IDLE_SOCKET_MS = 15_000;
const CONNECTIONS_MAX = 500;
const TEXT = 'text/plain; charset=utf-8';
const SIZE = 'text/x.tlog.size';

interface WitnessServerOptions {
  witness: Pick<Witness, 'addCheckpoint'>;
  host: string;
  /** 0: any free one. */
  port: number;
  log: Log;
}

export class WitnessServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async create({ witness, host, port, log }: WitnessServerOptions): Promise<WitnessServer> {
    const server = createServer(
      {
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: IDLE_SOCKET_MS,
        connectionsCheckingInterval: HEADERS_TIMEOUT_MS,
      },
      (request, response) => {
        handleRequest(witness, request, response).catch((error: unknown) => {
          if (request.destroyed && !request.complete) return;
          log.error({ err: error }, 'witness request failed');
          send(response, 500, 'the witness failed\n');
        });
      },
    );
    server.maxConnections = CONNECTIONS_MAX;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return new WitnessServer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends the requests that it has begun, and takes no others. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function handleRequest(
  witness: Pick<Witness, 'addCheckpoint'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path === '/healthz' && request.method === 'GET') return send(response, 200, 'ok\n');
  if (path !== ADD_CHECKPOINT) return send(response, 404, 'there is only POST /add-checkpoint\n');
  if (request.method !== 'POST') return send(response.setHeader('allow', 'POST'), 405, 'only POST\n');
  const body = await readBody(request);
  if (!body) return send(response.setHeader('connection', 'close'), 413, `more than ${BODY_BYTES_MAX} bytes\n`);
  const answer = witness.addCheckpoint(body);
  send(response, answer.status, answer.body);
}

/** Undefined if it is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Stays open after a body that is too long, for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': status === 409 ? SIZE : TEXT }).end(body);
}
