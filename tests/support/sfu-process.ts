/** An SFU node as a process of its own, so that it can be killed without warning or told to leave. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findFreePort } from './app.ts';

const START_MS = 30_000;
const MAIN = new URL('../../sfu/main.ts', import.meta.url).pathname;

export class SfuProcess implements AsyncDisposable {
  readonly id: string;
  readonly httpPort: number;
  readonly #child: ChildProcess;

  static async create(env: Record<string, string>): Promise<SfuProcess> {
    const [httpPort, controlPort, mediaPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const id = `sfu_${httpPort}`;
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        NODE_ENV: 'test',
        LOGE_SFU_ID: id,
        LOGE_SFU_WORKERS: '1',
        LOGE_SFU_PORT: String(mediaPort),
        LOGE_SFU_CONTROL_PORT: String(controlPort),
        LOGE_SFU_HTTP_PORT: String(httpPort),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`The SFU node ${why}:\n${output}`));
      const timer = setTimeout(() => fail('did not start'), START_MS);
      const look = (chunk: Buffer) => {
        output += chunk.toString();
        if (!output.includes('is up')) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      child.once('exit', (code) => {
        clearTimeout(timer);
        fail(`ended with ${code}`);
      });
    });
    return new SfuProcess(child, id, httpPort);
  }

  private constructor(child: ChildProcess, id: string, httpPort: number) {
    this.#child = child;
    this.id = id;
    this.httpPort = httpPort;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it with a signal and answers with its exit code once it has left. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.running) {
      const exited = once(this.#child, 'exit');
      this.#child.kill(signal);
      await exited;
    }
    return this.#child.exitCode;
  }

  /** A figure of its metrics. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
