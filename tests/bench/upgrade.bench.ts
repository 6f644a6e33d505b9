/**
 * A rolling upgrade: both SFU nodes and both gateways are replaced by SIGTERM, one after another, during a live with
 * viewers in Chromium and light ones who also chat, tip and buy tickets. Viewers measure on their own clocks.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { LiveDuringUpgrade, replaceAll, TICKET_MINOR } from '../support/houses/rolling-upgrade.ts';
import { readRound } from './support/recovery/recovery-figures.ts';
import { RecoveryHouse } from './support/recovery/recovery-house.ts';
import { percentiles, round } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- upgrade [options]

Replaces every process by SIGTERM under a live: 0 purchases, messages and tips lost or doubled, and how long the picture stood still.

  --fans N      who watch without a decoder, talk and tip (default 10)
  --viewers N   who watch without a decoder and do nothing else (default 40)
  --browsers N  viewers in Chromium (default 2)
  --trace       what the pages' SDK says in each step
  --help        this text

The last line of the output is one JSON: videoGapMs is the longest time in one step without a new picture in Chromium, beyond the normal spacing of
pictures; lightGapMs the same of packets of video for the light viewers; lost and doubled count what was acknowledged and is not there once.
`;

const { values } = parseArgs({
  options: {
    fans: { type: 'string', default: '10' },
    viewers: { type: 'string', default: '40' },
    browsers: { type: 'string', default: '2' },
    trace: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const say = (text: string) => process.stderr.write(`${text}\n`);
const epochMs = () => performance.timeOrigin + performance.now();
const CALM_MS = 3_000;

async function run(stack: AsyncDisposableStack): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  const house = await RecoveryHouse.create(stack, {
    browsers: Number(values.browsers),
    viewers: Number(values.viewers),
    access: { kind: 'ticket', priceMinor: TICKET_MINOR },
  });
  const upgrade = stack.use(
    await LiveDuringUpgrade.begin({ house: house.house, room: house.room, fans: Number(values.fans) }),
  );
  upgrade.go();
  await house.begin('');
  await new Promise((resolve) => setTimeout(resolve, CALM_MS));
  const calm = await house.look();
  const gaps: { pages: number[]; fans: number[] } = { pages: [], fans: [] };
  let since = epochMs();
  await house.begin('');
  await replaceAll(house.house, async (what) => {
    const sight = await house.look();
    const figures = readRound({ calm, sight, killedAtMs: since, text: '' });
    const pages = figures.pages.map(({ gapMs }) => gapMs);
    const fans = figures.fans.map(({ gapMs }) => gapMs);
    gaps.pages.push(...pages);
    gaps.fans.push(...fans);
    say(`  ${what}: Chromium ${pages.map(Math.round).join(', ')} ms, light up to ${Math.round(Math.max(...fans))} ms`);
    if (values.trace)
      for (const [index, { log }] of sight.pages.entries())
        for (const { atMs, line } of log) say(`    page ${index} ${(atMs - since).toFixed(0).padStart(6)} ms  ${line}`);
    since = epochMs();
    await house.begin('');
  });
  await house.settled(CALM_MS);
  const account = await upgrade.end();
  process.stdout.write(
    `${JSON.stringify({
      ...account,
      videoGapMs: { ...percentiles(gaps.pages), max: round(Math.max(...gaps.pages)) },
      lightGapMs: { ...percentiles(gaps.fans), max: round(Math.max(...gaps.fans)) },
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
