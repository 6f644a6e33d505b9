/**
 * User-visible latency over realistic lines instead of loopback: round trips, packet loss, bottlenecks and outages, in
 * each direction. Creator and viewer are in real Chromium, each behind a separate line. Only the line that a scenario
 * is about is long. The server and a bare prototype of Socket.IO and mediasoup are separate processes, measured
 * alternately.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { NetworkHouse, type Place, type Side } from './support/network/network-house.ts';
import { type Figures, type Scenario, scenarios } from './support/network/scenarios.ts';
import { percentile, round } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- network [options]

Measures joining, bad lines and dead lines over a line with delay, loss and a bottleneck each way.

  --scenarios LIST  of those below, separated by commas (default: those with *)
  --full            all scenarios at 20, 80 and 200 ms, three rounds: about an hour
  --round-trips MS  round trip times in ms, separated by commas (default 80)
  --both-far        puts creator and viewer behind the long line, not only whom the scenario is about
  --rounds N        of each scenario (default 1)
  --no-bare         leaves out the prototype
  --trace           what happens second by second, and what the viewer's and creator's pages log
  --seed N          of the packets that are lost
  --help            this text

Scenarios:
${scenarios.map(({ name, about, isShort }) => `  ${isShort ? '*' : ' '} ${name.padEnd(16)}${about}`).join('\n')}

The last line of the output is one JSON: for each scenario, round trip and side the median of each figure, and its range. The relay models what a
line does to TCP (handshake, slow start, retransmission); it has no jitter but that of Node's timers, a millisecond. The bottleneck's queue holds
250 ms and drops what comes then. Both browsers, their encoder and decoder share this machine's cores with the server: on a busy machine frames are
missing that no line has lost.
`;

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string' },
    full: { type: 'boolean', default: false },
    'round-trips': { type: 'string' },
    'both-far': { type: 'boolean', default: false },
    rounds: { type: 'string' },
    'no-bare': { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const wanted = values.scenarios?.split(',');
const unknown = wanted?.find((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}; see --help.`);
const chosen = scenarios.filter(({ name, isShort }) => wanted?.includes(name) ?? (values.full || isShort));
const ROUND_TRIPS_MS = (values['round-trips'] ?? (values.full ? '20,80,200' : '80')).split(',').map(Number);
const ROUNDS = Number(values.rounds ?? (values.full ? 3 : 1));
const SEED = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));

const EVERYONE: readonly Place[] = ['creator', 'viewer'];
const LIMIT_MS = 180_000;

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Results = Record<string, Record<string, Record<string, unknown>>>;

async function run(): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, seed ${SEED}`);
  const random = createRandom(SEED);
  const results: Results = {};
  for (const [workers = 1, group = []] of Map.groupBy(chosen, (scenario) => scenario.workers ?? 1)) {
    await using stack = new AsyncDisposableStack();
    const options = { random, workers, ...(values.trace && { trace: say }) };
    await measureAll(await withLimit(NetworkHouse.create(stack, options), 'The start'), group, results);
  }
  process.stdout.write(`${JSON.stringify({ seed: SEED, rounds: ROUNDS, results })}\n`);
}

async function measureAll(house: NetworkHouse, group: readonly Scenario[], results: Results): Promise<void> {
  for (const roundTripMs of ROUND_TRIPS_MS) {
    for (const { name, sides, far, run: measure } of group) {
      const taken: Record<Side, Figures[]> = { ours: [], bare: [] };
      const measured = sides.filter((side) => side === 'ours' || !values['no-bare']);
      for (let count = 0; count < ROUNDS; count += 1) {
        for (const side of measured) {
          house.setLines(values['both-far'] ? EVERYONE : far, roundTripMs);
          await house.setSide(side);
          const figures = await withLimit(measure(house, { side, roundTripMs }), name);
          taken[side].push(figures);
          say(`${roundTripMs} ms  ${name}  ${side}: ${tell(figures)}`);
        }
      }
      results[name] = {
        ...results[name],
        [`${roundTripMs} ms`]: Object.fromEntries(measured.map((side) => [side, summaryOf(taken[side])])),
      };
    }
  }
}

async function withLimit<T>(work: Promise<T>, name: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${name} was not done after ${LIMIT_MS / 1_000} s.`)), LIMIT_MS);
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function tell(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value ?? 'never'}`)
    .join(', ');
}

/** Median of each figure, with its range if there are several rounds; null if it never happened. */
function summaryOf(rounds: readonly Figures[]): Record<string, unknown> {
  const names = new Set(rounds.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries(
    [...names].map((name) => {
      const known = rounds.flatMap((figures) => figures[name] ?? []);
      const median = known.length === 0 ? null : round(percentile(known, 0.5));
      if (rounds.length === 1) return [name, median];
      return [name, { median, range: [Math.min(...known), Math.max(...known)], times: known.length }];
    }),
  );
}

let failed = false;
try {
  await run();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  failed = true;
}
process.exit(failed ? 1 : 0);
