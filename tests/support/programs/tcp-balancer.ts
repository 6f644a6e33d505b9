/**
 * A minimal TCP load balancer for several gateways: a new connection goes to the gateway with the fewest, or to the
 * next if that one refuses.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class TcpBalancer implements AsyncDisposable {
  readonly #server: Server;
  readonly #clients = new Map<number, Set<Socket>>();

  static async create(ports: readonly number[]): Promise<TcpBalancer> {
    const balancer = new TcpBalancer(ports);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  private constructor(ports: readonly number[]) {
    for (const port of ports) this.#clients.set(port, new Set());
    // Pauses the client until a gateway has accepted the connection.
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
      client.on('error', () => {});
      this.#serve(client, this.#emptiestFirst());
    });
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  connections(port: number): number {
    return this.#clients.get(port)?.size ?? 0;
  }

  /** Breaks a gateway's connections above its fair share, so that they reconnect elsewhere. */
  even(): void {
    const total = [...this.#clients.values()].reduce((sum, clients) => sum + clients.size, 0);
    const share = Math.ceil(total / this.#clients.size);
    for (const clients of this.#clients.values()) for (const client of [...clients].slice(share)) client.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const clients of this.#clients.values()) for (const client of clients) client.destroy();
    await closed;
  }

  #emptiestFirst(): number[] {
    return [...this.#clients].sort(([, left], [, right]) => left.size - right.size).map(([port]) => port);
  }

  #serve(client: Socket, ports: number[]): void {
    const [port, ...others] = ports;
    if (port === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const clients = this.#clients.get(port);
    clients?.add(client);
    const gateway = connect({ port, host: 'localhost', noDelay: true });
    let isConnected = false;
    gateway.on('error', () => {});
    gateway.on('connect', () => {
      isConnected = true;
      client.pipe(gateway);
      gateway.pipe(client);
    });
    gateway.on('close', () => {
      clients?.delete(client);
      if (isConnected) client.destroy();
      else this.#serve(client, others);
    });
    client.on('close', () => gateway.destroy());
  }
}
