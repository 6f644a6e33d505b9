/**
 * A process with a watched event loop that blocks it for several times the limit, prints the measurement, and exits.
 */
import { watchEventLoop } from '../../../server/platform/event-loop-watchdog.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';

const STALL_LIMIT_MS = 2_000;
const LONG_TURN_MS = 700;
const LONG_TURNS = 5;

const metrics = createMetrics();
watchEventLoop(metrics, STALL_LIMIT_MS);
process.stdout.write('up\n');

async function work(): Promise<void> {
  for (let turn = 0; turn < LONG_TURNS; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONG_TURN_MS);
  }
  const { values } = await metrics.eventLoopDelay.get();
  const sum = values.find(({ metricName }) => metricName?.endsWith('_sum'))?.value ?? 0;
  process.stdout.write(`delay ${sum}\n`);
}

void work();
