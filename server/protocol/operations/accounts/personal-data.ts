/** Personal data for embedders: export of everything stored about a person, and its erasure. */

import { participantErasure, participantExport } from '../../accounts/accounts.ts';
import { chatErasure, chatExport, chatExportQuery } from '../../chat/chat-server.ts';
import { operation } from '../contract.ts';

export const personalDataContract = {
  exportChat: operation({
    http: 'GET /v1/participants/:identity/chat',
    by: ['server:moderation'],
    input: chatExportQuery,
    answer: chatExport,
    summary: 'Export the chat data of a person',
    description:
      'Messages (removed ones with their text), held messages, restrictions, their reports, and acts about them. While `hasMore` is true, pass the last message as `after`.',
  }),
  eraseChat: operation({
    http: 'DELETE /v1/participants/:identity/chat',
    by: ['server:moderation'],
    answer: chatErasure,
    summary: 'Erase the chat data of a person',
    description:
      'Deletes texts and names in every room; sequence numbers stay, so that logs have no gap. Evidence of reports has its own retention; the audit log and active restrictions stay.',
  }),
  exportParticipant: operation({
    http: 'GET /v1/participants/:identity/data',
    // Of all domains, money too.
    by: ['server:admin'],
    answer: participantExport,
    summary: 'Export all data of a person',
    description:
      'Stored rows by table, without secrets and without other people. A table with more than 10,000 rows is truncated (`isTruncated`); the lists of its domain have the rest. What members of the committee write in office, and what people ask of it, is in their own export alone.',
  }),
  eraseParticipant: operation({
    http: 'DELETE /v1/participants/:identity/data',
    by: ['server:admin'],
    answer: participantErasure,
    summary: 'Erase a person in all domains',
    description:
      'Deletes names, messages and notes everywhere; the books keep amounts under the identity as long as accounting law requires. Refused while something is open: credit in the wallet, a membership, a payment page, a refund, a dispute or a private session; for creators also rooms that have not ended, earnings, payouts, and sales that are still to be reported. A person with an account of the house has it closed.',
    errors: ['erasure_blocked', 'last_operator', 'provider_unavailable'],
  }),
};
