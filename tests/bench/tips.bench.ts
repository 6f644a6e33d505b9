/**
 * How fast a tip is shown, and how many tips to one creator a second of CPU time books: the house's ledger beside a
 * textbook's with `SELECT … FOR UPDATE`, in turn (A B A B) on the same real Postgres with fsync and synchronous commit
 * on. CPU time is that of the process that books and of all of Postgres. Ours includes that facts are committed with
 * the tips, and dispatched; it does not include the chat, which the textbook has none of. What the ratio does not show:
 * machines on which Postgres has a network between.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../support/databases/postgres.ts';
import { ServerProcess } from '../support/programs/server-process.ts';
import { measureTaps } from './support/money/tap-to-shown.ts';
import { CONNECTIONS, type Round, TipThroughput } from './support/money/tip-throughput.ts';
import { runLimited } from './support/run-limited.ts';
import { percentile, round } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- tips [options]

Tips to one creator: from tap to shown over the gateway, and tips per CPU-second beside a SELECT … FOR UPDATE ledger.
It needs Postgres's own programs: LOGE_TEST_POSTGRES_BIN names their folder.

  --taps N      tips that are timed from tap to shown (default 300)
  --rounds N    rounds of each side (default 3)
  --seconds N   length of a round (default 7)
  --fans N      fans who tip (default 500)
  --under-way N tips that are under way at once, of each side (default 256)
  --help        this text
`;

const { values } = parseArgs({
  options: {
    taps: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '7' },
    fans: { type: 'string', default: '500' },
    'under-way': { type: 'string', default: '256' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const TAPS = Number(values.taps);
const ROUNDS = Number(values.rounds);
const ROUND_MS = Number(values.seconds) * 1_000;
const FANS = Number(values.fans);
const UNDER_WAY = Number(values['under-way']);

/** The benchmark fails after this time. */
const LIMIT_MS = 175_000;
const WARM_UP_MS = 2_000;
const TAPPING_FANS = 20;
const MEAN_PAUSE_MS = 100;
/** Postgres's default settings. */
const POSTGRES = { shared_buffers: '128MB', fsync: 'on', synchronous_commit: 'on' };

const say = (text: string) => process.stderr.write(`${text}\n`);

async function run(stack: AsyncDisposableStack): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  const postgres = await startPostgres(undefined, POSTGRES);
  stack.defer(() => postgres.close());
  const taps = await tapToShown(postgres.url);
  const tapToShownMs = {
    p50: round(percentile(taps, 0.5)),
    p95: round(percentile(taps, 0.95)),
    p99: round(percentile(taps, 0.99)),
  };
  say(
    `tap to shown: p50 ${tapToShownMs.p50} ms, p95 ${tapToShownMs.p95} ms, p99 ${tapToShownMs.p99} ms (${taps.length})`,
  );
  const { ours, naive } = await inTurn(postgres.url);
  const tipsPerCpuSecond = Math.round(perCpuSecond(ours));
  const naivePerCpuSecond = Math.round(perCpuSecond(naive));
  const ratio = round(perCpuSecond(ours) / perCpuSecond(naive));
  process.stdout.write(`${JSON.stringify({ tapToShownMs, tipsPerCpuSecond, naivePerCpuSecond, ratio })}\n`);
}

/** A separate server on its own database; it has stopped before the ledgers are measured. */
async function tapToShown(url: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create database taps');
  await client.end();
  const database = new URL(url);
  database.pathname = '/taps';
  await using server = await ServerProcess.create({ DATABASE_URL: database.href });
  say(`tapping ${TAPS} times, ${1_000 / MEAN_PAUSE_MS} times a second, over the gateway`);
  return await measureTaps(server, { fans: TAPPING_FANS, taps: TAPS, meanPauseMs: MEAN_PAUSE_MS });
}

async function inTurn(url: string): Promise<{ ours: Round[]; naive: Round[] }> {
  say(`${FANS} fans, ${UNDER_WAY} tips under way, ${CONNECTIONS} connections`);
  await using throughput = await TipThroughput.create(url, FANS);
  const warmUp = { forMs: WARM_UP_MS, underWay: UNDER_WAY };
  const rounds = { forMs: ROUND_MS, underWay: UNDER_WAY };
  const warm = { ours: await throughput.ours(warmUp), naive: await throughput.naive(warmUp) };
  const ours: Round[] = [];
  const naive: Round[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    ours.push(await throughput.ours(rounds));
    say(`ours      ${line(ours.at(-1))}`);
    naive.push(await throughput.naive(rounds));
    say(`textbook  ${line(naive.at(-1))}`);
  }
  const faults = await throughput.check({
    ours: sum([warm.ours, ...ours].map((it) => it.tips)),
    naive: sum([warm.naive, ...naive].map((it) => it.tips)),
  });
  if (faults.length > 0) throw new Error(`The books are wrong: ${faults.join('; ')}`);
  return { ours, naive };
}

function perCpuSecond(rounds: Round[]): number {
  return sum(rounds.map((it) => it.tips)) / sum(rounds.map((it) => it.ownCpuSeconds + it.postgresCpuSeconds));
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

function line(measured: Round | undefined): string {
  if (!measured) return '';
  const { tips, seconds, ownCpuSeconds, postgresCpuSeconds } = measured;
  const micros = (cpuSeconds: number) => `${Math.round((cpuSeconds / tips) * 1_000_000)} µs`;
  return (
    `${Math.round(tips / seconds)} tips/s, ${Math.round(perCpuSecond([measured]))} per CPU-second ` +
    `(${micros(ownCpuSeconds)} here, ${micros(postgresCpuSeconds)} in Postgres, each)`
  );
}

await runLimited(run, LIMIT_MS);
