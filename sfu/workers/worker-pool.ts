import { constants, setPriority } from 'node:os';
import { createWorker, setLogEventListeners, type types } from 'mediasoup';
import { SfuError } from '../contract.ts';
import {
  EXPECTED_TRACKS,
  PORT_ATTEMPTS_MAX,
  WORKER_EXIT_WAIT_MS,
  WORKER_RESTART_DELAY_MS,
  WORKER_WAIT_MS,
} from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { type ListenAddress, listenInfos } from './listen-addresses.ts';

/**
 * The mediasoup workers of a node: one process each, with one WebRtcServer on one UDP and one TCP port. The pool starts
 * them, finds the least loaded one, and replaces one that dies. It knows nothing of rooms; callers maintain `load`.
 */
export interface WorkerPoolOptions {
  workers: number;
  addresses: ListenAddress[];
  /** Port of the first worker; each further worker takes the next. */
  port: number;
  /** Whether a port in use is an error (a firewall may be open for this one only); otherwise another one is tried. */
  portRequired: boolean;
  log: SfuLog;
  /** Called when a worker died by itself, before its replacement starts. */
  handleDied: (worker: PooledWorker) => void;
}

/** One live worker process. Its replacement is a new object, so that the load of the two cannot be mixed up. */
export interface PooledWorker {
  readonly port: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  load: WorkerLoad;
}

export interface WorkerLoad {
  rooms: number;
  consumers: number;
  /** Unused spares, which cost memory and almost no CPU. */
  spares: number;
}

