/**
 * Measures the event loop's delay, and has a worker thread end the process when the loop has been blocked for ten
 * seconds. Such a process answers nothing, not even its readiness probe, and only a restart helps. A busy process whose
 * loop still turns is left alone.
 */
import { Worker } from 'node:worker_threads';
import type { Metrics } from './metrics.ts';

const BEAT_MS = 100;
const STALL_LIMIT_MS = 10_000;

export interface WatchdogSettings {
  /** A 32-bit counter that each turn of the event loop increments. */
  turns: SharedArrayBuffer;
  stallLimitMs: number;
}

export class EventLoopWatchdog {
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;

  private constructor(worker: Worker, timer: NodeJS.Timeout) {
    this.#worker = worker;
    this.#timer = timer;
  }

  static create(options: { metrics: Pick<Metrics, 'eventLoopDelay'>; stallLimitMs?: number }): EventLoopWatchdog {
    const { metrics, stallLimitMs = STALL_LIMIT_MS } = options;
    const settings: WatchdogSettings = { turns: new SharedArrayBuffer(4), stallLimitMs };
    const worker = new Worker(new URL('./event-loop-watchdog.worker.ts', import.meta.url), { workerData: settings });
    worker.unref();
    const turns = new Int32Array(settings.turns);
    let dueAtMs = performance.now() + BEAT_MS;
    const timer = setInterval(() => {
      const nowMs = performance.now();
      metrics.eventLoopDelay.observe(Math.max(0, nowMs - dueAtMs) / 1000);
      dueAtMs = nowMs + BEAT_MS;
      Atomics.add(turns, 0, 1);
    }, BEAT_MS);
    timer.unref();
    return new EventLoopWatchdog(worker, timer);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
  }
}
