/**
 * Cost per viewer: our SFU node and a bare mediasoup worker, each a separate process, send the same stream to the same
 * viewers alternately (A B A B). Measures CPU time of the worker and its controlling process per sent packet.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type {
  ConsumerOptions,
  ProduceRequest,
  PublishRequest,
  RtpCapabilities,
  TransportOptions,
  WatchRequest,
} from '../../sfu/contract.ts';
import { RemoteSfuNode } from '../../sfu/control/remote-node.ts';
import { RtpPublisher } from '../support/media/rtp-publisher.ts';
import { RtpViewer, rtpViewerCapabilities } from '../support/media/rtp-viewer.ts';
import { sentAtOf } from '../support/media/rtp-vp8.ts';
import { cpuSecondsOf } from './support/cpu-time.ts';
import { Child } from './support/sfu/asked-child.ts';
import { percentile } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- sfu [options]

CPU time for each packet sent to viewers over SRTP, ours beside a bare mediasoup worker, and the time that forwarding takes.

  --viewers N   viewers of each side (default 250)
  --seconds N   length of each of the four measurements (default 10)
  --help        this text

The last line of the output is one JSON. Server, viewers and publisher share this machine over loopback, where sending costs less than through a
network card and nothing is lost on the way; the viewers answer with receiver reports and decode nothing.
`;

const { values } = parseArgs({
  options: {
    viewers: { type: 'string', default: '250' },
    seconds: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const VIEWERS = Number(values.viewers);
const SECONDS = Number(values.seconds);
const BITRATE_BPS = 1_400_000;
const ROUNDS = 2;
const PROBES = 2;
const JOINS_AT_ONCE = 16;
const SETTLE_MS = 1_500;

interface Side {
  name: 'ours' | 'raw';
  pids: number[];
  routerRtpCapabilities: RtpCapabilities;
  publish(request: PublishRequest): Promise<{ transport: TransportOptions }>;
  produce(request: ProduceRequest): Promise<unknown>;
  watch(request: WatchRequest): Promise<{ transport: TransportOptions; consumers: ConsumerOptions[] }>;
  closeSession(request: { session: string }): Promise<unknown>;
}

interface Measurement {
  usPerPacket: number;
  packetsPerViewer: number;
  lossPct: number;
  forwardMs: number[];
}

const say = (text: string) => process.stderr.write(`${text}\n`);

async function openOurs(stack: AsyncDisposableStack): Promise<Side> {
  const secret = randomBytes(24).toString('hex');
  const child = stack.use(await Child.create<{ pids: number[]; url: string }>('our-sfu.ts', { secret }));
  const node = await RemoteSfuNode.create({ url: child.ready.url, secret });
  stack.defer(() => node.close());
  return {
    name: 'ours',
    pids: child.ready.pids,
    routerRtpCapabilities: node.routerRtpCapabilities,
    publish: (request) => node.publish(request),
    produce: (request) => node.produce(request),
    watch: (request) => node.watch(request),
    closeSession: (request) => node.closeSession(request),
  };
}

async function openRaw(stack: AsyncDisposableStack): Promise<Side> {
  const child = stack.use(await Child.create<{ pids: number[]; routerRtpCapabilities: RtpCapabilities }>('raw-sfu.ts'));
  return {
    name: 'raw',
    ...child.ready,
    publish: (request) => child.ask('publish', request),
    produce: (request) => child.ask('produce', request),
    watch: (request) => child.ask('watch', request),
    closeSession: (request) => child.ask('closeSession', request),
  };
}

async function measure(side: Side, crowd: Child<object>): Promise<Measurement> {
  const room = `room_${randomUUID()}`;
  const sessions: string[] = [];
  const ends: { close(): void }[] = [];
  const grant = (publish: boolean) => ({ room, identity: randomUUID(), publish, subscribe: !publish });
  const open = () => {
    const session = randomUUID();
    sessions.push(session);
    return session;
  };
  const publisher = new RtpPublisher({ layerBitratesBps: [BITRATE_BPS], stamped: true });
  ends.push(publisher);
  const publishing = open();
  const { dtlsParameters } = publisher;
  const { transport } = await side.publish({ session: publishing, grant: grant(true), dtlsParameters });
  const { videoRtpParameters: rtpParameters } = publisher;
  await side.produce({ session: publishing, kind: 'video', source: 'camera', rtpParameters });
  await publisher.connect(transport);

  const rtpCapabilities = rtpViewerCapabilities(side.routerRtpCapabilities);
  const forwardMs: number[] = [];
  let recording = false;
  for (let probe = 0; probe < PROBES; probe++) {
    const viewer = new RtpViewer({
      openAll: true,
      reports: true,
      handleVideo: (packet) => {
        if (recording) forwardMs.push(Number(process.hrtime.bigint() - sentAtOf(packet)) / 1e6);
      },
    });
    ends.push(viewer);
    const request = { session: open(), grant: grant(false), rtpCapabilities, dtlsParameters: viewer.dtlsParameters };
    const answer = await side.watch(request);
    await viewer.connect(answer.transport, answer.consumers);
  }
  const join = async () => {
    const session = open();
    const dtls = await crowd.ask<WatchRequest['dtlsParameters']>('prepare', { session });
    const answer = await side.watch({
      session,
      grant: grant(false),
      rtpCapabilities,
      ...(dtls && { dtlsParameters: dtls }),
    });
    await crowd.ask('connect', { session, ...answer });
  };
  for (let joined = 0; joined < VIEWERS; joined += JOINS_AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(JOINS_AT_ONCE, VIEWERS - joined) }, join));
  }
  await pause(SETTLE_MS);

  const count = () => crowd.ask<{ packets: number; lost: number }>('count');
  const [before, cpuBefore] = [await count(), cpuSecondsOf(side.pids)];
  recording = true;
  await pause(SECONDS * 1_000);
  recording = false;
  const [cpu, after] = [cpuSecondsOf(side.pids) - cpuBefore, await count()];
  await crowd.ask('leave');
  for (const end of ends) end.close();
  for (const session of sessions) await side.closeSession({ session });

  const lost = after.lost - before.lost;
  const sent = after.packets - before.packets + lost;
  const all = (sent * (VIEWERS + PROBES)) / VIEWERS;
  const measurement = {
    usPerPacket: (cpu * 1e6) / all,
    packetsPerViewer: sent / VIEWERS / SECONDS,
    lossPct: (lost / sent) * 100,
    forwardMs,
  };
  say(
    `${side.name.padEnd(5)} ${measurement.usPerPacket.toFixed(2)} µs a packet, ${Math.round(all / SECONDS)} packets/s, ${((cpu / SECONDS) * 100).toFixed(0)} % of a core, ` +
      `loss ${measurement.lossPct.toFixed(3)} %, forwarded in ${percentile(forwardMs, 0.5).toFixed(2)} ms (p99 ${percentile(forwardMs, 0.99).toFixed(2)})`,
  );
  return measurement;
}

async function run(stack: AsyncDisposableStack): Promise<void> {
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; ${VIEWERS} viewers at ${BITRATE_BPS / 1e6} Mbit/s`,
  );
  const [ours, raw] = [await openOurs(stack), await openRaw(stack)];
  const crowd = stack.use(await Child.create<object>('viewer-crowd.ts'));
  const taken: Record<Side['name'], Measurement[]> = { ours: [], raw: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of [raw, ours]) taken[side.name].push(await measure(side, crowd));
  }
  const mean = (of: Measurement[], key: 'usPerPacket' | 'packetsPerViewer' | 'lossPct') =>
    of.reduce((sum, measurement) => sum + measurement[key], 0) / of.length;
  const [usPerPacket, rawUsPerPacket] = [mean(taken.ours, 'usPerPacket'), mean(taken.raw, 'usPerPacket')];
  const forwardMs = taken.ours.flatMap((measurement) => measurement.forwardMs);
  const fixed = (value: number, digits: number) => Number(value.toFixed(digits));
  process.stdout.write(
    `${JSON.stringify({
      usPerPacket: fixed(usPerPacket, 2),
      rawUsPerPacket: fixed(rawUsPerPacket, 2),
      ratio: fixed(usPerPacket / rawUsPerPacket, 3),
      viewersPerCore: Math.floor(1e6 / (usPerPacket * mean(taken.ours, 'packetsPerViewer'))),
      lossPct: fixed(mean(taken.ours, 'lossPct'), 4),
      forwardMs: { p50: fixed(percentile(forwardMs, 0.5), 2), p99: fixed(percentile(forwardMs, 0.99), 2) },
      viewers: VIEWERS,
    })}\n`,
  );
}

const stack = new AsyncDisposableStack();
try {
  await run(stack);
} finally {
  await stack.disposeAsync();
}
process.exit(0);
