/**
 * User-visible effects of failures: a gateway, a media worker or an SFU node killed without warning, and Redis
 * restarted, repeatedly during one live. Viewers measure on their own clock, which all share on this machine.
 */

import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { busiestWorker } from '../support/houses/sfu-house.ts';
import { type RoundFigures, readRound } from './support/recovery/recovery-figures.ts';
import { RecoveryHouse, type Sight } from './support/recovery/recovery-house.ts';
import { percentile, percentiles } from './support/statistics.ts';

const KINDS = ['gateway', 'worker', 'node', 'redis'] as const;
type Kind = (typeof KINDS)[number];

const HELP = `Usage: npm run bench -- recovery [options]

Kills a gateway, a media worker, an SFU node, and restarts Redis, under a live with viewers in Chromium and many that do not decode.

  --rounds N     of each kind (default 10)
  --kinds LIST   of ${KINDS.join(', ')} (default: all)
  --viewers N    viewers without a decoder (default 200)
  --browsers N   viewers in Chromium (default 2)
  --trace        what the pages' SDK says in each round, in milliseconds since the kill
  --help         this text

The last line of the output is one JSON. Its figures are of all viewers whom the loss concerns, those in Chromium and the light ones; both are also
told apart on the way.

  videoGapMs    the longest time without a new picture after the kill, beyond the normal spacing of pictures, which is the median before it. In
                Chromium a picture is one that was presented, for a light viewer a packet of video. A busy machine has gaps of its own: the
                same figure of an equally long time without a kill is printed beside it ("calm").
  chatBackMs    from the kill until a line that somebody said right after it was shown to the viewer; for a gateway, to those who were connected to it
  nextFrameMs   from the kill until the first picture after the longest silence; for a light viewer, until the first frame of their new session
                that a decoder could show
  returnedPct   viewers who after at most ten seconds had a picture, a connection and that line of chat

Gateways, SFU nodes, Redis, Postgres, the light viewers and Chromium share this machine's cores: a rush of all viewers that come back is their work
too, which elsewhere is the work of as many machines.
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    kinds: { type: 'string', default: KINDS.join(',') },
    viewers: { type: 'string', default: '200' },
    browsers: { type: 'string', default: '2' },
    trace: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const ROUNDS = Number(values.rounds);
const wanted = values.kinds.split(',');
const kinds = KINDS.filter((kind) => wanted.includes(kind));

const RETURN_LIMIT_MS = 10_000;
const SETTLE_LIMIT_MS = 30_000;
/** The window before and after a kill in which gaps are measured. */
const WINDOW_MS = 2_500;
/** After this time a client treats a failure as a new one, and retries at once. */
const BETWEEN_MS = 3_000;

/** Longer than two frames at 30 per second: reported in a trace. */
const STILL_MS = 70;

const say = (text: string) => process.stderr.write(`${text}\n`);

async function run(stack: AsyncDisposableStack): Promise<void> {
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; ${values.browsers} viewers in Chromium, ${values.viewers} without a decoder`,
  );
  const house = await RecoveryHouse.create(stack, {
    browsers: Number(values.browsers),
    viewers: Number(values.viewers),
  });
  const taken: Record<Kind, RoundFigures[]> = { gateway: [], worker: [], node: [], redis: [] };
  for (const kind of kinds) {
    for (let round = 0; round < ROUNDS; round += 1) taken[kind].push(await breakOnce(house, kind, round));
    tell(kind, taken[kind]);
  }
  process.stdout.write(
    `${JSON.stringify({
      gateway: { ...gapOf(taken.gateway), ...chatOf(taken.gateway), ...returnedOf(taken.gateway) },
      worker: { ...nextOf(taken.worker), ...returnedOf(taken.worker) },
      node: { ...nextOf(taken.node), ...returnedOf(taken.node) },
      redis: { ...gapOf(taken.redis), ...chatOf(taken.redis), ...returnedOf(taken.redis) },
    })}\n`,
  );
}

