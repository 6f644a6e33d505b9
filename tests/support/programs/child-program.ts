/** A project program as a child process: started once it prints its ready line, ended by a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openHouseLog } from '../run/house-log.ts';

const START_MS = 60_000;
const OUTPUT_KEPT = 20_000;

export interface ChildProgramOptions {
  file: URL;
  args?: string[];
  env?: Record<string, string>;
  /** Printed when the program is ready. */
  isUp: string;
}

export class ChildProgram implements AsyncDisposable {
  readonly #options: ChildProgramOptions;
  readonly #path: string;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(options: ChildProgramOptions) {
    this.#options = options;
    this.#path = fileURLToPath(options.file);
    const name = [basename(this.#path, '.ts'), ...(options.args ?? []).filter((arg) => /^\w+$/.test(arg))].join('-');
    this.#log = createWriteStream(openHouseLog(name), { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of its output since the last start. */
  get output(): string {
    return this.#output;
  }

  /** The signal that ended it, unless the test sent it. */
  get endedBy(): NodeJS.Signals | null {
    return this.#child?.signalCode ?? null;
  }

  async start(): Promise<void> {
    const { args = [], env = {}, isUp } = this.#options;
    const child = spawn(process.execPath, [this.#path, ...args], {
      env: { ...process.env, NODE_ENV: 'test', LOGE_SFU_LISTEN_IP: '127.0.0.1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#output = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${this.#path} ${why}:\n${this.#output}`));
      const timer = setTimeout(() => fail('did not start'), START_MS);
      const look = (chunk: Buffer) => {
        this.#log.write(chunk);
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

  /** Returns the exit code; null if a signal ended it. */
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
    this.#log.end();
  }
}
