import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line with a delay each way, on which the next answers can be lost after their request has arrived. */
export class SlowLine implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #delayMs: number;
  /** The port that it leads to. */
  target = 0;
  losesAnswers = false;

  static async create(delayMs: number): Promise<SlowLine> {
    const line = new SlowLine(delayMs);
    await once(line.#server.listen(0, '127.0.0.1'), 'listening');
    return line;
  }

  private constructor(delayMs: number) {
    this.#delayMs = delayMs;
    this.#server = createServer((client) => {
      const server = connect(this.target, '127.0.0.1');
      this.#carry(client, server, false);
      this.#carry(server, client, true);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #carry(from: Socket, to: Socket, isAnswer: boolean): void {
    this.#sockets.add(from);
    const later = (act: () => void) => setTimeout(act, this.#delayMs);
    from.on('error', () => {});
    from.on('data', (chunk: Buffer) => {
      if (isAnswer && this.losesAnswers) to.destroy();
      else later(() => to.write(chunk));
    });
    from.on('close', () => {
      this.#sockets.delete(from);
      later(() => to.destroy());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
