import { opinionContract } from '../../../protocol/operations/trust/opinions.ts';
import { type HttpDomains, implement } from '../operation.ts';

const addressed = async ({ opinions }: HttpDomains) => ({ opinions: await opinions.listAddressed() });

export const opinionOperations = implement(opinionContract, {
  getOpinions: async ({ opinions }) => ({ opinions: await opinions.listPublic() }),
  listOpinions: ({ opinions }, { caller }) => opinions.list(caller.identity),
  draftOpinion: ({ opinions }, { caller, input }) => opinions.draft(caller.identity, input),
  getOpinion: ({ opinions }, { caller, params }) => opinions.view(caller.identity, params.opinion),
  reviseOpinion: ({ opinions }, { caller, params, input }) => opinions.revise(caller.identity, params.opinion, input),
  openComments: ({ opinions }, { caller, params, input }) =>
    opinions.openComments(caller.identity, params.opinion, input.version),
  listProposals: async ({ proposals }) => ({ proposals: await proposals.list() }),
  getProposal: ({ proposals }, { params, input }) => proposals.view(params.opinion, input.lang),
  commentOnProposal: async ({ proposals }, { caller, params, input, locale = 'en' }) => {
    await proposals.comment(caller.identity, params.opinion, input.text);
    return proposals.view(params.opinion, locale);
  },
  hideComment: ({ proposals }, { caller, params, input }) =>
    proposals.hideComment(caller.identity, params.comment, input.reason),
  takeProposalOver: async ({ proposals }, { caller, params }) => ({
    draft: await proposals.takeOver(params.opinion, caller.identity),
  }),
  remarkOnOpinion: ({ opinions }, { caller, params, input }) =>
    opinions.remark(caller.identity, params.opinion, input.text),
  withdrawOpinion: ({ opinions }, { caller, params }) => opinions.withdraw(caller.identity, params.opinion),
  callVote: ({ opinions }, { caller, params, input }) =>
    opinions.callVote(caller.identity, params.opinion, input.version),
  voteOnOpinion: ({ opinions }, { caller, params, input }) => opinions.vote(caller.identity, params.opinion, input),
  listAddressedOpinions: (domains) => addressed(domains),
  answerOpinion: async (domains, { caller: { identity: by }, params: { opinion }, input }) => {
    const act = { act: 'opinion_answered', subject: opinion, by, reason: input.outcome } as const;
    await domains.money.desk.record(act, () => domains.opinions.answer(opinion, input, by));
    return addressed(domains);
  },
  endOpinionStep: async (domains, { caller: { identity: by }, params: { step }, input: { note } }) => {
    const act = { act: 'opinion_step_done', subject: step, by, reason: note } as const;
    await domains.money.desk.record(act, () => domains.opinions.endStep(step, note, by));
    return addressed(domains);
  },
});
