/** The server as a child process that can be killed and restarted on the same data. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEVELOPMENT_API_KEY, DEVELOPMENT_API_SECRET } from '../../../server/config.ts';
import { borrowPostgres, hasPostgres } from '../databases/databases.ts';
import { copyPgliteTemplate } from '../databases/pglite-template.ts';
import { findFreePort } from '../houses/app.ts';
import { basicOf } from '../people/basic.ts';
import { ChildProgram } from './child-program.ts';

const MAIN = new URL('../../../server/main.ts', import.meta.url);

export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly dataDir: string;
  readonly #program: ChildProgram;
  #giveBack = async () => {};

  private constructor(port: number, dataDir: string, program: ChildProgram) {
    this.port = port;
    this.dataDir = dataDir;
    this.#program = program;
  }

  /** On Postgres where there is one: with PGlite, which each process compiles, the start takes twice the CPU. */
  static async createOnPostgres(env: Record<string, string> = {}): Promise<ServerProcess> {
    if (!hasPostgres) return ServerProcess.create(env);
    const { url, giveBack } = await borrowPostgres();
    const server = await ServerProcess.create({ ...env, DATABASE_URL: url });
    server.#giveBack = giveBack;
    return server;
  }

  /** `args` of `main.ts`: none for everything in one process, `gateway` for one of several gateways. */
  static async create(env: Record<string, string> = {}, args: string[] = []): Promise<ServerProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'loge-process-'));
    if (!env.DATABASE_URL) await copyPgliteTemplate(join(dataDir, 'pglite'));
    const port = await findFreePort();
    const program = new ChildProgram({
      file: MAIN,
      args,
      env: {
        PORT: String(port),
        LOGE_DATA_DIR: dataDir,
        LOGE_SFU_WORKERS: '1',
        LOGE_MIN_LIVE_MINUTES: '0',
        LOGE_LOG_LEVEL: 'info',
        LOGE_STRIPE_EMULATOR_PORT: String(await findFreePort()),
        ...env,
      },
      isUp: 'Loge is open',
    });
    const server = new ServerProcess(port, dataDir, program);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#program.pid;
  }

  /** The end of its output since the last start. */
  get output(): string {
    return this.#program.output;
  }

  /** The signal that ended it, unless the test sent it. */
  get endedBy(): NodeJS.Signals | null {
    return this.#program.endedBy;
  }

  /** Resolves when the address is printed: the server then answers requests. */
  start(): Promise<void> {
    return this.#program.start();
  }

  /** SIGKILL: nothing is flushed. Its media workers exit when their pipe breaks. */
  async kill(): Promise<void> {
    await this.#program.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#program.end('SIGTERM');
  }

  async server<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: basicOf(DEVELOPMENT_API_KEY, DEVELOPMENT_API_SECRET),
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#program[Symbol.asyncDispose]();
    await this.#giveBack();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
