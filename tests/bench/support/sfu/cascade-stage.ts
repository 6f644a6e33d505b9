/**
 * One room over several of our nodes: a publisher in a process of its own, those who watch, and what has flowed over
 * each pipe.
 */
import { randomUUID } from 'node:crypto';
import type { RoomUpstream, RtpParameters, TransportOptions, WatchRequest } from '../../../../sfu/contract.ts';
import { RemoteSfuNode } from '../../../../sfu/control/remote-node.ts';
import type { PipeCount } from '../../../../sfu/node-figures.ts';
import { rtpViewerCapabilities } from '../../../support/media/rtp-viewer.ts';
import { Child } from './asked-child.ts';
import type { HopProbe } from './hop-probe.ts';

const STILL_MS = 300;

export interface NodeOptions {
  ip?: string;
  pipeIp?: string;
  port: number;
  workers?: number;
  spreadAt?: number;
  secret: string;
}

interface Ready {
  pids: number[];
  node: string;
  url: string;
  upstreamUrl: string;
}

export interface NodeState {
  pipes: PipeCount[];
  workers: { pid: number; port: number; consumers: number }[];
}

/** One of our nodes as a process, perhaps in a namespace, and its control API. */
export class BenchNode {
  readonly remote: RemoteSfuNode;
  readonly #child: Child<Ready>;

  static async create(stack: AsyncDisposableStack, options: NodeOptions, within: string[] = []): Promise<BenchNode> {
    const child = stack.use(await Child.create<Ready>('our-sfu.ts', options, within));
    const remote = await RemoteSfuNode.create({ url: child.ready.url, secret: options.secret });
    stack.defer(() => remote.close());
    return new BenchNode(child, remote);
  }

  private constructor(child: Child<Ready>, remote: RemoteSfuNode) {
    this.#child = child;
    this.remote = remote;
  }

  asUpstream(upstream?: RoomUpstream): RoomUpstream {
    const { node, upstreamUrl: url } = this.#child.ready;
    return { node, url, ...(upstream && { upstream }) };
  }

  async state(): Promise<NodeState> {
    return await this.#child.ask<NodeState>('state');
  }
}

export interface Watching {
  session: string;
  /** Port of the worker that sends, which tells workers apart. */
  port: number;
}

/** What a viewer's end must be able to do, in this process or another. */
export interface ViewerEnd {
  dtlsParameters: WatchRequest['dtlsParameters'];
  connect(...answer: Parameters<HopProbe['connect']>): Promise<unknown>;
}

/** One more viewer of a crowd in another process. */
export async function viewerOf(crowd: Child<object>): Promise<ViewerEnd> {
  const session = randomUUID();
  return {
    dtlsParameters: await crowd.ask<ViewerEnd['dtlsParameters']>('prepare', { session }),
    connect: (transport, consumers) => crowd.ask('connect', { session, transport, consumers }),
  };
}

interface Publisher {
  dtlsParameters: WatchRequest['dtlsParameters'];
  rtpParameters: RtpParameters;
}

export class CascadeStage {
  readonly origin: BenchNode;
  readonly #room = `room_${randomUUID()}`;
  readonly #session = randomUUID();
  readonly #publisher: Child<Publisher>;
  #transport: TransportOptions | undefined;

  /**
   * The track is on stage; nothing is sent before `start`, so that every pipe sees the stream from its first packet.
   */
  static async create(stack: AsyncDisposableStack, origin: BenchNode, bitrateBps: number): Promise<CascadeStage> {
    const publisher = stack.use(await Child.create<Publisher>('lone-publisher.ts', { bitrateBps }));
    const stage = new CascadeStage(origin, publisher);
    const { dtlsParameters, rtpParameters } = publisher.ready;
    const grant = { room: stage.#room, identity: 'publisher', publish: true, subscribe: false };
    const { transport } = await origin.remote.publish({
      session: stage.#session,
      grant,
      ...(dtlsParameters && { dtlsParameters }),
    });
    await origin.remote.produce({ session: stage.#session, kind: 'video', source: 'camera', rtpParameters });
    stage.#transport = transport;
    return stage;
  }

  private constructor(origin: BenchNode, publisher: Child<Publisher>) {
    this.origin = origin;
    this.#publisher = publisher;
  }

  get port(): number {
    return portOf(this.#transport);
  }

  async start(): Promise<void> {
    await this.#publisher.ask('connect', { transport: this.#transport });
  }

  async watch(node: BenchNode, end: ViewerEnd, upstream?: RoomUpstream): Promise<Watching> {
    const session = randomUUID();
    const { transport, consumers } = await node.remote.watch({
      session,
      grant: { room: this.#room, identity: randomUUID(), publish: false, subscribe: true },
      rtpCapabilities: rtpViewerCapabilities(node.remote.routerRtpCapabilities),
      ...(end.dtlsParameters && { dtlsParameters: end.dtlsParameters }),
      ...(upstream && { upstream }),
    });
    await end.connect(transport, consumers);
    return { session, port: portOf(transport) };
  }

  /**
   * How often each packet of the stream was sent over each pipe between nodes. The publisher stops for it: what was
   * counted here and there can only be set side by side when nothing is on the way.
   */
  async copiesPerLink(nodes: BenchNode[]): Promise<number[]> {
    await this.#publisher.ask('rest');
    const published = async () => await packetsOf(this.origin, this.#session, 'inbound-rtp');
    let before = -1;
    for (let now = await published(); now !== before; now = await published()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    }
    const copies: number[] = [];
    for (const node of nodes) {
      const pulls = (await node.state()).pipes.filter(({ room }) => room === this.#room);
      for (const { session } of pulls) {
        if (session) copies.push((await packetsOf(node, session, 'outbound-rtp')) / before);
      }
    }
    return copies;
  }
}

/** Packets of a session in one direction, those that were sent again aside. */
async function packetsOf(node: BenchNode, session: string, type: string): Promise<number> {
  const stats = (await node.remote.sessionStats({ session })) as {
    type: string;
    packetCount?: number;
    packetsRetransmitted?: number;
  }[];
  return stats.reduce(
    (sum, stat) => sum + (stat.type === type ? (stat.packetCount ?? 0) - (stat.packetsRetransmitted ?? 0) : 0),
    0,
  );
}

function portOf(transport: TransportOptions | undefined): number {
  const [candidate] = (transport?.iceCandidates ?? []) as { port: number }[];
  return candidate?.port ?? 0;
}
