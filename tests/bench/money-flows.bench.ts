/**
 * Random flows of money against a plain model, as many as asked for: what does not hold at the end is counted by its kind, and of each kind the
 * first flow is shrunk to the steps that it takes.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { openDatabase } from '../support/databases.ts';
import { flowsOf } from '../support/money-flows/arbitrary.ts';
import { createEmptier, type FlowStep, playFlow } from '../support/money-flows/flow.ts';

const HELP = `Usage: npm run bench -- money-flows [options]

Random flows of payments, refunds, disputes, memberships and payouts, with the provider's news late and in any order.

  --flows N     flows in all (default 200)
  --steps N     steps of a flow at most (default 40)
  --seed N      repeats a run (default: drawn)
  --flow N      plays the one flow of that number alone
  --first       stops at the first flow in which something does not hold
  --shrink N    seconds for making the first flow of each kind of fault shorter (default 60; 0: not)
  --help        this text
`;

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '200' },
    steps: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    flow: { type: 'string' },
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

await using db = await openDatabase();
const empty = await createEmptier(db);
const flows = flowsOf(Number(values.steps));

async function play(steps: readonly FlowStep[]) {
  await empty();
  return playFlow(db, steps);
}

/** A fault without what is different each time: ids, amounts, stacks. */
function kindOf(fault: string): string {
  return (fault.split('\n', 1)[0] ?? fault)
    .replaceAll(/\b[a-z]+_[A-Za-z0-9_]{8,}/g, '…')
    .replaceAll(/-?\d+/g, 'N')
    .slice(0, 160);
}

/** Fails by one kind of fault alone, so that a shorter flow shows the same. */
async function shrink(number: number, kind: string): Promise<void> {
  const property = fc.asyncProperty(flows, async (steps) => {
    const { faults, lines } = await play(steps);
    if (faults.some((fault) => kindOf(fault) === kind))
      throw new Error(`${lines.join('\n')}\n  ${faults.join('\n  ')}`);
  });
  const { counterexample, error, errorInstance } = (await fc.check(property, {
    seed: SEED,
    path: String(number),
    interruptAfterTimeLimit: SHRINK_MS,
  } as fc.Parameters<[FlowStep[]]>)) as unknown as {
    counterexample: [FlowStep[]] | null;
    error?: string;
    errorInstance?: Error;
  };
  say(`  in ${counterexample?.[0].length} steps:\n${errorInstance?.message ?? error}\n`);
}

const kinds = new Map<string, { flow: number; count: number }>();
const played = { flows: 0, steps: 0 };

/** Also what a run that is cut off has said last. */
function summarize(): string {
  return JSON.stringify({
    seed: SEED,
    ...played,
    faults: kinds.size,
    seconds: Math.round(performance.now() / 1_000),
  });
}

say(`seed ${SEED}`);
let reportedMs = performance.now();
const drawn = fc.sample(flows, { seed: SEED, numRuns: FLOWS });
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
  if (SHRINK_MS > 0) await shrink(flow, kind);
}
process.stdout.write(`${summarize()}\n`);
process.exit(kinds.size === 0 ? 0 : 1);
