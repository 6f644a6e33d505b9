/**
 * Lost, repeated and reordered messages in a chat under failures: a thousand fans over two gateways with real Redis and
 * Postgres, each disconnected at random for up to ten seconds; meanwhile each gateway is killed and restarted, and
 * Redis is restarted with and without its data. All parts are separate processes. Network latency is not included.
 */

import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { GatewayHouse } from '../support/houses/gateways.ts';
import type { CrowdAccount, DroppingCrowdOptions } from '../support/people/dropping-crowd.ts';
import type { Replay } from '../support/people/returning-fan.ts';
import { Child } from './support/child.ts';
import { runLimited } from './support/run-limited.ts';
import { percentile } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- chat-drops [options]

Fans who drop off and come back while gateways and Redis are killed; needs LOGE_TEST_POSTGRES_BIN and LOGE_TEST_REDIS_SERVER.

  --fans N        people in the room (default 1000)
  --per-second N  messages a second (default 20)
  --seconds N     how long (default 60)
  --seed N        of the drops (default: the time)
`;
const { values } = parseArgs({
  options: {
    fans: { type: 'string', default: '1000' },
    'per-second': { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const DURATION_MS = Number(values.seconds) * 1_000;
const LIMIT_MS = 175_000;
const say = (text: string) => process.stderr.write(`${text}\n`);

/** The failures, at fixed fractions of the run. */
async function breakThings(house: GatewayHouse): Promise<void> {
  const startedAt = performance.now();
  const until = (share: number) => pause(Math.max(0, startedAt + share * DURATION_MS - performance.now()));
  const restart = async (index: number) => {
    say(`gateway ${index}: kill -9`);
    await house.gateway(index).kill();
    await house.gateway(index).start();
    say(`gateway ${index}: back`);
  };
  const restartRedis = async (keepData: boolean) => {
    say(`Redis: killed, back ${keepData ? 'with its data' : 'without its data'}`);
    await house.redis.kill();
    await pause(1_000);
    await house.redis.start({ keepData });
  };
  await until(0.15);
  await restart(1);
  await until(0.4);
  await restartRedis(true);
  await until(0.6);
  await restartRedis(false);
  await until(0.75);
  await restart(0);
}

async function main(stack: AsyncDisposableStack): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; seed ${values.seed}`);
  const house = stack.use(await GatewayHouse.start({ env: { LOGE_CHAT_READABLE_PER_SECOND: '0' } }));
  const { id: room } = await house.createRoom();
  const crowd = stack.use(new Child(new URL('./support/chat/dropping-process.ts', import.meta.url)));
  const options: DroppingCrowdOptions = {
    room,
    urls: house.gateways.map(({ url }) => url),
    fans: Number(values.fans),
    seed: Number(values.seed),
    messagesPerSecond: Number(values['per-second']),
    durationMs: DURATION_MS,
    stayMaxMs: 20_000,
    awayMaxMs: 10_000,
  };
  const running = crowd.order<CrowdAccount>(options);
  await Promise.all([running, breakThings(house)]);
  const found = await running;
  say(
    `${found.acknowledged} messages acknowledged, ${found.drops} drops, ${found.replays.length} returns, ${found.gaps} gaps asked for by clients, ${found.returned} of ${values.fans} there in the end`,
  );
  const { lost, doubled, reordered } = found;
  const of = (figure: (replay: Replay) => number) => {
    const values = found.replays.map(figure);
    return { p50: Math.round(percentile(values, 0.5)), p99: Math.round(percentile(values, 0.99)) };
  };
  const replayMs = of(({ failedMs, acceptedMs, welcomedMs }) => failedMs + acceptedMs + welcomedMs);
  const parts = { failedMs: of((it) => it.failedMs), acceptedMs: of((it) => it.acceptedMs) };
  say(`of which: ${JSON.stringify({ ...parts, welcomedMs: of((it) => it.welcomedMs) })}`);
  const returned = `${Math.round((found.returned / options.fans) * 1_000) / 10} %`;
  process.stdout.write(`${JSON.stringify({ lost, doubled, reordered, replayMs, returned })}\n`);
  if (lost + doubled + reordered > 0 || found.returned < options.fans) process.exitCode = 1;
}

await runLimited(main, LIMIT_MS);
