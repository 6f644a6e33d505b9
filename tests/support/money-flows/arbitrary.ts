/** fast-check arbitraries of money flows. */
import fc from 'fast-check';
import type { FlowStep } from './flow.ts';
import { FLOW_WEIGHTS, type FlowStepName } from './steps.ts';

const SEED_MAX = 1_000_000;

const name: fc.Arbitrary<FlowStepName> = fc.oneof(
  ...Object.entries(FLOW_WEIGHTS).map(([value, weight]) => ({
    arbitrary: fc.constant(value as FlowStepName),
    weight,
  })),
);
const step: fc.Arbitrary<FlowStep> = fc.record({ name, seed: fc.nat(SEED_MAX) });

export function flowsOf(steps: number): fc.Arbitrary<FlowStep[]> {
  return fc.array(step, { minLength: 1, maxLength: steps, size: 'max' });
}
