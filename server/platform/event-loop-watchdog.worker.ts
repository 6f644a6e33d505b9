/** The thread of `event-loop-watchdog.ts`: shares nothing with the event loop that it watches but a counter of its turns. */
import { write } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WatchdogSettings } from './event-loop-watchdog.ts';

const LOOKS_PER_LIMIT = 40;
const STDOUT = 1;
const PINO_FATAL = 60;
const LOG_LIMIT_MS = 1_000;

const { turns, stallLimitMs } = workerData as WatchdogSettings;
const counter = new Int32Array(turns);
const lookEveryMs = stallLimitMs / LOOKS_PER_LIMIT;
let lastTurn = Atomics.load(counter, 0);
let stalledLooks = 0;

// Looks are counted, not milliseconds: while the whole process is suspended, or starved of CPU, this thread does not look either.
const looking = setInterval(() => {
  const turn = Atomics.load(counter, 0);
  stalledLooks = turn === lastTurn ? stalledLooks + 1 : 0;
  lastTurn = turn;
  if (stalledLooks < LOOKS_PER_LIMIT) return;
  clearInterval(looking);
  endProcess();
}, lookEveryMs);

/** The event loop can run no handler any more, so this thread writes the line and sends a signal that needs none. */
function endProcess(): void {
  const line = {
    level: PINO_FATAL,
    time: Date.now(),
    pid: process.pid,
    stallLimitMs,
    msg: 'event loop stalled, process ends',
  };
  const kill = () => process.kill(process.pid, 'SIGKILL');
  // Whoever reads the log may be stuck as well; that must not keep the process.
  setTimeout(kill, LOG_LIMIT_MS);
  write(STDOUT, `${JSON.stringify(line)}\n`, kill);
}
