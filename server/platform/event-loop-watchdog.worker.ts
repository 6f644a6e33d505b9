/** The watchdog's thread. It shares nothing with the watched event loop but a counter of turns. */
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

// Counts checks, not milliseconds: while the whole process is suspended or starved of CPU, this thread does not check
// either.
const looking = setInterval(() => {
  const turn = Atomics.load(counter, 0);
  stalledLooks = turn === lastTurn ? stalledLooks + 1 : 0;
  lastTurn = turn;
  if (stalledLooks < LOOKS_PER_LIMIT) return;
  clearInterval(looking);
  endProcess();
}, lookEveryMs);

/** The event loop can run no handler, so this thread writes the log line and sends a signal that needs none. */
function endProcess(): void {
  const line = {
    level: PINO_FATAL,
    time: Date.now(),
    pid: process.pid,
    stallLimitMs,
    msg: 'event loop stalled, process ends',
  };
  const kill = () => process.kill(process.pid, 'SIGKILL');
  // The log's reader may be blocked too; the process must end anyway.
  setTimeout(kill, LOG_LIMIT_MS);
  write(STDOUT, `${JSON.stringify(line)}\n`, kill);
}
