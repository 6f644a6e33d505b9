import { thresholdContract } from '../../../protocol/operations/trust/thresholds.ts';
import { implement } from '../operation.ts';

export const thresholdOperations = implement(thresholdContract, {
  listThresholds: ({ thresholds }, { caller }) => thresholds.list(caller.identity),
  setThreshold: ({ thresholds }, { caller, input }) => thresholds.set(caller.identity, input),
  endThreshold: ({ thresholds }, { caller, params, input }) =>
    thresholds.end(caller.identity, params.threshold, input.reason),
});
