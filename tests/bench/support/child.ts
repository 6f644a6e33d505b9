/** Child processes of a benchmark: requests over IPC with one answer each; pinned to a core if possible. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;

  constructor(file: URL, args: string[] = []) {
    this.#process = fork(fileURLToPath(file), args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The next message of the process. */
  async next<T>(): Promise<T> {
    const ended = once(this.#process, 'exit').then(([code]) =>
      Promise.reject(new Error(`the process ended with ${code}`)),
    );
    ended.catch(() => {});
    const [message] = await Promise.race([once(this.#process, 'message'), ended]);
    return message as T;
  }

  async order<T>(order: unknown): Promise<T> {
    const answer = this.next<{ result?: T; error?: string }>();
    this.#process.send(order as never);
    const { result, error } = await answer;
    if (error) throw new Error(error);
    return result as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** Best effort: without `taskset` the system chooses. */
export function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-apc', String(core), String(pid)], { stdio: 'ignore' });
}
