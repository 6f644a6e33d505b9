/** Every operation of the house, by the part of the documentation that it belongs to. */
import { accountOperations } from './accounts.ts';
import { chatOperations } from './chat.ts';
import { chatModerationOperations } from './chat-moderation.ts';
import { chatRecordOperations } from './chat-records.ts';
import { deskOperations } from './desk.ts';
import { earningsOperations } from './earnings.ts';
import { membershipOperations } from './memberships.ts';
import type { HttpOperation, Operation, SocketOperation } from './operation.ts';
import { payoutOperations } from './payouts.ts';
import { personalDataOperations } from './personal-data.ts';
import { pricingOperations } from './pricing.ts';
import { privateSessionOperations } from './private-sessions.ts';
import { roomOperations, siteRoomOperations } from './rooms.ts';
import { stageOperations } from './stage.ts';
import { ticketOperations } from './tickets.ts';
import { tipOperations } from './tips.ts';
import { walletOperations } from './wallet.ts';
import { webhookOperations } from './webhooks.ts';

export const OPERATIONS = {
  accounts: accountOperations,
  rooms: [...roomOperations, ...siteRoomOperations, ...stageOperations],
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
  events: webhookOperations,
} as const satisfies Record<string, readonly Operation[]>;

export type OperationTag = keyof typeof OPERATIONS;

const all: readonly Operation[] = Object.values(OPERATIONS).flat();

export const HTTP_OPERATIONS = all.filter((it): it is HttpOperation => it.http !== undefined);
export const SOCKET_OPERATIONS = all.filter((it): it is SocketOperation => it.socket !== undefined);
