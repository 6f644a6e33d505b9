/**
 * Server CPU per chat delivery: Loge compared with plain Socket.IO, with one emit per message and with messages batched
 * per tick, in turn (A B C A B C). Each server and its fans are processes on separate cores. Fans parse and check every
 * sequence number. Loge's cost includes everything: tokens and access, rate limits, and the Postgres log with each
 * message committed before it is shown; the other two store nothing. The room's readable rate is off, so that all three
 * deliver the same. Not included: TLS, and a network slower than loopback.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { tickMs } from '../../server/gateway/chat/chat-fanout.ts';
import { startPostgres } from '../support/databases/postgres.ts';
import { ServerProcess } from '../support/programs/server-process.ts';
import type { CrowdRun } from './support/chat/chat-crowd.ts';
import { Child, pin } from './support/child.ts';
import { cpuSecondsOf, residentBytes } from './support/cpu-time.ts';
import { runLimited } from './support/run-limited.ts';
import { percentile } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- chat [options]

CPU of the server per delivered message, Loge beside plain Socket.IO; needs LOGE_TEST_POSTGRES_BIN.

  --fans N        people in the room (default 2000)
  --per-second N  messages a second (default 200)
  --seconds N     length of a round (default 10; plain Socket.IO, which cannot keep up, has a quarter of it)
  --rounds N      rounds of each (default 2)
  --loge-only     without the other two, as for a profile: NODE_OPTIONS="--cpu-prof --cpu-prof-dir=…"
`;
const { values } = parseArgs({
  options: {
    fans: { type: 'string', default: '2000' },
    'per-second': { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '2' },
    'loge-only': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const FANS = Number(values.fans);
const PER_SECOND = Number(values['per-second']);
const SECONDS = Number(values.seconds);
const ROUNDS = Number(values.rounds);
/** The benchmark fails after this time. */
const LIMIT_MS = 240_000;
const [SERVER_CORE, FANS_CORE] = [0, 1];

const say = (text: string) => process.stderr.write(`${text}\n`);

interface Side {
  name: string;
  serverPid: number;
  crowd: Child;
  seconds: number;
  usPerDelivery: number[];
  runs: CrowdRun[];
  bytesPerConnection: number;
}

async function fill(
  stack: AsyncDisposableStack,
  side: { name: string; pid: number; url: string; room: string | null; seconds: number },
) {
  pin(side.pid, SERVER_CORE);
  const crowd = stack.use(new Child(new URL('./support/chat/chat-crowd.ts', import.meta.url)));
  pin(crowd.pid, FANS_CORE);
  const before = residentBytes(side.pid);
  await crowd.order({ type: 'connect', url: side.url, room: side.room, fans: FANS });
  const bytesPerConnection = Math.round((residentBytes(side.pid) - before) / FANS);
  say(`${side.name}: ${FANS} connected, ${bytesPerConnection} bytes each`);
  const { name, pid: serverPid, seconds } = side;
  return { name, serverPid, crowd, seconds, usPerDelivery: [], runs: [], bytesPerConnection } satisfies Side as Side;
}

async function startLoge(stack: AsyncDisposableStack): Promise<Side> {
  const postgres = await startPostgres();
  stack.defer(() => postgres.close());
  const server = stack.use(
    await ServerProcess.create({ DATABASE_URL: postgres.url, LOGE_CHAT_READABLE_PER_SECOND: '0' }),
  );
  await server.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
  const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', {
    creator: 'ada',
    title: 'Benchmark',
    access: { kind: 'free' },
  });
  return fill(stack, { name: 'Loge', pid: server.pid ?? 0, url: server.url, room, seconds: SECONDS });
}

async function startPlain(stack: AsyncDisposableStack, name: string, tick: number, seconds: number): Promise<Side> {
  const server = stack.use(new Child(new URL('./support/chat/plain-socketio.ts', import.meta.url), [String(tick)]));
  const { port } = await server.next<{ port: number }>();
  return fill(stack, { name, pid: server.pid, url: `http://127.0.0.1:${port}`, room: null, seconds });
}

async function measure(side: Side): Promise<void> {
  const before = cpuSecondsOf([side.serverPid]);
  const run = await side.crowd.order<CrowdRun>({ type: 'run', perSecond: PER_SECOND, seconds: side.seconds });
  const cpuSeconds = cpuSecondsOf([side.serverPid]) - before;
  const usPerDelivery = (cpuSeconds * 1e6) / run.delivered;
  side.usPerDelivery.push(usPerDelivery);
  side.runs.push(run);
  say(
    `${side.name}: ${usPerDelivery.toFixed(3)} µs a delivery (${run.delivered} in ${cpuSeconds.toFixed(2)} s of CPU), sent to shown p50 ${run.latencyMs.p50} ms, p99 ${run.latencyMs.p99} ms, lost ${run.lost}, doubled ${run.doubled}, refused ${run.refused}`,
  );
}

const median = (samples: readonly number[]) => percentile(samples, 0.5);
const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

async function main(stack: AsyncDisposableStack): Promise<void> {
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; tick ${tickMs(FANS)} ms`,
  );
  const loge = await startLoge(stack);
  if (values['loge-only']) {
    for (let round = 0; round < ROUNDS; round += 1) await measure(loge);
    return;
  }
  const gathered = await startPlain(stack, 'Socket.IO, gathered', tickMs(FANS), SECONDS);
  const plain = await startPlain(stack, 'Socket.IO', 0, Math.max(1, Math.round(SECONDS / 4)));
  for (let round = 0; round < ROUNDS; round += 1) for (const side of [loge, plain, gathered]) await measure(side);
  const usPerDelivery = median(loge.usPerDelivery);
  const result = {
    usPerDelivery: rounded(usPerDelivery, 3),
    socketIoUsPerDelivery: rounded(median(plain.usPerDelivery), 3),
    gatheredUsPerDelivery: rounded(median(gathered.usPerDelivery), 3),
    ratio: rounded(median(plain.usPerDelivery) / usPerDelivery, 1),
    sendToShownMs: {
      p50: median(loge.runs.map(({ latencyMs }) => latencyMs.p50)),
      p99: median(loge.runs.map(({ latencyMs }) => latencyMs.p99)),
    },
    lost: loge.runs.reduce((sum, run) => sum + run.lost, 0),
    doubled: loge.runs.reduce((sum, run) => sum + run.doubled, 0),
    bytesPerConnection: loge.bytesPerConnection,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

await runLimited(main, LIMIT_MS);