async function breakOnce(house: RecoveryHouse, kind: Kind, round: number): Promise<RoundFigures> {
  const text = `${kind} ${round}`;
  await house.settled(SETTLE_LIMIT_MS);
  house.house.balancer.even();
  await pause(BETWEEN_MS);
  await house.settled(SETTLE_LIMIT_MS);
  await house.begin(text);
  await pause(WINDOW_MS);
  const calm = await house.look();
  const { gateways, nodes, gatewaysByLoad } = house.house;
  const speakerAt = kind === 'gateway' ? gateways.gateways.indexOf(gatewaysByLoad.emptiest) : 0;
  using speaker = await house.speaker(speakerAt);
  await house.begin(text);
  const mend = await breakPart(house, kind);
  const killedAtMs = performance.timeOrigin + performance.now();
  await speaker.say(text);
  await pause(WINDOW_MS);
  await house
    .settled(RETURN_LIMIT_MS - WINDOW_MS, { isShown: true })
    .catch((error) => say(`${text}: ${error.message}`));
  const sight = await house.look();
  const figures = readRound({ calm, sight, killedAtMs, text });
  tellRound(text, figures);
  if (values.trace) {
    trace(sight, killedAtMs);
    for (const key of ['lostAtMs', 'welcomedAtMs', 'firstFrameAtMs', 'shownAtMs'] as const) {
      const after = sight.fans.flatMap((fan) => (fan[key] === undefined ? [] : fan[key] - killedAtMs));
      if (after.length > 0)
        say(`    light ${key} ${[0, 0.5, 0.95, 1].map((share) => Math.round(percentile(after, share))).join(' ')}`);
    }
  }
  await mend();
  await house.house.ready();
  if (nodes.length < 2) throw new Error('A node is missing.');
  return figures;
}

/** Kills the part; returns a function that restores it. */
async function breakPart({ house }: RecoveryHouse, kind: Kind): Promise<() => Promise<void>> {
  switch (kind) {
    case 'gateway': {
      const { fullest } = house.gatewaysByLoad;
      await fullest.kill();
      return () => fullest.start();
    }
    case 'worker': {
      const origin = await house.origin();
      process.kill(await busiestWorker(origin.pid ?? 0), 'SIGKILL');
      return async () => {};
    }
    case 'node': {
      const origin = await house.origin();
      await house.takeNode(origin).end('SIGKILL');
      return async () => {
        await house.startNode();
      };
    }
    case 'redis': {
      const { redis } = house.gateways;
      await redis.kill();
      const back = redis.start();
      return () => back;
    }
  }
}

function tellRound(name: string, { pages, fans }: RoundFigures): void {
  const line = (of: RoundFigures['fans']) =>
    `gap ${median(of, 'gapMs')} (calm ${median(of, 'calmGapMs')}), next ${median(of, 'nextFrameMs')}, chat ${median(of, 'chatBackMs')}, back ${of.filter(({ hasReturned }) => hasReturned).length}/${of.length}`;
  say(`  ${name}: Chromium ${line(pages)}; light ${line(fans)}`);
}

function median(of: RoundFigures['fans'], key: 'gapMs' | 'calmGapMs' | 'nextFrameMs' | 'chatBackMs'): string {
  const known = of.flatMap((figures) => figures[key] ?? []);
  return known.length === 0 ? '-' : `${Math.round(percentile(known, 0.5))}/${Math.round(percentile(known, 0.95))}`;
}

function tell(kind: Kind, rounds: RoundFigures[]): void {
  const merged = { pages: rounds.flatMap(({ pages }) => pages), fans: rounds.flatMap(({ fans }) => fans) };
  tellRound(`${kind}, ${rounds.length} rounds, p50/p95`, merged);
}

function trace({ pages }: Sight, killedAtMs: number): void {
  for (const [index, { log, framesAtMs }] of pages.entries()) {
    const stills = framesAtMs.slice(1).flatMap((atMs, frame) => {
      const stillMs = atMs - (framesAtMs[frame] ?? atMs);
      return stillMs > STILL_MS ? { atMs, line: `a picture after ${stillMs.toFixed(0)} ms without one` } : [];
    });
    for (const { atMs, line } of [...log, ...stills].sort((left, right) => left.atMs - right.atMs))
      if (atMs > killedAtMs - 50) say(`    page ${index} ${(atMs - killedAtMs).toFixed(0).padStart(6)} ms  ${line}`);
  }
}

const all = (rounds: RoundFigures[]) => rounds.flatMap(({ pages, fans }) => [...pages, ...fans]);
const gapOf = (rounds: RoundFigures[]) => ({
  videoGapMs: percentiles(all(rounds).flatMap(({ gapMs }) => gapMs ?? [])),
});
const chatOf = (rounds: RoundFigures[]) => ({
  chatBackMs: percentiles(all(rounds).flatMap(({ chatBackMs }) => chatBackMs ?? [])),
});
const nextOf = (rounds: RoundFigures[]) => ({
  nextFrameMs: percentiles(all(rounds).flatMap(({ nextFrameMs }) => nextFrameMs ?? [])),
});
function returnedOf(rounds: RoundFigures[]): { returnedPct: number } {
  const viewers = all(rounds);
  return { returnedPct: (viewers.filter(({ hasReturned }) => hasReturned).length / viewers.length) * 100 };
}

const stack = new AsyncDisposableStack();
try {
  await run(stack);
} finally {
  await stack.disposeAsync();
}
process.exit(0);
