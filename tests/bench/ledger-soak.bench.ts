/**
 * The long soak of money: at least 100,000 operations on many servers with some thousand each, every server with its
 * own database, provider and seed derived from the given one. A failing one is reported and the others continue;
 * `--seed` and `--house` repeat it alone.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../support/databases/postgres.ts';
import { Soak, type SoakResult } from '../support/soak/soak.ts';

const HELP = `Usage: npm run bench -- ledger-soak [options]

Random sequences of every operation that moves money, with crashes, failing requests and lost webhooks; all invariants hold, or it fails.
It needs Postgres's own programs: LOGE_TEST_POSTGRES_BIN names their folder.

  --operations N  operations in all (default 100000)
  --per-house N   operations in each house (default 4000)
  --seed N        repeats a run (default: drawn)
  --at-once N     houses that live side by side (default 5): while one waits, another works
  --house N       runs the one house of that number alone
  --outcomes      prints how often each act ended how
  --help          this text
`;

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '100000' },
    'per-house': { type: 'string', default: '4000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    'at-once': { type: 'string', default: '5' },
    house: { type: 'string' },
    outcomes: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const SEED = Number(values.seed);
const PER_HOUSE = Number(values['per-house']);
const HOUSES = Math.ceil(Number(values.operations) / PER_HOUSE);
const SAY_EVERY_MS = 3_000;
const LAST_LINES = 60;
/** Crashes here affect the application only; a database without durability is faster. */
const POSTGRES = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: '200',
};

const say = (text: string) => process.stderr.write(`${text}\n`);

function seedOf(house: number): number {
  return (Math.imul(SEED, 2_654_435_761) + house * 40_503) >>> 0;
}

async function runHouse(postgresUrl: string, house: number): Promise<SoakResult> {
  const name = `house_${house}`;
  await execute(postgresUrl, `create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  try {
    await using soak = await Soak.create({
      url: url.href,
      seed: seedOf(house),
      operations: PER_HOUSE,
      onCheck: (state) => {
        underWay.set(house, state);
        sayProgress();
      },
    });
    return await soak.run();
  } finally {
    underWay.delete(house);
    await execute(postgresUrl, `drop database if exists ${name} with (force)`);
  }
}

const underWay = new Map<number, { operations: number; crashes: number }>();
let saidAtMs = 0;

function sayProgress(): void {
  if (performance.now() - saidAtMs < SAY_EVERY_MS) return;
  saidAtMs = performance.now();
  const states = [...underWay.values()];
  const operations = states.reduce((sum, it) => sum + it.operations, total.operations);
  const crashes = states.reduce((sum, it) => sum + it.crashes, total.crashes);
  const houses = [...underWay.keys()].join(', ');
  say(`${Math.round(saidAtMs / 1_000)} s: ${operations} operations, ${crashes} crashes, all holds (houses ${houses})`);
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function report(house: number, { lost, doubled, violations, lastLines }: SoakResult): void {
  say(`\nHouse ${house} of seed ${SEED} has failed; --seed ${SEED} --house ${house} repeats it. What was done last:`);
  for (const line of lastLines.slice(-LAST_LINES)) say(`  ${line}`);
  for (const each of violations) say(`violation: ${each}`);
  for (const each of lost) say(`lost: ${each}`);
  for (const each of doubled) say(`doubled: ${each}`);
}

const total = { operations: 0, crashes: 0, lost: 0, doubled: 0, violations: 0, seed: SEED };
const outcomes: Record<string, number> = {};
let answered = 0;
say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, seed ${SEED}`);
const postgres = await startPostgres(undefined, POSTGRES);
const houses =
  values.house === undefined ? Array.from({ length: HOUSES }, (_, index) => index) : [Number(values.house)];

async function runHouses(): Promise<void> {
  for (let house = houses.shift(); house !== undefined; house = houses.shift()) {
    const result = await runHouse(postgres.url, house);
    total.operations += result.operations;
    total.crashes += result.crashes;
    total.lost += result.lost.length;
    total.doubled += result.doubled.length;
    total.violations += result.violations.length;
    answered += result.answered;
    for (const [key, count] of Object.entries(result.outcomes)) outcomes[key] = (outcomes[key] ?? 0) + count;
    if (result.lost.length + result.doubled.length + result.violations.length === 0) continue;
    report(house, result);
  }
}

try {
  await Promise.all(Array.from({ length: Number(values['at-once']) }, runHouses));
} finally {
  await postgres.close();
}
if (values.outcomes) for (const key of Object.keys(outcomes).sort()) say(`${String(outcomes[key]).padStart(7)} ${key}`);
say(`${answered} answers were there, ${Math.round(performance.now() / 1_000)} s`);
process.stdout.write(`${JSON.stringify(total)}\n`);
process.exit(total.lost + total.doubled + total.violations === 0 ? 0 : 1);
