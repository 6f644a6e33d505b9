/** Every operation, by the part of the documentation that it belongs to. */
import { accountDataOperations } from './accounts/account-data.ts';
import { accountOperations } from './accounts/accounts.ts';
import { addressOperations } from './accounts/addresses.ts';
import { blockOperations } from './accounts/blocks.ts';
import { deskPeopleOperations } from './accounts/desk-people.ts';
import { deskRoleOperations } from './accounts/desk-roles.ts';
import { mailOperations } from './accounts/mail.ts';
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
import { dueWorkOperations } from './due-work.ts';
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
import { decisionOperations } from './trust/decisions.ts';
import { reportOperations } from './trust/reports.ts';
import { webhookOperations } from './webhooks.ts';

export const OPERATIONS = {
  accounts: [
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
    ...mailOperations,
    ...dueWorkOperations,
  ],
  rooms: [
    ...roomOperations,
    ...siteRoomOperations,
    ...blockOperations,
    ...profileOperations,
    ...reminderOperations,
    ...stageOperations,
  ],
  money: [
    ...walletOperations,
    ...ticketOperations,
    ...tipOperations,
    ...membershipOperations,
    ...privateSessionOperations,
    ...earningsOperations,
    ...payoutOperations,
    ...deskOperations,
    ...pricingOperations,
  ],
  chat: [...chatOperations, ...chatModerationOperations, ...chatRecordOperations, ...personalDataOperations],
  trust: [...charterOperations, ...reportOperations, ...decisionOperations],
  events: webhookOperations,
} as const satisfies Record<string, readonly Operation[]>;

export type OperationTag = keyof typeof OPERATIONS;

const all: readonly Operation[] = Object.values(OPERATIONS).flat();

export const HTTP_OPERATIONS = all.filter((it): it is HttpOperation => it.http !== undefined);
export const SOCKET_OPERATIONS = all.filter((it): it is SocketOperation => it.socket !== undefined);