/** Load of a room without viewers yet, in consumers, so that rooms that open together are spread. */
const EXPECTED_CONSUMERS_PER_ROOM = 20;

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #live = new Map<number, PooledWorker>();
  readonly #replacements = new Map<number, Promise<void>>();
  /** Those whose first attempt is under way. */
  readonly #expected = new Set<number>();
  #closed = false;

  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    // mediasoup has one log per process; the last pool receives it.
    setLogEventListeners({
      onwarn: (source, message) => options.log.warn({ source }, message),
      onerror: (source, message, error) => options.log.error({ source, err: error }, message),
    });
    // One after the other, since each must find the ports of the earlier ones in use.
    try {
      for (let index = 0; index < options.workers; index++) await pool.#start(index, options.port + index);
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  get workers(): PooledWorker[] {
    return [...this.#live.values()];
  }

  /**
   * Workers that run, and those that are being replaced: without these a node whose last worker has just died would
   * report a capacity of zero.
   */
  get size(): number {
    return this.#live.size + this.#expected.size;
  }

  /** Waits for a replacement when all workers have died; `node_unavailable` if none starts in time. */
  async ready(): Promise<void> {
    if (this.#live.size === 0 && this.#replacements.size > 0) {
      await withTimeout(Promise.race(this.#replacements.values()), WORKER_WAIT_MS);
    }
    this.leastLoaded();
  }

  /** The least loaded worker; `node_unavailable` when there is none at the moment. */
  leastLoaded(): PooledWorker {
    const [first, ...others] = this.#live.values();
    if (this.#closed || !first) throw new SfuError('node_unavailable', 'No media worker is running; try again.');
    return others.reduce((least, other) => (weight(other) < weight(least) ? other : least), first);
  }

  /** The least loaded other worker, counting its spares as if they were in use; undefined where there is no other. */
  leastLoadedBeside(worker: PooledWorker): PooledWorker | undefined {
    const [first, ...others] = [...this.#live.values()].filter((other) => other !== worker);
    return others.reduce((least, other) => (spareWeight(other) < spareWeight(least ?? other) ? other : least), first);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const leaving = this.workers.map(({ worker }) => closeWorker(worker));
    this.#live.clear();
    await Promise.all([...leaving, ...this.#replacements.values()]);
  }

  async #start(index: number, port: number): Promise<void> {
    const worker = await startProcess();
    worker.on('died', () => this.#handleDied(index));
    try {
      const { webRtcServer, port: taken } = await this.#listen(worker, port);
      if (this.#closed) return await closeWorker(worker);
      this.#live.set(index, { port: taken, worker, webRtcServer, load: { rooms: 0, consumers: 0, spares: 0 } });
      this.#options.log.info({ worker: index, pid: worker.pid, port: taken }, 'media worker started');
    } catch (error) {
      await closeWorker(worker);
      throw error;
    }
  }

  async #listen(worker: types.Worker, port: number): Promise<{ webRtcServer: types.WebRtcServer; port: number }> {
    const { addresses, portRequired, workers } = this.#options;
    const attempts = portRequired ? 1 : PORT_ATTEMPTS_MAX;
    let lastError: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const candidate = port + attempt * workers;
      if (candidate > 65_535) break;
      try {
        const webRtcServer = await worker.createWebRtcServer({ listenInfos: listenInfos(addresses, candidate) });
        return { webRtcServer, port: candidate };
      } catch (error) {
        lastError = error;
      }
    }
    const where = addresses.map(({ ip }) => ip).join(', ');
    const ports = attempts === 1 ? `port ${port}` : `any of ${attempts} ports from ${port} on`;
    throw new SfuError(
      'node_unavailable',
      `Media cannot listen on ${ports} of ${where} (UDP and TCP): free it or choose another.`,
      {
        cause: lastError,
      },
    );
  }

  #handleDied(index: number): void {
    const dead = this.#live.get(index);
    // The start itself reports a worker that dies during it.
    if (this.#closed || !dead) return;
    this.#live.delete(index);
    this.#options.log.error({ worker: index, pid: dead.worker.pid }, 'media worker died');
    // Started first, so that handlers of the loss find the replacement in progress.
    const replacement = this.#replace(index, dead.port).finally(() => this.#replacements.delete(index));
    this.#replacements.set(index, replacement);
    this.#options.handleDied(dead);
  }

  async #replace(index: number, port: number): Promise<void> {
    this.#expected.add(index);
    while (!this.#closed) {
      try {
        return await this.#start(index, port).finally(() => this.#expected.delete(index));
      } catch (error) {
        this.#options.log.error({ worker: index, err: error }, 'media worker replacement failed');
        await new Promise((resolve) => setTimeout(resolve, WORKER_RESTART_DELAY_MS));
      }
    }
  }
}

/** A worker's load, for comparison. */
export function weight({ load }: PooledWorker): number {
  return load.consumers + load.rooms * EXPECTED_CONSUMERS_PER_ROOM;
}

/** A worker's load if all its spares were in use. */
function spareWeight(worker: PooledWorker): number {
  return weight(worker) + worker.load.spares * EXPECTED_TRACKS;
}

/**
 * Starts a worker without the signal handlers that mediasoup adds to this process: they would stop all media at the
 * first SIGTERM, before the node has drained. A worker whose parent is gone exits by itself.
 */
function startProcess(): Promise<types.Worker> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = signals.map((signal) => new Set(process.listeners(signal)));
  const starting = createWorker({ logLevel: 'warn' });
  for (const [i, signal] of signals.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[i]?.has(listener)) process.removeListener(signal, listener);
    }
  }
  return starting.then((worker) => {
    preferMedia(worker.pid);
    return worker;
  });
}

/**
 * Raises the worker's priority, since a delayed packet is a delayed picture. Needs a privilege (Linux: CAP_SYS_NICE).
 */
function preferMedia(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch {
    // Without the privilege it runs at normal priority.
  }
}

async function closeWorker(worker: types.Worker): Promise<void> {
  if (worker.subprocessClosed) return;
  const gone = new Promise<void>((resolve) => worker.once('subprocessclose', () => resolve()));
  worker.close();
  await withTimeout(gone, WORKER_EXIT_WAIT_MS);
}

/** Waits for `promise`, but no longer than `timeoutMs`. */
async function withTimeout(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
