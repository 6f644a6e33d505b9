/** A program of ours as a child process: up once it says so, killed or told to leave by a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const START_MS = 60_000;
const OUTPUT_KEPT = 20_000;

export interface ChildProgramOptions {
  file: URL;
  args?: string[];
  env?: Record<string, string>;
  /** What it prints once it is up. */
  isUp: string;
}

export class ChildProgram implements AsyncDisposable {
  readonly #options: ChildProgramOptions;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(options: ChildProgramOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has said since it was started last. */
  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    const { file, args = [], env = {}, isUp } = this.#options;
    const child = spawn(process.execPath, [file.pathname, ...args], {
      env: { ...process.env, NODE_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#output = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${file.pathname} ${why}:\n${this.#output}`));
      const timer = setTimeout(() => fail('did not start'), START_MS);
      const look = (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_KEPT);
        if (!this.#output.includes(isUp)) return;
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
  }

  /** Answers with its exit code once it has left; null where a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child && this.isRunning) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child?.exitCode ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
