/**
 * Runs a module in a process of its own, for work on bytes from outside. Its memory and time are limited, its
 * environment holds none of the house's secrets, and it ends a while after its start, so that no memory is kept. It
 * takes one request at a time; the others wait.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../protocol/errors.ts';
import type { Log } from '../log.ts';
import type { Reply } from './answer-requests.ts';

export interface LimitedProcessOptions {
  /** Calls `answerRequests`. */
  module: URL;
  /** What the work may allocate, besides what Node itself takes. */
  memoryBytes: number;
  requestMs: number;
  /** After this time the process ends, once it has answered. The next request starts another. */
  lifeMs: number;
  log: Log;
}

/** A start takes seconds on a busy machine. */
const START_LIMIT_MS = 30_000;
/** What Node has reserved before the work begins. V8 takes 512 MiB of it as room for compiled code, and uses little. */
const NODE_BYTES = 700 * 1024 ** 2;
/** The kernel ends this process before the house's, and `ulimit` sets what Node has no option for. */
const LAUNCH = `{ echo 1000 > /proc/self/oom_score_adj; } 2> /dev/null
  ulimit -d "$1" && shift && exec "$@"`;

interface Running {
  child: ChildProcess;
  ended: AbortSignal;
  lifeTimer: NodeJS.Timeout;
}

export class LimitedProcess<Request extends object, Answer> {
  readonly #options: LimitedProcessOptions;
  #last: Promise<unknown> = Promise.resolve();
  #running: Running | undefined;

  constructor(options: LimitedProcessOptions) {
    this.#options = options;
  }

  /**
   * Rejects with what the module threw, `unavailable` if the process does not start, and `internal` if it ends over
   * this request: too much memory or time.
   */
  run(request: Request): Promise<Answer> {
    return this.#enqueue(() => this.#ask(request));
  }

  #enqueue<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #ask(request: Request): Promise<Answer> {
    this.#running ??= await this.#start();
    const running = this.#running;
    try {
      running.child.send(request);
      const reply = (await receive(running, this.#options.requestMs)) as Reply<Answer>;
      if ('error' in reply) throw new AppError(reply.error.code, reply.error.message);
      return reply.answer;
    } catch (error) {
      if (error instanceof AppError) throw error;
      this.#end();
      throw new AppError('internal', undefined, { cause: error });
    }
  }

  async #start(): Promise<Running> {
    const { module, memoryBytes, lifeMs, log } = this.#options;
    const limitKib = Math.floor((NODE_BYTES + memoryBytes) / 1024);
    const child = spawn('/bin/sh', ['-c', LAUNCH, 'sh', `${limitKib}`, process.execPath, fileURLToPath(module)], {
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    child.unref();
    child.channel?.unref();
    const ending = new AbortController();
    const lifeTimer = setTimeout(() => void this.#enqueue(() => this.#end()), lifeMs).unref();
    const running = { child, ended: ending.signal, lifeTimer };
    child.on('error', (err) => log.warn({ err, module: module.pathname }, 'limited process failed'));
    child.once('exit', (code, signal) => {
      ending.abort();
      clearTimeout(lifeTimer);
      if (this.#running === running) this.#running = undefined;
      if (!child.killed) log.warn({ code, signal, module: module.pathname }, 'limited process ended by itself');
    });
    try {
      await receive(running, START_LIMIT_MS);
      return running;
    } catch (cause) {
      child.kill('SIGKILL');
      throw new AppError('unavailable', undefined, { cause });
    }
  }

  #end(): void {
    this.#running?.child.kill('SIGKILL');
    this.#running = undefined;
  }
}

/** The next message. Rejects if the process ends first, or is late. */
async function receive({ child, ended }: Running, limitMs: number): Promise<unknown> {
  const [message] = await once(child, 'message', { signal: AbortSignal.any([ended, AbortSignal.timeout(limitMs)]) });
  return message;
}
