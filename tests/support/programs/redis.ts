/**
 * A real Redis for a test, from the program in `LOGE_TEST_REDIS_SERVER`: on its own port, with its data in a temporary
 * folder. It can be killed and restarted on the same port, with or without its data.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../houses/app.ts';
import { eventually } from '../run/eventually.ts';

export class TestRedis implements AsyncDisposable {
  readonly port: number;
  readonly #dir: string;
  readonly #args: string[];
  #isSentinel = false;
  #child: ChildProcess | undefined;

  private constructor(port: number, dir: string, args: string[]) {
    this.port = port;
    this.#dir = dir;
    this.#args = args;
  }

  static async start(args: string[] = []): Promise<TestRedis> {
    const dir = await mkdtemp(join(tmpdir(), 'loge-redis-'));
    const redis = new TestRedis(await findFreePort(), dir, args);
    await redis.start();
    return redis;
  }

  /** A sentinel for a primary; `settings` are the lines of its configuration file, which it also rewrites. */
  static async startSentinel(settings: string): Promise<TestRedis> {
    const dir = await mkdtemp(join(tmpdir(), 'loge-sentinel-'));
    const file = join(dir, 'sentinel.conf');
    await writeFile(file, `${settings}\n`);
    const sentinel = new TestRedis(await findFreePort(), dir, [file, '--sentinel']);
    sentinel.#isSentinel = true;
    await sentinel.start();
    return sentinel;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Every write goes to disk, so that a restart keeps the data by default. */
  async start({ keepData = true }: { keepData?: boolean } = {}): Promise<void> {
    const program = process.env.LOGE_TEST_REDIS_SERVER;
    if (!program) throw new Error('LOGE_TEST_REDIS_SERVER must name the program redis-server.');
    if (!keepData) await rm(join(this.#dir, 'appendonlydir'), { recursive: true, force: true });
    const data = this.#isSentinel ? {} : { save: '', appendonly: 'yes', appendfsync: 'always' };
    const options = { port: this.port, bind: '127.0.0.1', dir: this.#dir, ...data };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const ordered = this.#isSentinel ? [...this.#args, ...args] : [...args, ...this.#args];
    const child = spawn(program, ordered, { stdio: ['ignore', 'pipe', 'pipe'] });
    let messages = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        messages = (messages + chunk).slice(-2_000);
      });
    }
    this.#child = child;
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`Redis did not start: ${messages}`);
      return answers(this.port);
    }, 'Redis answers');
  }

  /** SIGKILL, as when the machine dies. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/** Whether it answers a command; it listens without answering while it loads its data. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => done(data.toString().startsWith('+PONG')));
  });
}

export const hasRedis = Boolean(process.env.LOGE_TEST_REDIS_SERVER);
