/** What the law on personal data asks of an embedder: everything that the house holds of a person, and its erasure. */
import { participantErasure, participantExport } from '../../protocol/accounts.ts';
import { chatErasure, chatExport, chatExportQuery } from '../../protocol/chat/chat-server.ts';
import { operation, SERVER } from './operation.ts';
import { parseIdentity } from './params.ts';

export const personalDataOperations = [
  operation({
    name: 'exportChat',
    http: 'GET /v1/participants/:identity/chat',
    by: ['server:moderation'],
    input: chatExportQuery,
    answer: chatExport,
    summary: 'Export what the chat has of a person',
    description:
      'Messages (removed ones with their text), held messages, restrictions, reports that they made, and acts that concern them. While `hasMore` is true, give the last message as `after`.',
    run: ({ chat }, { params, input }) => chat.personalData.export(parseIdentity(params.identity), input),
  }),
  operation({
    name: 'eraseChat',
    http: 'DELETE /v1/participants/:identity/chat',
    by: ['server:moderation'],
    answer: chatErasure,
    summary: 'Erase what the chat has of a person',
    description:
      'Words and names go out of every room for good; the numbers of the messages stay, so that nobody’s log has a gap. Evidence of reports has a term of its own, the audit log stays, and so does a restriction that is in force.',
    run: ({ chat }, { params }) => chat.personalData.erase(parseIdentity(params.identity), SERVER),
  }),
  operation({
    name: 'exportParticipant',
    http: 'GET /v1/participants/:identity/data',
    // Of all domains, money too.
    by: ['server:admin'],
    answer: participantExport,
    summary: 'Export everything that the house holds of a person',
    description:
      'Rows as they are stored, by table, without secrets and without the people on the other side. A table with more than 10,000 rows is cut (`isTruncated`); the lists of its domain have the rest.',
    run: ({ participantData }, { params }) => participantData.export(parseIdentity(params.identity)),
  }),
  operation({
    name: 'eraseParticipant',
    http: 'DELETE /v1/participants/:identity/data',
    by: ['server:admin'],
    answer: participantErasure,
    summary: 'Erase a person in all domains',
    description:
      'Names, messages and notes go everywhere; the books keep amounts under the identity for as long as the law on accounts asks. Refused while something is open: credit in the wallet, a membership, a payment page, a refund, a dispute, a private session; for creators also rooms that are not over, earnings, payouts, and sales that the house still has to report.',
    errors: ['erasure_blocked'],
    run: ({ participantData }, { params }) => participantData.erase(parseIdentity(params.identity), SERVER),
  }),
];
