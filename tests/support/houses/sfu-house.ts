/**
 * A deployment as on many machines: gateways behind a load balancer, and SFU nodes, each a process on real Postgres and
 * Redis. Any of them can be killed, drained and restarted.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ServerProcess } from '../programs/server-process.ts';
import { SfuProcess } from '../programs/sfu-process.ts';
import { TcpBalancer } from '../programs/tcp-balancer.ts';
import { eventually } from '../run/eventually.ts';
import { GatewayHouse } from './gateways.ts';

/** CPU ticks by which the busiest worker must lead the others; a single tick is noise. */
const BUSY_LEAD_TICKS = 2;

export interface SfuHouseOptions {
  gateways?: number;
  nodes?: number;
  nodeEnv?: Record<string, string>;
}

export class SfuHouse implements AsyncDisposable {
  readonly gateways: GatewayHouse;
  readonly balancer: TcpBalancer;
  readonly nodes: SfuProcess[] = [];
  readonly #nodeEnv: Record<string, string>;

  static async create({ gateways = 2, nodes = 2, nodeEnv = {} }: SfuHouseOptions = {}): Promise<SfuHouse> {
    const house = await GatewayHouse.start({ count: gateways, env: { LOGE_SFU_WORKERS: '0' } });
    const balancer = await TcpBalancer.create(house.gateways.map(({ port }) => port));
    const whole = new SfuHouse(house, balancer, nodeEnv);
    await Promise.all(Array.from({ length: nodes }, () => whole.startNode()));
    await whole.ready();
    return whole;
  }

  private constructor(gateways: GatewayHouse, balancer: TcpBalancer, nodeEnv: Record<string, string>) {
    this.gateways = gateways;
    this.balancer = balancer;
    this.#nodeEnv = nodeEnv;
  }

  /** URL of the load balancer. */
  get url(): string {
    return this.balancer.url;
  }

  async startNode(): Promise<SfuProcess> {
    const node = await SfuProcess.create({ REDIS_URL: this.gateways.redis.url, ...this.#nodeEnv });
    this.nodes.push(node);
    return node;
  }

  /** Removes the node from the list; the caller ends the process. */
  takeNode(node: SfuProcess): SfuProcess {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    return node;
  }

  /** The node of the publisher. */
  async origin(): Promise<SfuProcess> {
    const counts = await Promise.all(this.nodes.map((node) => node.metric('loge_sfu_producers')));
    const node = this.nodes[counts.findIndex((count) => count > 0)];
    if (!node) throw new Error('Nobody publishes.');
    return node;
  }

  /** Resolves when every gateway is ready. */
  async ready(): Promise<void> {
    for (const { url } of this.gateways.gateways) await eventually(() => isReady(url), `${url} is ready`);
  }

  /** The gateways with the most and with the fewest connections. */
  get gatewaysByLoad(): { fullest: ServerProcess; emptiest: ServerProcess } {
    const sorted = [...this.gateways.gateways].sort(
      (left, right) => this.balancer.connections(left.port) - this.balancer.connections(right.port),
    );
    const [emptiest, fullest] = [sorted[0], sorted.at(-1)];
    if (!emptiest || !fullest) throw new Error('There is no gateway.');
    return { fullest, emptiest };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.balancer[Symbol.asyncDispose]();
    await this.gateways[Symbol.asyncDispose]();
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}

/** The media worker of a node that listens on this UDP port, the one of its sessions' ICE candidates. */
export function workerOnPort(pid: number, port: number): number {
  const sockets = readFileSync('/proc/net/udp', 'utf8').split('\n').slice(1);
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const onPort = sockets.map((line) => line.trim().split(/\s+/)).filter((fields) => fields[1]?.endsWith(`:${hexPort}`));
  const links = new Set(onPort.map((fields) => `socket:[${fields[9]}]`));
  const found = mediaWorkers(pid).find((child) =>
    readdirSync(`/proc/${child}/fd`).some((fd) => links.has(readlinkSync(`/proc/${child}/fd/${fd}`))),
  );
  if (!found) throw new Error(`No media worker of process ${pid} listens on port ${port}.`);
  return found;
}

/**
 * The media worker of a node that uses the most CPU time from now on. Only for many viewers: the worker of a live with
 * one viewer uses hardly more than an idle one.
 */
export async function busiestWorker(pid: number): Promise<number> {
  const workers = mediaWorkers(pid).map((child) => ({ child, before: ticksOf(child) }));
  return await eventually(() => {
    const used = workers.map(({ child, before }) => ({ child, ticks: ticksOf(child) - before }));
    const [first, second] = used.toSorted((a, b) => b.ticks - a.ticks);
    return first && first.ticks - (second?.ticks ?? 0) >= BUSY_LEAD_TICKS ? first.child : undefined;
  }, `a media worker of process ${pid} is busier than the others`);
}

/** Media worker processes of a node. */
export function mediaWorkers(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  return children.filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('mediasoup-worker');
    } catch {
      // The process has exited.
      return false;
    }
  });
}

/** CPU time of a process in ticks: fields 14 and 15 of `stat`, counted after the command's name. */
function ticksOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** And reaches Redis and a media worker. */
async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  return response?.status === 200 && !(await response.json()).reasons;
}
