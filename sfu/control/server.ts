import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { CONTROL_CONNECTIONS_MAX, CONTROL_FRAME_MAX_BYTES, CONTROL_HEARTBEAT_MS } from '../limits.ts';
import { type SfuLog, silentLog } from '../log.ts';
import type { LocalSfuNode } from '../node.ts';
import { EventRelay } from './event-relay.ts';
import { ControlPeer } from './peer.ts';
import { SharedAudiences } from './shared-audiences.ts';
import { serverTls } from './tls.ts';

export interface SfuControlServerOptions {
  node: LocalSfuNode;
  host: string;
  port: number;
  /** The secret that gateways and nodes share; two during a rotation. */
  secrets: readonly string[];
  log?: SfuLog;
}

/**
 * Serves a node's contract to gateways, and its rooms to other nodes, over WebSockets in TLS with a pre-shared key.
 * Sessions outlive a connection: they have leases, and their events wait for the gateway that renews them.
 */
export class SfuControlServer {
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #peers = new Map<WebSocket, ControlPeer>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  static async create(options: SfuControlServerOptions): Promise<SfuControlServer> {
    const control = new SfuControlServer(options);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen({ host: options.host, port: options.port }, () => {
        control.#server.off('error', reject);
        resolve();
      });
    }).catch((error) => {
      control.#stop();
      throw error;
    });
    return control;
  }

  private constructor({ node, secrets, log = silentLog }: SfuControlServerOptions) {
    const relay = new EventRelay({ giveUp: (session) => node.endSession(session, 'lease_expired') });
    const audiences = new SharedAudiences(node);
    const subscriptions = [
      node.on((event) => relay.handleEvent(event)),
      node.onPipe((event) => relay.handleEvent(event)),
    ];
    this.#unsubscribe = () => {
      for (const unsubscribe of subscriptions) unsubscribe();
    };
    this.#server = createServer(serverTls(secrets), (_request, response) => response.writeHead(426).end());
    this.#server.on('tlsClientError', (error) => log.warn({ err: error }, 'control TLS handshake failed'));
    this.#sockets = new WebSocketServer({
      server: this.#server,
      maxPayload: CONTROL_FRAME_MAX_BYTES,
      perMessageDeflate: false,
      verifyClient: () => this.#peers.size < CONTROL_CONNECTIONS_MAX,
    });
    this.#sockets.on('connection', (socket) => {
      const peer = new ControlPeer({ socket, node, relay, audiences, log });
      this.#peers.set(socket, peer);
      socket.on('close', () => this.#peers.delete(socket));
    });
    this.#heartbeat = setInterval(() => {
      for (const peer of this.#peers.values()) peer.handleHeartbeat();
    }, CONTROL_HEARTBEAT_MS).unref();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#peers.size;
  }

  /** Closes all connections. The caller closes the node. */
  async close(): Promise<void> {
    this.#stop();
    const closed = new Promise<void>((resolve) => {
      // Stops listening first, so that closed clients do not reconnect.
      if (this.#server.listening) this.#server.close(() => resolve());
      else resolve();
    });
    await Promise.all([...this.#peers.values()].map((peer) => peer.close()));
    this.#server.closeAllConnections();
    await closed;
  }

  #stop(): void {
    clearInterval(this.#heartbeat);
    this.#unsubscribe();
    this.#sockets.close();
  }
}
