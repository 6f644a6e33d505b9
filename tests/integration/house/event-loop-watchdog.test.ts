import { expect, test, vi } from 'vitest';
import { ChildProgram } from '../../support/programs/child-program.ts';
import { ServerProcess } from '../../support/programs/server-process.ts';

const WAIT = { timeout: 40_000, interval: 100 };
/** Blocks the process's event loop at a signal; by sleeping, because other tests need the core. */
const BLOCK_ON_SIGNAL =
  "--import=data:text/javascript,process.on('SIGUSR2',()=>Atomics.wait(new%20Int32Array(new%20SharedArrayBuffer(4)),0,0))";

test.concurrent('a gateway with an event loop blocked for ten seconds logs why and exits', async () => {
  await using server = await ServerProcess.createOnPostgres({ NODE_OPTIONS: BLOCK_ON_SIGNAL });
  // If the watchdog failed, the blocked process would not exit by itself.
  await using _kill = { [Symbol.asyncDispose]: () => server.kill() };
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  process.kill(server.pid ?? 0, 'SIGUSR2');
  await vi.waitFor(() => expect(server.endedBy).toBe('SIGKILL'), WAIT);
  const lastLine: unknown = JSON.parse(server.output.trimEnd().split('\n').at(-1) ?? '');
  expect(lastLine).toMatchObject({ level: 60, msg: 'event loop stalled, process ends', stallLimitMs: 10_000 });
}, 120_000);

test.concurrent('a busy process with long turns keeps running, and the metric shows its delay', async () => {
  await using busy = new ChildProgram({
    file: new URL('../../support/programs/busy-process.ts', import.meta.url),
    isUp: 'up',
  });
  await busy.start();
  await vi.waitFor(() => expect(busy.isRunning).toBe(false), WAIT);
  // Five turns of 0.7 s, each late for a beat every 0.1 s.
  expect(Number(/^delay ([\d.]+)$/m.exec(busy.output)?.[1])).toBeGreaterThan(2);
});
