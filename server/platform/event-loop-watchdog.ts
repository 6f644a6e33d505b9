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

/** Runs until the process ends, and does not keep it alive. */
export function watchEventLoop(metrics: Pick<Metrics, 'eventLoopDelay'>, stallLimitMs = STALL_LIMIT_MS): void {
  const settings: WatchdogSettings = { turns: new SharedArrayBuffer(4), stallLimitMs };
  new Worker(new URL('./event-loop-watchdog.worker.ts', import.meta.url), { workerData: settings }).unref();
  const turns = new Int32Array(settings.turns);
  let dueAtMs = performance.now() + BEAT_MS;
  setInterval(() => {
    const nowMs = performance.now();
    metrics.eventLoopDelay.observe(Math.max(0, nowMs - dueAtMs) / 1000);
    dueAtMs = nowMs + BEAT_MS;
    Atomics.add(turns, 0, 1);
  }, BEAT_MS).unref();
}
