/** What two workers of one node carry, by the CPU time of each, beside two that have nothing to do with one another. */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsOf } from '../cpu-time.ts';
import { Child } from './asked-child.ts';
import { BenchNode, CascadeStage, viewerOf } from './cascade-stage.ts';

const SETTLE_MS = 1_500;
const JOINS_AT_ONCE = 8;

export interface ScalingOptions {
  viewers: number;
  seconds: number;
  bitrateBps: number;
  secret: string;
}

/**
 * Share of a core that each of two workers takes: apart, each with its own publisher and viewers, or of one node and
 * one room.
 */
export async function measureWorkers(together: boolean, options: ScalingOptions): Promise<number[]> {
  await using stack = new AsyncDisposableStack();
  const { viewers, seconds, bitrateBps, secret } = options;
  const crowd = stack.use(await Child.create<object>('viewer-crowd.ts'));
  const nodes: BenchNode[] = [];
  for (let index = 0; index < (together ? 1 : 2); index++) {
    const workers = together ? 2 : 1;
    nodes.push(await BenchNode.create(stack, { port: 46_500 + index * 10, workers, spreadAt: 0, secret }));
  }
  for (const node of nodes) {
    const stage = await CascadeStage.create(stack, node, bitrateBps);
    await stage.start();
    const join = async () => await stage.watch(node, await viewerOf(crowd));
    const wanted = together ? 2 * viewers : viewers;
    for (let joined = 0; joined < wanted; joined += JOINS_AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(JOINS_AT_ONCE, wanted - joined) }, join));
    }
  }
  await pause(SETTLE_MS);
  const workers = (await Promise.all(nodes.map((node) => node.state()))).flatMap((state) => state.workers);
  const counted = () => workers.map(({ pid }) => cpuSecondsOf([pid]));
  const count = async () => await crowd.ask<{ packets: number; lost: number }>('count');
  const [before, from] = [await count(), counted()];
  await pause(seconds * 1_000);
  const [after, to] = [await count(), counted()];
  const lost = after.lost - before.lost;
  process.stderr.write(
    `  ${together ? 'one node, one pipe' : 'apart            '}  ${workers.map((_, i) => `${((((to[i] ?? 0) - (from[i] ?? 0)) / seconds) * 100).toFixed(1)} % of a core`).join(', ')}; ` +
      `${Math.round((after.packets - before.packets) / seconds)} packets/s, ${lost} lost\n`,
  );
  return workers.map((_, i) => ((to[i] ?? 0) - (from[i] ?? 0)) / seconds);
}
