/** The server as a process of its own, so that it can be killed without warning and started again on the same data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEVELOPMENT_API_KEY, DEVELOPMENT_API_SECRET } from '../../server/config.ts';
import { findFreePort } from './app.ts';
import { copyPgliteTemplate } from './pglite-template.ts';

const START_MS = 60_000;
const MAIN = new URL('../../server/main.ts', import.meta.url).pathname;

export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly dataDir: string;
  readonly #env: Record<string, string>;
  readonly #args: string[];
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, dataDir: string, { env, args }: { env: Record<string, string>; args: string[] }) {
    this.port = port;
    this.dataDir = dataDir;
    this.#env = env;
    this.#args = args;
  }

  /** `args` are those of `main.ts`: none for everything in one process, `gateway` for one among several. */
  static async create(env: Record<string, string> = {}, args: string[] = []): Promise<ServerProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'loge-process-'));
    if (!env.DATABASE_URL) await copyPgliteTemplate(join(dataDir, 'pglite'));
    const process = new ServerProcess(await findFreePort(), dataDir, {
      env: { LOGE_STRIPE_EMULATOR_PORT: String(await findFreePort()), ...env },
      args,
    });
    await process.start();
    return process;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What it has said since it was started last. */
  get output(): string {
    return this.#output;
  }

  /** The signal that ended it without our doing. */
  get endedBy(): NodeJS.Signals | null {
    return this.#child?.signalCode ?? null;
  }

  /** Resolves when the address is printed, which is when the server answers. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, ...this.#args], {
      env: {
        ...process.env,
        NODE_ENV: 'test',
        PORT: String(this.port),
        LOGE_DATA_DIR: this.dataDir,
        LOGE_SFU_WORKERS: '1',
        LOGE_LOG_LEVEL: 'error',
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#output = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`The server did not start:\n${this.#output}`)), START_MS);
      const look = (chunk: Buffer) => {
        this.#output += chunk.toString();
        if (!this.#output.includes('Loge is open')) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`The server ended with ${code}:\n${this.#output}`));
      });
    });
  }

  /** kill -9: no goodbye, nothing flushed. Its media workers end by themselves when their pipe breaks. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async server<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${DEVELOPMENT_API_KEY}:${DEVELOPMENT_API_SECRET}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
