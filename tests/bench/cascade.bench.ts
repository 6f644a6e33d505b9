/**
 * The latency that a hop adds: a room's stage is forwarded from worker to worker and from node to node, and the same
 * packet is timed at each. Runs in network namespaces, which are always removed afterwards.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RoomUpstream } from '../../sfu/contract.ts';
import { Child } from './support/sfu/asked-child.ts';
import { BenchNode, CascadeStage, viewerOf } from './support/sfu/cascade-stage.ts';
import { HopProbe } from './support/sfu/hop-probe.ts';
import {
  createHosts,
  type Host,
  type Hosts,
  hostAddresses,
  openSlowLink,
  removeHosts,
  within,
} from './support/sfu/two-hosts.ts';
import { measureWorkers } from './support/sfu/worker-scaling.ts';
import { percentile } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- cascade [options]      (as root, on Linux with iproute2; socat where the kernel has no netem)

What each hop of a room's stage adds, across workers of one node and across two hosts; how often a packet is sent over a link; what two workers carry.

  --seconds N   length of each measurement (default 10)
  --delay N     milliseconds that the slow link between the hosts holds a packet (default 20)
  --viewers N   viewers of each worker for twoWorkersRatio (default 80)
  --help        this text

The last line of the output is one JSON.
  addedMsPerHop   from the arrival of a packet at a viewer one hop up to its arrival at a viewer here, the link included: of the paths without delay (workers
                  of one node; one, two and three hops between two hosts, SRTP) the one whose p99 is worst
  slowLink        the same over the slow link, with its delay taken off, beside plain UDP over it
  copiesPerLink   packets sent over a pipe for each that the publisher sent; the largest of all pipes, counted after the publisher has stopped
  twoWorkersRatio what one room carries on two workers over what one worker carries, by CPU time: the share of a core that each of two workers takes that have
                  nothing to do with one another, times two, over that of the busier of two that share a room by a pipe, with as many viewers each. Not
                  a measured saturation: viewers and publishers run on the same cores

Hosts are network namespaces of this machine, so that one clock times all. Workers wake up for each packet: with more processes than cores they wait for one
another, which is in the figures.
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    delay: { type: 'string', default: '20' },
    viewers: { type: 'string', default: '80' },
    help: { type: 'boolean', default: false },
    among: { type: 'string' },
  },
});
const SECONDS = Number(values.seconds);
const DELAY_MS = Number(values.delay);
const BITRATE_BPS = 1_400_000;
const WORKER_PORT = 46_000;
const VIEWERS_PER_HOP = 3;
const SETTLE_MS = 1_500;
const ROUNDS = 2;

interface Figures {
  p50: number;
  p99: number;
}

const secret = randomBytes(24).toString('hex');
const say = (text: string) => process.stderr.write(`${text}\n`);
const fixed = (value: number, digits: number) => Number(value.toFixed(digits));

function figures(samples: number[]): Figures {
  return { p50: fixed(percentile(samples, 0.5), 3), p99: fixed(percentile(samples, 0.99), 3) };
}

/** Milliseconds between a packet's arrivals at two probes, for each packet that reached both. */
function addedMs(from: HopProbe, to: HopProbe): number[] {
  const later = to.arrivals();
  return [...from.arrivals()].flatMap(([sentAt, at]) => {
    const arrived = later.get(sentAt);
    return arrived === undefined ? [] : Number(arrived - at) / 1e6;
  });
}

async function measureWorkersHop(): Promise<{ added: Figures; tracks: number[] }> {
  await using stack = new AsyncDisposableStack();
  const node = await BenchNode.create(stack, { port: WORKER_PORT, workers: 2, spreadAt: 0, secret });
  const stage = await CascadeStage.create(stack, node, BITRATE_BPS);
  const probes = new Map<boolean, HopProbe>();
  for (let viewer = 0; viewer < 2 * VIEWERS_PER_HOP; viewer++) {
    const probe = new HopProbe();
    stack.defer(() => probe.close());
    const { port } = await stage.watch(node, probe);
    probes.set(port === stage.port, probe);
  }
  const [near, far] = [probes.get(true), probes.get(false)];
  if (!near || !far) throw new Error('All viewers were put on one worker.');
  await stage.start();
  await pause(SECONDS * 1_000);
  const { pipes } = await node.state();
  const added = addedMs(near, far);
  say(`  1 hop, workers of one node: ${text(figures(added))} ms, ${added.length} packets`);
  return { added: figures(added), tracks: pipes.map(({ tracks }) => tracks) };
}

/**
 * The stage alternates between the hosts: the publisher on `a`, viewers one hop away on `b`, two hops away on `a`
 * again, and so on.
 */
