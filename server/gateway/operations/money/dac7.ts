import { dac7Contract } from '../../../protocol/operations/money/dac7.ts';
import { implement, withPeople } from '../operation.ts';
import { seenBy } from './desk.ts';
import { exportSellers } from './earnings-exports.ts';

export const dac7Operations = implement(dac7Contract, {
  getDac7Report: ({ money }, call) => money.statements.dac7(call.input.quarter, seenBy(call)),
  exportDac7Report: async ({ money }, call) => {
    const { quarter, sellers } = await money.statements.dac7(call.input.quarter, seenBy(call));
    return exportSellers(quarter, sellers);
  },
  listDac7Filings: async (domains, call) => {
    const answer = await domains.money.dac7Filings.describe(call.input.year);
    const named = [...answer.sellers.map(({ creator }) => creator), ...answer.filings.map(({ by }) => by)];
    return withPeople(domains, { ...call, answer, named });
  },
  createDac7Filings: async ({ money }, { input, caller }) => ({
    filings: await money.dac7Filings.file(input.year, caller.identity),
  }),
  exportDac7Filing: async ({ money }, { input }) => {
    const { name, xml } = await money.dac7Filings.read(input.filing);
    return { name, chunks: [xml] };
  },
  refuseDac7Filing: ({ money }, { params, input, caller }) =>
    money.dac7Filings.refuse(params.filing, { by: caller.identity, reason: input.reason }),
});
