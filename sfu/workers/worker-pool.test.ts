import { once } from 'node:events';
import { createServer } from 'node:net';
import process, { kill } from 'node:process';
import { beforeEach, expect, it, vi } from 'vitest';
import { silentLog } from '../log.ts';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

/**
 * Ten ports of its own for each test: a worker of the test before may still hold its port. Below the ephemeral ports,
 * and different for each process, since test runs may run side by side.
 */
let basePort = 20_000 + (process.pid % 100) * 100;
beforeEach(() => {
  basePort += 10;
});

async function openPool(change: Partial<WorkerPoolOptions> = {}) {
  const pool = await WorkerPool.create({
    workers: 2,
    addresses: [{ ip: '127.0.0.1' }],
    port: basePort,
    portRequired: true,
    log: silentLog,
    handleDied: () => {},
    ...change,
  });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close() });
}

/** Listens on a TCP port, as another program would. */
async function occupy(port: number) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

it('gives each worker one port for UDP and TCP, counting from the base', async () => {
  await using pool = await openPool();
  expect(pool.workers.map(({ port }) => port)).toEqual([basePort, basePort + 1]);
  const dump = await pool.workers[0]?.webRtcServer.dump();
  expect(dump?.udpSockets).toEqual([{ ip: '127.0.0.1', port: basePort }]);
  expect(dump?.tcpServers).toEqual([{ ip: '127.0.0.1', port: basePort }]);
});

it('names a required port that is taken, and leaves no worker behind', async () => {
  await using _ = await occupy(basePort + 1);
  await expect(openPool()).rejects.toThrow(`port ${basePort + 1} of 127.0.0.1`);
  // The first worker's port is free again.
  await using pool = await openPool({ workers: 1 });
  expect(pool.workers[0]?.port).toBe(basePort);
});

it('uses another port where it may', async () => {
  await using _first = await occupy(basePort);
  await using _second = await occupy(basePort + 2);
  await using pool = await openPool({ portRequired: false });
  const [first = 0, second = 0] = pool.workers.map(({ port }) => port - basePort);
  // Other processes may listen on further ports: each worker then tries every second one, in a sequence of its own.
  expect(first).toBeGreaterThanOrEqual(4);
  expect([first % 2, second % 2]).toEqual([0, 1]);
});

it('places load on the worker that has least', async () => {
  await using pool = await openPool();
  const first = pool.leastLoaded();
  first.load.rooms++;
  const second = pool.leastLoaded();
  expect(second).not.toBe(first);
  second.load.rooms++;
  second.load.consumers += 3;
  expect(pool.leastLoaded()).toBe(first);
});

it('replaces a worker that died, on the same port, and has a request wait for it', async () => {
  const counts: { running: number; size: number }[] = [];
  await using pool = await openPool({
    workers: 1,
    handleDied: () => counts.push({ running: pool.workers.length, size: pool.size }),
  });
  const before = pool.leastLoaded();
  kill(before.worker.pid, 'SIGKILL');
  // A node that is asked for its capacity meanwhile has not lost it.
  await vi.waitFor(() => expect(counts).toEqual([{ running: 0, size: 1 }]));
  await pool.ready();
  const after = pool.leastLoaded();
  expect(after.worker.pid).not.toBe(before.worker.pid);
  expect(after.port).toBe(basePort);
});

it('does not count a worker while its replacement fails', async () => {
  let occupied: ReturnType<typeof occupy> | undefined;
  await using pool = await openPool({
    handleDied: () => {
      occupied = occupy(basePort);
    },
  });
  kill(pool.workers[0]?.worker.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(pool.size).toBe(1), 10_000);
  await (await occupied)?.[Symbol.asyncDispose]();
  await vi.waitFor(() => expect(pool.workers).toHaveLength(2), 10_000);
  expect(pool.size).toBe(2);
});

it('leaves the signals of the process to the process', async () => {
  const count = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
  const before = count();
  await using _ = await openPool();
  expect(count()).toBe(before);
});

it('closes twice, and then has no worker to give', async () => {
  const pool = await openPool({ workers: 1 });
  await Promise.all([pool.close(), pool.close()]);
  await expect(pool.ready()).rejects.toMatchObject({ code: 'node_unavailable' });
  expect(() => pool.leastLoaded()).toThrow('No media worker');
});
