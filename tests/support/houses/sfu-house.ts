/**
 * A house as it stands on many machines: gateways behind a load balancer and SFU nodes, each a process of its own, on
 * real Postgres and Redis. Any of them can be killed, told to leave, and brought back.
 */

import { readFileSync } from 'node:fs';
import type { ServerProcess } from '../programs/server-process.ts';
import { SfuProcess } from '../programs/sfu-process.ts';
import { TcpBalancer } from '../programs/tcp-balancer.ts';
import { eventually } from '../run/eventually.ts';
import { GatewayHouse } from './gateways.ts';

/** How far the worker that carries a live has to be ahead of the others, in the system's ticks: one is noise. */
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

  /** Where people come in, at whatever gateway takes them. */
  get url(): string {
    return this.balancer.url;
  }

  async startNode(): Promise<SfuProcess> {
    const node = await SfuProcess.create({ REDIS_URL: this.gateways.redis.url, ...this.#nodeEnv });
    this.nodes.push(node);
    return node;
  }

  /** Takes the node off the list; its end is the caller's to bring about. */
  takeNode(node: SfuProcess): SfuProcess {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    return node;
  }

  /** The node on which the publisher is. */
  async origin(): Promise<SfuProcess> {
    const counts = await Promise.all(this.nodes.map((node) => node.metric('loge_sfu_producers')));
    const node = this.nodes[counts.findIndex((count) => count > 0)];
    if (!node) throw new Error('Nobody publishes.');
    return node;
  }

  /** Resolves when every gateway takes people in. */
  async ready(): Promise<void> {
    for (const { url } of this.gateways.gateways) await eventually(() => isReady(url), `${url} is ready`);
  }

  /** The gateway that has the most people, and the one that has the fewest. */
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

/**
 * The media worker of a process that uses the most time from now on: of a node with a live, the one that carries it.
 */
export async function busiestWorker(pid: number): Promise<number> {
  const workers = mediaWorkers(pid).map((child) => ({ child, before: ticksOf(child) }));
  return await eventually(() => {
    const used = workers.map(({ child, before }) => ({ child, ticks: ticksOf(child) - before }));
    const [first, second] = used.toSorted((a, b) => b.ticks - a.ticks);
    return first && first.ticks - (second?.ticks ?? 0) >= BUSY_LEAD_TICKS ? first.child : undefined;
  }, `a media worker of process ${pid} is busier than the others`);
}

/** The media workers that a process has started. */
export function mediaWorkers(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  return children.filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('mediasoup-worker');
    } catch {
      // It is gone by now.
      return false;
    }
  });
}

/** Time that a process has had, in the system's ticks: fields 14 and 15 of `stat`, counted after the command's name. */
function ticksOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  return response?.status === 200;
}
