/**
 * Two hosts and the people's own, as network namespaces of this machine: everything that a benchmark sends between them
 * stays inside. The people reach both hosts at once; between the hosts is a link that may be slow. Needs root and the
 * programs of iproute2.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Child } from './asked-child.ts';

export type Host = 'a' | 'b';

/** Where a host is reached: by the people, and by the other host over the link of that name. */
export interface HostAddresses {
  access: string;
  fast: string;
  slow: string;
}

export const hostAddresses: Record<Host, HostAddresses> = {
  a: { access: '10.71.1.1', fast: '10.71.3.1', slow: '10.71.4.1' },
  b: { access: '10.71.2.1', fast: '10.71.3.2', slow: '10.71.4.2' },
};

const PREFIX = `loge-${process.pid}`;
const TUNNEL_PORTS = { a: 47_001, b: 47_002 };
const TC = ['/usr/sbin/tc', '/sbin/tc'].find((path) => existsSync(path));
const SOCAT = process.env.LOGE_TEST_SOCAT ?? 'socat';
const TUNNEL_START_MS = 5_000;

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

/** Names of the namespaces; they outlast whoever makes them, so that whoever does must also remove them. */
export interface Hosts {
  people: string;
  a: string;
  b: string;
}

export function createHosts(): Hosts {
  const hosts = { people: `${PREFIX}-people`, a: `${PREFIX}-a`, b: `${PREFIX}-b` };
  try {
    for (const name of Object.values(hosts)) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    for (const host of ['a', 'b'] as const) {
      const { access } = hostAddresses[host];
      join(hosts.people, `to-${host}`, access.replace(/1$/, '2'), hosts[host], 'access', access);
    }
    join(hosts.a, 'fast', hostAddresses.a.fast, hosts.b, 'fast', hostAddresses.b.fast);
    return hosts;
  } catch (error) {
    removeHosts(hosts);
    throw error;
  }
}

export function removeHosts(hosts: Hosts): void {
  for (const name of Object.values(hosts)) {
    try {
      ip('netns', 'del', name);
    } catch {
      // It was never made.
    }
  }
}

/** The command that runs another within a namespace. */
export function within(namespace: string): string[] {
  return ['ip', 'netns', 'exec', namespace];
}

/**
 * A link that holds each packet for so long in either direction: netem where the kernel has it; else a tunnel through a
 * process that does the same. To be called among the people, through whose loopback the tunnel goes.
 */
export async function openSlowLink(hosts: Hosts, delayMs: number, stack: AsyncDisposableStack): Promise<string> {
  if (hasNetem(hosts)) {
    join(hosts.a, 'slow', hostAddresses.a.slow, hosts.b, 'slow', hostAddresses.b.slow);
    for (const name of [hosts.a, hosts.b]) netem(name, 'slow', delayMs);
    return 'netem';
  }
  const relay = stack.use(await Child.create<{ a: number; b: number }>('delay-relay.ts', { delayMs, ...TUNNEL_PORTS }));
  for (const host of ['a', 'b'] as const) {
    const tunnel = openTunnel(hosts[host], hostAddresses[host].slow, TUNNEL_PORTS[host], relay.ready[host]);
    stack.defer(() => void tunnel.kill());
  }
  await tunnelsUp(hosts);
  return 'a relay of ours, as the kernel has no netem';
}

function join(left: string, leftName: string, leftAddress: string, right: string, rightName: string, address: string) {
  ip('link', 'add', leftName, 'netns', left, 'type', 'veth', 'peer', 'name', rightName, 'netns', right);
  for (const [namespace, name, own] of [
    [left, leftName, leftAddress],
    [right, rightName, address],
  ] as const) {
    ip('-n', namespace, 'address', 'add', `${own}/24`, 'dev', name);
    ip('-n', namespace, 'link', 'set', name, 'up');
  }
}

function netem(namespace: string, device: string, delayMs: number): void {
  if (!TC) throw new Error('iproute2 has no tc here.');
  const args = ['qdisc', 'add', 'dev', device, 'root', 'netem', 'delay', `${delayMs}ms`, 'limit', '100000'];
  execFileSync('ip', ['netns', 'exec', namespace, TC, ...args], { stdio: 'pipe' });
}

/** Tried on the loopback of the people, where nothing runs yet. */
function hasNetem({ people }: Hosts): boolean {
  try {
    netem(people, 'lo', 0);
    execFileSync('ip', ['netns', 'exec', people, TC ?? 'tc', 'qdisc', 'del', 'dev', 'lo', 'root'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** A device in the namespace whose packets go by UDP, one each, to the relay and back. */
function openTunnel(namespace: string, address: string, from: number, to: number): ChildProcess {
  const device = `TUN:${address}/24,tun-name=slow,tun-type=tun,iff-no-pi,iff-up,netns=${namespace}`;
  const carrier = `UDP4-DATAGRAM:127.0.0.1:${to},bind=127.0.0.1:${from}`;
  const tunnel = spawn(SOCAT, ['--experimental', '-b', '4096', device, carrier], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Also where this process ends without tidying up.
  process.once('exit', () => tunnel.kill());
  return tunnel;
}

async function tunnelsUp({ a, b }: Hosts): Promise<void> {
  const until = performance.now() + TUNNEL_START_MS;
  const up = (name: string) => {
    try {
      return ip('-n', name, 'address', 'show', 'dev', 'slow').includes('10.71.4.');
    } catch {
      return false;
    }
  };
  while (!up(a) || !up(b)) {
    if (performance.now() > until) throw new Error('The tunnel between the hosts did not open; is socat installed?');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
