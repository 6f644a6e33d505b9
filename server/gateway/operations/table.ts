/** Every operation that `protocol/operations/table.ts` declares, except those of the site itself. */

import { accountDataOperations } from './accounts/account-data.ts';
import { accountOperations } from './accounts/accounts.ts';
import { addressOperations } from './accounts/addresses.ts';
import { blockOperations } from './accounts/blocks.ts';
import { deskPeopleOperations } from './accounts/desk-people.ts';
import { deskRoleOperations } from './accounts/desk-roles.ts';
import { oidcOperations } from './accounts/oidc.ts';
import { operatorOperations } from './accounts/operators.ts';
import { passkeyOperations } from './accounts/passkeys.ts';
import { peopleOperations } from './accounts/people.ts';
import { personalDataOperations } from './accounts/personal-data.ts';
import { profileOperations } from './accounts/profiles.ts';
import { pushOperations } from './accounts/push.ts';
import { chatOperations } from './chat/chat.ts';
import { chatModerationOperations } from './chat/chat-moderation.ts';
import { chatRecordOperations } from './chat/chat-records.ts';
import { moderatorOperations } from './chat/moderators.ts';
import { houseWorkOperations } from './house-work.ts';
import { bookingOperations } from './money/bookings.ts';
import { creatorPapersOperations } from './money/creator-papers.ts';
import { dac7Operations } from './money/dac7.ts';
import { deskOperations } from './money/desk.ts';
import { earningsOperations } from './money/earnings.ts';
import { membershipOperations } from './money/memberships.ts';
import { payoutOperations } from './money/payouts.ts';
import { pricingOperations } from './money/pricing.ts';
import { privateSessionOperations } from './money/private-sessions.ts';
import { ticketOperations } from './money/tickets.ts';
import { tipOperations } from './money/tips.ts';
import { walletOperations } from './money/wallet.ts';
import type { HttpOperation, Operation, SocketOperation } from './operation.ts';
import { reminderOperations } from './reminders.ts';
import { roomOperations, siteRoomOperations } from './rooms.ts';
import { stageOperations } from './stage.ts';
import { charterOperations } from './trust/charter.ts';
import { committeeOperations } from './trust/committee.ts';
import { committeeCaseOperations } from './trust/committee-cases.ts';
import { decisionOperations } from './trust/decisions.ts';
import { figureOperations } from './trust/figures.ts';
import { opinionOperations } from './trust/opinions.ts';
import { reportOperations } from './trust/reports.ts';
import { thresholdOperations } from './trust/thresholds.ts';
import { webhookOperations } from './webhooks.ts';

const OPERATIONS: readonly Operation[] = [
  ...accountOperations,
  ...peopleOperations,
  ...passkeyOperations,
  ...oidcOperations,
  ...addressOperations,
  ...operatorOperations,
  ...pushOperations,
  ...moderatorOperations,
  ...accountDataOperations,
  ...deskPeopleOperations,
  ...deskRoleOperations,
  ...houseWorkOperations,
  ...roomOperations,
  ...siteRoomOperations,
  ...blockOperations,
  ...profileOperations,
  ...reminderOperations,
  ...stageOperations,
  ...walletOperations,
  ...ticketOperations,
  ...tipOperations,
  ...membershipOperations,
  ...privateSessionOperations,
  ...earningsOperations,
  ...creatorPapersOperations,
  ...payoutOperations,
  ...deskOperations,
  ...bookingOperations,
  ...dac7Operations,
  ...pricingOperations,
  ...chatOperations,
  ...chatModerationOperations,
  ...chatRecordOperations,
  ...personalDataOperations,
  ...charterOperations,
  ...committeeOperations,
  ...figureOperations,
  ...committeeCaseOperations,
  ...opinionOperations,
  ...thresholdOperations,
  ...reportOperations,
  ...decisionOperations,
  ...webhookOperations,
];

export const HTTP_OPERATIONS = OPERATIONS.filter((it): it is HttpOperation => it.http !== undefined);
export const SOCKET_OPERATIONS = OPERATIONS.filter((it): it is SocketOperation => it.socket !== undefined);
