/** An SFU node as a child process that can be killed or drained, and restarted under its name. */
import { findFreePort } from '../houses/app.ts';
import { ChildProgram } from './child-program.ts';

const ATTEMPTS_MAX = 3;
const MAIN = new URL('../../../sfu/main.ts', import.meta.url);

export class SfuProcess implements AsyncDisposable {
  readonly id: string;
  readonly httpPort: number;
  readonly #program: ChildProgram;

  /** Retries with other ports if a free port has been taken meanwhile. */
  static async create(env: Record<string, string>): Promise<SfuProcess> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await SfuProcess.#create(env);
      } catch (error) {
        if (attempt === ATTEMPTS_MAX) throw error;
      }
    }
  }

  static async #create(env: Record<string, string>): Promise<SfuProcess> {
    const [httpPort, controlPort, mediaPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const id = env.LOGE_SFU_ID ?? `sfu_${httpPort}`;
    const program = new ChildProgram({
      file: MAIN,
      env: {
        LOGE_SFU_ID: id,
        LOGE_SFU_WORKERS: '1',
        LOGE_SFU_PORT: String(mediaPort),
        LOGE_SFU_CONTROL_PORT: String(controlPort),
        LOGE_SFU_HTTP_PORT: String(httpPort),
        ...env,
      },
      isUp: 'is up',
    });
    await program.start();
    return new SfuProcess(program, id, httpPort);
  }

  private constructor(program: ChildProgram, id: string, httpPort: number) {
    this.#program = program;
    this.id = id;
    this.httpPort = httpPort;
  }

  get pid(): number | undefined {
    return this.#program.pid;
  }

  /** Starts it with its previous name and ports. */
  start(): Promise<void> {
    return this.#program.start();
  }

  /** Ends it with a signal; returns its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    return this.#program.end(signal);
  }

  /** The value of one of its metrics. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
