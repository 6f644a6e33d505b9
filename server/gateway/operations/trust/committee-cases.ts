import { committeeCaseContract } from '../../../protocol/operations/trust/committee-cases.ts';
import { implement } from '../operation.ts';

export const committeeCaseOperations = implement(committeeCaseContract, {
  listRegister: ({ committeeCases }, { caller, input }) => committeeCases.listDecisions(caller.identity, input),
  askCommittee: ({ committeeCases }, { caller, input }) => committeeCases.ask(caller.identity, input),
  listCommitteeRequests: ({ committeeCases }, { caller, input }) => committeeCases.listRequests(caller.identity, input),
  openCommitteeCase: ({ committeeCases }, { caller, input }) => committeeCases.open(caller.identity, input),
  listCommitteeCases: async ({ committeeCases }, { caller }) => ({ cases: await committeeCases.list(caller.identity) }),
  getCommitteeCase: ({ committeeCases }, { caller, params }) => committeeCases.view(caller.identity, params.case),
  recuse: ({ committeeCases }, { caller, params, input }) =>
    committeeCases.recuse(caller.identity, params.case, input.reason),
  requestEvidence: ({ committeeCases }, { caller, params, input }) =>
    committeeCases.requestEvidence(caller.identity, params.case, input),
  closeCommitteeCase: ({ committeeCases }, { caller, params, input }) =>
    committeeCases.close(caller.identity, params.case, input.reason),
});
