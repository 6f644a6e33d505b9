import { personalDataContract } from '../../../protocol/operations/accounts/personal-data.ts';
import { implement, SERVER } from '../operation.ts';
import { parseIdentity } from '../params.ts';

export const personalDataOperations = implement(personalDataContract, {
  exportChat: ({ chat }, { params, input }) => chat.personalData.export(parseIdentity(params.identity), input),
  eraseChat: ({ chat }, { params }) => chat.personalData.erase(parseIdentity(params.identity), SERVER),
  exportParticipant: ({ participantData }, { params }) => participantData.export(parseIdentity(params.identity)),
  eraseParticipant: ({ closing }, { params }) => closing.erase(parseIdentity(params.identity), SERVER),
});
