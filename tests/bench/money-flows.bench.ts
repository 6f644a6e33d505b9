/**
 * Random flows of money against a simple model. Violations at the end are counted by kind, and the first flow of each
 * kind is shrunk to the necessary steps.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { openDatabase } from '../support/databases/databases.ts';
import { flowsOf } from '../support/money-flows/arbitrary.ts';
import { type FlowStep, playFlow } from '../support/money-flows/flow.ts';

const HELP = `Usage: npm run bench -- money-flows [options]

Random flows of payments, refunds, disputes, memberships and payouts, with the provider's news late and in any order.

  --flows N     flows in all (default 200)
  --steps N     steps of a flow at most (default 40)
  --seed N      repeats a run (default: drawn)
  --flow N      plays the one flow of that number alone
  --play STEPS  plays these steps alone, as a run has printed them
  --first       stops at the first flow in which something does not hold
  --shrink N    seconds at most for making the first flow of each kind of fault shorter (default 60; 0: not)
  --help        this text
`;

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '200' },
    steps: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    flow: { type: 'string' },
    play: { type: 'string' },
    first: { type: 'boolean', default: false },
    shrink: { type: 'string', default: '60' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const SEED = Number(values.seed);
const SHRINK_MS = Number(values.shrink) * 1_000;
const FLOWS = Number(values.flows);
const REPORT_EVERY_MS = 10_000;
const say = (text: string) => process.stderr.write(`${text}\n`);

async function play(steps: readonly FlowStep[]) {
  await using db = await openDatabase();
  return await playFlow(db, steps);
}

/** A violation without its variable parts: ids, amounts, stacks. */
function kindOf(fault: string): string {
  return (fault.split('\n', 1)[0] ?? fault)
    .replaceAll(/\b[a-z]+_[A-Za-z0-9_]{8,}/g, '…')
    .replaceAll(/-?\d+/g, 'N')
    .slice(0, 160);
}

/** Removes as many steps as possible, many at once and then single ones, while the same kind of violation remains. */
async function shrink(steps: readonly FlowStep[], kind: string): Promise<readonly FlowStep[]> {
  const untilMs = performance.now() + SHRINK_MS;
  let kept = steps;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length && performance.now() < untilMs; ) {
      const shorter = kept.toSpliced(from, size);
      const { faults } = await play(shorter);
      if (faults.some((fault) => kindOf(fault) === kind)) kept = shorter;
      else from += size;
    }
  }
  return kept;
}

async function show(steps: readonly FlowStep[]): Promise<void> {
  const { lines, faults } = await play(steps);
  say([...lines, ...faults.map((fault) => `  ${fault}`)].join('\n'));
  say(`npm run bench -- money-flows --play ${steps.map(({ name, seed }) => `${name}:${seed}`).join(',')}\n`);
}

const kinds = new Map<string, { flow: number; count: number }>();
const played = { flows: 0, steps: 0 };

/** Also printed when a run is interrupted. */
function summarize(): string {
  return JSON.stringify({
    seed: SEED,
    ...played,
    faults: kinds.size,
    seconds: Math.round(performance.now() / 1_000),
  });
}

if (values.play !== undefined) {
  const steps = values.play.split(',').map((step) => step.split(':'));
  await show(steps.map(([name, seed]) => ({ name: name as FlowStep['name'], seed: Number(seed) })));
  process.exit(0);
}

say(`seed ${SEED}`);
let reportedMs = performance.now();
const drawn = fc.sample(flowsOf(Number(values.steps)), { seed: SEED, numRuns: FLOWS });
for (const [number, steps] of drawn.entries()) {
  if (values.flow !== undefined && number !== Number(values.flow)) continue;
  const { faults, lines } = await play(steps);
  played.flows += 1;
  played.steps += steps.length;
  if (values.flow !== undefined) say([...lines, ...faults].join('\n'));
  for (const kind of new Set(faults.map(kindOf))) {
    const known = kinds.get(kind);
    kinds.set(kind, { flow: known?.flow ?? number, count: (known?.count ?? 0) + 1 });
    if (!known) say(`flow ${number}: ${faults.find((fault) => kindOf(fault) === kind)}`);
  }
  if (values.first && kinds.size > 0) break;
  if (performance.now() - reportedMs < REPORT_EVERY_MS) continue;
  say(summarize());
  reportedMs = performance.now();
}
for (const [kind, { flow, count }] of kinds) {
  say(`${count} × ${kind} (flow ${flow})`);
  if (SHRINK_MS > 0) await show(await shrink(drawn[flow] ?? [], kind));
}
process.stdout.write(`${summarize()}\n`);
process.exit(kinds.size === 0 ? 0 : 1);
