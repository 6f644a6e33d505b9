import { decisionContract } from '../../../protocol/operations/trust/decisions.ts';
import { implement, withPeople } from '../operation.ts';

export const decisionOperations = implement(decisionContract, {
  listCases: async (domains, { key, caller: { identity }, input }) => {
    const answer = await domains.decisions.list(identity, input);
    return withPeople(domains, { key, answer, named: answer.cases.map(({ accused }) => accused) });
  },
  getCase: async (domains, { key, caller: { identity }, params }) => {
    const answer = await domains.decisions.view(identity, params.case);
    const { accused, reports, decisions, looks } = answer;
    const by = [...looks, ...decisions].map((each) => each.by);
    const appeals = decisions.flatMap((each) => each.appeals.flatMap((appeal) => [appeal.by, appeal.decidedBy]));
    return withPeople(domains, {
      key,
      answer,
      named: [accused, ...reports.map(({ reporter }) => reporter), ...by, ...appeals],
    });
  },
  decideCase: ({ decisions }, { caller: { identity }, params, input }) =>
    decisions.decide(identity, params.case, input),
  stopLiveOfCase: ({ decisions }, { caller: { identity }, params }) => decisions.stop(identity, params.case),
  decideAppeal: ({ decisions }, { caller: { identity }, params, input }) =>
    decisions.decideAppeal(identity, params.appeal, input),
  fileOrder: async ({ decisions, reports }, { caller: { identity }, input }) =>
    decisions.find(await reports.fileOrder(identity, input)),
  reviewFigures: ({ figures }, { input }) => figures.review(input),
  listStatements: ({ decisions }, { caller: { identity } }) => decisions.statements.list(identity),
  appeal: ({ decisions }, { caller: { identity }, input }) => decisions.appeal(identity, input),
});