async function measureHosts(
  hosts: Hosts,
  link: 'fast' | 'slow',
  delayMs: number,
): Promise<{ added: Figures[]; copies: number[] }> {
  await using stack = new AsyncDisposableStack();
  const nodes: BenchNode[] = [];
  for (const [index, host] of (['a', 'b', 'a', 'b'] satisfies Host[]).entries()) {
    const { access: ip, [link]: pipeIp } = hostAddresses[host];
    const options = { ip, pipeIp, port: WORKER_PORT + index * 10, secret };
    nodes.push(await BenchNode.create(stack, options, within(hosts[host])));
  }
  const [origin] = nodes;
  if (!origin) throw new Error('There is no node.');
  const stage = await CascadeStage.create(stack, origin, BITRATE_BPS);
  // In another process, so that its work does not delay the timed packets.
  const crowd = stack.use(await Child.create<object>('viewer-crowd.ts'));
  const probes: HopProbe[] = [];
  let upstream: RoomUpstream | undefined;
  for (const node of nodes) {
    const probe = new HopProbe();
    stack.defer(() => probe.close());
    probes.push(probe);
    await stage.watch(node, probe, upstream);
    for (let viewer = 1; viewer < VIEWERS_PER_HOP; viewer++) {
      await stage.watch(node, await viewerOf(crowd), upstream);
    }
    upstream = node.asUpstream(upstream);
  }
  await stage.start();
  await pause(SECONDS * 1_000);
  const copies = await stage.copiesPerLink(nodes);
  const added: Figures[] = [];
  for (const [hop, probe] of probes.slice(1).entries()) {
    const before = probes[hop];
    if (!before) continue;
    const samples = addedMs(before, probe).map((ms) => ms - delayMs);
    added.push(figures(samples));
    say(`  hop ${hop + 1}, ${hop % 2 ? 'b to a' : 'a to b'}: ${text(figures(samples))} ms, ${samples.length} packets`);
  }
  return { added, copies };
}

/** Latency of plain UDP over the link, between two processes. */
async function measureLink(hosts: Hosts, link: 'fast' | 'slow', delayMs: number): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const ip = hostAddresses.b[link];
  const receiver = stack.use(await Child.create<{ port: number }>('link-reference.ts', { ip }, within(hosts.b)));
  const { port } = receiver.ready;
  stack.use(await Child.create<object>('link-reference.ts', { ip, port }, within(hosts.a)));
  await pause((SETTLE_MS + SECONDS * 1_000) / 2);
  const took = figures((await receiver.ask<number[]>('end')).map((ms) => ms - delayMs));
  say(`  plain UDP over it, for comparison: ${text(took)} ms`);
  return took;
}

async function measureRatio(): Promise<number> {
  const options = { viewers: Number(values.viewers), seconds: SECONDS, bitrateBps: BITRATE_BPS, secret };
  const busiest: number[] = [];
  const apart: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    apart.push(...(await measureWorkers(false, options)));
    busiest.push(Math.max(...(await measureWorkers(true, options))));
  }
  const mean = (of: number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  return (2 * mean(apart)) / mean(busiest);
}

async function measureAll(hosts: Hosts): Promise<void> {
  await using stack = new AsyncDisposableStack();
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; a stream of ${BITRATE_BPS / 1e6} Mbit/s`,
  );
  say('Workers of one node:');
  const workers = await measureWorkersHop();
  say('Two hosts, a link without delay:');
  await measureLink(hosts, 'fast', 0);
  const fast = await measureHosts(hosts, 'fast', 0);
  const means = await openSlowLink(hosts, DELAY_MS, stack);
  say(`Two hosts, a link of ${DELAY_MS} ms (${means}); the delay is taken off:`);
  const plainUdp = await measureLink(hosts, 'slow', DELAY_MS);
  const slow = await measureHosts(hosts, 'slow', DELAY_MS);
  say('Two workers:');
  const ratio = await measureRatio();
  const worst = (of: Figures[]) => of.reduce((most, it) => (it.p99 > most.p99 ? it : most));
  process.stdout.write(
    `${JSON.stringify({
      addedMsPerHop: worst([workers.added, ...fast.added]),
      copiesPerLink: Math.max(...workers.tracks, ...fast.copies, ...slow.copies),
      twoWorkersRatio: fixed(ratio, 2),
      workersHop: workers.added,
      hostHops: fast.added,
      slowLink: { delayMs: DELAY_MS, means, hops: slow.added, plainUdp },
      links: fast.copies.length + slow.copies.length + workers.tracks.length,
    })}\n`,
  );
}

function text({ p50, p99 }: Figures): string {
  return `p50 ${p50}, p99 ${p99}`;
}

/** Creates the namespaces, runs this file inside them, and removes them in every case. */
async function runInNamespaces(): Promise<number> {
  if (process.getuid?.() !== 0) throw new Error('Network namespaces want root: run this benchmark as root.');
  const hosts = createHosts();
  try {
    const [command = '', ...args] = [...within(hosts.people), process.execPath, import.meta.filename];
    const inner = spawn(command, [...args, ...process.argv.slice(2), '--among', JSON.stringify(hosts)], {
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => inner.kill('SIGTERM'));
    const [code] = await once(inner, 'exit');
    return code ?? 1;
  } finally {
    removeHosts(hosts);
  }
}

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (values.among === undefined) process.exit(await runInNamespaces());
// A terminal sends Ctrl-C to all processes. The children exit with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
await measureAll(JSON.parse(values.among) as Hosts);
process.exit(0);
