import { decisionContract } from '../../../protocol/operations/trust/decisions.ts';
import { implement } from '../operation.ts';

export const decisionOperations = implement(decisionContract, {
  listCases: ({ decisions }, { caller: { identity }, input }) => decisions.list(identity, input),
  getCase: ({ decisions }, { caller: { identity }, params }) => decisions.view(identity, params.case),
  decideCase: ({ decisions }, { caller: { identity }, params, input }) =>
    decisions.decide(identity, params.case, input),
  stopLiveOfCase: ({ decisions }, { caller: { identity }, params }) => decisions.stop(identity, params.case),
  decideAppeal: ({ decisions }, { caller: { identity }, params, input }) =>
    decisions.decideAppeal(identity, params.appeal, input),
  fileOrder: async ({ decisions, reports }, { caller: { identity }, input }) =>
    decisions.find(await reports.fileOrder(identity, input)),
  reviewFigures: ({ decisions }, { input }) => decisions.figures(input),
  listStatements: ({ decisions }, { caller: { identity } }) => decisions.statements.list(identity),
  appeal: ({ decisions }, { caller: { identity }, input }) => decisions.appeal(identity, input),
});
