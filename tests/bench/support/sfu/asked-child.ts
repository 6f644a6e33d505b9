/** A process that a benchmark starts and asks questions over the channel between them. It ends with the benchmark. */
import { type ChildProcess, spawn } from 'node:child_process';

const START_MS = 20_000;
const ANSWER_MS = 60_000;

export class Child<Ready> implements AsyncDisposable {
  readonly ready: Ready;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, (data: unknown) => void>();
  #nextId = 0;

  /** Starts a file of this folder; `within` is a command that runs it elsewhere, such as `ip netns exec NAME`. */
  static async create<Ready>(file: string, options: object = {}, within: string[] = []): Promise<Child<Ready>> {
    const path = new URL(file, import.meta.url).pathname;
    const [command = process.execPath, ...args] = [...within, process.execPath, path, JSON.stringify(options)];
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ready = await new Promise<Ready>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${file} did not start.`)), START_MS);
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}.`)));
      child.once('message', (message) => {
        clearTimeout(timer);
        resolve((message as { ready: Ready }).ready);
      });
    });
    return new Child(child, ready);
  }

  private constructor(process: ChildProcess, ready: Ready) {
    this.ready = ready;
    this.#process = process;
    process.on('message', (message) => {
      const { id, data } = message as { id: number; data: unknown };
      this.#pending.get(id)?.(data);
      this.#pending.delete(id);
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async ask<Data>(method: string, params: object = {}): Promise<Data> {
    const id = this.#nextId++;
    return await new Promise<Data>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} was not answered.`)), ANSWER_MS);
      this.#pending.set(id, (data) => {
        clearTimeout(timer);
        resolve(data as Data);
      });
      this.#process.send({ id, method, params });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    // A bare mediasoup takes the first SIGTERM for its worker alone; workers end when the pipe to their process breaks.
    this.#process.kill('SIGKILL');
    await exited;
  }
}
