/** A TCP load balancer: sends each connection to the next gateway that accepts it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class LoadBalancer implements AsyncDisposable {
  readonly #server: Server;
  readonly #ports: readonly number[];
  readonly #sockets = new Set<Socket>();
  #next = 0;

  static async create(ports: readonly number[]): Promise<LoadBalancer> {
    const balancer = new LoadBalancer(ports);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = createServer((client) => {
      this.#keep(client);
      this.#open(client, this.#ports.length);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #open(client: Socket, attemptsLeft: number): void {
    this.#next += 1;
    const gateway = connect(this.#ports[this.#next % this.#ports.length] ?? 0, '127.0.0.1');
    this.#keep(gateway);
    gateway.once('connect', () => {
      client.pipe(gateway);
      gateway.pipe(client);
      client.once('close', () => gateway.destroy());
      gateway.once('close', () => client.destroy());
    });
    gateway.once('error', () => {
      if (gateway.bytesRead > 0 || gateway.bytesWritten > 0 || attemptsLeft <= 1) client.destroy();
      else this.#open(client, attemptsLeft - 1);
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
